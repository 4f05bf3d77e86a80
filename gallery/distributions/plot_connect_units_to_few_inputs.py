r"""
Connect units to few inputs
===========================

What changes if each unit starts with weights to a few of its inputs alone? On average nothing: the
layer keeps the mean square of the signal, and two units are as alike as before. But the units
differ more in size, by :math:`\sqrt{2/k}` for k weights each.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import hypergeom

import weightinit as wi

# %%
# **Setup.** A layer of 2,000 units with 784 inputs. :class:`~weightinit.Sparse` gives each unit
# exactly k normal weights and zeros elsewhere. A std of :math:`1/\sqrt k` makes the output of a
# unit as large, on average, as dense weights of std :math:`1/\sqrt{784}` do.

inputs, units = 784, 2000
counts = np.array([2, 5, 15, 50, 150, 784])
rng = np.random.default_rng(0)


def layer(k):
    """Draw a layer in which each unit has k weights that are not zero."""
    return wi.Sparse(nonzeros=int(k), std=k**-0.5)((inputs, units), rng=rng)


def sizes(w):
    """Return the mean square of each unit's output for inputs of variance 1: |w|² of the unit."""
    return np.sum(w**2, axis=0)


def cosine(w):
    """Return the root mean square of the cosine between the weights of two units."""
    directions = w / np.linalg.norm(w, axis=0)
    gram = directions.T @ directions
    return np.sqrt((np.sum(gram**2) - units) / (units * (units - 1)))


def apart(w):
    """Return the share of pairs of units that have no input in common."""
    used = (w != 0).astype(float)
    return np.mean((used.T @ used)[np.triu_indices(units, 1)] == 0)


# %%
# **One sweep** over the number of weights of a unit.

layers = {k: layer(k) for k in counts}
spread = {k: sizes(w).std() for k, w in layers.items()}
alike = {k: cosine(w) for k, w in layers.items()}

fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
fig.set_label(
    "Left, histograms of the mean square of a unit's output, for 2, 15 and 784 weights a unit: all "
    "have the mean 1; with 2 weights many units are near 0 and some beyond 4, with 784 nearly all "
    "lie within a fifth of 1. Right, against the number of weights: the measured spread falls "
    "along the predicted line, the root of 2/k, and the cosine of two units stays at one value."
)
bins = np.geomspace(0.01, 10, 50)
for k, color in ((2, "C3"), (15, "C0"), (784, "C7")):
    left.hist(sizes(layers[k]), bins, histtype="step", lw=1.5, color=color, label=f"{k} weights")
left.axvline(1, color="C7", ls=":")
left.set(title="Units with few weights differ", xlabel="mean square of a unit", xscale="log")
left.set_ylabel("units")
left.legend(loc="upper left")
right.plot(counts, np.sqrt(2 / counts), "C0-", label="predicted √(2/k)")
right.plot(counts, list(spread.values()), "C0o", label="spread of the mean squares")
right.plot(counts, list(alike.values()), "C1s", label="cosine of two units, rms")
right.axhline(inputs**-0.5, color="C1", ls="--", label="predicted 1/√784")
right.set(
    xlabel="weights of a unit, k", xscale="log", yscale="log", title="How much, and how alike"
)
right.legend(fontsize="small")
plt.show()

# %%
# **Reading the figure.** The mean square of a unit's output is the sum of its squared weights: k
# terms of mean 1/k and variance :math:`2/k^2`. So it has mean 1, and std :math:`\sqrt{2/k}`. With
# 15 weights, which Martens (2010) proposed, that is a third. Dense weights vary by a twentieth.
#
# Two units of a dense layer each have a cosine of about :math:`1/\sqrt n`. With up to about
# 20 weights each, most pairs share no input, and the others share one with larger weights. In the
# mean square that comes to the same: the cosine has the second moment 1/n for each k.
#
# So :class:`~weightinit.Sparse` breaks symmetry as dense weights do. If each unit is to be of the
# same size, divide its weights by their length.

for k in counts:
    none = hypergeom.pmf(0, inputs, k, k)  # the second unit draws none of the k of the first
    print(f"k = {k:3}: spread predicted {np.sqrt(2 / k):.3f}, measured {spread[k]:.3f};", end=" ")
    print(f"no input shared: predicted {none:.3f}, measured {apart(layers[k]):.3f}")
