"""The guide to other frameworks: each line of its tables, each snippet and each trap is true.

False alarms: 1e-6 for all lines.
"""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.chance import standard_errors
from tests.parity.needs import needs

needs("torch", "jax", "keras")
from tests.parity.drawing import DRAW, NAMES, SHAPES, assert_drawn, jax, keras, torch

pytestmark = pytest.mark.parity

PAGE = Path(__file__).parents[2].joinpath("docs", "guides", "other-frameworks.md")


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


TABLES = [(framework, *line) for framework in DRAW for line in lines(framework)]


def test_the_tables_are_read() -> None:
    """Each framework has lines; a table written otherwise does not pass by being skipped."""
    for framework in DRAW:
        assert len(lines(framework)) == section(framework).count("\n| `") >= 15


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("framework, here, there", TABLES, ids=lambda text: text)
def test_each_line_of_the_tables(
    framework: str, here: str, there: str, shape: tuple[int, ...]
) -> None:
    """Both sides draw from one distribution, of the std that theory gives, with the same bounds."""
    theirs = DRAW[framework](there, shape)
    assert theirs.shape == shape
    assert_drawn(eval(here, dict(NAMES)), [theirs], checks=len(TABLES) * len(SHAPES))


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
