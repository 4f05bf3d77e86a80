"""What a recommendation says of branches, norms, attention, gates and outputs is true."""

import math
from dataclasses import replace

import numpy as np
import pytest

import weightinit as wi
from tests.advice.measuring import DEPTH, asked
from tests.chance import standard_errors
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Residual


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
