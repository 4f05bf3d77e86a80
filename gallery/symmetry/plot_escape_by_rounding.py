"""
Escape by rounding
==================

How long do equal units stay equal if one number in the network is off by the smallest amount that
there is? In exact arithmetic they stay equal for ever. Computers round, and here a difference in
the last bit grows until the units differ, after hundreds of steps.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** 64 pixels, 8 tanh units, 10 outputs, all weights 0.1; gradient descent on 300 digits.
# There are four ways to compute the same network:
#
# - *as it comes*: NumPy as it is;
# - *exact*: each unit's gradient is replaced by the mean over the units, which in exact arithmetic
#   changes nothing, and in floating point keeps the units equal to the last bit;
# - *one nudged*: one output weight moves to the next floating-point number, by about one part in
#   :math:`10^{16}`; the seven other units are kept equal as above;
# - *all nudged*: an output weight of unit :math:`j` moves by :math:`j` such steps.

images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / 16
targets = np.eye(10)[labels]
tanh = wi.activations.tanh
units, steps, seeds, learning_rate = 8, 800, 5, 0.5
nudges = {"as it comes": 0, "exact": 0, "one nudged": np.eye(units)[0], "all nudged": range(units)}
kept_equal = {"exact": slice(0, None), "one nudged": slice(1, None)}


def train(way, seed):
    """Return the hidden weights and the accuracy on unseen digits, every tenth step."""
    order = np.random.default_rng(seed).permutation(len(images))
    seen, unseen = order[:300], order[300:]
    x, y = images[seen], targets[seen]
    W1, b1, W2, b2 = np.full((64, units), 0.1), np.zeros(units), np.full((units, 10), 0.1), 0.0
    W2[:, seed % 10] += np.array(nudges[way]) * np.spacing(0.1)
    history = []
    for step in range(steps + 1):
        if step % 10 == 0:
            answers = np.argmax(tanh(images[unseen] @ W1 + b1) @ W2 + b2, axis=1)
            history.append((W1.copy(), np.mean(answers == labels[unseen])))
        h = tanh(x @ W1 + b1)
        error = (softmax(h @ W2 + b2, axis=1) - y) / len(y)
        delta = error @ W2.T * (1 - h**2)
        gradients = x.T @ delta, delta.sum(axis=0), (h.T @ error).T
        for gradient in gradients if way in kept_equal else ():
            equal = gradient[..., kept_equal[way]]
            equal[...] = equal.mean(axis=-1, keepdims=True)
        W1 -= learning_rate * gradients[0]
        b1 -= learning_rate * gradients[1]
        W2 -= learning_rate * gradients[2].T
        b2 = b2 - learning_rate * error.sum(axis=0)
    return history


def second_over_first(W):
    """Return the ratio of the two largest singular values: 0 if the units are equal."""
    s = np.linalg.svd(W, compute_uv=False)
    return s[1] / s[0]


# %%
# **One sweep.** Each way with five seeds, which choose the digits and the weights that are nudged.

runs = {way: [train(way, seed) for seed in range(seeds)] for way in nudges}
ratios = {
    w: np.array([[second_over_first(W) for W, _ in run] for run in r]) for w, r in runs.items()
}
accuracies = {way: np.array([[a for _, a in run] for run in r]) for way, r in runs.items()}

fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
fig.set_label(
    "How far units differ, and accuracy, over 800 steps. Exact stays at rounding level; the nudged "
    "networks grow along a straight line on the log axis, then their accuracy jumps."
)
time = np.arange(0, steps + 1, 10)
looks = {"as it comes": "k:", "exact": "C1-", "one nudged": "k--", "all nudged": "k-"}
for way, look in looks.items():
    for ax, values in zip(axes, (ratios[way], accuracies[way]), strict=True):
        low, middle, high = np.quantile(values, (0, 0.5, 1), axis=0)
        ax.plot(time, middle, look, label=way)
        ax.fill_between(time, low, high, color=look.rstrip("-:"), alpha=0.15, linewidth=0)
axes[0].set(yscale="log", xlabel="step", title="A nudge in the last bit grows")
axes[0].set_ylabel("second / first singular value")
axes[1].set(ylim=(0, 1), xlabel="step", ylabel="test accuracy", title="Units part, and learn")
axes[0].legend(loc="upper left")
plt.show()

# %%
# **Reading the figure.** The difference starts at one part in :math:`10^{16}`. While it is small,
# it grows by nearly the same factor in each step, close to a straight line on the log axis, until
# the units differ and the accuracy jumps. One nudged weight frees one unit, so that two act where
# one did; nudging all of them frees all. It takes hundreds of steps that random weights do not
# need.
#
# Does your computer nudge by itself? A matrix product adds up 64 terms, and fast code may add them
# in another order in some columns, so that equal columns round differently. That depends on the
# processor, the library and the width. The last line tries the widths from 2 to 32.

column = images[0][:, None] + 0.1
uneven = [
    width
    for width in range(2, 33)
    if np.ptp(images[:300] @ np.repeat(column, width, axis=1), axis=1).max() > 0
]
growing = np.median(ratios["all nudged"], axis=0)
decades = np.flatnonzero((growing > 1e-13) & (growing < 1e-3))
pace = np.polyfit(time[decades], np.log10(growing[decades]), 1)[0]
print(f"The difference grows tenfold every {1 / pace:.0f} steps.")
for way, values in accuracies.items():
    print(
        f"{way:>12}: accuracy {np.median(values[:, -1]):.1%}, ratio {ratios[way][:, -1].max():.0e}"
    )
print("Here equal columns round differently at widths", ", ".join(map(str, uneven)) or "none")
