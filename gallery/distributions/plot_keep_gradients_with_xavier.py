r"""
Keep gradients alive with Xavier
================================

Through five layers of tanh, Xavier's weights keep about half of the activations and of the
gradients; the older rule, uniform on :math:`\pm 1/\sqrt n`, keeps about a tenth.

Glorot and Bengio (2010, figures 6 and 7) compared that rule with their "normalized" one, uniform on
:math:`\pm\sqrt{6/(n_\text{in} + n_\text{out})}`. How much does it gain, and does theory say so?
"""

import matplotlib.pyplot as plt
import numpy as np
from numpy.polynomial.hermite_e import hermegauss

import weightinit as wi

# %%
# **Setup.** We use their size: five layers of 1000 tanh units. We record the std of the activations
# on the way up. Then we start a random gradient of variance 1 at the output of the top layer and
# record its std on the way down, at the pre-activations of each layer.

width, depth, samples = 1000, 5, 200
seeds = range(5)
limit = 1 / np.sqrt(width)
initializers = {
    "±1/√n": (wi.Uniform(low=-limit, high=limit), "k"),
    "Xavier": (wi.xavier_uniform, "C4"),
}
tanh = wi.activations.tanh


def signal_sizes(initializer, seed):
    """Return the std of activations and of gradients, layer by layer from the input."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, width))
    weights, preactivations, activation_std, gradient_std = [], [], [], []
    for _ in range(depth):
        weights.append(initializer((width, width), rng=rng))
        preactivations.append(x @ weights[-1])
        x = tanh(preactivations[-1])
        activation_std.append(x.std())
    gradient = rng.standard_normal(x.shape)
    for W, a in zip(reversed(weights), reversed(preactivations), strict=True):
        gradient = gradient * tanh.derivative(a)
        gradient_std.insert(0, gradient.std())
        gradient = gradient @ W.T
    return activation_std, gradient_std


# %%
# Theory needs one number, :math:`n \operatorname{Var} w`. In a wide network a pre-activation is
# nearly normal. The mean squares of tanh and of its slope are then integrals over a normal density,
# computed as sums over Gauss-Hermite nodes.

nodes, node_weights = hermegauss(60)
node_weights = node_weights / node_weights.sum()


def theory(n_var):
    """Return what `signal_sizes` would be in an infinitely wide network."""
    moments, slopes = [1.0], []
    for _ in range(depth):
        z = np.sqrt(n_var * moments[-1]) * nodes
        moments.append(node_weights @ tanh(z) ** 2)
        slopes.append(node_weights @ tanh.derivative(z) ** 2)
    factors = np.cumprod(np.array(slopes[::-1]) * n_var)[::-1]
    return np.sqrt(moments[1:]), np.sqrt(factors / n_var)


# %%
# **One sweep.** Both rules, five seeds each.

measured, predicted, n_var = {}, {}, {}
for name, (initializer, _) in initializers.items():
    n_var[name] = width * initializer.std((width, width)) ** 2
    measured[name] = np.array([signal_sizes(initializer, seed) for seed in seeds])
    predicted[name] = np.array(theory(n_var[name]))

# %%
# Dots are medians over the seeds, which differ by less than a dot; lines are the theory.

layers = np.arange(1, depth + 1)
fig, axes = plt.subplots(1, 2, layout="constrained", sharey=True)
fig.set_label(
    "Two line charts over five layers of tanh: with weights uniform on one over root n the "
    "activations shrink tenfold going up and the gradients more than tenfold coming down; with "
    "Xavier both keep about a half."
)
for which, title in enumerate(["Activations, going up", "Gradients, coming down"]):
    for name, (_, color) in initializers.items():
        axes[which].plot(layers, predicted[name][which], color=color)
        median = np.median(measured[name][:, which], axis=0)
        axes[which].plot(layers, median, "o", color=color)
    axes[which].set(title=title, xlabel="layer", xticks=layers, yscale="log")
axes[0].set(ylabel="std", yticks=[0.05, 0.1, 0.2, 0.5, 1], yticklabels=[0.05, 0.1, 0.2, 0.5, 1])
axes[0].minorticks_off()
axes[0].text(3.2, 0.45, "Xavier", color="C4")
axes[0].text(3.2, 0.155, "±1/√n")
fig.suptitle("Xavier keeps about half through five layers, ±1/√n about a tenth")
plt.show()

# %%
# **Reading the figure.** The old rule looks normalized, but a uniform variable on :math:`\pm a` has
# variance :math:`a^2/3`, so each layer passes on about a third of the variance. From one end of the
# five layers to the other, signal and gradient lose about nine tenths of their std. With Xavier
# :math:`n \operatorname{Var} w` is 1, and only the bend of tanh still shrinks them. A larger gain
# makes up for that in the signal (:ref:`sphx_glr_auto_gallery_distributions_plot_pick_a_gain.py`).
#
# PyTorch's ``Linear`` still starts with the old rule: ``kaiming_uniform_`` with ``a=sqrt(5)`` is
# uniform on :math:`\pm 1/\sqrt{n_\text{in}}`. The derivation is in :doc:`/theory/xavier`.
#
# :lab:`Look at the gradient by layer from LeCun and from Xavier
# <depth=10&width=32&rate=0.03&a=lecun_normal&b=xavier_normal>` in the lab.

kept_up = {name: float(np.median(m[:, 0, -1] / m[:, 0, 0])) for name, m in measured.items()}
kept_down = {name: float(np.median(m[:, 1, 0] / m[:, 1, -1])) for name, m in measured.items()}
off = max(float(np.abs(measured[name] / predicted[name] - 1).max()) for name in initializers)
for name in initializers:
    print(f"{name:>6}: n Var w = {n_var[name]:.2f}; from end to end activations keep", end=" ")
    print(f"{kept_up[name]:.2f} of their std, gradients {kept_down[name]:.2f}")
print(f"the seed and layer furthest from the theory is {off:.1%} off")
