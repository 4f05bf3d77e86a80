"""
Find what may be zero
=====================

Which parts of a network may start at zero, and does it depend on the activation? Biases and output
weights may. Hidden weights may with tanh, not with relu and zero biases. Not everything may.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** One hidden layer of 16 units on the digits: :math:`h = \phi(xW_1 + b_1)`, logits
# :math:`hW_2 + b_2`. What does not start at zero is drawn: weights by Xavier's scheme, biases with
# std 0.1.

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
    """Return test accuracy, and second over first singular value of W1, after training."""
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
    s = np.linalg.svd(p["W1"], compute_uv=False)
    return float(np.mean(np.argmax(logits, axis=1) == y_test)), s[1] / s[0] if s[0] > 0 else 0.0


# %%
# **One sweep.** Seven choices of what is zero, two activations, five seeds.

runs = {
    (part, name): [train(zero, wi.activations.get(name), seed) for seed in range(seeds)]
    for part, zero in zero_parts.items()
    for name in ("tanh", "relu")
}
accuracies = {key: [accuracy for accuracy, _ in values] for key, values in runs.items()}
medians = {key: float(np.median(values)) for key, values in accuracies.items()}

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
fig.set_label(
    "Test accuracy, a dot a seed, for seven choices of what starts at zero. Zero biases and zero "
    "output weights do no harm; with relu, zero hidden weights and biases end at one in ten; with "
    "all at zero both activations do."
)
places = {part: len(zero_parts) - place for place, part in enumerate(zero_parts)}
for name, marker, fill, shift in (("tanh", "o", "black", 0.14), ("relu", "s", "none", -0.14)):
    for part, place in places.items():
        values = accuracies[part, name]
        label = name if part == "nothing" else None
        style = {"color": "black", "markerfacecolor": fill, "alpha": 0.7, "label": label}
        ax.plot(values, [place + shift] * seeds, marker, **style)
ax.set(xlim=(0, 1), xlabel="test accuracy", ylabel="starts at zero")
ax.set_yticks(list(places.values()), list(places))
ax.set_title("A zero that gets a gradient does no harm")
ax.grid(axis="x")
ax.legend(loc="center", bbox_to_anchor=(0.5, 0.75))
plt.show()

# %%
# **Reading the figure.** A zero weight gets a gradient if its factors are not zero: the unit before
# it, and the weights and slopes after it. *Output weights* may start at zero: the hidden units
# differ, and so do the output weights after one step. *Hidden weights* may with tanh: its slope at
# 0 is 1, and the output weights tell the units apart.
#
# With relu and zero biases hidden weights may not. The slope of relu at exactly 0 is taken to be 0,
# and nothing flows back. A positive bias opens a unit. A negative one keeps it shut: its hidden
# weights are 0, so no input can open it, and it gets no gradient.
#
# With *both weights* at zero only the biases can tell units apart. For tanh that is slow but
# enough. For relu it is not: :math:`\mathrm{relu}(cz) = c\,\mathrm{relu}(z)` for :math:`c > 0`, so
# open units with different biases are one unit at different volumes. Their gradients keep them so:
# the second singular value of the hidden weights over the first, printed below, has grown from
# rounding and is still tiny.
#
# :lab:`Let the output layer, or the hidden one, start at zero
# <depth=1&rate=1&batch=300&a=xavier_normal,1:zeros&b=xavier_normal,0:zeros>` in the lab.

for part in zero_parts:
    print(f"zero: {part:<28} tanh {medians[part, 'tanh']:.1%}   relu {medians[part, 'relu']:.1%}")
for name in ("tanh", "relu"):
    ratio = np.median([ratio for _, ratio in runs["both weights, biases drawn", name]])
    print(f"both weights zero, {name}: second / first singular value {ratio:.0e}")
