"""Networks beside PyTorch: the same weights and batch, in float32, agree to 1e-5."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import (
    ActivationLayer,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    LayerNorm,
    Residual,
)

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn, functional = torch.nn, torch.nn.functional

TOLERANCE = 1e-5  # 84 rounding units of float32, of the largest entry of an array

Tensors = dict[str, Any]


def dense(name: str, p: Tensors, x: Any) -> Any:
    """Apply a dense layer by PyTorch, whose weights are (out, in)."""
    return functional.linear(x, p[f"{name}.weight"].T, p[f"{name}.bias"])


def torch_mlp(p: Tensors, x: Any) -> Any:
    """Compute a perceptron of three dense layers."""
    hidden = torch.relu(dense("dense1", p, torch.relu(dense("dense0", p, x))))
    return dense("dense2", p, hidden)


def torch_cnn(p: Tensors, x: Any) -> Any:
    """Compute the network of the lesson: channels first, kernels (out, in, kernel_h, kernel_w)."""
    h = x.permute(0, 3, 1, 2)
    for i in range(2):
        kernel = p[f"conv{i}.weight"].permute(3, 2, 0, 1)
        h = torch.relu(functional.conv2d(h, kernel, p[f"conv{i}.bias"], padding=1))
        h = functional.max_pool2d(h, 2)
    return dense("dense0", p, h.permute(0, 2, 3, 1).flatten(1))


def torch_rnn(p: Tensors, tokens: Any) -> Any:
    """Compute a recurrent network; the input weight is I, and padding is packed away."""
    hidden = p["rnn0.bias"].shape[0]
    layer = {
        "weight_ih_l0": torch.eye(hidden),
        "weight_hh_l0": p["rnn0.weight"].T,
        "bias_ih_l0": p["rnn0.bias"],
        "bias_hh_l0": torch.zeros(hidden),
    }
    x = functional.embedding(tokens, p["embedding0.weight"])
    lengths = (tokens != 0).sum(dim=1)
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    rnn = nn.RNN(hidden, hidden, batch_first=True)
    _, h = torch.func.functional_call(rnn, layer, (packed,))
    return dense("dense0", p, h[0])


def torch_gated(p: Tensors, tokens: Any) -> Any:
    """Compute an LSTM or a GRU; the input weight is I, and padding is packed away."""
    kind = "lstm0" if "lstm0.weight" in p else "gru0"
    hidden, gates = p[f"{kind}.weight"].shape
    layer = {
        "weight_ih_l0": torch.eye(gates),
        "weight_hh_l0": p[f"{kind}.weight"].T,
        "bias_ih_l0": torch.zeros(gates),
        "bias_hh_l0": p[f"{kind}.bias"],
    }
    x = functional.embedding(tokens, p["embedding0.weight"])
    lengths = (tokens != 0).sum(dim=1)
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    module = (nn.LSTM if kind == "lstm0" else nn.GRU)(gates, hidden, batch_first=True)
    _, state = torch.func.functional_call(module, layer, (packed,))
    return dense("dense0", p, (state[0] if kind == "lstm0" else state)[0])


def torch_residual(p: Tensors, x: Any) -> Any:
    """Compute a residual block with layer normalization between two dense layers."""
    x = dense("dense0", p, x)
    own = "residual0."
    inner = {name.removeprefix(own): value for name, value in p.items() if name.startswith(own)}
    f = functional.layer_norm(x, x.shape[1:], inner["norm0.gain"], inner["norm0.bias"])
    f = dense("dense1", inner, torch.tanh(dense("dense0", inner, f)))
    return dense("dense1", p, x + inner["scale"] * f)


def torch_batchnorm(p: Tensors, x: Any) -> Any:
    """Compute batch normalization in training, behind a convolution and behind a dense layer."""
    kernel = p["conv0.weight"].permute(3, 2, 0, 1)
    h = functional.conv2d(x.permute(0, 3, 1, 2), kernel, p["conv0.bias"], padding=1)
    for name in ("batchnorm0", "batchnorm1"):
        gain, bias = p[f"{name}.gain"], p[f"{name}.bias"]
        h = torch.tanh(functional.batch_norm(h, None, None, gain, bias, training=True))
        if h.ndim == 4:
            h = dense("dense0", p, h.permute(0, 2, 3, 1).flatten(1))
    return dense("dense1", p, h)


def batchnorm() -> wi.Network:
    """Build the network that `torch_batchnorm` computes."""
    normalized = [BatchNorm(), ActivationLayer("tanh")]
    layers = [Conv2D(6, 3), *normalized, Flatten(), Dense(16), *normalized, Dense(10)]
    return wi.Network(layers, (5, 5, 3))


def residual() -> wi.Network:
    """Build the network that `torch_residual` computes."""
    block = Residual([LayerNorm(), Dense(16), ActivationLayer("tanh"), Dense(8)])
    return wi.Network([Dense(8), block, Dense(10)], (20,))


def tokens(rng: np.random.Generator) -> Any:
    """Draw sentences of 1 to 12 words with padding behind."""
    lengths = rng.integers(1, 13, (64, 1))
    return rng.integers(1, 50, (64, 12)) * (np.arange(12) < lengths)


CASES: dict[str, tuple[wi.Network, Callable[..., Any], Callable[..., Any]]] = {
    "mlp": (wi.mlp([20, 32, 16, 10]), torch_mlp, lambda rng: rng.normal(size=(64, 20))),
    "cnn": (wi.cnn((8, 8, 3), [8, 16], 10), torch_cnn, lambda rng: rng.normal(size=(64, 8, 8, 3))),
    "rnn": (wi.rnn(50, 32, 10), torch_rnn, tokens),
    "lstm": (wi.lstm(50, 32, 10), torch_gated, tokens),
    "gru": (wi.gru(50, 32, 10), torch_gated, tokens),
    "batchnorm": (batchnorm(), torch_batchnorm, lambda rng: rng.normal(size=(64, 5, 5, 3))),
    "residual": (residual(), torch_residual, lambda rng: rng.normal(size=(64, 20))),
}


def assert_close(ours: Any, theirs: Any) -> None:
    """Compare two arrays relative to the largest entry."""
    theirs = theirs.detach().numpy()
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE * np.abs(theirs).max())


def start(kind: str, seed: int) -> tuple[wi.Network, Tensors, Any, Any]:
    """Return a network with weights, the same as tensors, a batch and labels for it."""
    net, _, draw = CASES[kind]
    rng = np.random.default_rng(seed)
    net.initialize(wi.xavier_normal, rng=rng, dtype=np.float32)
    for name, array in net.parameters.items():
        if not name.endswith("weight"):  # constants would hide what they do
            array[...] = rng.normal(size=array.shape)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in net.parameters.items()}
    x = draw(rng)
    return net, p, x if x.dtype.kind == "i" else x.astype(np.float32), rng.integers(0, 10, 64)


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("seed", range(3))
def test_passes_agree(kind: str, seed: int) -> None:
    """Forward values, loss and every gradient are those of PyTorch."""
    net, p, x, y = start(kind, seed)
    outputs = CASES[kind][1](p, torch.from_numpy(x))
    theirs = functional.cross_entropy(outputs, torch.from_numpy(y))
    theirs.backward()
    loss, gradients = net.loss_and_gradients(x, y)
    assert_close(net.forward(x), outputs)
    assert loss == pytest.approx(theirs.item(), rel=TOLERANCE)
    for name, gradient in gradients.items():
        if kind == "batchnorm" and name in ("conv0.bias", "dense0.bias"):
            # The norm behind takes the bias away again: both gradients are rounding alone.
            size = np.abs(gradients[name.replace("bias", "weight")]).max()
            assert max(np.abs(gradient).max(), p[name].grad.abs().max()) <= TOLERANCE * size
        else:
            assert_close(gradient, p[name].grad)


def test_running_statistics_agree() -> None:
    """Ten steps end in the running means and variances of PyTorch, and in its values in eval."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(1, 2, size=(32, 5)), rng.integers(0, 3, 32)
    net = wi.Network([Dense(8), BatchNorm(), ActivationLayer("tanh"), Dense(3)], (5,))
    net.initialize(wi.xavier_normal, rng=rng)
    model = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3)).double()
    with torch.no_grad():
        for theirs, ours in zip(model.parameters(), net.parameters.values(), strict=True):
            theirs.copy_(torch.from_numpy(ours.T))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(10):
        optimizer.zero_grad()
        functional.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimizer.step()
    wi.train(net, x, y, epochs=10, batch_size=32, learning_rate=0.1)
    assert_close(net.statistics["batchnorm0.mean"], model[1].running_mean)
    assert_close(net.statistics["batchnorm0.variance"], model[1].running_var)
    assert_close(net.forward(x[:1]), model.eval()(torch.from_numpy(x[:1])))


@pytest.mark.parametrize("loss", ["sigmoid", "squares"])
def test_other_losses_agree(loss: str) -> None:
    """Sigmoid cross-entropy and mean squared error, and their gradients, are those of PyTorch."""
    rng = np.random.default_rng(0)
    net = wi.mlp([20, 16, 1 if loss == "sigmoid" else 3], "tanh")
    net.initialize(wi.xavier_normal, rng=rng, dtype=np.float32)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in net.parameters.items()}
    x = rng.normal(size=(64, 20)).astype(np.float32)
    outputs = dense("dense1", p, torch.tanh(dense("dense0", p, torch.from_numpy(x))))
    if loss == "sigmoid":
        y = rng.integers(0, 2, 64)
        target = torch.from_numpy(y[:, np.newaxis].astype(np.float32))
        theirs = functional.binary_cross_entropy_with_logits(outputs, target)
    else:
        y = rng.normal(size=(64, 3)).astype(np.float32)
        theirs = functional.mse_loss(outputs, torch.from_numpy(y))
    theirs.backward()
    ours, gradients = net.loss_and_gradients(x, y)
    assert ours == pytest.approx(theirs.item(), rel=TOLERANCE)
    for name, gradient in gradients.items():
        assert_close(gradient, p[name].grad)


@pytest.mark.parametrize(
    "options, make",
    [
        ({"learning_rate": 0.1}, lambda p: torch.optim.SGD(p, lr=0.1)),
        (
            {"learning_rate": 0.1, "momentum": 0.9},
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        ),
        (
            {"learning_rate": 0.01, "optimizer": "adam"},
            lambda p: torch.optim.Adam(p, lr=0.01),
        ),
        (
            {"learning_rate": 0.01, "optimizer": "adamw"},
            lambda p: torch.optim.AdamW(p, lr=0.01),
        ),
        (
            {
                "learning_rate": 0.01,
                "optimizer": "adamw",
                "weight_decay": 0.5,
                "rate_factors": {"dense0.*": 0.1},
            },
            lambda p: torch.optim.AdamW(
                [{"params": p[:2], "lr": 0.001}, {"params": p[2:]}], lr=0.01, weight_decay=0.5
            ),
        ),
    ],
    ids=["sgd", "momentum", "adam", "adamw", "factors"],
)
def test_training_agrees(options: dict[str, Any], make: Callable[..., Any]) -> None:
    """Ten steps over the whole batch end in the weights that PyTorch's optimizers reach.

    In float64, since rounding errors grow from step to step.
    """
    net, p, x, y = start("mlp", 0)
    net.initialize(wi.xavier_normal, rng=0)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in net.parameters.items()}
    optimizer, inputs = make(list(p.values())), torch.from_numpy(x.astype(np.float64))
    for _ in range(10):
        optimizer.zero_grad()
        functional.cross_entropy(torch_mlp(p, inputs), torch.from_numpy(y)).backward()
        optimizer.step()
    wi.train(net, x, y, epochs=10, batch_size=64, **options)
    for name, array in net.parameters.items():
        assert_close(array, p[name])
