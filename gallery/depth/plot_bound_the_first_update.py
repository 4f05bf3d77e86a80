r"""
Bound the first update of a deep network
========================================

Does one step move a deeper network further? From the usual weights it does: each block adds an
update of its own and enlarges those of the others. Fixup, T-Fixup and DeepNorm choose the weights
so that the sum over N blocks does not depend on N. A coordinate check over depth measures it.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import (
    ActivationLayer,
    Attention,
    Dense,
    Embedding,
    Network,
    Positions,
    Residual,
)

# %%
# **Setup.** Two kinds of networks: residual blocks of dense layers, and transformers of width 16
# that predict the next token. One step of SGD moves the weights in the branches; the rest is held
# where it is, since biases and embeddings follow other laws. Fixup's output layer is zero, which
# would hide the update, so it is drawn.

depths, width, rate = (2, 4, 8, 16), 16, 1e-5
rng = np.random.default_rng(0)
rows = rng.standard_normal((32, 8))
targets = 10 * rows @ rng.standard_normal((8, 3))
tokens, following = rng.integers(1, 20, (8, 8)), rng.integers(0, 20, (8, 8))
branches = {"residual*.weight": 1.0, "*": 0.0}


def blocks(depth):
    """Return residual blocks of dense layers."""
    block = Residual([Dense(64), ActivationLayer("relu"), Dense(64)])
    return Network([Dense(64), *[block] * depth, Dense(3)], (8,))


def post_norm(depth, scale):
    """Return a transformer that normalizes after each branch."""
    sizes = {"width": width, "depth": depth, "heads": 2, "length": 8}
    return wi.transformer(20, **sizes, norm="post", residual_scale=scale)


def without_norm(depth):
    """Return a transformer without normalization."""
    attention = [Dense(3 * width), Attention(2, causal=True), Dense(width)]
    feedforward = [Dense(4 * width), ActivationLayer("relu"), Dense(width)]
    pair = [Residual(branch, scale=1.0) for branch in (attention, feedforward)]
    return Network([Embedding(20, width), Positions(), *pair * depth, Dense(20)], (8,))


def usual(depth, rng):
    """Start from He's weights, LeCun's at the end of a branch."""
    return wi.scaled_residual(blocks(depth), power=0, rng=rng).model, branches


def shrunk(depth, rng):
    """Start from the same with the ends times 1/√N."""
    return wi.scaled_residual(blocks(depth), rng=rng).model, branches


def fixup(depth, rng):
    """Start from Fixup, with an output that is drawn."""
    net = wi.fixup(blocks(depth), rng=rng).model
    net.parameters["dense1.weight"][...] = wi.lecun_normal((64, 3), rng=rng)
    return net, branches


def xavier(depth, rng):
    """Start from Xavier in post-norm blocks."""
    return post_norm(depth, 1.0).initialize(wi.xavier_normal, rng=rng), branches


def deepnorm(depth, rng):
    """Start from DeepNorm."""
    return wi.deepnorm(post_norm(depth, (2 * depth) ** -0.25), rng=rng).model, branches


def t_fixup(depth, rng):
    """Start from T-Fixup."""
    return wi.t_fixup(without_norm(depth), rng=rng).model, branches


# %%
# **One sweep** over the depth, four draws of each start.

options = {"axis": "depth", "steps": 1, "learning_rate": rate, "draws": 4, "rng": 0}
dense = {"usual": (usual, "C3"), "1/√N": (shrunk, "C2"), "Fixup": (fixup, "C0")}
attending = {"Xavier": (xavier, "C4"), "DeepNorm": (deepnorm, "C0"), "T-Fixup": (t_fixup, "C1")}
panels = {
    "Residual blocks": (dense, rows, targets, "dense1"),
    "Transformers": (attending, tokens, following, "dense0"),
}
slopes = {}
fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
for ax, (title, (starts, x, y, output)) in zip(axes, panels.items(), strict=True):
    for name, (build, color) in starts.items():
        check = wi.coordinate_check(build, depths, x, y, optimizer="sgd", **options)
        slopes[name] = check.slope(output, "update")
        moved = check.updates[output] / check.updates[output][:, :1]
        ax.plot(depths, moved.T, ".", color=color)
        ax.plot(depths, np.exp(np.log(moved).mean(axis=0)), color=color, label=name)
    ax.axhline(1, color="0.5", ls="--", lw=1)
    ax.set(title=title, xlabel="blocks", xscale="log", yscale="log")
    ax.set_xticks(depths, list(map(str, depths)))
    ax.minorticks_off()
    ax.legend(fontsize="small")
axes[0].set_ylabel("update, relative to two blocks")
fig.set_label(
    "Update of the output in one step, over the number of blocks, on log scales. From the usual "
    "weights it rises steeply, in residual blocks and in transformers. From Fixup, DeepNorm and "
    "T-Fixup it stays where it was, and with branches shrunk by 1/√N it grows with N."
)
plt.show()

# %%
# **Reading the figure.** A branch whose last weight starts at zero moves the output by the square
# of its hidden units; Fixup makes that 1/N. In DeepNorm a branch of two matrices, each
# :math:`\beta = (8N)^{-1/4}` times Xavier's, is added to :math:`\alpha = (2N)^{1/4}` times the
# stream, and its two updates are :math:`2 \beta^2 / \alpha^2 = 1 / (2N)`, for 2N branches. T-Fixup
# has no normalization: it shrinks weights and embeddings together. The dashed line is that
# prediction, a power of 0.
#
# Shrinking the last weights by 1/√N keeps the signal and not the update: each last weight still
# moves by its whole input, so N branches move the output N times as far.
#
# These are laws for SGD. Adam does not see the size of a gradient: there rates have to follow the
# depth, as :doc:`/theory/width-and-depth` shows. What the branches do to the signal is on
# :doc:`/theory/residual`.

predicted = {"1/√N": 1, "Fixup": 0, "DeepNorm": 0, "T-Fixup": 0}
for name, slope in slopes.items():
    law = f"predicted {predicted[name]}, " if name in predicted else ""
    print(f"{name:9} power of the depth: {law}measured {slope.value:.2f},", end=" ")
    print(f"{slope.low:.2f} to {slope.high:.2f}")
