r"""
Pick a gain for an activation
=============================

With the right gain a signal keeps its size through 50 layers of tanh, SELU or sigmoid. With ReLU it
wanders, and with GELU and SiLU it runs away, although the gain is right for one layer.

He's factor is for ReLU. Which factor does tanh need, or GELU, and does the gradient hold as well?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** The gain :math:`g = 1/\sqrt{\operatorname{E} \phi(z)^2}`, :math:`z \sim N(0, 1)`, makes
# up for what :math:`\phi` does to a pre-activation of variance 1: with weights of std
# :math:`g/\sqrt n` the next pre-activation has variance 1 again. The backward gain has the slope
# :math:`\phi'` in place of :math:`\phi`. You choose one of the two. With the forward gain a layer
# multiplies the mean square of the gradient by :math:`\chi = g^2 \operatorname{E} \phi'(z)^2`, the
# square of forward over backward gain.

names = ["tanh", "selu", "sigmoid", "relu", "gelu", "silu"]
forward = {name: wi.gain(name) for name in names}
backward = {name: wi.gain(name, direction="backward") for name in names}
chi = {name: (forward[name] / backward[name]) ** 2 for name in names}

# %%
# Does the signal also return to variance 1 when it enters a little too large? Its variance
# :math:`q` becomes :math:`g^2 \operatorname{E} \phi(\sqrt q z)^2`. If that is nearer to 1 than
# :math:`q` was, errors die out; if it is further away, they grow. Near 1 the new variance is close
# to a power of :math:`q`, and we compute the exponent from two more gains.


def power(name, step=1e-3):
    """Return d log(new variance) / d log(variance), at variance 1."""
    phi = wi.activations.get(name)
    smaller, larger = (wi.gain(lambda z, f=f: phi(np.exp(f) * z)) for f in (-step / 2, step / 2))
    return float(np.log(smaller / larger) / step)


powers = {name: power(name) for name in names}
print("            forward  backward    chi  power")
for name in names:
    print(f"{name:>10} {forward[name]:8.4f} {backward[name]:9.4f}", end=" ")
    print(f"{chi[name]:6.3f} {powers[name]:6.3f}")

# %%
# **One sweep.** 50 layers of 128 units, six activations, eight seeds. We record the mean square of
# the pre-activations going up and of the gradients coming down.

width, depth, samples = 128, 50, 16
seeds = range(8)


def mean_squares(name, seed):
    """Return the mean squares of pre-activations and gradients, by layer from the input."""
    rng = np.random.default_rng(seed)
    phi = wi.activations.get(name)
    init = wi.VarianceScaling(scale=forward[name] ** 2, mode="fan_in", distribution="normal")
    x = rng.standard_normal((samples, width)) / forward[name]
    weights, slopes, going_up, coming_down = [], [], [], []
    for _ in range(depth):
        weights.append(init((width, width), rng=rng))
        preactivation = x @ weights[-1]
        going_up.append(np.mean(preactivation**2))
        slopes.append(phi.derivative(preactivation))
        x = phi(preactivation)
    gradient = rng.standard_normal(x.shape)
    for W, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = (gradient * slope) @ W.T
        coming_down.insert(0, np.mean(gradient**2))
    return going_up, coming_down


measured = {name: np.array([mean_squares(name, seed) for seed in seeds]) for name in names}

# %%
# One line per seed; dots are the gradient that :math:`\chi` predicts.

layers = np.arange(1, depth + 1)
every = slice(None, None, 7)
fig, axes = plt.subplots(2, 3, figsize=(7.2, 5), layout="constrained", sharex=True, sharey=True)
fig.set_label(
    "Six log-scale charts over 50 layers, eight seeds each. The signal stays at 1 with tanh, selu "
    "and sigmoid, wanders with relu, and runs away by powers of ten with gelu and silu. "
    "The gradient grows with all but relu, where it is level, and sigmoid, where it vanishes."
)
for name, ax in zip(names, axes.flat, strict=True):
    (gradient, *_) = ax.plot(layers, measured[name][:, 1].T, "k", lw=0.8)
    (signal, *_) = ax.plot(layers, measured[name][:, 0].T, "C6", lw=1)
    predicted = chi[name] ** (depth + 1 - layers)
    (theory,) = ax.plot(layers[every], predicted[every], "ko", ms=4)
    ax.set(title=f"{name}, gain {forward[name]:.2f}", yscale="log", ylim=(1e-8, 1e8))
texts = ["signal, going up", "gradient, coming down", "gradient in theory"]
fig.legend([signal, gradient, theory], texts, loc="outside lower center", ncols=3)
axes[0, 0].set_ylabel("mean square")
axes[1, 0].set_ylabel("mean square")
for ax in axes[1]:
    ax.set_xlabel("layer")
fig.suptitle("tanh, selu and sigmoid hold the signal; gelu and silu let it run away")
plt.show()

# %%
# **Reading the figure.** In the upper row the power is below 1: a few layers later the signal has
# forgotten what one draw of the weights did to its size. But a signal that holds is not enough. For
# the sigmoid it is mostly a constant, its mean of 1/2, and the gradient vanishes
# (:ref:`sphx_glr_auto_gallery_distributions_plot_break_xavier_with_sigmoid.py`). With tanh and SELU
# the mean square of the gradient grows by the factor :math:`\chi` per layer.
#
# ReLU has the power 1, because :math:`\phi(az) = a\phi(z)` for :math:`a > 0`. No layer corrects
# what a draw did to the size, and the signal wanders.
#
# GELU and SiLU have powers above 1, like a pencil balanced on its tip: each input runs away in the
# direction in which chance first moves it. The inputs that rise dominate the mean drawn here, and
# with them the gradient leaves the theory; :doc:`/theory/he` counts how many fall.

final = {name: m[:, 0, -1] for name, m in measured.items()}
gradient_at_input = {name: float(np.median(m[:, 1, 0])) for name, m in measured.items()}
for name in names:
    print(f"{name:>8}: signal ends at {final[name].min():.3g} to {final[name].max():.3g}", end="; ")
    print(f"gradient {gradient_at_input[name]:.1e}, predicted {chi[name] ** depth:.1e}")
