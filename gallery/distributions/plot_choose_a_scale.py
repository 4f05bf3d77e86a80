r"""
Choose how large random weights should be
=========================================

Random weights break the symmetry that zeros keep. But random how: small numbers, to be on the safe
side, or ``np.random.randn`` as it comes?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Random inputs pass through 20 layers of 256 ReLUs, and we watch the size of the signal:
# its root mean square (rms). Four ways to draw the weights. The same seed gives the same draws, so
# that within a seed the four networks differ in scale alone.
#
# Theory says what to expect. A layer multiplies the mean square of its input by :math:`\sigma^2 n /
# 2`: each unit adds up :math:`n` terms with weights of std :math:`\sigma`, and ReLU drops half.
# After :math:`l` layers the rms is :math:`(\sigma \sqrt{n/2})^l`: an exponential, unless
# :math:`\sigma = \sqrt{2/n}`.

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
# **One sweep.** Every scheme, ten seeds each, and the factor that theory gives for a layer.

measured, factors = {}, {}
for name, (initializer, _) in initializers.items():
    measured[name] = np.array([rms_by_layer(initializer, seed) for seed in seeds])
    factors[name] = initializer.std((width, width)) * np.sqrt(width / 2)

# %%
# Dots are medians over the seeds, lines are the theory. The spread between seeds is there but
# hidden by the axis: forty powers of ten leave no room for it.

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
ax.set_title("One scale alone carries a signal through 20 layers of ReLU")
plt.show()

# %%
# **Reading the figure.** On a logarithmic axis an exponential is a straight line, and all four lie
# on theirs. Small weights are not safe: what leaves the network is the input, shrunk until any bias
# drowns it. Weights from :math:`N(0, 1)` do the opposite. Xavier, made for units of slope 1, loses
# half of the mean square in each layer, which a shallow network hardly notices and a deep one does.
#
# He's scale, :math:`\sqrt{2/n}`, is level: not because it is small or large, but because it solves
# :math:`\sigma^2 n / 2 = 1`.
#
# Single seeds stray from the theory, and alike under all four schemes, because the draws are the
# same. The derivation is in :doc:`/theory/random-scale`.

final_rms = {name: float(np.median(rms[:, -1])) for name, rms in measured.items()}
final_theory = {name: float(factor**depth) for name, factor in factors.items()}
stray = measured["He"][:, -1] / final_theory["He"]
for name, rms in final_rms.items():
    print(f"{name:>8}: rms after {depth} layers {rms:.1e}, theory {final_theory[name]:.1e}")
print(f"one seed ends at {stray.min():.2f} to {stray.max():.2f} times the theory")
