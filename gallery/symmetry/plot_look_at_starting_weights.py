"""
Look at starting weights
========================

What does a network that starts at zero look like beside one that starts at a constant, or at
random? And what does it compute, before any training, when it is shown real handwritten digits?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** The digits are images of 8 × 8 pixels. A pixel becomes a number between 0 and 1, from
# which we subtract its mean over all images. One hidden layer of 16 tanh units reads the 64
# pixels: unit :math:`j` computes :math:`h_j = \tanh(\sum_i x_i W_{ij})`. Its biases are zero, as
# everywhere; only the start of the weights :math:`W` differs.

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
# **One sweep.** For each start and each of 20 seeds we draw weights, show the layer all digits,
# and count. The numerical rank of the activations (digits x units) says how many different things
# the 16 units tell the next layer: a second unit that repeats the first adds nothing to it. The
# saturated share is how often a unit is within a hundredth of -1 or 1, where tanh is nearly flat.

ranks = {name: [] for name in starts}
saturated = {name: [] for name in starts}
for seed in range(20):
    for name, init in starts.items():
        h = wi.activations.tanh(x @ init((64, units), rng=seed))
        ranks[name].append(int(np.linalg.matrix_rank(h, rtol=1e-6)))
        saturated[name].append(float(np.mean(np.abs(h) > 0.99)))

# %%
# Above, the weights, a column for each unit; below, what the units answer to seven digits of each
# label, zero to nine from top to bottom. All ten panels share one range.

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
# network looks different and is hardly better. Its rows differ, so it tells digits apart by how
# much ink they have, but its 16 columns are one column 16 times. That is the symmetry problem, and
# zero is only its plainest case.
#
# The normal start of std 1 has 16 different units, but drives many answers to -1 or 1: to differ is
# not enough, the scale matters too. Xavier and He answer in between; in a layer of this shape their
# spreads are close, and with the same seed the one is the other on a slightly larger scale. Whether
# training repairs a bad start is the next question:
# :ref:`sphx_glr_auto_gallery_symmetry_plot_watch_units_stay_identical.py`.

for name in starts:
    low, high = min(ranks[name]), max(ranks[name])
    print(
        f"{name:>15}: rank {low} to {high} over 20 seeds, "
        f"{np.median(saturated[name]):.0%} of the answers saturated"
    )
