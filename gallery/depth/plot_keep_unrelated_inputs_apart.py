"""
Keep unrelated inputs apart
===========================

Which activations make unrelated inputs alike, layer by layer? Those whose mean is far from 0, such
as relu. An odd activation, whose values at z and -z cancel, has mean 0: without biases, inputs that
are unrelated at first are still unrelated after 24 layers.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** 32 samples, each two with the same correlation, pass through 24 layers of 512 units.
# The gain of each activation keeps the mean square at 1 in a wide network. Two of these
# activations are odd, and two are not.

width, depth, samples, seeds = 512, 24, 32, range(3)
activations = {"tanh": "C0", "softsign": "C4", "relu": "C1", "elu": "C3"}
begins = (0.0, 0.8)


def together(begin, rng):
    """Return pre-activations of mean square 1, of which each two have exactly this correlation."""
    q, _ = np.linalg.qr(rng.standard_normal((width, samples + 1)))
    shared, own = q.T[:1], q.T[1:]
    return np.sqrt(width) * (np.sqrt(begin) * shared + np.sqrt(1 - begin) * own)


def correlation(z):
    """Return the mean correlation of two different samples."""
    directions = z / np.linalg.norm(z, axis=1, keepdims=True)
    total = np.sum(directions.sum(axis=0) ** 2)
    return (total - samples) / (samples * (samples - 1))


def follow(name, begin, seed):
    """Return the correlation in each layer of a network."""
    rng, phi = np.random.default_rng(seed), wi.activations.get(name)
    init = wi.VarianceScaling(scale=wi.gain(name) ** 2, mode="fan_in", distribution="normal")
    z, found = together(begin, rng), [begin]
    for _ in range(depth):
        z = phi(z) @ init((width, width), rng=rng)
        found.append(correlation(z))
    return found


def predict(name, begin):
    """Return the same in a network of infinite width, where the mean square stays 1."""
    found, variance = [begin], wi.gain(name) ** 2
    for _ in range(depth):
        step = wi.meanfield.correlation_map(name, found[-1], weight_variance=variance, q=1.0)
        found.append(float(step))
    return found


# %%
# **One sweep.** Four activations, two correlations to begin with, three draws of the weights.

cases = [(name, begin) for name in activations for begin in begins]
measured = {case: np.array([follow(*case, seed) for seed in seeds]) for case in cases}
theory = {case: np.array(predict(*case)) for case in cases}

fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), sharey=True, layout="constrained")
fig.set_label(
    "Correlation of two inputs over 24 layers; dots of networks follow the lines of theory. Left, "
    "from 0: with tanh and softsign it stays at 0, with relu it rises to nearly 1, with ELU to "
    "above 0.4. Right, from 0.8: with tanh and softsign it falls below 0.3, with ELU its mean "
    "hardly moves, with relu it rises to nearly 1."
)
for ax, begin in zip(axes, begins, strict=True):
    for name, color in activations.items():
        odd = wi.meanfield.is_odd(name)
        label = f"{name}, odd" if odd else name
        ax.plot(theory[name, begin], "-" if odd else "--", color=color, label=label)
        ax.plot(measured[name, begin].T, ".", color=color, ms=4, alpha=0.6)
    ax.set(title=f"Inputs that begin at {begin:g}", xlabel="layer", ylim=(-0.2, 1.05))
axes[0].set_ylabel("correlation")
axes[1].legend(loc="lower left", ncols=2)
plt.show()

# %%
# **Reading the figure.** Pre-activations that are normal and uncorrelated are independent. So the
# mean of their product behind the activation is :math:`(\operatorname{E} \phi)^2`, and their
# correlation in the next layer
#
# .. math:: \frac{(\operatorname{E} \phi)^2}{\operatorname{E} \phi^2}.
#
# Of an odd activation the numerator is 0, by symmetry: what was unrelated stays so. Of relu the
# ratio is :math:`1/\pi`: after one layer the samples share a third of their signals, and further
# layers add to it. Of ELU, whose mean is small for normal inputs, it is little.
#
# With these gains related inputs (right) come apart under the two odd activations; with smaller
# weights they would not. Under ELU both correlations move towards one between. Relu makes samples
# alike: their correlation tends to 1. Where
# that makes learning slow, :func:`~weightinit.diagnose` reports "samples alike". How fast it goes,
# and what biases change, is on :doc:`/theory/mean-field`.

for name in activations:
    first = wi.meanfield.correlation_map(name, 0.0, weight_variance=wi.gain(name) ** 2, q=1.0)
    last = measured[name, 0.0][:, -1].mean()
    print(f"{name:>8}: odd {wi.meanfield.is_odd(name)!s:5}", end=" ")
    print(f"from 0 after one activation {first:.3f}; layer {depth}: measured {last:.3f},", end=" ")
    print(f"predicted {theory[name, 0.0][-1]:.3f}")
