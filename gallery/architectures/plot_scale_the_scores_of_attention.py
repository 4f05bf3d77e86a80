r"""
Scale the scores of attention
=============================

By what should the scores of attention be multiplied? Heads of different width agree once you plot
against the *spread* of the scores, the factor times :math:`\sqrt d`. Far above a spread of 3 each
position looks at one token; most queries then get no gradient, and a few get a huge one.
"""

import matplotlib.pyplot as plt
import numpy as np

from weightinit.networks import Attention

# %%
# **Setup.** One head of d features over 256 positions. Queries, keys, values, and the gradient that
# arrives from above, are normal numbers of variance 1. For each factor c the layer computes its
# weights and its gradients.

positions, seeds = 256, range(3)
widths = {16: "C0", 64: "C1", 256: "C2"}
spreads = np.array([0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 16.0, 32.0])


def measure(d, spread, seed):
    """Return entropy / ln T, and the gradient of queries: of the median one, and the rms."""
    rng = np.random.default_rng(seed)
    layer = Attention(heads=1, scale=spread / d**0.5)
    x = rng.standard_normal((1, positions, 3 * d))
    A = layer.weights(x)
    entropy = -np.mean(np.sum(A * np.log(np.maximum(A, 1e-300)), axis=-1)) / np.log(positions)
    _, cache = layer.forward({}, x)
    dx, _ = layer.backward({}, cache, rng.standard_normal((1, positions, d)))
    sizes = np.sqrt(np.mean(dx[0, :, :d] ** 2, axis=-1))
    return entropy, np.median(sizes), np.sqrt(np.mean(sizes**2))


def predict(spread):
    """Return the entropy / ln T of many scores, until it freezes."""
    return np.maximum(1 - spread**2 / (2 * np.log(positions)), 0)


# %%
# **One sweep.** Three widths, twelve spreads, three seeds.

found = {
    d: np.array([[measure(d, spread, seed) for spread in spreads] for seed in seeds]).mean(axis=0)
    for d in widths
}

fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.2), layout="constrained")
fig.set_label(
    "Left: entropy of attention against the spread of the scores; curves of heads with 16, 64 and "
    "256 features lie on each other, follow the predicted parabola up to a spread of 2 and are "
    "below a third beyond 6. Right: the gradient of the median query rises with the spread, "
    "peaks near 6 and falls below a fiftieth of that at 32, where the root mean square over "
    "queries, a dashed line, is still rising: a few queries get nearly all of it."
)
curve = np.geomspace(spreads[0], spreads[-1], 200)
axes[0].plot(curve, predict(curve), color="C7", label="predicted")
for d, color in widths.items():
    axes[0].plot(spreads, found[d][:, 0], "o-", ms=4, color=color, label=f"d = {d}")
    axes[1].plot(spreads, found[d][:, 1], "o-", ms=4, color=color)
    axes[1].plot(spreads, found[d][:, 2], "--", color=color)
    axes[0].axvline(d**0.5, color=color, ls=":")
axes[0].set(title="Wide scores pick one token", ylabel="entropy / ln T")
axes[0].legend()
axes[1].set(title="Most queries then get no gradient", ylabel="gradient of a query", yscale="log")
for ax in axes:
    ax.set(xscale="log", xlabel="spread of the scores, c √d")
    ax.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
plt.show()

# %%
# **Reading the figure.** A score is a sum of d products of variance 1, so that its std is
# :math:`c \sqrt d`, and nothing else about d matters. With :math:`c = 1/\sqrt d` each width stands
# at 1. Without a factor, at the dotted lines, the spread is :math:`\sqrt d`: for 16 features
# attention is nearly frozen, and for 256 it has picked one token.
#
# The left curve is :math:`1 - b^2 / (2 \ln T)` for a spread b, up to where it meets zero; beyond,
# some entropy is left because the number of positions is finite. The derivation is on
# :doc:`/theory/attention`.
#
# The right panel shows what reaches the queries. At first it grows with c, by which scores are
# multiplied. Where one weight is close to 1 the softmax is flat, and the gradient of such a query
# is close to 0: so it is for the median query (dots). The rms (dashed) keeps growing.
#
# It comes from the few queries whose two largest scores happen to be close; theirs is multiplied
# by the large c. So "large scores make the gradient vanish" is true of most positions, not of the
# norm.

at = {spread: place for place, spread in enumerate(spreads)}
ones = [found[d][at[1.0], 0] for d in widths]
apart = max(np.ptp([found[d][place, 0] for d in widths]) for place in range(len(spreads)))
print(f"Entropy at a spread of 1: measured {np.mean(ones):.3f}, predicted {predict(1.0):.3f}.")
print(f"At equal spread the three widths differ by {apart:.3f} at most.")
for d in widths:
    _, median, rms = found[d].T
    peak, left = spreads[median.argmax()], median[-1] / median.max()
    print(f"d = {d:3}: the median query's gradient is largest at {peak:g};", end=" ")
    print(f"at 32 it is {left:.1%} of that,", end=" ")
    print(f"the rms {rms[-1] / rms[at[6.0]]:.1f} times as large as at 6")
