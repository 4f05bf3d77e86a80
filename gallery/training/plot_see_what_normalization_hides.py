r"""
See what normalization hides
============================

Does normalization make initialization irrelevant? No. It hides the size of the weights from the
signal and from the gradient that flows back. But before relu, layer normalization lets samples grow
alike and batch normalization lets the gradient grow, and training still depends on the start.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, LayerNorm

# %%
# **Setup.** Each hidden layer is dense with relu, normalized before relu (as drawn below) or after:
# over the units of a sample (layer) or over the samples for each unit (batch). All weights, the
# output's too, are He's times a factor. 20 layers of 256 units are untrained, 8 of 64 learn digits.


class BatchNorm(LayerNorm):
    """LayerNorm with samples and units exchanged, without gain and bias, in testing as well."""

    def _parameter_shapes(self, _input_shape):
        return {}

    def _forward(self, _parameters, x, mask):
        y, cache = super()._forward({"gain": 1.0, "bias": 0.0}, x.T, mask)
        return y.T, cache

    def _backward(self, _parameters, cache, dy):
        return super()._backward({"gain": 1.0}, cache, dy.T)[0].T, {}


kinds = {"none": ("dense", "relu")}
kinds |= {"layer": ("dense", "layer", "relu"), "layer, after": ("dense", "relu", "layer")}
kinds |= {"batch": ("dense", "batch", "relu"), "batch, after": ("dense", "relu", "batch")}
images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / images.std()


def build(kind, depth, width, activation="relu"):
    """Return a network whose hidden layers have the parts of this kind."""
    parts = {"dense": Dense(width), "relu": ActivationLayer(activation)}
    parts |= {"layer": LayerNorm(), "batch": BatchNorm()}
    layers = [parts[part] for _ in range(depth) for part in kinds[kind]]
    return wi.Network([*layers, Dense(10)], input_shape=(64,))


def he_times(factor):
    """Return He's initializer with a std that is this many times larger."""
    return wi.VarianceScaling(scale=2.0 * factor**2, mode="fan_in", distribution="normal")


def look(kind, factor, seed, activation="relu"):
    """Return by layer the mean cosine of two samples and the rms of the gradient, then a step."""
    rng, init = np.random.default_rng(seed), he_times(factor)
    net = build(kind, 20, 256, activation).initialize(init, rng=rng)
    x = rng.standard_normal((50, 64))
    hidden = [s.y for name, s in net.record(x).items() if name.startswith(activation)]
    directions = [h / np.linalg.norm(h, axis=1, keepdims=True) for h in [x, *hidden]]
    alike = [(np.sum(d.sum(axis=0) ** 2) - 50) / (50 * 49) for d in directions]
    layers = wi.trace(net, x).layers
    back = [np.sqrt(np.mean(layer.inputs_gradient**2)) for layer in reversed(layers)]
    return alike, back, 0.05 * np.std(layers[0].weight_gradient) / init.std((64, 256))


def accuracy(kind, initializer, seed, learning_rate=0.05):
    """Return the test accuracy after training, or 0 if the numbers overflow."""
    x, x_test, y, y_test = train_test_split(images, labels, stratify=labels, random_state=seed)
    rng = np.random.default_rng(seed)
    net = build(kind, 8, 64).initialize(initializer, rng=rng, dtype=np.float32)
    try:
        wi.train(net, x, y, epochs=6, batch_size=100, learning_rate=learning_rate, rng=rng)
    except FloatingPointError:
        return 0.0
    return float(np.mean(net.predict(x_test) == y_test))


# %%
# **One sweep** over the kind and the factor, three seeds.
seeds, factors = range(3), [0.03, 0.3, 1, 3, 10]
pairs = [(k, f) for k in kinds for f in (0.1, 1, 10) if f == 1 or "after" not in k]
looked = {pair: zip(*(look(*pair, seed) for seed in seeds), strict=True) for pair in pairs}
medians = {pair: [np.median(part, axis=0) for part in parts] for pair, parts in looked.items()}
accuracies = {
    kind: np.array([[accuracy(kind, he_times(f), s) for f in factors] for s in seeds])
    for kind in ("none", "layer", "batch")
}

fig, axes = plt.subplots(1, 3, figsize=(8, 3.3), layout="constrained")
fig.set_label(
    "Line charts for no, layer and batch normalization. Samples grow alike except with batch. The "
    "gradient follows the factor with none, is level with layer, grows with batch. Both train more."
)
for kind, style in {"none": ":", "layer": "-", "batch": "--"}.items():
    axes[0].plot(medians[kind, 1][0], "k" + style, label=kind)
    for f in (0.1, 1, 10):
        axes[1].plot(medians[kind, f][1] / medians[kind, f][1][0], "k" + style)
    axes[2].plot(factors, accuracies[kind].T, "ko", ms=3, alpha=0.4)
    axes[2].plot(factors, np.median(accuracies[kind], axis=0), "k" + style)
axes[0].set(ylim=(-0.05, 1), title="Batch keeps samples apart")
axes[0].set(xlabel="layer", ylabel="cosine of two samples")
axes[0].legend(title="normalization", loc="center right", bbox_to_anchor=(1, 0.55))
axes[1].set(yscale="log", ylim=(1e-3, 1e3), title="Layer keeps it level")
axes[1].set(xlabel="layers below the top", ylabel="gradient / at the top")
axes[1].text(4, 200, "10 × He")
axes[1].text(4, 0.003, "He / 10")
axes[2].set(xscale="log", ylim=(-0.02, 1), title="Both widen the range")
axes[2].set(xlabel="std / He's std", ylabel="test accuracy")
plt.show()

# %%
# **Reading the figure.** *The size of the signal* is hidden: the next normalization divides a
# factor on the weights out again. In the gradient that flows back, the two cancel as well.
#
# *What samples share* grows in each relu. Batch normalization subtracts a mean from each unit, so
# samples enter each relu with a cosine near 0 and leave it with :math:`1/\pi`. Layer normalization
# subtracts one number from all units of a sample. After relu that suffices, since the units have
# nearly equal means. Before relu it does not, nor before sigmoid: samples end equal (last line).
#
# *The gradient*: relu halves its mean square, and normalization divides that by a variance. Over
# units before relu, it is the signal's mean square, which relu halves too: level. Over samples, or
# after relu, it is a share :math:`1 - 1/\pi` of that: growth by :math:`\sqrt{\pi/(\pi - 1)}` a
# layer. This holds for wide layers; :doc:`/theory/normalization` derives it.
#
# *Training* sees the scale. Normalization divides the gradient of the weights by their factor, and
# the output layer multiplies it by the same. So a step is long beside small weights and short
# beside large ones; a suitable rate makes up for much of it. Copies of a unit stay copies.

c = 0.0
for _ in range(20):  # from the cosine of two normal samples before relu to the one after it
    c = (np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / np.pi
theory = {"layer": (1.0, c), "batch": (np.sqrt(np.pi / (np.pi - 1)), 1 / np.pi)}
ends = {pair: (float((g[-2] / g[0]) ** (1 / 19)), a[-1]) for pair, (a, g, _) in medians.items()}
for (kind, f), (pace, cosine) in [*ends.items(), *(((k, "theory"), v) for k, v in theory.items())]:
    print(f"{kind:>12}, {f:>6}: gradient × {pace:.3f} a layer, cosine {cosine:.2f}")
for kind, runs in accuracies.items():
    print(f"{kind:>12}: first step / weights at He {medians[kind, 1][2]:.0e}; accuracy", end=" ")
    print(*(f"{f} × {v:.0%}" for f, v in zip(factors, np.median(runs, axis=0), strict=True)))
adapted = {("layer", 0.03): 0.005, ("batch", 10): 5.0}
for (kind, f), rate in adapted.items():
    adapted[kind, f] = np.median([accuracy(kind, he_times(f), s, rate) for s in seeds])
    print(f"{kind:>12}: {f} × at rate {rate} instead of 0.05: {adapted[kind, f]:.0%}")
equal = [accuracy(kind, w, 0) for kind in ("layer", "batch") for w in (wi.zeros, wi.ones)]
sigmoid = {k: round(float(look(k, 1, 0, "sigmoid")[0][-1]), 3) for k in [*kinds][1:4]}
print(f"equal weights: {max(equal):.0%}; cosine with sigmoid: {sigmoid}")
