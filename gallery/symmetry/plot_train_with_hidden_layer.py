"""
Train with a hidden layer
=========================

Where is it fatal to start at zero? In a network with a hidden layer. From zero this one never
learns anything about the digits, from a constant it learns what one unit can, and from small random
weights it learns late but well.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** 64 pixels, 16 relu units, 10 outputs with softmax, biases at zero. Stochastic gradient
# descent takes 32 digits a step, at learning rate 0.1, for 30 epochs.
# :ref:`sphx_glr_auto_gallery_symmetry_plot_train_without_hidden_layer.py` trains on the same digits
# without the hidden layer.

images, labels = load_digits(return_X_y=True)
starts = {
    "zero": wi.zeros,
    "constant 0.1": wi.Constant(value=0.1),
    "normal, std 0.01": wi.Normal(std=0.01),
    "Xavier": wi.xavier_normal,
    "He": wi.he_normal,
}
colours = dict(zip(starts, ("C0", "C1", "C2", "C4", "C5"), strict=True))
relu = wi.activations.relu
units, epochs, batch, learning_rate, seeds = 16, 30, 32, 0.1, 7


def accuracy(p, x, y):
    """Return the share of the images x whose largest logit is that of their label y."""
    logits = relu(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
    return np.mean(np.argmax(logits, axis=1) == y)


def train(init, seed, epochs=epochs):
    """Return the test accuracy before each epoch and after the last, and the parameters."""
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=seed)
    x, x_test, y, y_test = parts
    x, x_test = (x - x.mean(axis=0)) / 16, (x_test - x.mean(axis=0)) / 16
    rng = np.random.default_rng(seed)
    p = {"W1": init((64, units), rng=rng), "b1": np.zeros(units)}
    p |= {"W2": init((units, 10), rng=rng), "b2": np.zeros(10)}
    accuracies = [accuracy(p, x_test, y_test)]
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // batch):
            z = x[rows] @ p["W1"] + p["b1"]
            h = relu(z)
            error = (softmax(h @ p["W2"] + p["b2"], axis=1) - np.eye(10)[y[rows]]) / len(rows)
            delta = error @ p["W2"].T * relu.derivative(z)
            p["W2"] -= learning_rate * h.T @ error
            p["b2"] -= learning_rate * error.sum(axis=0)
            p["W1"] -= learning_rate * x[rows].T @ delta
            p["b1"] -= learning_rate * delta.sum(axis=0)
        accuracies.append(accuracy(p, x_test, y_test))
    return accuracies, p


# %%
# **One sweep.** Five starts, seven seeds, which draw the weights, split the data and shuffle it.

runs = {name: [train(init, seed) for seed in range(seeds)] for name, init in starts.items()}
accuracies = {name: np.array([curve for curve, _ in run]) for name, run in runs.items()}

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
fig.set_label(
    "Test accuracy over 30 epochs for five starts. Zero stays at one in ten, constant ends below "
    "one in two; std 0.01 starts late and, like Xavier and He, ends above 0.9."
)
for name, values in accuracies.items():
    low, middle, high = np.quantile(values, (0, 0.5, 1), axis=0)
    ax.plot(middle, color=colours[name])
    ax.fill_between(range(epochs + 1), low, high, color=colours[name], alpha=0.2, linewidth=0)
ax.set(xlabel="epoch", ylabel="test accuracy", ylim=(0, 1), xlim=(0, epochs))
ax.set_title("With hidden units zero and a constant fail")
ax.grid(axis="y")
places = [(25, 0.12), (23, 0.3), (9, 0.72), (2.9, 0.7), (1.3, 0.89)]
for name, place in zip(accuracies, places, strict=True):
    ax.text(*place, name, color=colours[name])
plt.show()

# %%
# **Reading the figure.** From zero the network gives all digits the same answer, before training
# and after it: no weight moves. The constant start learns, but its sixteen units act as one. That
# one unit turns each digit into a single number, and one number hardly tells ten classes apart.
#
# A little randomness is enough. With std 0.01 the units differ, and training drives them apart. It
# loses the first epochs, because the gradient of each layer is proportional to the weights of the
# other one, if the errors at the output are equal. At the start they nearly are: the first gradient
# is smaller than He's by about the ratio of the stds, as printed below.
#
# Too large is more than slow. Ten times He's weights, trained eleven times as long, still end below
# He. In deep networks too small is fatal as well:
# :ref:`sphx_glr_auto_gallery_training_plot_train_deep_networks.py`.
#
# :lab:`Train a hidden layer from zero and from He
# <data=digits&depth=1&width=32&act=relu&rate=0.1&a=zeros&b=he_normal>` in the lab.

finals = {name: values[:, -1] for name, values in accuracies.items()}
for name, final in finals.items():
    low, middle, high = np.quantile(final, (0, 0.5, 1))
    print(f"{name:>17}: median accuracy {middle:.1%}, from {low:.1%} to {high:.1%}")


def first_gradients(init):
    """Return the rms of the first gradient of the hidden weights for each seed."""
    x, y = (images - images.mean(axis=0)) / 16, np.eye(10)[labels]
    sizes = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        W1, W2 = init((64, units), rng=rng), init((units, 10), rng=rng)
        error = softmax(relu(x @ W1) @ W2, axis=1) - y
        sizes.append(np.sqrt(np.mean((x.T @ (error @ W2.T * (x @ W1 > 0))) ** 2)))
    return np.array(sizes)


measured = first_gradients(wi.he_normal) / first_gradients(starts["normal, std 0.01"])
predicted = wi.he_normal.std((units, 10)) / 0.01
print(f"first gradient, He over std 0.01: {np.median(measured):.0f}, from", end=" ")
print(f"{measured.min():.0f} to {measured.max():.0f}; ratio of the stds {predicted:.0f}")

ten_times = wi.VarianceScaling(scale=200.0, mode="fan_in", distribution="normal")
long = {
    name: [train(init, seed, epochs=11 * epochs)[0][-1] for seed in range(3)]
    for name, init in (("He", wi.he_normal), ("10 × He", ten_times))
}
for name, final in long.items():
    print(f"{name:>17}, {11 * epochs} epochs:", *(f"{value:.1%}" for value in final))
