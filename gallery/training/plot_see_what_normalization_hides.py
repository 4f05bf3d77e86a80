r"""
See what normalization hides
============================

Normalization is often said to make initialization irrelevant. What does it take out of the
network's hands, and what does it leave?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, LayerNorm

# %%
# **Setup.** Networks of dense layers and relu: without normalization, with layer normalization
# before each relu, and after it. They start from He's weights times a factor. We look at the
# gradient on its way down 20 untrained layers of 256 units, then train 8 layers of 64 on digits.

orders = {
    "none": (("dense", "relu"), ":"),
    "before relu": (("dense", "norm", "relu"), "-"),
    "after relu": (("dense", "relu", "norm"), "--"),
}
images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / images.std()


def build(order, depth, width):
    """Return a network whose hidden layers have their parts in this order."""
    parts = {"dense": Dense(width), "relu": ActivationLayer("relu"), "norm": LayerNorm()}
    layers = [parts[part] for _ in range(depth) for part in orders[order][0]]
    return wi.Network([*layers, Dense(10)], input_shape=(64,))


def he_times(factor):
    """Return He's initializer with a std that is this many times larger."""
    return wi.VarianceScaling(scale=2.0 * factor**2, mode="fan_in", distribution="normal")


def look(order, factor, seed, depth=20):
    """Return rms of the gradient for each layer's input, and for the first weights."""
    rng = np.random.default_rng(seed)
    net = build(order, depth, 256).initialize(he_times(factor), rng=rng)
    layers = wi.trace(net, rng.standard_normal((50, 64))).layers
    back = [np.sqrt(np.mean(layer.inputs_gradient**2)) for layer in reversed(layers)]
    return back, np.std(layers[0].weight_gradient)


def accuracy(order, initializer, seed, learning_rate=0.02):
    """Return the test accuracy after training, or 0 if the numbers overflow."""
    x, x_test, y, y_test = train_test_split(images, labels, stratify=labels, random_state=seed)
    rng = np.random.default_rng(seed)
    net = build(order, 8, 64).initialize(initializer, rng=rng, dtype=np.float32)
    try:
        wi.train(net, x, y, epochs=8, batch_size=40, learning_rate=learning_rate, rng=rng)
    except FloatingPointError:
        return 0.0
    return float(np.mean(net.predict(x_test) == y_test))


# %%
# **One sweep** over the factor, for each order, three seeds.
looked = {(o, f): [look(o, f, seed) for seed in range(3)] for o in orders for f in (0.1, 1, 10)}
gradients = {key: np.array([g for g, _ in runs]) for key, runs in looked.items()}
factors = [0.03, 0.3, 1, 3, 10]
accuracies = {
    order: np.array([[accuracy(order, he_times(f), s) for f in factors] for s in range(3)])
    for order in orders
}

fig, axes = plt.subplots(1, 2, figsize=(7.6, 3.8), layout="constrained")
fig.set_label(
    "Left, the gradient on its way down 20 layers: without normalization it falls, holds or grows "
    "with the factor; with it the factor does not matter, before relu it holds, after relu it "
    "grows steadily. Right, accuracy over the factor: normalized networks bear larger weights."
)
for order, (_, style) in orders.items():
    for f in (0.1, 1, 10):
        median = np.median(gradients[order, f] / gradients[order, f][:, :1], axis=0)
        axes[0].plot(median, "k" + style, lw=1.4, label=order if f == 1 else None)
    low, middle, high = np.quantile(accuracies[order], (0, 0.5, 1), axis=0)
    axes[1].fill_between(factors, low, high, color="k", alpha=0.12, lw=0)
    axes[1].plot(factors, middle, "k" + style, marker="o", ms=4, label=order)
axes[0].set(yscale="log", ylim=(1e-3, 1e3), xlim=(0, 20), xlabel="layers below the top")
axes[0].set(title="Gradient / at the top", xticks=range(0, 21, 5))
axes[1].set(xscale="log", ylim=(-0.02, 1), title="Test accuracy", xlabel="std / He's std")
axes[0].text(3.3, 200, "10 × He")
axes[0].text(3.3, 0.004, "He / 10")
axes[0].legend(loc="lower right", title="normalization")
plt.show()

# %%
# **Reading the figure.** Forwards the claim holds: the next normalization divides a factor on the
# weights out again. Backwards it cancels too, since what divides the signal divides both.
#
# That does not make the gradient level. Before relu it is. After relu the normalization divides by
# the variance that relu leaves, :math:`1/2 - 1/(2\pi)`, and relu leaves 1/2 of the gradient's: it
# grows by :math:`\sqrt{\pi / (\pi - 1)}` a layer, from any scale. With batch normalization it does
# so before relu too (:doc:`/about/common-errors`).
#
# Training sees the factor all the same. The weights' gradient does not grow with the weights: large
# ones hardly move, and small ones are thrown about. What is left of the scale is the length of a
# step beside the weights; with a tenth of the learning rate the small start trains. And equal
# weights are as fatal as ever: normalization makes 0 of units that do not differ.

paces = {key: float(np.median((g[:, -2] / g[:, 0]) ** (1 / 19))) for key, g in gradients.items()}
weight_gradients = {key: float(np.median([g for _, g in runs])) for key, runs in looked.items()}
medians = {name: np.median(values, axis=0) for name, values in accuracies.items()}
slowly = [accuracy("before relu", he_times(0.03), s, learning_rate=0.002) for s in range(3)]
equal = [accuracy("before relu", start, 0) for start in (wi.zeros, wi.ones)]
for (order, f), pace in paces.items():
    print(f"{order:>11}, {f:>3} × He: gradient × {pace:.3f} a layer", end=", ")
    print(f"of the first weights {weight_gradients[order, f]:.1e}")
print(f"sqrt(pi / (pi - 1)) = {np.sqrt(np.pi / (np.pi - 1)):.3f}")
for name, values in medians.items():
    print(f"{name:>11}:", *(f"{f} × {value:.0%}" for f, value in zip(factors, values, strict=True)))
print(f"0.03 × at a tenth of the rate {np.median(slowly):.0%}; equal weights {max(equal):.0%}")
