r"""
Choose how large random weights should be
=========================================

A signal keeps its size through 20 layers of ReLU, on average, if the weights have He's std
:math:`\sqrt{2/n}`. With std 0.01 or Xavier it fades, and with N(0, 1) it explodes.

Random weights break the symmetry that equal weights keep. But how large should they be: small, to
be on the safe side, or straight from ``np.random.randn``?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Random inputs pass through 20 layers of 256 ReLUs. We record the size of the signal
# after each layer: its root mean square (rms). We draw the weights in four ways, from the same
# random numbers at different scales.
#
# In theory a layer multiplies the mean square of its input by :math:`\sigma^2 n / 2`: each unit
# adds up :math:`n` terms with weights of std :math:`\sigma`, and ReLU drops half of the mean
# square. After :math:`l` layers the rms is :math:`(\sigma \sqrt{n/2})^l`. It grows or shrinks
# exponentially unless :math:`\sigma = \sqrt{2/n}`.

width, depth, samples = 256, 20, 100
seeds = range(10)
initializers = {
    "std 0.01": (wi.Normal(std=0.01), "C2"),
    "N(0, 1)": (wi.Normal(std=1.0), "C3"),
    "Xavier": (wi.xavier_normal, "C4"),
    "He": (wi.he_normal, "C5"),
}


def rms_by_layer(initializer, seed):
    """Return the rms of a random input and of what each layer makes of it, (depth + 1,)."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, width))
    rms = [np.sqrt(np.mean(x**2))]
    for _ in range(depth):
        x = wi.activations.relu(x @ initializer((width, width), rng=rng))
        rms.append(np.sqrt(np.mean(x**2)))
    return rms


# %%
# **One sweep.** Four schemes, ten seeds each, and the factor per layer that theory predicts.

measured, factors = {}, {}
for name, (initializer, _) in initializers.items():
    measured[name] = np.array([rms_by_layer(initializer, seed) for seed in seeds])
    factors[name] = initializer.std((width, width)) * np.sqrt(width / 2)

# %%
# Dots are medians over the seeds, lines are the theory. The axis spans forty powers of ten: on it,
# the seeds differ by less than the height of a dot.

layers = np.arange(depth + 1)
fig, ax = plt.subplots(layout="constrained")
fig.set_label(
    "Line chart of the size of the signal over 20 layers on a logarithmic axis: N(0, 1) rises in a "
    "straight line, std 0.01 and Xavier fall in straight lines, and He stays level near 1."
)
for name, (_, color) in initializers.items():
    theory = factors[name] ** layers
    ax.plot(layers, theory, color=color)
    ax.plot(layers, np.median(measured[name], axis=0), "o", ms=4, color=color, clip_on=False)
    label = f"{name}: ×{factors[name]:.3g} a layer"
    place = {"xytext": (7, 0), "textcoords": "offset points", "va": "center"}
    ax.annotate(label, (depth, theory[-1]), color=color, **place)
ax.set(yscale="log", xlim=(0, depth), xticks=range(0, depth + 1, 5))
ax.set(xlabel="layer", ylabel="rms of the signal")
ax.set_title("He carries a signal through 20 layers of ReLU")
plt.show()

# %%
# **Reading the figure.** On a logarithmic axis an exponential is a straight line, and the dots of
# each scheme lie on its line. Small weights are not safe: after 20 layers next to nothing is left
# of the input. Weights from :math:`N(0, 1)` do the opposite. Xavier, made for units of slope 1,
# loses half of the mean square in each layer. He's line is level because his std solves
# :math:`\sigma^2 n / 2 = 1`.
#
# Each seed strays a little from the theory, by the same factor under all four schemes, since they
# use the same random numbers. The derivation is in :doc:`/theory/random-scale`.
#
# :lab:`Choose a std and look at the signal by layer
# <depth=20&width=32&act=relu&rate=0.01&a=std:0.1&b=std:0.25>` in the lab.

final_rms = {name: float(np.median(rms[:, -1])) for name, rms in measured.items()}
final_theory = {name: float(factor**depth) for name, factor in factors.items()}
stray = measured["He"][:, -1] / final_theory["He"]
for name, rms in final_rms.items():
    print(f"{name:>8}: rms after {depth} layers {rms:.1e}, theory {final_theory[name]:.1e}")
print(f"one seed ends at {stray.min():.2f} to {stray.max():.2f} times the theory")
