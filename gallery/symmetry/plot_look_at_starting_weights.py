"""
Look at starting weights
========================

What does a network that starts at zero look like beside one that starts at a constant, or at
random? Zero is blank, a constant is one unit sixteen times, and random weights make sixteen
different units, if they are not too large.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** The digits are images of 8 × 8 pixels, scaled to numbers between 0 and 1, minus each
# pixel's mean over all images. One hidden layer of 16 tanh units reads the 64 pixels: unit
# :math:`j` computes :math:`h_j = \tanh(\sum_i x_i W_{ij})`. The biases are zero; the starts differ
# in the weights :math:`W` alone.

x, labels = load_digits(return_X_y=True)
x = x / 16
x -= x.mean(axis=0)
starts = {
    "zero": wi.zeros,
    "constant 0.1": wi.Constant(value=0.1),
    "normal, std 1": wi.Normal(std=1.0),
    "Xavier": wi.xavier_normal,
    "He": wi.he_normal,
}
units = 16

# %%
# **One sweep.** For each start and each of 20 seeds, draw the weights, show all digits to the
# layer, and count. The numerical rank of the activations (digits × units) says how many different
# signals the 16 units send to the next layer: a unit that repeats another adds none. A unit is
# *saturated* when its answer is within a hundredth of -1 or 1, where tanh is nearly flat.

ranks = {name: [] for name in starts}
saturated = {name: [] for name in starts}
for seed in range(20):
    for name, init in starts.items():
        h = wi.activations.tanh(x @ init((64, units), rng=seed))
        ranks[name].append(int(np.linalg.matrix_rank(h, rtol=1e-6)))
        saturated[name].append(float(np.mean(np.abs(h) > 0.99)))

# %%
# The top row shows the weights, a column for each unit. The bottom row shows how the units answer
# seven digits of each label, zero to nine from top to bottom. All panels share one colour scale.

shown = np.concatenate([np.flatnonzero(labels == label)[:7] for label in range(10)])
fig, axes = plt.subplots(2, len(starts), figsize=(8, 5.6), sharex=True, layout="constrained")
fig.set_label(
    "Ten heat maps: weights above, hidden activations below, for five starts. Zero is blank; the "
    "constant start repeats one column in all units; the random starts differ in every unit."
)
for (name, init), (top, bottom) in zip(starts.items(), axes.T, strict=True):
    W = init((64, units), rng=0)
    h = wi.activations.tanh(x[shown] @ W)
    for ax, image in ((top, W), (bottom, h)):
        ax.spines[:].set_visible(True)
        picture = ax.imshow(
            image, cmap="PuOr", vmin=-1, vmax=1, aspect="auto", interpolation="none"
        )
        ax.set(xticks=[], yticks=[])
    top.set_title(name)
    bottom.set_xlabel(f"16 units\nrank {ranks[name][0]}")
axes[0, 0].set_ylabel("weights from 64 pixels")
axes[1, 0].set_ylabel(f"answers to {len(shown)} digits")
fig.colorbar(picture, ax=axes, extend="both", shrink=0.6, label="weight or activation")
plt.show()

# %%
# **Reading the figure.** The zero network is blank twice: it answers 0 to every digit. The constant
# network is hardly better. Its rows differ, because each unit adds up the ink of a digit, but its
# 16 columns are one column 16 times. That is the symmetry problem, and zero is its plainest case.
#
# With std 1 the 16 units differ, but many answers are near -1 or 1: the scale matters as well.
# Xavier and He answer in between. Their stds are close in a layer of this shape, and from the same
# seed one is the other on a larger scale. Does training repair a bad start?
# :ref:`sphx_glr_auto_gallery_symmetry_plot_watch_units_stay_identical.py` looks.

print("std:", ", ".join(f"{n} {starts[n].std((64, units)):.3f}" for n in ("Xavier", "He")))
for name in starts:
    low, high = min(ranks[name]), max(ranks[name])
    print(
        f"{name:>15}: rank {low} to {high} over 20 seeds, "
        f"{np.median(saturated[name]):.0%} of the answers saturated"
    )
