r"""
Start a ReLU network with He
============================

Through 30 layers of ReLU, He's weights keep the size of signal and gradient, and Xavier's halve the
mean square in each layer. The units that start dead are the same for both.

He's weights have twice Xavier's variance. What does that factor of two do, forwards and backwards,
and does it prevent dead units, as people often say?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** 30 layers of 256 ReLUs, random inputs, random gradients at the top. We record the root
# mean square (rms) of the signal going up and of the gradient coming down, and count the dead
# units: those whose output is 0 for each input of the batch, so that they get no gradient. With the
# same seed all schemes use the same random numbers, at different scales.

width, depth, samples = 256, 30, 50
seeds = range(10)
initializers = {
    "std 0.01": (wi.Normal(std=0.01), "C2"),
    "N(0, 1)": (wi.Normal(std=1.0), "C3"),
    "Xavier": (wi.xavier_normal, "C4"),
    "He": (wi.he_normal, "C5"),
}
relu = wi.activations.relu


def rms(array):
    """Return the root mean square."""
    return np.sqrt(np.mean(array**2))


def one_network(initializer, seed, samples=samples):
    """Return rms of signals and of gradients, and the dead units, by layer from the input."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, width))
    weights, masks, signals = [], [], [rms(x)]
    for _ in range(depth):
        weights.append(initializer((width, width), rng=rng))
        x = relu(x @ weights[-1])
        masks.append(x > 0)
        signals.append(rms(x))
    gradient = rng.standard_normal(x.shape)
    gradients = [rms(gradient)]
    for W, mask in zip(reversed(weights), reversed(masks), strict=True):
        gradient = (gradient * mask) @ W.T
        gradients.append(rms(gradient))
    return signals, gradients[::-1], [0, *(int(np.sum(~mask.any(axis=0))) for mask in masks)]


# %%
# **One sweep.** Four scales, ten seeds each; an array of shape (seeds, 3, depth + 1) for each.

measured = {
    name: np.array([one_network(initializer, seed) for seed in seeds])
    for name, (initializer, _) in initializers.items()
}
signals, gradients, dead = ({name: m[:, i] for name, m in measured.items()} for i in range(3))

# %%
# Dots are medians and bands the range over the seeds; lines are the theory: a factor of
# :math:`1/\sqrt 2` per layer for Xavier, 1 for He, in both directions.

layers = np.arange(depth + 1)
fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained", sharey=True)
fig.set_label(
    "Two line charts over 30 layers of ReLU on a logarithmic axis. Left, the signal going up, and "
    "right, the gradient coming down: with He both stay near 1, with Xavier both fall in a "
    "straight line below one ten-thousandth."
)
for ax, sizes, travelled in ((axes[0], signals, layers), (axes[1], gradients, depth - layers)):
    for name, factor in (("Xavier", np.sqrt(1 / 2)), ("He", 1.0)):
        color = initializers[name][1]
        low, high = sizes[name].min(axis=0), sizes[name].max(axis=0)
        ax.fill_between(layers, low, high, color=color, alpha=0.25, lw=0)
        ax.plot(layers, factor**travelled, color=color)
        ax.plot(layers, np.median(sizes[name], axis=0), "o", color=color, ms=4, clip_on=False)
    ax.set(yscale="log", xlabel="layer", xlim=(0, depth))
axes[0].set(title="Signal, going up", ylabel="rms")
axes[1].set(title="Gradient, coming down")
axes[0].text(15, 0.012, "Xavier", color="C4")
axes[0].text(15, 0.5, "He", color="C5", va="top")
fig.suptitle("He is level in both directions, Xavier loses a factor of √2 per layer")
plt.show()

# %%
# **Reading the figure.** ReLU drops half of the mean square of its input and lets half of the
# gradients pass. Weights of variance :math:`2/n` make up for both. So He's network is level in both
# directions, apart from the chance of each draw, which adds up over the layers. With Xavier's
# :math:`1/n` the mean square halves in each layer, in both directions.
#
# **Dead units** are another matter. With zero biases, a positive factor on the weights scales the
# pre-activations and does not change their signs: the same units are on for the same inputs. So at
# the start the scale neither causes nor prevents dead units. It decides how large a gradient the
# others get. In training, steps that are too large for the weights can kill units
# (:ref:`sphx_glr_auto_gallery_training_plot_train_a_cnn_on_digits.py`). The derivation is in
# :doc:`/theory/he`.
#
# A unit is dead only with respect to a batch. With more inputs, more units find one that switches
# them on: the last lines count dead units with a hundred times as many inputs.
#
# :lab:`Send a signal through ReLU layers from Xavier and from He
# <depth=20&width=32&act=relu&rate=0.01&a=xavier_normal&b=he_normal>` in the lab.

final_signal = {name: float(np.median(s[:, -1])) for name, s in signals.items()}
final_gradient = {name: float(np.median(g[:, 0])) for name, g in gradients.items()}
dead_units = {name: d.sum(axis=1).astype(int).tolist() for name, d in dead.items()}
for name in ("Xavier", "He"):
    print(f"{name:>8}: signal at the top {final_signal[name]:.0e}", end=", ")
    print(f"gradient at the input {final_gradient[name]:.0e}")
print(f"dead units of {width * depth}, for each seed:")
for name, counts in dead_units.items():
    print(f"{name:>8}:", *counts)
more = 100 * samples
fewer = [sum(one_network(wi.he_normal, seed, more)[2]) for seed in range(2)]
print(f"dead units for {samples} inputs, He: {np.median(dead_units['He']):.0f};", end=" ")
print(f"for {more}, two seeds:", *fewer)
