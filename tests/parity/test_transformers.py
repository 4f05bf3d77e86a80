"""Transformers beside PyTorch's own layers: in float32, values and gradients agree to 1e-5."""

from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import GLU, Attention, Parallel, RMSNorm

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn, functional = torch.nn, torch.nn.functional

TOLERANCE = 1e-5  # 84 rounding units of float32, of the largest entry of an array
WIDTH, HEADS, LENGTH, TOKENS = 16, 4, 10, 12

Tensors = dict[str, Any]


def own(name: str, p: Tensors) -> Tensors:
    """Return the parameters whose names begin so, without that."""
    return {key.removeprefix(name): value for key, value in p.items() if key.startswith(name)}


def part(new: str, old: str, p: Tensors) -> Tensors:
    """Return a layer's parameters under PyTorch's names; its weights are (out, in)."""
    weight = p[f"{old}.gain"] if f"{old}.gain" in p else p[f"{old}.weight"].T
    return {f"{new}weight": weight, f"{new}bias": p[f"{old}.bias"]}


def block_parameters(p: Tensors, *, norm_first: bool) -> Tensors:
    """Return those of `TransformerEncoderLayer` from two residual blocks."""
    attention, mlp = own("residual0.", p), own("residual1.", p)
    norms = (
        [part("norm1.", "norm0", attention), part("norm2.", "norm0", mlp)]
        if norm_first
        else [
            part("norm1.", "norm0", p),
            part("norm2.", "norm1", p),
        ]
    )
    return {
        **part("self_attn.in_proj_", "dense0", attention),
        **part("self_attn.out_proj.", "dense1", attention),
        **part("linear1.", "dense0", mlp),
        **part("linear2.", "dense1", mlp),
        **norms[0],
        **norms[1],
    }


def torch_transformer(p: Tensors, tokens: Any, *, norm: str, causal: bool) -> Any:
    """Compute a transformer of one block by PyTorch's layers, padding masked."""
    first = norm == "pre"
    layer = nn.TransformerEncoderLayer(
        WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="relu", batch_first=True, norm_first=first
    )
    x = functional.embedding(tokens, p["embedding0.weight"]) + p["positions0.weight"]
    masks: Tensors = {"src_key_padding_mask": tokens == 0}
    if causal:
        masks["src_mask"] = torch.triu(torch.ones(LENGTH, LENGTH, dtype=torch.bool), 1)
    x = torch.func.functional_call(layer, block_parameters(p, norm_first=first), (x,), masks)
    if first:
        x = functional.layer_norm(x, (WIDTH,), p["norm0.gain"], p["norm0.bias"])
    return functional.linear(x, p["dense0.weight"].T, p["dense0.bias"])


def random(net: wi.Network, seed: int) -> Tensors:
    """Start a network in float32 with biases that matter; return its parameters as tensors."""
    rng = np.random.default_rng(seed)
    net.initialize(wi.xavier_normal, rng=rng, dtype=np.float32)
    for name, array in net.parameters.items():
        if not name.endswith("weight"):
            array[...] = rng.normal(size=array.shape)
    return {name: torch.tensor(array, requires_grad=True) for name, array in net.parameters.items()}


def assert_close(ours: Any, theirs: Any) -> None:
    """Compare two arrays relative to the largest entry."""
    theirs = theirs.detach().numpy()
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE * np.abs(theirs).max())


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("seed", range(3))
def test_a_block_agrees(norm: str, causal: bool, seed: int) -> None:
    """Outputs at words, loss and every gradient are those of TransformerEncoderLayer.

    The bias of the keys adds the same to all scores of a query: its gradient is rounding alone.
    """
    net = wi.transformer(
        TOKENS, WIDTH, 1, HEADS, length=LENGTH, norm=norm, causal=causal, activation="relu"
    )
    p = random(net, seed)
    rng = np.random.default_rng(seed)
    x = rng.integers(1, TOKENS, (8, LENGTH)) * (np.arange(LENGTH) < rng.integers(1, 11, (8, 1)))
    y = rng.integers(1, TOKENS, (8, LENGTH))
    outputs = torch_transformer(p, torch.from_numpy(x), norm=norm, causal=causal)
    words = torch.from_numpy(np.where(x, y, -100))
    theirs = functional.cross_entropy(outputs.flatten(0, 1), words.flatten())
    theirs.backward()
    loss, gradients = net.loss_and_gradients(x, y)
    assert_close(net.forward(x)[x != 0], outputs[torch.from_numpy(x != 0)])
    assert loss == pytest.approx(theirs.item(), rel=TOLERANCE)
    keys = slice(WIDTH, 2 * WIDTH)
    scale = np.abs(gradients["residual0.dense0.bias"]).max()
    assert np.abs(gradients["residual0.dense0.bias"][keys]).max() <= TOLERANCE * scale
    for name, gradient in gradients.items():
        assert_close(gradient, p[name].grad)


def test_separate_weights_are_those_of_multihead_attention() -> None:
    """Three weights side by side are the three blocks of rows of `in_proj_weight`."""
    rng = np.random.default_rng(0)
    theirs = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    weights = theirs.in_proj_weight.detach().numpy().reshape(3, WIDTH, WIDTH)
    layer = Parallel([wi.networks.Dense(WIDTH)] * 3)
    parameters = {f"dense{i}.weight": weights[i].T for i in range(3)}
    parameters |= {f"dense{i}.bias": np.zeros(WIDTH, np.float32) for i in range(3)}
    x = rng.normal(size=(4, LENGTH, WIDTH)).astype(np.float32)
    qkv, _ = layer.forward(parameters, x)
    y, _ = Attention(HEADS).forward({}, qkv)
    expected, shares = theirs(*[torch.from_numpy(x)] * 3, average_attn_weights=False)
    assert_close(y @ theirs.out_proj.weight.detach().numpy().T, expected)
    assert_close(Attention(HEADS).weights(qkv), shares)


@pytest.mark.parametrize("kind", ["glu", "rmsnorm"])
def test_other_layers_agree(kind: str) -> None:
    """The gated linear unit and RMS normalization, and their gradients, are PyTorch's."""
    rng = np.random.default_rng(0)
    x, gain = (rng.normal(size=shape).astype(np.float32) for shape in ((6, 5, 8), (8,)))
    t, g = (torch.tensor(array, requires_grad=True) for array in (x, gain))
    if kind == "glu":
        layer, parameters, theirs = GLU(), {}, functional.glu(t)
    else:
        layer, parameters = RMSNorm(), {"gain": gain}
        theirs = functional.rms_norm(t, (8,), g, eps=1e-5)
    y, cache = layer.forward(parameters, x)
    dy = rng.normal(size=y.shape).astype(np.float32)
    theirs.backward(torch.from_numpy(dy))
    dx, gradients = layer.backward(parameters, cache, dy)
    assert_close(y, theirs)
    assert_close(dx, t.grad)
    if gradients:
        assert_close(gradients["gain"], g.grad)
