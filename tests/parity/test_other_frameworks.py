"""The guide to other frameworks: each line of its tables, each snippet and each trap is true.

Draws of both sides are compared by a Kolmogorov-Smirnov test; false alarms: 1e-6 for all lines.
"""

import math
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import weightinit as wi
from tests.chance import FALSE_ALARM, standard_errors
from weightinit.streams import truncation_factor

pytestmark = pytest.mark.parity
os.environ.setdefault("KERAS_BACKEND", "jax")
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
jax = pytest.importorskip("jax", reason="`nox -s parity` installs it")
keras = pytest.importorskip("keras", reason="`nox -s parity` installs it")

PAGE = Path(__file__).parents[2].joinpath("docs", "guides", "other-frameworks.md")
SHAPES = [(300, 200), (3, 3, 48, 96)]
NAMES = {"wi": wi, "c": truncation_factor(2.0)}


def section(framework: str) -> str:
    """Return the part of the page under the heading of a framework."""
    return PAGE.read_text("utf-8").split(f"\n## {framework}\n")[1].split("\n## ")[0]


def lines(framework: str) -> list[tuple[str, str]]:
    """Return the lines of its table: what is written here and what there."""
    return re.findall(r"^\| `(wi\..+?)` \| `(.+?)` \|$", section(framework), re.MULTILINE)


def run(framework: str) -> list[dict[str, Any]]:
    """Run its snippets one after the other; return the names that each leaves behind."""
    names: dict[str, Any] = {}
    left = []
    for snippet in re.findall(
        r"^```python\n(.*?)^```$", section(framework), re.MULTILINE | re.DOTALL
    ):
        exec(snippet, names)
        left.append(dict(names))
    return left


def draw_torch(expression: str, shape: tuple[int, ...]) -> NDArray:
    """Draw in PyTorch's layout, and return it in ours."""
    there = (*shape[:-3:-1], *shape[:-2])
    torch.manual_seed(1)
    weight = torch.empty(there)
    names = {**NAMES, "init": torch.nn.init, "weight": weight, "fan_in": weight[0].numel()}
    eval(expression, names)
    return np.moveaxis(weight.numpy(), (1, 0), (-2, -1))


def draw_keras(expression: str, shape: tuple[int, ...]) -> NDArray:
    """Draw by an initializer of Keras."""
    keras.utils.set_random_seed(1)
    init = eval(expression, {**NAMES, "initializers": keras.initializers})
    return np.asarray(init(shape))


def draw_jax(expression: str, shape: tuple[int, ...]) -> NDArray:
    """Draw by an initializer of JAX."""
    init = eval(expression, {**NAMES, "initializers": jax.nn.initializers})
    return np.asarray(init(jax.random.key(1), shape))


DRAW: dict[str, Callable[[str, tuple[int, ...]], NDArray]] = {
    "PyTorch": draw_torch,
    "Keras": draw_keras,
    "JAX": draw_jax,
}
TABLES = [(framework, *line) for framework in DRAW for line in lines(framework)]


def test_the_tables_are_read() -> None:
    """Each framework has lines; a table written otherwise does not pass by being skipped."""
    for framework in DRAW:
        assert len(lines(framework)) == section(framework).count("\n| `") >= 15


@pytest.mark.parametrize("shape", SHAPES, ids=["dense", "kernel"])
@pytest.mark.parametrize("framework, here, there", TABLES, ids=lambda text: text)
def test_each_line_of_the_tables(
    framework: str, here: str, there: str, shape: tuple[int, ...]
) -> None:
    """Both sides draw from one distribution, of the std that theory gives, with the same bounds.

    The largest of 40,000 draws is within 1 % of the bound unless e^-40 happens.
    """
    init = eval(here, dict(NAMES))
    ours, theirs = init(shape, rng=0, dtype=np.float32), DRAW[framework](there, shape)
    assert theirs.shape == shape
    assert theirs.std() == pytest.approx(init.std(shape), rel=0.02, abs=1e-12)
    if isinstance(init, wi.Orthogonal):
        matrix = theirs.reshape(-1, shape[-1]).astype(np.float64)
        np.testing.assert_allclose(
            matrix.T @ matrix, init.gain**2 * np.eye(shape[-1]), atol=1e-5 * init.gain**2
        )
        return
    if isinstance(init, wi.Constant):
        assert np.array_equal(ours, theirs)
        return
    checks = len(TABLES) * len(SHAPES)
    distance = stats.ks_2samp(ours.ravel(), theirs.ravel(), method="asymp").statistic
    n = ours.size / 2  # of two samples alike, as of one half as large
    assert distance <= math.sqrt(math.log(2 * checks / FALSE_ALARM) / (2 * n))
    bounded = isinstance(init, wi.Uniform | wi.TruncatedNormal)
    if bounded or getattr(init, "distribution", "normal") != "normal":
        assert np.abs(theirs).max() == pytest.approx(np.abs(ours).max(), rel=0.01)


@pytest.mark.parametrize(
    "layer, shape",
    [(torch.nn.Linear(300, 200), (300, 200)), (torch.nn.Conv2d(48, 96, 3), (3, 3, 48, 96))],
)
def test_what_pytorch_does_when_left_alone(layer: Any, shape: tuple[int, ...]) -> None:
    """Linear and Conv2d start uniform on 1 / sqrt(fan_in), weights and biases.

    The largest of n is below c of the bound with a probability of c^n; false alarms 1e-6 in all.
    """
    limit = 1 / math.sqrt(wi.compute_fans(shape).fan_in)
    for parameter in (layer.weight, layer.bias):
        values = parameter.detach().numpy().ravel()
        top = np.abs(values).max()
        assert (FALSE_ALARM / 4) ** (1 / values.size) * limit <= top <= limit * (1 + 1e-6)


def test_what_recurrent_and_normalized_layers_of_pytorch_do() -> None:
    """RNN, LSTM and GRU draw all on 1 / sqrt(hidden); biases of normalization layers are zero.

    False alarms as above: 1e-6 in all.
    """
    for layer in (torch.nn.RNN(4, 64), torch.nn.LSTM(4, 64), torch.nn.GRU(4, 64)):
        for parameter in layer.parameters():
            top, least = parameter.abs().max(), (FALSE_ALARM / 12) ** (1 / parameter.numel())
            assert least / 8 <= top <= (1 + 1e-6) / 8
    assert not any(norm(3).bias.any() for norm in (torch.nn.LayerNorm, torch.nn.BatchNorm1d))


def test_what_lookups_do() -> None:
    """PyTorch draws them with std 1, Keras between -0.05 and 0.05."""
    torch.manual_seed(0)
    assert_std(torch.nn.Embedding(1000, 40).weight.detach(), 1.0)
    drawn = keras.layers.Embedding(1000, 40).embeddings_initializer
    assert isinstance(drawn, keras.initializers.RandomUniform)
    assert (drawn.minval, drawn.maxval) == (-0.05, 0.05)


def test_what_keras_does_when_left_alone() -> None:
    """Dense and Conv2D start from GlorotUniform, with biases of zero."""
    for layer in (keras.layers.Dense(3), keras.layers.Conv2D(3, 3)):
        assert isinstance(layer.kernel_initializer, keras.initializers.GlorotUniform)
        assert isinstance(layer.bias_initializer, keras.initializers.Zeros)
    for layer in (keras.layers.SimpleRNN(3), keras.layers.GRU(3), keras.layers.LSTM(3)):
        assert isinstance(layer.cell.recurrent_initializer, keras.initializers.Orthogonal)


def test_kernels_of_keras_that_swap_their_axes() -> None:
    """A transposed convolution stores its outputs before its inputs."""
    up = keras.layers.Conv2DTranspose(16, 4)
    up.build((None, 8, 8, 32))
    assert up.kernel.shape == (4, 4, 16, 32)


def assert_std(weight: Any, std: float, checks: int = 10) -> None:
    """Compare the std of independent normal weights with theory."""
    array = np.asarray(weight)
    assert abs(array.std() / std - 1) <= standard_errors(checks) / math.sqrt(2 * array.size)


def test_snippets_for_pytorch() -> None:
    """A perceptron, a transposed convolution, an LSTM, and weights drawn here."""
    torch.manual_seed(0)
    names, copied = run("PyTorch")
    net, up, lstm = (names[name] for name in ("net", "up", "lstm"))
    assert_std(net[0].weight.detach(), wi.he_normal.std((64, 128)))
    assert not net(torch.randn(5, 64)).any()
    transposed = replace(wi.recommend("relu", layer="transposed").initializer, scale=2.0 * 2**2)
    assert_std(up.weight.detach(), transposed.std((4, 4, 32, 16)))
    for gate in lstm.weight_hh_l0.detach().chunk(4):
        np.testing.assert_allclose(gate @ gate.T, np.eye(48), atol=1e-5)
    bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().numpy().reshape(4, 48)
    assert np.array_equal(bias, np.eye(4)[1][:, np.newaxis] * np.ones(48))
    limit = math.sqrt(6 / (20 + 48))
    assert 0.95 * limit < lstm.weight_ih_l0.abs().max() <= limit
    assert_std(copied["layer"].weight.detach(), wi.he_normal.std((3, 3, 16, 32)))


def test_the_forget_gate_of_pytorch_is_the_second() -> None:
    """With the cell's gate shut, a bias on the second gate alone decides what is remembered."""
    lstm = torch.nn.LSTM(1, 1)
    for parameter in lstm.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.ones_(lstm.bias_ih_l0.data[1:2])
    _, (_, state) = lstm(torch.zeros(1, 1, 1), (torch.zeros(1, 1, 1), torch.ones(1, 1, 1)))
    assert state.item() == pytest.approx(wi.activations.sigmoid(1.0).item(), rel=1e-6)


def test_traps_of_pytorch() -> None:
    """Gains of few activations, bounds that are values, and fans of a transposed convolution."""
    init = torch.nn.init
    assert init.calculate_gain("selu") == 3 / 4
    assert wi.gain("selu") == pytest.approx(1, abs=1e-6)
    assert init.calculate_gain("tanh") == 5 / 3
    for missing in ("gelu", "silu"):
        with pytest.raises(ValueError, match="Unsupported nonlinearity"):
            init.calculate_gain(missing)
    torch.manual_seed(0)
    uncut = init.trunc_normal_(torch.empty(300, 200), std=0.02).numpy()
    assert_std(uncut, 0.02)
    assert np.abs(uncut).max() > 3 * 0.02
    up = torch.nn.ConvTranspose2d(32, 16, kernel_size=4)
    init.kaiming_normal_(up.weight, nonlinearity="relu")
    assert_std(up.weight.detach(), math.sqrt(2 / (16 * 4 * 4)))


def test_snippets_for_keras() -> None:
    """A perceptron, a depthwise convolution, and weights drawn here."""
    keras.utils.set_random_seed(0)
    names, copied = run("Keras")
    assert_std(names["net"].layers[0].kernel, wi.he_normal.std((64, 128)))
    assert not np.any(names["net"](np.ones((5, 64), np.float32)))
    assert names["depthwise"].kernel.shape == (3, 3, 48, 1)
    depthwise = wi.recommend("relu", layer="depthwise").initializer
    assert_std(names["depthwise"].kernel, depthwise.std((3, 3, 1, 48)))
    ours = wi.he_normal((64, 128), rng=0, dtype=np.float32)
    assert np.array_equal(copied["layer"].kernel, ours)


def test_an_lstm_of_keras() -> None:
    """Its recurrent matrix is orthogonal as a whole, and its forget bias 1 by default."""
    layer = keras.layers.LSTM(48)
    layer.build((None, 7, 20))
    whole = np.asarray(layer.cell.recurrent_kernel)
    np.testing.assert_allclose(whole @ whole.T, np.eye(48), atol=1e-5)
    assert np.array_equal(np.asarray(layer.cell.bias).reshape(4, 48)[:, 0], [0, 1, 0, 0])


def test_snippets_for_jax() -> None:
    """The parameters of a perceptron, and a kernel drawn here."""
    names, copied = run("JAX")
    assert_std(names["params"]["hidden"]["kernel"], wi.he_normal.std((64, 128)))
    assert not names["params"]["output"]["kernel"].any()
    assert np.array_equal(copied["kernel"], wi.he_normal((64, 128), rng=0, dtype=np.float32))
    drawn = jax.nn.initializers.uniform(0.1)(jax.random.key(0), (1000,))
    assert 0 <= drawn.min() < drawn.max() <= 0.1
