"""
Train without a hidden layer
============================

Where is it harmless to start at zero? In softmax regression, which has no hidden units that could
be copies of each other. Six starts end in the same place, and zero is among the first there.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import log_softmax
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** The logits are :math:`xW + b`, with a column of :math:`W` for each of the ten digits.
# The loss is the mean cross-entropy. Gradient descent with momentum 0.9 sees three quarters of
# scikit-learn's digits, and the accuracy is measured on the last quarter.

images, labels = load_digits(return_X_y=True)
starts = {
    "zero": wi.zeros,
    "constant 0.1": wi.Constant(value=0.1),
    "normal, std 0.01": wi.Normal(std=0.01),
    "normal, std 1": wi.Normal(std=1.0),
    "Xavier": wi.xavier_normal,
    "He": wi.he_normal,
}
colours = dict(zip(starts, ("C0", "C1", "C2", "C3", "C4", "C5"), strict=True))
steps, seeds = 600, 5


def train(init, seed):
    """Return the test accuracy before each step, and the weights at the end."""
    parts = train_test_split(
        images / 16, np.eye(10)[labels], test_size=0.25, stratify=labels, random_state=seed
    )
    x, x_test, y, y_test = parts
    W, b = init((64, 10), rng=seed), np.zeros(10)
    velocity_W, velocity_b = np.zeros_like(W), np.zeros_like(b)
    accuracies = []
    for _ in range(steps):
        accuracies.append(np.mean(np.argmax(x_test @ W + b, 1) == np.argmax(y_test, 1)))
        error = (np.exp(log_softmax(x @ W + b, axis=1)) - y) / len(y)
        velocity_W = 0.9 * velocity_W - 0.2 * x.T @ error
        velocity_b = 0.9 * velocity_b - 0.2 * error.sum(axis=0)
        W += velocity_W
        b += velocity_b
    return np.array(accuracies), W


# %%
# **One sweep.** Six starts, five seeds, which draw the weights and split the data.

runs = {name: [train(init, seed) for seed in range(seeds)] for name, init in starts.items()}
accuracies = {name: np.array([curve for curve, _ in run]) for name, run in runs.items()}

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
fig.set_label(
    "Test accuracy of softmax regression over 600 steps for six starts. Zero and constant rise "
    "first, normal with std 1 last; all six curves end together, above 0.95."
)
for name, values in accuracies.items():
    low, middle, high = np.quantile(values, (0, 0.5, 1), axis=0)
    style = "--" if name.startswith("constant") else "-"
    ax.plot(np.arange(1, steps + 1), middle, style, color=colours[name], label=name)
    ax.fill_between(np.arange(1, steps + 1), low, high, color=colours[name], alpha=0.15, lw=0)
ax.set(xscale="log", xlabel="step", ylabel="test accuracy", ylim=(0, 1))
ax.set_title("Without hidden units all starts end alike")
ax.grid(axis="y")
ax.legend()
plt.show()

# %%
# **Reading the figure.** There are two reasons. The loss is a convex function of :math:`W` and
# :math:`b`, so a start cannot lead into a bad valley. And there is no symmetry to break: the
# gradient of column :math:`k` is :math:`x^\mathsf{T}(q_k - y_k)`, each image weighted by how wrong
# the probability :math:`q_k` of digit :math:`k` is, and the labels :math:`y_k` differ from column
# to column.
#
# The dashed constant lies on top of zero. Softmax sees only differences between logits, so a number
# added to all ten columns changes nothing. The last line checks this on the trained weights.

finals = {name: values[:, -1] for name, values in accuracies.items()}
for name, final in finals.items():
    low, middle, high = np.quantile(final, (0, 0.5, 1))
    print(f"{name:>17}: median accuracy {middle:.1%}, from {low:.1%} to {high:.1%}")
apart = max(
    np.abs(W - 0.1 - zero).max()
    for (_, W), (_, zero) in zip(runs["constant 0.1"], runs["zero"], strict=True)
)
print(f"weights from 0.1, less 0.1, against weights from zero: at most {apart:.0e} apart")
