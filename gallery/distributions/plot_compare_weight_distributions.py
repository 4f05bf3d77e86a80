r"""
Compare the distributions of weights
====================================

Xavier and He give each layer its own spread of weights. A histogram of the whole network hides
that, because the largest layer covers the others.

How should you plot the weights of a network, so that you can tell the schemes apart?
"""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

import weightinit as wi

# %%
# **Setup.** A network wide enough for smooth histograms. Each scheme draws from a known
# distribution, uniform or normal. With Xavier and He its std depends on the shape of the layer.

sizes = [784, 512, 128, 32]
shapes = list(pairwise(sizes))
seeds = range(5)


def uniform(std):
    """Return the uniform distribution of mean 0 and this std."""
    return stats.uniform(loc=-np.sqrt(3) * std, scale=2 * np.sqrt(3) * std)


schemes = {
    "N(0, 1)": (wi.Normal(std=1.0), lambda std: stats.norm(scale=std), "C3"),
    "Xavier uniform": (wi.xavier_uniform, uniform, "C4"),
    "He normal": (wi.he_normal, lambda std: stats.norm(scale=std), "C5"),
}


def draw(initializer, shapes, seed):
    """Return the weights of each layer, as flat arrays."""
    rng = np.random.default_rng(seed)
    return [initializer(shape, rng=rng).ravel() for shape in shapes]


# %%
# **One sweep.** Three schemes, three layers, five seeds. The Kolmogorov-Smirnov distance is the
# largest gap between two distribution functions. For :math:`m` weights from the right distribution
# :math:`\sqrt m` times the distance exceeds 2 in fewer than one sample in a thousand.

distances = {
    name: [
        [
            np.sqrt(w.size) * stats.kstest(w, law(init.std(s)).cdf).statistic
            for w, s in zip(ws, shapes, strict=True)
        ]
        for ws in (draw(init, shapes, seed) for seed in seeds)
    ]
    for name, (init, law, _) in schemes.items()
}

# %%
# A row for each scheme, a panel for each layer, and in the last column the layers pooled. Lines are
# the exact densities; that of the pool weights each layer by its number of weights.

titles = [f"layer {i}: {a} × {b}" for i, (a, b) in enumerate(shapes, start=1)]
fig, axes = plt.subplots(3, 4, figsize=(8, 5.4), layout="constrained", sharex="row", sharey="row")
fig.set_label(
    "Grid of histograms with exact densities drawn over them. N(0, 1): the same bell in all three "
    "layers. Xavier: a box that widens from layer to layer. He: a bell that widens. In the last "
    "column the layers are pooled, and look much like the first, which has most weights."
)
for row, (name, (init, law, color)) in zip(axes, schemes.items(), strict=True):
    layers = draw(init, shapes, 0)
    laws = [law(init.std(shape)) for shape in shapes]
    widest = 3.5 * max(init.std(shape) for shape in shapes)
    at = np.linspace(-widest, widest, 800)
    share = np.array([w.size for w in layers]) / sum(w.size for w in layers)
    pooled = share @ np.array([one.pdf(at) for one in laws])
    densities = [*(one.pdf(at) for one in laws), pooled]
    for ax, w, density in zip(row, [*layers, np.concatenate(layers)], densities, strict=True):
        ax.hist(w, bins=60, density=True, color=color, alpha=0.35)
        ax.plot(at, density, color=color)
        ax.set(yticks=[], xlim=(-widest, widest), ylim=0)
    row[0].set_ylabel(name)
for ax, title in zip(axes[0], [*titles, "the layers pooled"], strict=True):
    ax.set_title(title)
for ax in axes[-1]:
    ax.set_xlabel("weight")
fig.suptitle("Xavier and He give each layer its own spread; the pool hides it")
plt.show()

# %%
# **Reading the figure.** Read along a row. Xavier and He give each layer its own spread. N(0, 1) is
# the same for each layer, and its axis is many times wider. Xavier is a box here and He a bell, but
# both schemes come in both shapes. In wide layers the size of signals and gradients depends on the
# variance of the weights, not on the shape of their distribution.
#
# The pool in the last column looks like the first layer, which has most of the weights. In a small
# network a pool seldom even tells the schemes apart. The layer sizes 4, 3, 2 make 18 weights, and
# below we count how often a Kolmogorov-Smirnov test at the 5 % level separates two schemes.

tiny, pairs = [(4, 3), (3, 2)], [("N(0, 1)", "Xavier uniform"), ("Xavier uniform", "He normal")]
pairs.append(("N(0, 1)", "He normal"))
repeats = 500


def separated(first, second, shapes, seed):
    """Tell whether the test separates the pooled weights of two networks."""
    one = np.concatenate(draw(schemes[first][0], shapes, [seed, 1]))
    two = np.concatenate(draw(schemes[second][0], shapes, [seed, 2]))
    return stats.ks_2samp(one, two).pvalue < 0.05


power_tiny = {p: np.mean([separated(*p, tiny, s) for s in range(repeats)]) for p in pairs}
power_layer = {p: np.mean([separated(*p, shapes[-1:], s) for s in seeds]) for p in pairs}
furthest = max(np.max(d) for d in distances.values())
for pair in pairs:
    print(f"{' vs '.join(pair):>27}: 18 pooled weights {power_tiny[pair]:.0%},", end=" ")
    print(f"the last layer alone {power_layer[pair]:.0%}")
print(f"largest distance from a layer's law: {furthest:.2f} / sqrt(weights)")
boxes = {"LeCun": (wi.lecun_normal, wi.lecun_uniform), "He": (wi.he_normal, wi.he_uniform)}
stds = {name: [np.std(init(shapes[0], rng=0)) for init in both] for name, both in boxes.items()}
for name, (bell, box) in stds.items():
    print(f"{name}, first layer: std {bell:.4f} as a bell, {box:.4f} as a box")
