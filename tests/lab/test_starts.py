"""Starts of the lab: each draws what the package says that it does."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.chance import assert_law, assert_moments, standard_errors
from tests.lab.engine import ask, known

START = """
    const session = lab.get("session").create(lab.get("settings").check(given.setting));
    return [...session.net.weights, ...session.net.biases];
"""
FILL = """
    const starts = lab.get("starts");
    const law = starts.law({ activation: given.activation, start: given.start, std: 0.3 }, 0);
    return given.shapes.map(([ins, outs]) => {
        const weight = new Float64Array(ins * outs);
        starts.fill(weight, law, ins, outs, lab.get("random").stream(5));
        return { weight, variance: starts.variance(law, ins, outs) };
    });
"""
SHAPES = [(300, 40), (40, 300), (100, 100)]
SCHEMES = [f"{who}_{law}" for who in ("lecun", "xavier", "he") for law in ("normal", "uniform")]


def initializer(start: str) -> Any:
    """Return the initializer that a start writes in a script of Python."""
    return eval(known()["starts"][start]["python"].format(std=0.3), {"wi": wi})


def fill(
    start: str, shapes: list[tuple[int, int]], activation: str = "tanh"
) -> Iterator[tuple[np.ndarray, float]]:
    """Yield weights of a start, and the variance that the engine counts with."""
    filled = ask(FILL, start=start, shapes=shapes, activation=activation)
    for made, shape in zip(filled, shapes, strict=True):
        yield np.array(made["weight"]).reshape(shape), made["variance"]


@pytest.mark.parametrize("start", [*SCHEMES, "small", "std1", "std"])
def test_draws_have_the_package_s_law(start: str) -> None:
    """Mean, std and distribution are those of the initializer (false alarm 2e-6)."""
    for weight, variance in fill(start, SHAPES):
        shape = weight.shape
        std = initializer(start).std(shape)
        assert math.isclose(math.sqrt(variance), std, rel_tol=1e-12)
        law = stats.norm(scale=std)
        if known()["starts"][start].get("kind") == "uniform":
            law = stats.uniform(-math.sqrt(3) * std, 2 * math.sqrt(3) * std)
        assert_moments(weight, law, checks=len(SHAPES))
        assert_law(weight, law, checks=len(SHAPES))


def test_orthogonal_matrices_are_orthogonal() -> None:
    """Rows or columns, the fewer, are orthonormal to 1e-12; entries have the package's std."""
    for weight, variance in fill("orthogonal", [(8, 8), (32, 8), (8, 32), (2, 1), (1, 1)]):
        small = weight if len(weight) <= weight.shape[1] else weight.T
        assert np.abs(small @ small.T - np.eye(len(small))).max() <= 1e-12
        assert math.isclose(math.sqrt(variance), wi.orthogonal.std(weight.shape), rel_tol=1e-12)


def test_orthogonal_matrices_are_even() -> None:
    """An entry of a Haar matrix of size n, squared, is beta(1/2, (n - 1)/2) (false alarm 2e-6)."""
    n, times = 5, 4000
    drawn = ask(
        """
        const { fill } = lab.get("starts");
        const law = { kind: "orthogonal", gain: 1 };
        return Array.from({ length: given.times }, (_, seed) => {
            const weight = new Float64Array(given.n ** 2);
            fill(weight, law, given.n, given.n, lab.get("random").stream(seed));
            return weight;
        });
        """,
        n=n,
        times=times,
    )
    matrices = np.array(drawn)
    for place in (0, n * n - 1):  # the first vector, and the last one, which is left over
        assert_law(matrices[:, place] ** 2, stats.beta(0.5, (n - 1) / 2), checks=2)
        positive = (matrices[:, place] > 0).mean()
        assert abs(positive - 0.5) <= standard_errors(2) * 0.5 / math.sqrt(times)


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "exponential"])
def test_the_recommended_start_is_the_adviser_s(activation: str) -> None:
    """The engine counts with the variance of what `recommend` says for deep networks."""
    expected = wi.recommend(activation, depth=10).initializer
    text = known()["activations"][activation]["recommended"]["python"]
    assert eval(text, {"wi": wi}) == expected
    for weight, variance in fill("recommended", SHAPES, activation):
        assert math.isclose(math.sqrt(variance), expected.std(weight.shape), rel_tol=1e-12)


@pytest.mark.parametrize("start", ["zeros", "constant"])
def test_constants_are_constant(start: str) -> None:
    """Every weight is the package's constant."""
    ((weight, _),) = fill(start, [(3, 4)])
    assert (weight == initializer(start).value).all()


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_lsuv_makes_unit_variance(activation: str) -> None:
    """After LSUV all pre-activations of a layer have variance 1 over the data, to rounding."""
    setting = {"start": "lsuv", "depth": 6, "width": 12, "activation": activation, "data": "digits"}
    made = ask(START, setting=setting)
    net = wi.mlp([64, *[12] * 6, 10], activation).initialize(wi.zeros)
    for array, values in zip(net.parameters.values(), interleaved(made), strict=True):
        array.ravel()[:] = values
    x = digits()
    for row in wi.trace(net, x).layers:
        assert math.isclose(row.pre_activations.var(), 1, rel_tol=1e-12)


def test_all_starts_are_tested() -> None:
    """These, and no others, are the starts."""
    special = {"zeros", "constant", "orthogonal", "lsuv", "recommended"}
    assert set(known()["starts"]) == special | {*SCHEMES, "small", "std1", "std"}


def test_what_is_odd_is_one_layer() -> None:
    """One odd layer leaves the draws of all others alone; biases too have streams of their own."""
    plain = ask(START, setting={"depth": 3})
    odd = ask(START, setting={"depth": 3, "biases": 1, "odd": {"layer": 1, "start": "zeros"}})
    assert not any(odd[1])
    assert [plain[layer] for layer in (0, 2, 3)] == [odd[layer] for layer in (0, 2, 3)]
    assert all(any(bias) for bias in odd[4:7])
    assert not any(odd[7])


def test_lsuv_refuses_a_layer_that_does_not_vary() -> None:
    """Where a layer is dead there is no std to divide by: it says which layer, and a way out."""
    made = ask(
        """
        const messages = [];
        for (let seed = 0; seed < 40; seed++) {
            const setting = { start: "lsuv", activation: "relu", width: 1, depth: 8, seed };
            try { lab.get("session").create(lab.get("settings").check(setting)); }
            catch (error) { messages.push([error.name, error.message]); }
        }
        return messages;
        """
    )
    assert made
    for name, message in made:
        assert name == "RangeError"
        assert "in layer" in message
        assert "wider layers" in message


def interleaved(arrays: list[Any]) -> list[Any]:
    """Return weights and biases in turn, as the package has them."""
    half = len(arrays) // 2
    return [array for pair in zip(arrays[:half], arrays[half:], strict=True) for array in pair]


def digits() -> np.ndarray:
    """Return the images that the lab trains on."""
    from lab_data import DATA

    return DATA["digits"].arrays()["x"]
