r"""
See decision boundaries
=======================

What has a network learned that gets two thirds of the points right? From equal weights it has
learned one straight line. From random weights it fences in the disc.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** The ring again: label 1 in the disc of radius 1, label 0 around it. Networks 2-4-1 of
# sigmoid units, trained as in
# :ref:`sphx_glr_auto_gallery_training_plot_train_on_a_ring.py`, classify every point of a grid.

starts = {
    "zero": (wi.zeros, "C0"),
    "constant 0.5": (wi.Constant(value=0.5), "C1"),
    "std 0.01": (wi.Normal(std=0.01), "C2"),
    "N(0, 1)": (wi.Normal(std=1.0), "C3"),
    "Xavier": (wi.xavier_normal, "C4"),
    "He": (wi.he_normal, "C5"),
}
seeds = range(5, 10)
side = np.linspace(-2, 2, 61)
grid = np.stack(np.meshgrid(side, side), axis=-1)
truth = np.hypot(grid[..., 0], grid[..., 1]) < 1
around = (np.hypot(grid[..., 0], grid[..., 1]) <= 2) & ~truth


def learn(init, seed, epochs=800):
    """Return the logits on the grid, and how far the hidden units differ, after training."""
    rng = np.random.default_rng(seed)
    x, y = wi.datasets.ring(400, rng=rng)
    net = wi.mlp([2, 4, 1], "sigmoid").initialize(init, rng=rng)
    wi.train(net, x, y, epochs=epochs, batch_size=len(x), learning_rate=1.0, momentum=0.8)
    s = np.linalg.svd(net.parameters["dense0.weight"], compute_uv=False)
    return net.forward(grid.reshape(-1, 2)).reshape(truth.shape), s[1] / s[0]


# %%
# **One sweep.** Six starts, five seeds.

learned = {name: [learn(init, seed) for seed in seeds] for name, (init, _) in starts.items()}

# %%
# The shaded area is what the first network takes for the disc. Solid lines are the boundaries of
# all five networks, and the dashed circle is the true one.

fig, axes = plt.subplots(2, 3, figsize=(7.2, 5.2), layout="constrained")
fig.set_label(
    "Six maps of the plane, one for each start, with the decision boundaries of five networks. "
    "From zero and from a constant they are single straight lines; from every random start they "
    "are closed curves near the true circle."
)
angle = np.linspace(0, 2 * np.pi, 100)
for ax, (name, runs) in zip(axes.flat, learned.items(), strict=True):
    color = starts[name][1]
    ax.contourf(side, side, runs[0][0], [0, np.inf], colors=[color], alpha=0.3)
    for logits, _ in runs:
        ax.contour(side, side, logits, [0], colors=[color], linewidths=1)
    ax.plot(np.cos(angle), np.sin(angle), "k--", lw=1.2)
    ax.plot(2 * np.cos(angle), 2 * np.sin(angle), "k", lw=0.6)
    ax.set(title=name, aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
plt.show()

# %%
# **Reading the figure.** A sigmoid unit is a smooth step along one direction of the plane. Four
# units in four directions fence the disc in. Four equal units make the same step, and the boundary
# is one straight line. The disc is round and prefers no line, so each draw of the points has its
# own. The random starts of the figure close the fence, and differ from seed to seed in its corners.
#
# Units that differ by next to nothing have to grow apart first, which takes time
# (:ref:`sphx_glr_auto_gallery_symmetry_plot_escape_by_rounding.py`). With std :math:`10^{-8}` some
# networks still have the straight line after 800 epochs; after four times as many none of the five
# has.
#
# :lab:`Watch a boundary form from a constant and from He
# <depth=1&rate=0.3&a=constant&b=he_normal>` in the lab.

covered = {
    name: [(float(np.mean(z[truth] > 0)), float(np.mean(z[around] > 0))) for z, _ in runs]
    for name, runs in learned.items()
}
apart = {name: [float(ratio) for _, ratio in runs] for name, runs in learned.items()}
for name, shares in covered.items():
    disc, ring = np.median(shares, axis=0)
    print(f"{name:>12}: says 1 on {disc:4.0%} of the disc and {ring:4.0%} of the ring;", end=" ")
    print(f"second / first singular value {min(apart[name]):.0e} to {max(apart[name]):.0e}")


def right(logits):
    """Return the share that is right, of disc and ring in equal parts."""
    return float(np.mean(logits[truth] > 0) + np.mean(logits[around] <= 0)) / 2


tiny = {
    epochs: [right(learn(wi.Normal(std=1e-8), seed, epochs)[0]) for seed in seeds]
    for epochs in (800, 3200)
}
for epochs, shares in tiny.items():
    print(f"std 1e-8, {epochs:>4} epochs: right on", *(f"{share:.0%}" for share in shares))
