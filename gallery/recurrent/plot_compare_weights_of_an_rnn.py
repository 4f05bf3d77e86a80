r"""
Compare the weights of a recurrent network
==========================================

In a recurrent network that reads words, Xavier and He differ mainly in the recurrent matrix. A
histogram of all weights together hides that matrix among the rows of the lookup.

Such a network has three matrices of different shapes. In which of them does the choice matter?
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import ks_2samp, norm

import weightinit as wi

# %%
# **Setup.** A vocabulary of 10,000 words, a state of 128 units, two classes: the lookup :math:`E`
# with a row for each word, the recurrent matrix :math:`W`, the output matrix :math:`O`. Xavier's
# weights are normal here, like He's, so that the two differ in scale alone.

network = wi.rnn(vocabulary=10_000, hidden=128, classes=2)
starts = {
    "zero": (wi.zeros, "C0"),
    "std 0.01": (wi.Normal(std=0.01), "C2"),
    "Xavier": (wi.xavier_normal, "C4"),
    "He": (wi.he_normal, "C5"),
}
matrices = {"E": "embedding0.weight", "W": "rnn0.weight", "O": "dense0.weight"}
seeds = 3
sizes = {name: int(np.prod(network.parameter_shapes[full])) for name, full in matrices.items()}
share = {name: size / sum(sizes.values()) for name, size in sizes.items()}


def draw(initializer, seed):
    """Return the weights of each matrix, and of the three in one pool."""
    weights = network.initialize(initializer, rng=seed).parameters
    drawn = {name: weights[full].ravel() for name, full in matrices.items()}
    return drawn | {"pool": np.concatenate(list(drawn.values()))}


# %%
# **One sweep.** Four starts, three seeds. How well could a histogram tell Xavier from He? We
# measure the largest gap between their distribution functions (the Kolmogorov-Smirnov distance): 0
# if the two agree, 1 if they do not overlap. We give Xavier and He different seeds here, because
# with the same seed their weights would be the same numbers, scaled.

drawn = {name: [draw(init, s) for s in range(seeds)] for name, (init, _) in starts.items()}
theory = {
    name: {key: init.std(network.parameter_shapes[full]) for key, full in matrices.items()}
    for name, (init, _) in starts.items()
}
measured = {
    name: {key: [float(np.std(found[key])) for found in draws] for key in matrices}
    for name, draws in drawn.items()
}
distance = {
    key: [
        float(ks_2samp(a[key], b[key], method="asymp").statistic)
        for a, b in zip(drawn["Xavier"], drawn["He"][1:] + drawn["He"][:1], strict=True)
    ]
    for key in (*matrices, "pool")
}

panels = {"E": (0.055, 45, 60), "W": (0.45, 6, 60), "O": (0.45, 6, 16), "pool": (0.055, 45, 60)}
fig, axes = plt.subplots(2, 2, figsize=(7, 4.8), layout="constrained")
fig.set_label(
    "Four histograms of weights for four starts, with exact densities. Xavier and He coincide for "
    "the lookup and the output matrix, and differ visibly only for the recurrent matrix; with the "
    "three in one pool they coincide again."
)
for (key, (end, top, bins)), ax in zip(panels.items(), axes.flat, strict=True):
    x = np.linspace(-end, end, 401)
    ax.axvline(0, color="C0", lw=1.2)
    for name, (_, colour) in list(starts.items())[1:]:
        weights = drawn[name][0][key]
        inside, edges = np.histogram(weights, bins, (-end, end))
        density = inside / len(weights) / np.diff(edges)
        ax.stairs(density, edges, color=colour, fill=True, alpha=0.25)
        parts = share if key == "pool" else {key: 1}
        exact = sum(p * norm.pdf(x, scale=theory[name][part]) for part, p in parts.items())
        ax.plot(x, exact, color=colour, lw=1.4, ls="--" if name == "He" else "-", label=name)
    what = "the three together" if key == "pool" else f"{key}: {share[key]:.2%} of the weights"
    ax.set(xlim=(-end, end), ylim=(0, top), title=what, xlabel="weight", ylabel="density")
axes[0, 0].text(0.001, 43, "zero", color="C0", va="top")
axes[0, 0].legend(loc="upper right", handlelength=1.4)
fig.suptitle("Xavier and He differ by √2 in W, by less than 1 % elsewhere")
plt.show()

# %%
# **Reading the figure.** Xavier's variance is 1 over the mean of fan in and fan out, and He's is 2
# over the fan in. So their stds have the ratio :math:`\sqrt{1 + n_\text{out}/n_\text{in}}`. For the
# lookup the fan in is the vocabulary here, much larger than the state, and for the output matrix it
# is the state, much larger than two classes: both ratios are nearly 1. The recurrent matrix is
# square, and its ratio is √2.
#
# In one pool that matrix is lost among the rows of the lookup. To compare starts, draw a panel for
# each matrix.

ratio = {key: theory["He"][key] / theory["Xavier"][key] for key in matrices}
for key, full in matrices.items():
    stds = ", ".join(f"{name} {np.median(found[key]):.4f}" for name, found in measured.items())
    print(f"{key} {network.parameter_shapes[full]!s:12} std: {stds}; He / Xavier {ratio[key]:.3f}")
print(f"{share['E']:.1%} of all weights are in E")
found = ", ".join(f"{key} {np.median(values):.4f}" for key, values in distance.items())
print(f"distance between Xavier and He: {found}")
