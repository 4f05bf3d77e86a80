r"""
Find the edge of chaos
======================

How large may weights be before a deep network blows up small differences? Push two close inputs
through random layers and watch their distance. Below a certain variance it shrinks in each layer,
above it grows. The variance in between is the edge of chaos, and theory knows where it is.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Layers of 300 units without training. The weights have variance
# :math:`\sigma_w^2 / n`. First an input goes through ten layers, so that its length settles. Then
# we add a tiny difference, and take the mean factor by which ten further layers change its square.
# Three cases: ReLU without biases, and tanh with biases of two variances.

n, settle, layers, tiny, seeds = 300, 10, 10, 1e-6, range(5)
cases = {
    "relu, no bias": ("relu", 0.0, "C5"),
    "tanh, bias variance 0.05": ("tanh", 0.05, "C0"),
    "tanh, bias variance 0.2": ("tanh", 0.2, "C3"),
}
variances = np.array([1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0])


def factor(name, variance, seed):
    """Return the mean factor of a layer on the square of a small distance."""
    phi, bias_variance, _ = cases[name]
    phi, rng = wi.activations.get(phi), np.random.default_rng(seed)
    weights, biases = wi.Normal(std=np.sqrt(variance / n)), wi.Normal(std=np.sqrt(bias_variance))
    z = np.tile(rng.standard_normal(n), (2, 1))
    for layer in range(settle + layers):
        if layer == settle:
            z[1] += tiny * np.linalg.norm(z[0]) * rng.standard_normal(n)
            before = np.sum((z[1] - z[0]) ** 2)
        z = phi(z) @ weights((n, n), rng=rng)
        if bias_variance:
            z += biases((n,), rng=rng)
    return (np.sum((z[1] - z[0]) ** 2) / before) ** (1 / layers)


# %%
# **One sweep.** Nine variances, five networks each. The edge is where the measured factor crosses
# 1, by a straight line between two points.

measured = {
    name: np.array([[factor(name, variance, seed) for seed in seeds] for variance in variances])
    for name in cases
}


def crossing(factors):
    """Return the variance at which the factor, on average over networks, passes 1."""
    mean = np.log(factors).mean(axis=1)
    above = int(np.argmax(mean > 0))
    return np.interp(0, mean[above - 1 : above + 1], variances[above - 1 : above + 1])


found = {name: crossing(factors) for name, factors in measured.items()}
edges = {
    name: wi.meanfield.edge_of_chaos(phi, bias_variance=bias_variance)
    for name, (phi, bias_variance, _) in cases.items()
}

fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
fig.set_label(
    "Factor on the square of a small distance over the variance of the weights, for relu and for "
    "tanh with biases of two variances. Points of networks lie around the lines of theory. They "
    "pass 1 at variance 2 for relu, and for tanh at 1.76 with smaller biases and 2.29 with larger."
)
fine = np.linspace(1, 3, 101)
for name, (phi, bias_variance, color) in cases.items():
    theory = wi.meanfield.chi(phi, weight_variance=fine, bias_variance=bias_variance)
    ax.plot(fine, theory, color=color, label=name)
    ax.plot(variances, measured[name], ".", color=color, ms=4)
    ax.plot(edges[name], 1, "o", mfc="none", mec=color, ms=11, mew=1.5)
ax.axhline(1, color="0.5", ls=":")
ax.set(xlabel=r"weight variance $\sigma_w^2$", ylabel="factor of a layer", xlim=(0.97, 3.03))
ax.text(2.98, 0.98, "shrinks", ha="right", va="top", color="0.4")
ax.text(1.0, 1.02, "grows", va="bottom", color="0.4")
ax.legend()
ax.set_title("Where a difference neither shrinks nor grows: the edge")
plt.show()

# %%
# **Reading the figure.** Points are networks, lines the factor
# :math:`\chi = \sigma_w^2 \operatorname{E} \phi'(z)^2` of mean field theory, circles the edge.
#
# For relu half of the slopes are 1, whatever the size of the signal, so the factor is half the
# variance: a straight line that passes 1 at He's variance. Tanh flattens large signals. Larger
# weights make the signal larger and its slopes smaller, so the factor grows more slowly. With
# biases the signal is larger still, and the edge moves to the right.
#
# The factor is also the slope of the correlation map at 1: there :math:`1 - c` is half the square
# of a small relative distance. Below the edge it falls to 1/e in :math:`\xi = -1 / \ln \chi`
# layers, the depth scale. The last line compares them.
#
# A gradient on its way back is multiplied by the same factor, so at the edge it keeps its size.
# What that means for training is on the page :doc:`/theory/mean-field`.

for name in cases:
    print(f"{name:>25}: edge measured at {found[name]:.2f}, theory {edges[name]:.2f}")
theory = {
    name: wi.meanfield.chi(phi, weight_variance=variances, bias_variance=bias_variance)
    for name, (phi, bias_variance, _) in cases.items()
}
off = max(np.abs(np.mean(measured[name], axis=1) / theory[name] - 1).max() for name in cases)
print(f"largest departure of a mean over {len(seeds)} networks from theory: {off:.0%}")

ordered = {"weight_variance": variances[0], "bias_variance": cases["tanh, bias variance 0.05"][1]}
q, near = wi.meanfield.fixed_point("tanh", **ordered).length, 1e-4
slope = (1 - wi.meanfield.correlation_map("tanh", 1 - near, q=q, **ordered)) / near
shrinks = np.mean(measured["tanh, bias variance 0.05"][0])
scales = -1 / np.log(shrinks), wi.meanfield.depth_scale("tanh", **ordered)
print(f"tanh, variance 1: factor {shrinks:.3f}, slope of the correlation map {slope:.3f};", end=" ")
print(f"1 - c falls to 1/e in {scales[0]:.1f} layers, theory {scales[1]:.1f}")
