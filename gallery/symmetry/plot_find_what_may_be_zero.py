"""
Find what may be zero
=====================

Zero biases are common, and some good networks start whole layers at zero. Which parts of a
network may start at zero, which may not, and does it depend on the activation?
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** One hidden layer of 16 units on the digits: :math:`h = \phi(xW_1 + b_1)`, logits
# :math:`hW_2 + b_2`. What is not zero is drawn: weights after Xavier, biases with std 0.1.

images, labels = load_digits(return_X_y=True)
units, epochs, batch, learning_rate, seeds = 16, 30, 32, 0.1, 5
zero_parts = {
    "nothing": (),
    "both biases": ("b1", "b2"),
    "biases and output weights": ("b1", "b2", "W2"),
    "biases and hidden weights": ("b1", "b2", "W1"),
    "hidden weights alone": ("W1",),
    "both weights, biases drawn": ("W1", "W2"),
    "everything": ("W1", "b1", "W2", "b2"),
}


def start(zero, rng):
    """Draw all parameters, then set those named in `zero` to zero."""
    bias = wi.Normal(std=0.1)
    p = {"W1": wi.xavier_normal((64, units), rng=rng), "b1": bias((units,), rng=rng)}
    p |= {"W2": wi.xavier_normal((units, 10), rng=rng), "b2": bias((10,), rng=rng)}
    return {name: array * (name not in zero) for name, array in p.items()}


def train(zero, phi, seed):
    """Return the test accuracy after training."""
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=seed)
    x, x_test, y, y_test = parts
    x, x_test = (x - x.mean(axis=0)) / 16, (x_test - x.mean(axis=0)) / 16
    rng = np.random.default_rng(seed)
    p = start(zero, rng)
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // batch):
            z = x[rows] @ p["W1"] + p["b1"]
            h = phi(z)
            error = (softmax(h @ p["W2"] + p["b2"], axis=1) - np.eye(10)[y[rows]]) / len(rows)
            delta = error @ p["W2"].T * phi.derivative(z)
            p["W2"] -= learning_rate * h.T @ error
            p["b2"] -= learning_rate * error.sum(axis=0)
            p["W1"] -= learning_rate * x[rows].T @ delta
            p["b1"] -= learning_rate * delta.sum(axis=0)
    logits = phi(x_test @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    return float(np.mean(np.argmax(logits, axis=1) == y_test))


# %%
# **One sweep.** Seven choices of what is zero, two activations, five seeds.

accuracies = {
    (part, name): [train(zero, wi.activations.get(name), seed) for seed in range(seeds)]
    for part, zero in zero_parts.items()
    for name in ("tanh", "relu")
}
medians = {key: float(np.median(values)) for key, values in accuracies.items()}

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
fig.set_label(
    "Test accuracy, a dot a seed, for seven choices of what starts at zero. Zero biases and zero "
    "output weights do no harm; with relu, zero hidden weights and biases end at one in ten."
)
places = {part: len(zero_parts) - place for place, part in enumerate(zero_parts)}
for name, marker, colour, shift in (("tanh", "o", "C4", 0.14), ("relu", "s", "C5", -0.14)):
    for part, place in places.items():
        values = accuracies[part, name]
        label = name if part == "nothing" else None
        ax.plot(values, [place + shift] * seeds, marker, color=colour, alpha=0.7, ms=6, label=label)
ax.set(xlim=(0, 1), xlabel="test accuracy", ylabel="starts at zero")
ax.set_yticks(list(places.values()), list(places))
ax.grid(axis="x")
ax.legend(loc="center", bbox_to_anchor=(0.5, 0.75))
plt.show()

# %%
# **Reading the figure.** A zero gets a gradient if what it is multiplied by is not zero: the units
# before it, and the weights and slopes behind it. The output weights may start at zero: the hidden
# units differ, and so, after a step, do the weights that leave them. The hidden weights may start
# at zero with tanh: its slope at 0 is 1, and the output weights tell the units apart.
#
# With relu they may not: its slope at exactly 0 is taken to be 0, and nothing flows back. Only a
# positive bias opens a unit; those whose bias was drawn negative stay shut and are lost.
#
# With both weights at zero only the biases can tell units apart. For tanh that is slow but enough.
# For relu it is not: with :math:`c > 0`, relu(cz) = c relu(z), so units with different biases are
# one unit at different volumes, and their gradients keep it so. Symmetric need not mean equal.

for part in zero_parts:
    print(f"zero: {part:<28} tanh {medians[part, 'tanh']:.1%}   relu {medians[part, 'relu']:.1%}")
