"""T-Fixup and DeepNorm: the first update does not depend on the depth, as it does without them."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.chance import standard_errors
from weightinit.networks import (
    ActivationLayer,
    Attention,
    Dense,
    Embedding,
    Network,
    Positions,
    Residual,
)

WIDTH, DEPTHS = 16, (2, 8, 32)
TOKENS = np.random.default_rng(0).integers(1, 20, (8, 8))
NEXT = np.random.default_rng(1).integers(0, 20, (8, 8))


def post_norm(depth: int, scale: float | None) -> Network:
    """Return a transformer that normalizes after each branch."""
    sizes = {"width": WIDTH, "depth": depth, "heads": 2, "length": 8}
    return wi.transformer(20, **sizes, norm="post", residual_scale=scale)


def bare(depth: int, width: int = WIDTH) -> Network:
    """Return a transformer without normalization."""
    attention = Residual([Dense(3 * width), Attention(2, causal=True), Dense(width)], scale=1.0)
    feedforward = Residual([Dense(4 * width), ActivationLayer("relu"), Dense(width)], scale=1.0)
    blocks = [attention, feedforward] * depth
    return Network([Embedding(20, width), Positions(), *blocks, Dense(20)], (8,))


def update(net: Network, optimizer: str) -> float:
    """Return how far one step, of the weights in branches, moves the logits."""
    before = net.forward(TOKENS)
    wi.train(
        net,
        TOKENS,
        NEXT,
        epochs=1,
        batch_size=8,
        learning_rate={"sgd": 1e-3, "adam": 1e-5}[optimizer],
        optimizer=optimizer,
        rate_factors={"residual*.weight": 1.0, "*": 0.0},
    )
    return math.sqrt(np.mean((net.forward(TOKENS) - before) ** 2))


def slope(kind: str, optimizer: str) -> float:
    """Return the power of the depth with which the update grows, over three draws."""

    def start(depth: int, seed: int) -> Network:
        if kind == "deepnorm":
            return wi.deepnorm(post_norm(depth, (2 * depth) ** -0.25), rng=seed).model
        if kind == "t_fixup":
            return wi.t_fixup(bare(depth), rng=seed).model
        return post_norm(depth, 1.0).initialize(wi.xavier_normal, rng=seed)

    moves = [[update(start(n, seed), optimizer) for n in DEPTHS] for seed in range(3)]
    return float(np.polyfit(np.log(DEPTHS), np.log(moves).mean(axis=0), 1)[0])


@pytest.mark.parametrize("kind", ["deepnorm", "t_fixup"])
def test_the_first_update_does_not_depend_on_the_depth(kind: str) -> None:
    """With SGD its slope is 0, and with Adam, which ignores the size of gradients, 1/2.

    Plain post-norm blocks have a slope above 1. Single draws stray by about 0.05.
    """
    assert slope(kind, "sgd") == pytest.approx(0, abs=0.25)
    assert slope(kind, "adam") == pytest.approx(0.5, abs=0.25)


def test_without_it_the_first_update_grows_with_the_depth() -> None:
    """Xavier in post-norm blocks: each block adds an update, and enlarges those of the others."""
    assert slope("plain", "sgd") > 1


@pytest.mark.parametrize("packed", [True, False])
def test_values_outputs_and_feed_forward_weights_are_scaled_alone(packed: bool) -> None:
    """Queries and keys have Xavier's std, the others (8N)^(-1/4) times it, tied or not."""
    sizes = {"width": 64, "depth": 4, "heads": 2, "length": 8, "packed": packed, "tied": True}
    net = wi.transformer(20, **sizes, norm="post", residual_scale=None)
    values = wi.deepnorm(net, rng=0).model.parameters
    beta, xavier = (8 * 4) ** -0.25, math.sqrt(2 / 128)
    if packed:
        parts = np.split(values["tied0.residual2.dense0.weight"], 3, axis=1)
    else:
        names = [f"tied0.residual2.parallel0.dense{i}.weight" for i in range(3)]
        parts = [values[name] for name in names]
    parts.append(
        values["tied0.residual2.dense1.weight" if packed else "tied0.residual2.dense0.weight"]
    )
    parts.append(values["tied0.residual3.dense0.weight"])
    wanted = [xavier, xavier, beta * xavier, beta * xavier, beta * math.sqrt(2 / 320)]
    for part, std in zip(parts, wanted, strict=True):
        within = standard_errors(10) / math.sqrt(2 * part.size)  # of the std of a normal
        assert part.std() == pytest.approx(std, rel=within)
    assert values["tied0.residual5.scale"] == pytest.approx((2 * 4) ** -0.25)


def test_t_fixup_shrinks_the_rows_that_are_looked_up() -> None:
    """Tokens and positions have std (9N)^(-1/4) / sqrt(d), and the output LeCun's."""
    values = wi.t_fixup(bare(4, width=64), rng=0).model.parameters
    for name in ("embedding0.weight", "positions0.weight"):
        within = standard_errors(2) / math.sqrt(2 * values[name].size)
        assert values[name].std() == pytest.approx((9 * 4) ** -0.25 / 8, rel=within)


def test_other_networks_are_refused_with_a_way_out() -> None:
    """No attention, no normalization after a block, another constant: each is named."""
    plain = Network([Residual([Dense(4)]), Dense(2)], (4,))
    for scheme in (wi.t_fixup, wi.deepnorm):
        with pytest.raises(ValueError, match=r"branches with attention for wi\..* or call wi"):
            scheme(plain)
        with pytest.raises(TypeError, match="net must be a Network"):
            scheme(3)
    with pytest.raises(ValueError, match=r"LayerNorm after each block .* after residual0; build"):
        wi.deepnorm(bare(2))
    with pytest.raises(ValueError, match=r"scale 0\.594604 .* got 1 in residual0; build it with"):
        wi.deepnorm(post_norm(4, 1.0))
