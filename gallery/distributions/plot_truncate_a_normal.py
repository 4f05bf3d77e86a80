r"""
Truncate a normal without losing its variance
=============================================

Cut a normal distribution at two standard deviations and its variance drops by more than a fifth.
Unless you correct the std, less than a hundredth of the signal's mean square is left after 20
linear layers.

Many libraries cut the tails off, so that no weight is an outlier. Which of them correct for it?
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import truncnorm

import weightinit as wi

# %%
# **Setup.** Without its tails, a normal of std :math:`\sigma` has the smaller std
# :math:`c\,\sigma`. ``wi.TruncatedNormal`` divides by :math:`c`, so that its ``std`` is that of the
# weights. For comparison, the plain cut redraws values outside the limits. The variance :math:`1/n`
# should hold a signal through 20 linear layers of 256 units.

width, depth, samples = 256, 20, 50
seeds = range(10)
sigma = wi.lecun_normal.std((width, width))
c = float(truncnorm(-2, 2).std())


def plain_cut(shape, rng):
    """Draw from a normal of std sigma; draw again what is further than 2 sigma from 0."""
    z = rng.standard_normal(shape)
    while (outside := np.abs(z) > 2).any():
        z[outside] = rng.standard_normal(np.count_nonzero(outside))
    return sigma * z


def corrected(shape, rng):
    """Draw from a truncated normal that has std sigma after the cut."""
    return wi.TruncatedNormal(std=sigma)(shape, rng=rng)


draws = {"plain cut": (plain_cut, "k"), "corrected": (corrected, "C6")}


def mean_squares(draw, seed):
    """Return the mean square of a random input and of the signal after each layer."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, width))
    sizes = [np.mean(x**2)]
    for _ in range(depth):
        x = x @ draw((width, width), rng)
        sizes.append(np.mean(x**2))
    return sizes


# %%
# **One sweep.** Both ways to cut, ten seeds each; and one large sample of each for its histogram.

measured = {
    name: np.array([mean_squares(draw, seed) for seed in seeds])
    for name, (draw, _) in draws.items()
}
weights = {
    name: draw((1000, 500), np.random.default_rng(0)) / sigma for name, (draw, _) in draws.items()
}

# %%
# Left, the weights in units of the requested :math:`\sigma`, dots for a histogram and
# lines for the density. Right, the signal: dots are medians and bands the range over the seeds,
# lines the theory, :math:`c^{2l}` for the plain cut and 1.

layers = np.arange(depth + 1)
fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
fig.set_label(
    "Left, two truncated normal distributions: the plain cut ends at 2 sigma, the corrected one is "
    "wider and ends a little further out. Right, mean square of the signal over 20 linear "
    "layers: level when corrected, down to less than a hundredth with the plain cut."
)
for name, (_, color) in draws.items():
    std = 1.0 if name == "plain cut" else 1 / c
    ends = np.linspace(-2 * std, 2 * std, 25)
    heights = np.histogram(weights[name], bins=ends, density=True)[0]
    left.plot((ends[1:] + ends[:-1]) / 2, heights, "o", color=color, ms=4)
    at = np.linspace(-2.5, 2.5, 500)
    left.plot(at, truncnorm(-2, 2, scale=std).pdf(at), color=color)
    low, high = measured[name].min(axis=0), measured[name].max(axis=0)
    right.fill_between(layers, low, high, color=color, alpha=0.25, lw=0)
    right.plot(layers, (c * std) ** (2 * layers), color=color)
    right.plot(layers, np.median(measured[name], axis=0), "o", color=color, ms=4, clip_on=False)
left.set(title="The weights", xlabel="weight / σ", ylabel="density", xticks=range(-2, 3))
right.set(title="The signal", xlabel="layer", ylabel="mean square", yscale="log", xlim=(0, depth))
right.set_xticks(range(0, depth + 1, 5))
right.text(10.5, 0.1, "plain cut")
right.text(10.5, 0.85, "corrected", color="C6", va="top")
fig.suptitle("The plain cut loses variance, and each layer loses it again")
plt.show()

# %%
# **Reading the figure.** The two distributions look much alike: one is a little narrower. Yet the
# plain cut loses a share :math:`1 - c^2` of the variance, and each layer loses that share again. In
# a deep network the variance counts, so a scheme should state the variance after the cut.
#
# ``variance_scaling`` of JAX and ``VarianceScaling`` of Keras correct for the cut, as this package
# does. Keras' ``TruncatedNormal`` and PyTorch's ``trunc_normal_`` do not: their std is that of the
# normal before the cut. PyTorch, moreover, cuts at the values -2 and 2 by default, not at two
# standard deviations, and so hardly cuts at all when the std is small.

std_after_cut = {name: float(w.std()) for name, w in weights.items()}
left_after = {name: float(np.median(m[:, -1])) for name, m in measured.items()}
print(f"std after the plain cut: {std_after_cut['plain cut']:.4f} σ, theory c = {c:.4f}")
print(f"std when corrected:      {std_after_cut['corrected']:.4f} σ")
print(f"mean square after {depth} layers: plain cut {left_after['plain cut']:.4f}", end=" ")
print(f"(theory {c ** (2 * depth):.4f}), corrected {left_after['corrected']:.2f}")
