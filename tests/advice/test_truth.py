"""What a recommendation says is true: its numbers, and the networks that it starts.

Moments here are integrals by SciPy over the activations of tests/reference.py.
"""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate

import weightinit as wi
from tests.chance import standard_errors
from tests.reference import KINKS, REFERENCE, normal_density
from weightinit.advice.question import Question
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Residual

WIDTH, NETS, DEPTH = 128, 20, 50
WIDE = 256  # where noise of 1 / width would hide what is to be told apart


def asked(name: str, **question: object) -> Question:
    """Return a question about an activation."""
    return Question(name, **({"depth": None, "residual": False, "normalized": False} | question))


def moment(name: str, q: float, power: int = 2, slope: bool = False) -> float:
    """Return E phi(z)^power for z ~ N(0, q), or of the slope."""
    f = REFERENCE[name][slope]

    def integrand(z: float) -> float:
        return f(np.array(math.sqrt(q) * z)) ** power * normal_density(z)

    kinks = sorted({0.0, *(kink / math.sqrt(q) for kink in KINKS.get(name, ()))})
    edges = [-12.0, *(kink for kink in kinks if -12 < kink < 12), 12.0]
    return sum(integrate.quad(integrand, *ends, limit=200)[0] for ends in pairwise(edges))


def signals(name: str, init: wi.Initializer, nets: int = NETS, width: int = WIDTH) -> NDArray:
    """Return the log of the mean square that networks leave of one of 1."""
    rng, phi, left = np.random.default_rng(0), wi.activations.get(name), []
    for _ in range(nets):
        x = rng.standard_normal(width)
        x /= math.sqrt(np.mean(x**2))
        for _ in range(DEPTH):
            x = phi(x @ init((width, width), rng=rng))
        left.append(math.log(np.mean(x**2)))
    return np.array(left)


def relative_variance(name: str, q: float) -> float:
    """Return Var phi(z)^2 / (E phi(z)^2)^2: over n units it makes the noise of one layer."""
    return moment(name, q, 4) / moment(name, q) ** 2 - 1


@pytest.mark.parametrize("name", wi.activations.names())
def test_factors_of_a_layer(name: str) -> None:
    """Gradients and deviations are multiplied by g^2 E phi'^2 and d log E phi^2 / d log q."""
    h = 1e-3
    found = asked(name)
    gradient = moment(name, 1.0, slope=True) / moment(name, 1.0)
    deviation = math.log(moment(name, math.exp(h)) / moment(name, math.exp(-h))) / (2 * h)
    assert found.chi_at_unit_gain == pytest.approx(gradient, rel=1e-6)
    assert found.at_unit_gain.slope == pytest.approx(deviation, rel=1e-5)
    assert found.bends_down == (name in {"linear", "tanh", "softsign", "hardtanh", "sine"})


def test_factors_are_those_of_where_the_signal_settles() -> None:
    """For sigmoid with 16 / n they belong to the mean square at which pre-activations settle."""
    q = 1.0
    for _ in range(60):
        q = 16 * moment("sigmoid", q)
    assert asked("sigmoid").chi == pytest.approx(16 * moment("sigmoid", q, slope=True), rel=1e-5)


@pytest.mark.parametrize("name", ["tanh", "softsign", "sine"])
def test_what_depth_leaves(name: str) -> None:
    """With slope 1 at zero, signal and gradient fade as integrals over each layer say."""
    signal, gradient = 1.0, 1.0
    for _ in range(20):
        gradient *= moment(name, signal, slope=True)
        signal = moment(name, signal)
    assert asked(name).through(1.0, 20) == pytest.approx((signal, gradient), rel=1e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_deep_rectifiers_hold_a_signal(name: str) -> None:
    """Over 50 layers the log of the mean square has mean -v L / 2 n and variance v L / n.

    Orthogonal weights leave v - 2 of the v that normal ones have, whose lengths vary by 2. Left
    out are terms below 10 L / n^2. False alarms: 1e-6 for both activations together.
    """
    left = signals(name, wi.recommend(name, depth=DEPTH).initializer)
    v = relative_variance(name, 1.0) - 2
    spread = math.sqrt(v * DEPTH / WIDTH / NETS)
    within = standard_errors(4) * spread + 10 * DEPTH / WIDTH**2
    assert abs(left.mean() + v * DEPTH / WIDTH / 2) <= within
    of_variance = standard_errors(4) * math.sqrt(2 / (NETS - 1))
    assert abs(left.var(ddof=1) / spread**2 / NETS - 1) <= of_variance


def test_deep_linear_networks_hold_a_signal_exactly() -> None:
    """Fifty orthogonal layers keep the length of any input to rounding."""
    left = signals("linear", wi.recommend("linear", depth=DEPTH).initializer, nets=2)
    assert np.abs(left).max() < 1e-12


@pytest.mark.parametrize("name", ["tanh", "softsign", "hardtanh", "sine"])
def test_bending_activations_fade_as_told(name: str) -> None:
    """Networks of 50 layers leave the mean square that the recommendation states.

    A layer adds a relative noise of variance v / n at most, v at q = 1, and none enlarges it,
    since deviations shrink: after L layers the variance is at most v L / n, and the bias of the
    log as much. False alarms: below 1e-6 for all activations together.
    """
    advice, nets = wi.recommend(name, depth=DEPTH), 5
    (told,) = (
        said.numbers["signal"] for said in advice.notes + advice.caveats if "signal" in said.numbers
    )
    variance = relative_variance(name, 0.01) * DEPTH / WIDE  # the smaller q, the larger v
    within = standard_errors(4) * math.sqrt(variance / nets) + variance + math.log(1.05)
    left = signals(name, advice.initializer, nets, WIDE).mean()
    assert abs(left - math.log(told)) <= within
    assert within < abs(left)  # so that holding on to 1 would fail


def through(phi: wi.Activation, init: wi.Initializer, layers: int, width: int = WIDTH) -> NDArray:
    """Return the logs of the mean squares that networks leave of a signal and of a gradient."""
    rng, left = np.random.default_rng(0), []
    for _ in range(NETS):
        x, chain = rng.standard_normal(width), []
        x /= math.sqrt(np.mean(x**2))
        for _ in range(layers):
            W = init((width, width), rng=rng)
            chain.append((W, x @ W))
            x = phi(chain[-1][1])
        gradient = rng.standard_normal(width)
        gradient /= math.sqrt(np.mean(gradient**2))
        for W, z in reversed(chain):
            gradient = (phi.derivative(z) * gradient) @ W.T
        left.append([math.log(np.mean(x**2)), math.log(np.mean(gradient**2))])
    return np.array(left)


@pytest.mark.parametrize("omega", [1.0, 30.0])
@pytest.mark.parametrize("depth", [None, 20])
def test_waves_of_any_frequency_hold_signal_and_gradient(omega: float, depth: int | None) -> None:
    """Over 20 layers a siren leaves of both what wide layers do: at any frequency the same.

    A layer misses its mean square by a relative variance of v / n and a gradient its own by
    (2 + u) / n, of phi^2 and phi'^2; below 3.5 and 4, and biases half of that. Lengths do not
    enlarge deviations. False alarms: below 1e-6.
    """
    phi = wi.activations.siren(omega)
    advice = wi.recommend(phi, depth=depth)
    told = asked(phi).through(advice.gain**2, 20)
    variance = np.array([3.5, 4.0]) * 20 / WIDTH
    within = standard_errors(8) * np.sqrt(variance / NETS) + variance / 2
    left = through(phi, advice.initializer, 20).mean(axis=0)
    assert (np.abs(left - np.log(told)) <= within).all()
    bad = through(phi, wi.lecun_normal, 3)[:, 1].mean()  # as if omega were not there
    assert omega == 1 or bad > 3 * math.log(400)


def test_the_frequency_divides_the_weights() -> None:
    """What is recommended for sin(omega x) is what is for sin(x), with weights / omega."""
    omega = 30.0
    wave, one = (wi.activations.siren(frequency) for frequency in (omega, 1.0))
    for question in ({}, {"depth": 3}, {"depth": 20}, {"layer": "conv"}, {"layer": "transposed"}):
        advice, sine = (wi.recommend(phi, **question) for phi in (wave, one))
        assert advice.gain * omega == pytest.approx(sine.gain, rel=1e-12)
        assert type(advice.initializer) is type(sine.initializer)
        assert asked(wave, **question if "depth" in question else {}).chi == pytest.approx(
            asked(one, **question if "depth" in question else {}).chi
        )


def test_no_weights_hold_a_signal_of_exponentials() -> None:
    """A signal settles below the unstable length of 1, and the gradient fades there, as told.

    Lengths settle at q = 0.203, where a layer shrinks deviations to 2 q and chi is q. It misses
    E exp(2 z) by a relative variance of (exp(4 q) - 1) / n, and a gradient by (2 + that) / n. The
    first length is 0.135, and log chi is 2 q + log w. False alarms: below 1e-6.
    """
    advice = wi.recommend("exponential", depth=20)
    unstable, fades = (caveat.numbers for caveat in advice.caveats)
    assert unstable["deviation"] == pytest.approx(2)
    _, told = asked("exponential").through(advice.gain**2, 20)
    first_ones = 2 * (0.203 - 0.135) / (1 - 2 * 0.203)
    assert abs(math.log(told) - 20 * math.log(fades["chi"])) < first_ones
    left = through(wi.activations.exponential, advice.initializer, 20, WIDE)[:, 1].mean()
    variance = 20 * (2 + math.expm1(4 * 0.203)) / WIDE
    within = standard_errors() * math.sqrt(variance / NETS) + variance / 2
    assert abs(left - math.log(told)) <= within
    assert within < 1 < abs(math.log(told))


@pytest.mark.parametrize("name", ["tanh", "softsign", "hardtanh", "sine", "siren"])
def test_a_small_scale_of_a_normalization_keeps_gradients(name: str) -> None:
    """The scale that a caveat states leaves gradients within a factor of 100 over the depth."""
    (caveat,) = wi.recommend(name, depth=DEPTH, normalized="layer").caveats
    small = asked(name).slope_gain / 10
    assert f"start the scale of the normalization at {small:.4g}, where" in caveat
    value, slope = wi.meanfield.moments(name, small**2)
    assert (small**2 * slope / value) ** DEPTH < 100 < caveat.numbers["chi"] ** DEPTH


@pytest.mark.parametrize("name", ["selu", "elu"])
def test_attracting_activations_hold_a_signal(name: str) -> None:
    """At a fixed point that shrinks deviations by s, the log of the mean square stays near 0.

    The noise of a layer, of variance v / n, adds up to v / n (1 - s^2), and its bias to less than
    5 v / n (1 - s). ELU has a mean, which all units share, so that more layers than one add up in
    it; a factor of 2 on the spread allows for that. False alarms: below 1e-6.
    """
    advice = wi.recommend(name, depth=DEPTH)
    q = 1.0
    s = asked(name).deviation
    v = relative_variance(name, q)
    rest = math.log(moment(name, q))
    spread = 2 * math.sqrt(v / WIDTH / (1 - s**2) / NETS)
    within = standard_errors(2) * spread + 5 * v / WIDTH / (1 - s)
    assert abs(signals(name, advice.initializer).mean() - rest) <= within


@pytest.mark.parametrize("name", ["gelu", "silu"])
def test_an_unstable_fixed_point_is_left(name: str) -> None:
    """Where a caveat says so, most networks of 50 layers end 10 times off, or more."""
    advice = wi.recommend(name, depth=DEPTH)
    assert "unstable fixed point" in advice.caveats[0]
    left = signals(name, advice.initializer)
    assert np.median(np.abs(left)) > math.log(10)


@pytest.mark.parametrize("name", ["gelu", "relu", "tanh"])
def test_residual_networks_start_as_the_identity(name: str) -> None:
    """With zero last layers, 50 blocks pass a signal on unchanged, as the branch note says."""
    advice = wi.recommend(name, depth=DEPTH, residual=True)
    blocks = [Residual([Dense(32), ActivationLayer(name), Dense(16)]) for _ in range(DEPTH)]
    start = {"*dense1.weight": advice.last_initializer, "*.weight": advice.initializer}
    net = wi.Network(blocks, (16,)).initialize(start, rng=0)
    x = np.random.default_rng(0).standard_normal((5, 16))
    assert np.array_equal(net.forward(x), x)


@pytest.mark.parametrize("name", ["relu", "gelu", "sigmoid"])
def test_scaled_branches_add_what_the_note_says(name: str) -> None:
    """50 normalized branches, the last layers divided by sqrt(50), add the stated mean square.

    From seed to seed the sum varies by 2 % (std, measured over ten), of which 12 % are six.
    """
    advice = wi.recommend(name, depth=DEPTH, residual=True, normalized=True)
    block = [LayerNorm(), Dense(256), ActivationLayer(name), Dense(256)]
    net = wi.Network([Residual(block) for _ in range(DEPTH)], (256,))
    start = {"*dense1.weight": advice.last_initializer, "*.weight": advice.initializer}
    x = np.random.default_rng(0).standard_normal((64, 256))
    y = net.initialize(start, rng=0).forward(x)
    assert np.mean(y**2) == pytest.approx(
        np.mean(x**2) + advice.notes[-2].numbers["total"], rel=0.12
    )


@pytest.mark.parametrize("name", ["relu", "gelu", "tanh", "sigmoid"])
def test_a_branch_that_starts_as_the_others_adds_what_the_note_says(name: str) -> None:
    """One branch, its last layer drawn as the first, adds the stated mean square to one of 1.

    Of 512 units: layers of relative noise below 16 / 512, two of them and ten networks; 12 % are
    above five standard errors.
    """
    advice = wi.recommend(name, depth=DEPTH, residual=True)
    rng, added = np.random.default_rng(0), []
    for _ in range(10):
        first, last = (advice.initializer((512, 512), rng=rng) for _ in range(2))
        x = rng.standard_normal((1, 512))
        added.append(np.mean((wi.activations.get(name)(x @ first) @ last) ** 2) / np.mean(x**2))
    assert np.mean(added) == pytest.approx(advice.notes[-1].numbers["each"], rel=0.12)


def test_a_normalization_at_the_end_of_a_branch_divides_the_factor_out() -> None:
    """Weights of a last layer before a normalization, a tenth as large, change no output."""
    advice = wi.recommend("relu", depth=100, residual=True, normalized=True)
    assert "start the gain of that normalization at zero" in advice.notes[-1]
    x = np.random.default_rng(0).standard_normal((5, 16))
    last, norm = Dense(16), LayerNorm(epsilon=1e-15)
    net = wi.Network([last, norm], (16,))
    made = [
        net.initialize(init, rng=0).forward(x)
        for init in (advice.initializer, advice.last_initializer)
    ]
    np.testing.assert_allclose(*made, atol=1e-9)


def test_orthogonal_layers_that_widen_leave_less() -> None:
    """From 64 to 256 units the note's share of the mean square is left; its gain restores it."""
    numbers = wi.recommend("tanh", depth=DEPTH).notes[0].numbers
    n_in, n_out = int(numbers["n_in"]), int(numbers["n_out"])
    x = np.random.default_rng(0).standard_normal(n_in)
    for gain, left in [(1.0, numbers["left"]), (math.sqrt(n_out / n_in), 1.0)]:
        y = x @ wi.Orthogonal(gain=gain)((n_in, n_out), rng=0)
        assert np.mean(y**2) / np.mean(x**2) == pytest.approx(left, rel=1e-12)


@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_channels_of_a_depthwise_kernel_vary_as_the_note_says(name: str) -> None:
    """The sum of squares of nine weights varies by the stated std, normal or uniform.

    A variance of 4,000 draws, of kurtosis 15 at most: five standard errors are 30 %.
    """
    advice = wi.recommend(name, layer="depthwise")
    kernels = advice.initializer((3, 3, 1, 4000), rng=0)
    squares = np.sum(kernels**2, axis=(0, 1, 2))
    measured = (squares.std() / squares.mean()) ** 2
    (spread,) = (n.numbers["spread"] for n in advice.notes if "spread" in n.numbers)
    assert measured == pytest.approx(spread**2, rel=0.3)
    assert spread == pytest.approx({"relu": 0.471, "tanh": 0.298}[name], abs=1e-3)


def test_normalization_divides_the_weights_out() -> None:
    """Twice the weights in front of a normalization change no output and halve their gradient."""
    assert "twice as large" in wi.recommend("relu", normalized=True).notes[0]
    layers = [Dense(16), LayerNorm(epsilon=1e-15), ActivationLayer("relu"), Dense(3)]
    net = wi.Network(layers, (8,)).initialize(wi.he_normal, rng=0)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((32, 8)), rng.integers(0, 3, 32)
    before, (_, slow) = net.forward(x), net.loss_and_gradients(x, y)
    net.parameters["dense0.weight"][...] *= 2
    np.testing.assert_allclose(net.forward(x), before, atol=1e-12)
    _, fast = net.loss_and_gradients(x, y)
    np.testing.assert_allclose(2 * fast["dense0.weight"], slow["dense0.weight"], atol=1e-12)


def normalized_gradient(name: str, kind: str, rng: np.random.Generator) -> float:
    """Return the log of what a layer, normalized before phi, makes of a gradient's mean square.

    The mean over ten of 12 layers of 512 units, for 512 samples: the first, whose input is no
    activation, and the last are left out. The gradient is that of x_hat = (x - mean) / std.
    """
    n, phi, axis = 512, wi.activations.get(name), {"batch": 0, "layer": 1}[kind]
    h, cache = rng.standard_normal((n, n)), []
    for _ in range(12):
        W = rng.standard_normal((n, n)) / math.sqrt(n)
        z = h @ W
        std = z.std(axis=axis, keepdims=True)
        z_hat = (z - z.mean(axis=axis, keepdims=True)) / std
        cache.append((W, std, z_hat))
        h = phi(z_hat)
    dh, logs = rng.standard_normal((n, n)), []
    for W, std, z_hat in reversed(cache):
        d = dh * phi.derivative(z_hat)
        d = (
            d
            - d.mean(axis=axis, keepdims=True)
            - z_hat * (d * z_hat).mean(axis=axis, keepdims=True)
        )
        dh = d / std @ W.T
        logs.append(math.log(np.mean(dh**2)))
    return (logs[-2] - logs[0]) / 10


@pytest.mark.parametrize("kind", ["layer", "batch"])
@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "sigmoid"])
def test_normalizations_do_different_things_to_a_gradient(name: str, kind: str) -> None:
    """Over ten layers of 512 units the mean square of a gradient changes as chi of each says.

    A layer of n units strays by sqrt(5 / n) at most (relu, layer normalization; samples stray
    together there), the mean over ten by a root of ten less. False alarms: 1e-6 for all cases.
    """
    measured = normalized_gradient(name, kind, np.random.default_rng(0))
    within = standard_errors(6) * math.sqrt(5 / 512 / 10)
    assert abs(measured - math.log(asked(name, normalized=kind).chi)) <= within


def test_batch_normalization_before_relu_lets_gradients_grow() -> None:
    """By pi / (pi - 1) a layer, where layer normalization keeps them (Yang et al. 2019)."""
    assert asked("relu", normalized="layer").chi == pytest.approx(1)
    assert asked("relu", normalized="batch").chi == pytest.approx(math.pi / (math.pi - 1))
    (caveat,) = wi.recommend("relu", depth=50, normalized="batch").caveats
    assert caveat.numbers["chi"] == asked("relu", normalized="batch").chi
    assert not wi.recommend("relu", depth=50, normalized="layer").caveats


def test_products_of_normal_matrices_stretch_one_direction() -> None:
    """Three wide ones stretch it sqrt(4^4 / 3^3) times the rms, as the formula of the reason says.

    At width 400 the largest singular value lies 2 % below its limit and varies by 2 % (measured
    over eight draws); 12 % are five of those.
    """
    advice = wi.recommend("linear", depth=10)
    assert advice.reason.numbers["stretch"] == pytest.approx(math.sqrt(11**11 / 10**10))
    rng = np.random.default_rng(0)
    w = np.linalg.multi_dot([wi.lecun_normal((400, 400), rng=rng) for _ in range(3)])
    s = np.linalg.svd(w, compute_uv=False)
    rms = math.sqrt(np.mean(s**2))
    assert s[0] / rms == pytest.approx(math.sqrt(4**4 / 3**3), rel=0.12)


def test_scores_of_attention() -> None:
    """Queries and keys of unit mean square give scores of std 1; false alarms 1e-6.

    Given two inputs with |x|^2 = d a score is q k / sqrt(d), q and k independent normal, so that
    E s^2 = 1 and E s^4 = 3 (1 + 2 / d).
    """
    d, n = 32, 20_000
    init = wi.recommend("linear", layer="attention").initializer
    rng = np.random.default_rng(0)
    x = np.ones((2, d))
    q, k = (row @ init((d, d * n), rng=rng) for row in x)  # fan in is d, so n matrices in one
    squares = np.sum(q.reshape(n, d) * k.reshape(n, d), axis=1) ** 2 / d
    assert abs(squares.mean() - 1) <= standard_errors() * math.sqrt((2 + 6 / d) / n)


def test_gates_drawn_at_once_are_smaller() -> None:
    """The four gates of an orthogonal (h, 4 h) have mean squared singular values of 1/4."""
    (note, _) = wi.recommend("tanh", layer="lstm").notes
    gates = np.split(wi.orthogonal((32, 128), rng=0), 4, axis=1)
    squares = [np.linalg.svd(gate, compute_uv=False) ** 2 for gate in gates]
    assert note.numbers["share"] == pytest.approx(np.mean(squares))


def test_a_forget_gate_remembers_as_told() -> None:
    """A state multiplied by sigmoid(bias) for the stated number of steps is left at 1 / e."""
    told = wi.recommend("tanh", layer="lstm").reason.numbers
    for bias, steps in [(told["bias"], told["memory"]), (0.0, told["without"])]:
        assert wi.activations.sigmoid(bias) ** steps == pytest.approx(1 / math.e)


def test_embeddings() -> None:
    """Rows have a length of about 1, or an rms of 0.02 in front of a normalization."""
    rows = wi.recommend("linear", layer="embedding").initializer((1000, 64), rng=0)
    within = standard_errors() * math.sqrt(2 / rows.size)
    assert abs(np.mean(np.sum(rows**2, axis=1)) - 1) <= within
    assert wi.recommend("gelu", layer="embedding", normalized=True).gain == 0.02


def test_an_embedding_is_scaled_as_the_output_that_it_is_tied_to() -> None:
    """By fan in the tied output takes LeCun's std; Vaswani et al. give the factor on the rows."""
    advice = wi.recommend("linear", layer="embedding")
    assert advice.initializer.std((1000, 64)) == wi.lecun_normal.std((64, 1000))
    assert advice.source == "lecun1998"
    assert "sqrt(units), as Vaswani et al. (2017) do" in str(advice.notes[0])


def test_a_zero_output_gives_the_loss_of_a_fair_guess() -> None:
    """The alternative gives the stated loss exactly, and passes gradients on after one step."""
    advice = wi.recommend("relu", layer="output")
    assert advice.alternative == wi.zeros
    assert "or else     zeros" in str(advice)
    net = wi.mlp([8, 16, 10])
    net.initialize({"dense1.weight": advice.alternative, "*.weight": wi.he_normal}, rng=0)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((64, 8)), rng.integers(0, 10, 64)
    loss, gradients = net.loss_and_gradients(x, y)
    assert advice.reason.numbers["loss"] == pytest.approx(loss)
    assert not gradients["dense0.weight"].any()
    wi.train(net, x, y, epochs=1, batch_size=64, learning_rate=0.1)
    assert net.loss_and_gradients(x, y)[1]["dense0.weight"].any()


def test_the_first_loss_of_a_drawn_output_is_little_above() -> None:
    """On average it is above a fair guess, and by less than stated; gradients pass at once.

    Over 200 draws for 50 inputs of mean square 1 the mean excess varies by less than 0.02 (std).
    """
    advice = wi.recommend("relu", layer="output")
    x = np.random.default_rng(0).standard_normal((50, 64))
    x /= np.sqrt(np.mean(x**2, axis=1, keepdims=True))
    y, net, rng = np.arange(50) % 10, wi.mlp([64, 10]), np.random.default_rng(1)
    losses = [
        net.initialize(advice.initializer, rng=rng).loss_and_gradients(x, y)[0] for _ in range(200)
    ]
    excess = np.mean(losses) - advice.reason.numbers["loss"]
    assert 0.3 < excess < advice.reason.numbers["excess"]


def test_a_depthwise_kernel_in_either_layout() -> None:
    """As its note says, the advice for Keras' layout is the same, by `groups` and `transposed`."""
    advice = wi.recommend("relu", layer="depthwise")
    assert any("replace(initializer, groups=channels, transposed=True)" in n for n in advice.notes)
    turned = replace(advice.initializer, groups=8, transposed=True)
    assert turned.std((3, 3, 8, 1)) == advice.initializer.std((3, 3, 1, 8))
