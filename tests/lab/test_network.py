"""Activations, passes and steps of the lab: the package's own, to rounding."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.lab.engine import ask, known
from tests.lab.plain import numbers
from weightinit import meanfield
from weightinit.networks._losses import sigmoid_cross_entropy, softmax_cross_entropy
from weightinit.training import Adam, Sgd

X = np.concatenate(
    [
        np.linspace(-12, 12, 481),
        np.array([-1e3, -60.0, -1e-8, -1e-30, 1e-30, 1e-8, 60.0, 1e3, math.nan]),
    ]
)


def test_activations_are_the_package_s() -> None:
    """All named activations and slopes agree to 1e-14, relative or to 1; NaN stays NaN."""
    made = ask(
        """
        const { named, names } = lab.get("activations");
        return names.map((name) => {
            const { value, slope } = named(name);
            const x = given.x.map((v) => (v === null ? NaN : v));
            return [name, x.map(value), x.map((v) => slope(v, value(v)))];
        });
        """,
        x=[None if math.isnan(x) else x for x in X],
    )
    assert (
        [name for name, _, _ in made]
        == list(wi.activations.names())
        == list(known()["activations"])
    )
    for name, values, slopes in made:
        phi = wi.activations.get(name)
        with np.errstate(all="ignore"):
            expected = phi._phi(X), phi._slope(X)
        for given, wanted in zip((values, slopes), expected, strict=True):
            found = np.array(numbers(given))
            finite = np.isfinite(wanted) & ~np.isnan(X)
            within = 1e-14 * np.maximum(1, np.abs(wanted[finite]))
            assert (np.abs(found[finite] - wanted[finite]) <= within).all(), name
        assert math.isnan(numbers(values)[-1])


def test_tails_keep_their_digits() -> None:
    """Where a slope or the lower tail of gelu is tiny, it agrees to a relative error of 1e-12."""
    x = [-30.0, -20.0, -9.0, -5.0, -2.5, 2.5, 5.0, 9.0, 20.0, 30.0]
    made = ask(
        """
        const { named } = lab.get("activations");
        return ["tanh", "sigmoid", "gelu", "silu"].map((name) => {
            const { value, slope } = named(name);
            return [name, given.x.map(value), given.x.map((v) => slope(v, value(v)))];
        });
        """,
        x=x,
    )
    for name, values, slopes in made:
        phi = wi.activations.get(name)
        np.testing.assert_allclose(values, phi(x), rtol=1e-12, err_msg=name)
        if name != "silu":  # sums of two terms that cancel, in both languages
            np.testing.assert_allclose(slopes, phi.derivative(x), rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("shape", [(1, 1, 1), (4, 4, 4), (5, 7, 3), (300, 8, 2), (9, 1, 33)])
def test_products_are_those_of_matrices(shape: tuple[int, int, int]) -> None:
    """All tiles and what is left over of them: X Y, X' Y and X Y' in any sizes."""
    p, q, r = shape
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((p, r)), rng.standard_normal((r, q))
    made = ask(
        """
        const { product } = lab.get("matrix");
        const { x, xt, y, yt, p, q, r } = given;
        const to = () => new Float64Array(p * q);
        const [plain, left, right] = [to(), to(), to()];
        product(x, r, 1, y, q, 1, plain, p, q, r);
        product(xt, 1, p, y, q, 1, left, p, q, r);
        product(x, r, 1, yt, 1, r, right, p, q, r);
        return [plain, left, right];
        """,
        x=x.ravel().tolist(),
        xt=x.T.ravel().tolist(),
        y=y.ravel().tolist(),
        yt=y.T.ravel().tolist(),
        p=p,
        q=q,
        r=r,
    )
    bound = r * np.finfo(float).eps * (np.abs(x) @ np.abs(y))
    for found in made:
        assert (np.abs(np.reshape(found, (p, q)) - x @ y) <= bound).all()


@pytest.mark.parametrize("data", ["ring", "digits"])
def test_gradients_are_differences(data: str) -> None:
    """Each gradient is the central difference of the loss, in every parameter of a small net."""
    made = ask(
        """
        const { check } = lab.get("settings");
        const setting = check({ data: given.data, depth: 2, width: 3, biases: 1 });
        const network = lab.get("network");
        const { net, data } = lab.get("session").create(setting);
        const room = network.roomBothWays(net, data.n);
        const loss = () => {
            network.forward(net, data.x, data.n, room);
            return network.loss(net, data.y, data.n, room).loss;
        };
        loss();
        network.backward(net, data.x, data.n, room);
        const gradients = [...room.weights, ...room.biases].map((g) => g.slice());
        const h = 1e-5;
        return [...net.weights, ...net.biases].map((theta, p) =>
            Array.from(theta, (was, i) => {
                theta[i] = was + h;
                const above = loss();
                theta[i] = was - h;
                const below = loss();
                theta[i] = was;
                return [gradients[p][i], (above - below) / (2 * h)];
            }));
        """,
        data=data,
    )
    pairs = np.array([pair for parameter in made for pair in parameter])
    # the difference is off by h^2 / 6 times a third derivative of order 1, and by eps / h
    assert np.abs(pairs[:, 0] - pairs[:, 1]).max() <= 1e-9
    assert np.abs(pairs[:, 0]).max() > 1e-3


def test_losses_are_the_package_s() -> None:
    """Cross-entropies and their gradients agree, of large logits too; so do accuracies."""
    rng = np.random.default_rng(1)
    z1, z5 = 30 * rng.standard_normal((50, 1)), 30 * rng.standard_normal((50, 5))
    y1, y5 = rng.integers(0, 2, 50), rng.integers(0, 5, 50)
    made = ask(
        """
        const network = lab.get("network");
        return given.cases.map(([z, y, units]) => {
            const net = network.create([2, units], "tanh");
            const room = network.roomBothWays(net, y.length);
            room.a[0].set(z);
            return { ...network.loss(net, y, y.length, room), d: room.d[0] };
        });
        """,
        cases=[[z1.ravel().tolist(), y1.tolist(), 1], [z5.ravel().tolist(), y5.tolist(), 5]],
    )
    losses = [sigmoid_cross_entropy(z1, y1), softmax_cross_entropy(z5, y5)]
    rights = [(z1[:, 0] > 0) == y1, z5.argmax(axis=1) == y5]
    for found, (loss, gradient), right in zip(made, losses, rights, strict=True):
        assert math.isclose(found["loss"], loss, rel_tol=1e-14)
        assert math.isclose(found["accuracy"], right.mean(), rel_tol=1e-14)
        # a logit is rounded to eps |z|; of a probability near 1, less 1, that is what is left
        rounding = np.finfo(float).eps * np.abs(z5).max() / len(z5)
        np.testing.assert_allclose(found["d"], gradient.ravel(), rtol=1e-12, atol=rounding)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam"])
def test_steps_are_the_package_s(name: str) -> None:
    """Three steps by given gradients change parameters as the package's optimizer does."""
    rng = np.random.default_rng(2)
    theta, gradients = rng.standard_normal(20), rng.standard_normal((3, 20))
    found = ask(
        """
        const theta = Float64Array.from(given.theta);
        const step = lab.get("optimizers").create(given.name, [theta], 0.1);
        for (const gradient of given.gradients) step([Float64Array.from(gradient)]);
        return theta;
        """,
        name=name,
        theta=theta.tolist(),
        gradients=gradients.tolist(),
    )
    parameters = {"w": theta.copy()}
    optimizer = {
        "sgd": lambda: Sgd(parameters, 0.1),
        "momentum": lambda: Sgd(parameters, 0.1, known()["optimizers"]["momentum"]["momentum"]),
        "adam": lambda: Adam(parameters, 0.1),
    }[name]()
    for gradient in gradients:
        optimizer.update({"w": gradient})
    np.testing.assert_allclose(found, parameters["w"], rtol=1e-14)


def test_moments_are_those_of_mean_field_theory() -> None:
    """The table gives E phi^2 and E phi'^2 to 0.5 %, and what goes on beyond it does to 6 %.

    The exponential's grow so fast that their logs alone are given to 5 %. (Beyond 16 the package
    refuses the sine, which turns too often.)
    """
    t = np.array([-100, -30, -12, *np.linspace(-8, 8, 61), 10, 12, 16])
    q = np.exp(t)
    made = ask(
        """
        const { moment } = lab.get("meanfield");
        return given.names.map((name) =>
            ["value", "slope"].map((which) => given.q.map((q) => moment(name, which, q))));
        """,
        names=wi.activations.names(),
        q=q.tolist(),
    )
    for name, found in zip(wi.activations.names(), made, strict=True):
        known_q = q[q < 30] if name == "exponential" else q
        expected = meanfield.moments(name, known_q)
        for which, values in zip(expected, found, strict=True):
            logs = np.log(numbers(values[: len(known_q)]))
            within = np.where(np.abs(t[: len(known_q)]) <= 8, 0.005, 0.06)
            if name == "exponential":
                within += 0.05 * np.abs(np.log(which))
            assert (np.abs(logs - np.log(which)) <= within).all(), name
