"""
Watch units stay identical
==========================

Why do hidden units that start equal stay equal? Equal units get equal gradients, at every step. And
why does a network that starts at zero sometimes learn a little, and sometimes nothing? It depends
on whether its activation answers 0 with 0.
"""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import log_softmax
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** 64 pixels, 8 hidden units, 10 outputs with softmax, biases at zero; plain gradient
# descent on 300 digits. The sigmoid, whose slope is at most 1/4, gets a larger learning rate.

images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / 16
starts = {"zero": wi.zeros, "constant 0.1": wi.Constant(value=0.1), "Xavier": wi.xavier_normal}
rates = {"relu": 0.5, "tanh": 0.5, "linear": 0.5, "sigmoid": 2.0}
units, steps, seeds = 8, 200, 7


def loss_and_gradients(p, x, y, phi):
    """Return the mean cross-entropy and its gradient for each parameter."""
    z = x @ p["W1"] + p["b1"]
    h = phi(z)
    log_q = log_softmax(h @ p["W2"] + p["b2"], axis=1)
    hits = np.eye(10)[y]
    error = (np.exp(log_q) - hits) / len(y)
    delta = error @ p["W2"].T * phi.derivative(z)
    gradients = {"W1": x.T @ delta, "b1": delta.sum(0), "W2": h.T @ error, "b2": error.sum(0)}
    return -(hits * log_q).sum() / len(y), gradients


def train(name, start, seed):
    """Return the trained parameters and, for each step, loss and ratio of singular values."""
    rng = np.random.default_rng(seed)
    phi, chosen = wi.activations.get(name), rng.permutation(len(images))[:300]
    p = {"W1": starts[start]((64, units), rng=rng), "b1": np.zeros(units)}
    p |= {"W2": starts[start]((units, 10), rng=rng), "b2": np.zeros(10)}
    history = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(p, images[chosen], labels[chosen], phi)
        s = np.linalg.svd(p["W1"], compute_uv=False)
        history.append((loss, s[1] / s[0] if s[0] > 0 else 0.0))
        for key, gradient in gradients.items():
            p[key] -= rates[name] * gradient
    return p, history


# %%
# **One sweep.** Four activations, three starts, seven seeds (which choose the digits too).

runs = {key: [train(*key, seed) for seed in range(seeds)] for key in product(rates, starts)}

# %%
# **Gradients.** The gradient of the weights into each hidden unit after training, drawn over the 64
# pixels that they come from. The colours of a row range from minus to plus its largest entry.

rows = [("tanh", "zero"), ("sigmoid", "zero"), ("tanh", "constant 0.1"), ("tanh", "Xavier")]
gradients = {}
fig, axes = plt.subplots(len(rows), units, figsize=(7.2, 3.9), layout="constrained")
fig.set_label(
    "Gradient of each of 8 hidden units as an image of 8 × 8 pixels. Zero with tanh: all blank. "
    "Zero with sigmoid and constant with tanh: one image, 8 times. Xavier: 8 different images."
)
for (name, start), line in zip(rows, axes, strict=True):
    p, phi = runs[name, start][0][0], wi.activations.get(name)
    gradients[name, start] = loss_and_gradients(p, images, labels, phi)[1]["W1"]
    largest = np.abs(gradients[name, start]).max() or 1.0
    for ax, column in zip(line, gradients[name, start].T, strict=True):
        ax.imshow(column.reshape(8, 8), cmap="PuOr", vmin=-largest, vmax=largest)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
    line[0].set_ylabel(f"{start}\n{name}", rotation=0, ha="right", va="center")

# %%
# The gradient differs from pixel to pixel but not from unit to unit. Equal units get equal
# gradients, take equal steps, and are equal again. With zeros and tanh there is no gradient at all.
#
# **Along training.** The top row shows the loss. The bottom row shows the second singular value of
# the hidden weights over the first, which is 0 if all columns are copies of one. Lines are medians,
# bands the range over the seeds.

histories = {key: np.array([history for _, history in value]) for key, value in runs.items()}
fig, axes = plt.subplots(2, 4, figsize=(8, 4.4), sharex=True, sharey="row", layout="constrained")
fig.set_label(
    "Loss and singular value ratio over 200 steps for relu, tanh, linear, sigmoid. Zero stays at "
    "the loss of guessing but for sigmoid; zero and constant stay at ratio 0, Xavier near 0.9."
)
for (name, start), history in histories.items():
    colour, style = {"zero": ("C0", "-"), "Xavier": ("C4", "-")}.get(start, ("C1", "--"))
    for ax, values in zip(axes[:, list(rates).index(name)], history.T, strict=True):
        ax.plot(np.median(values, axis=1), style, color=colour, label=start)
        ax.fill_between(range(steps), values.min(1), values.max(1), color=colour, alpha=0.2, lw=0)
    axes[0, list(rates).index(name)].set_title(name)
axes[0, 0].set(ylabel="loss", ylim=0)
axes[1, 0].set(ylabel="singular values,\nsecond / first", xlabel="step", ylim=(-0.05, 1.05))
axes[1, 0].legend(loc="center left")
plt.show()

# %%
# **Reading the figure.** With relu, tanh and the identity, units that start at zero answer 0, so
# the output weights get no gradient. As these are 0, the hidden weights get none either. Only the
# output biases learn: they learn how often each digit comes. A sigmoid answers 1/2, which starts
# the output weights and then the hidden ones. A constant start learns too. But both are one unit
# eight times over, and their loss stays far above Xavier's.
#
# :lab:`Watch eight units stay one <rate=1&batch=300&a=constant&b=xavier_normal>` in the lab.

moved = {}
for name in rates:
    norms = [[np.linalg.norm(array) for array in p.values()] for p, _ in runs[name, "zero"]]
    moved[name] = dict(zip(("W1", "b1", "W2", "b2"), np.median(norms, axis=0), strict=True))
    print(f"{name:>8} from zero, moved:", *(f"{k} {v:.2f}" for k, v in moved[name].items()))
equal = max(h[..., 1].max() for (_, start), h in histories.items() if start != "Xavier")
apart = min(h[..., 1].min() for (_, start), h in histories.items() if start == "Xavier")
print(f"second / first singular value: equal units <= {equal:.0e}, Xavier >= {apart:.2f}")
