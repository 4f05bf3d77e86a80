r"""
Break Xavier with a sigmoid
===========================

A deep sigmoid network does not learn from Xavier's weights, and a larger scale alone does not cure
it: the constant in its outputs has to go, by weights that sum to zero or by batch normalization.

Xavier is often recommended for "sigmoid or tanh". Which weights does a sigmoid need instead?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, LayerNorm

# %%
# **Setup.** Xavier's weights times 1, 4, 10 and 16, for the sigmoid :math:`s(z) = 1/(1 + e^{-z})`.
# In one start the weights into each unit also sum to zero, since we subtract their mean. For
# comparison, tanh after Xavier. The inputs are outputs of such units. In a wide network a layer
# multiplies the mean square of the gradient by :math:`\chi = n \operatorname{Var}(w)
# \operatorname{E} s'(z)^2`.

starts = {  # activation, factor on Xavier, whether the weights of a unit sum to zero, colour
    "tanh, Xavier": ("tanh", 1, False, "C4"),
    "1 × Xavier": ("sigmoid", 1, False, "C4"),
    "4 × Xavier": ("sigmoid", 4, False, "k"),
    "4 ×, sums zero": ("sigmoid", 4, True, "C6"),
    "10 × Xavier": ("sigmoid", 10, False, "C7"),
    "16 × Xavier": ("sigmoid", 16, False, "C3"),
}
width, depth, seeds = 256, 20, range(5)


def draw(shape, factor, sums_zero, rng):
    """Return Xavier's weights times a factor, less the mean of each column if asked for."""
    W = factor * wi.xavier_uniform(shape, rng=rng)
    return W - W.mean(axis=0) if sums_zero else W


def look(activation, factor, sums_zero, seed):
    """Return pre-activations by layer, and the gradient's length from the top down."""
    rng, phi = np.random.default_rng(seed), wi.activations.get(activation)
    weights = [draw((width, width), factor, sums_zero, rng) for _ in range(depth)]
    x, z = phi(rng.standard_normal((50, width)) * (1 if activation == "tanh" else 2)), []
    for W in weights:
        z.append(x @ W)
        x = phi(z[-1])
    lengths = [np.linalg.norm(gradient := rng.standard_normal(x.shape))]
    for W, a in zip(weights[::-1], z[::-1], strict=True):
        gradient = (gradient * phi.derivative(a)) @ W.T
        lengths.append(np.linalg.norm(gradient))
    return np.array(z), np.array(lengths) / lengths[0]


# %%
# Then we train ten layers of 64 units on handwritten digits, some with a normalization before each
# sigmoid. Layer normalization standardizes each sample over the units; batch normalization, which
# is the same on the transposed batch, standardizes each unit over the samples.


class BatchNorm(LayerNorm):
    """Give each unit mean 0 and variance 1 over the batch."""

    def _forward(self, parameters, x, mask):
        y, cache = super()._forward({"gain": 1.0, "bias": 0.0}, x.T, mask)
        return parameters["gain"] * y.T + parameters["bias"], (y.T, cache)

    def _backward(self, parameters, cache, dy):
        dx, _ = super()._backward({"gain": 1.0}, cache[1], (parameters["gain"] * dy).T)
        return dx.T, {"gain": np.sum(dy * cache[0], axis=0), "bias": np.sum(dy, axis=0)}


images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / images.std()
trained = {name: (name, []) for name in list(starts)[:5]}
trained["4 ×, layer norm"] = "4 × Xavier", [LayerNorm()]
trained["4 ×, sums zero, layer norm"] = "4 ×, sums zero", [LayerNorm()]
trained["4 ×, batch norm"] = "4 × Xavier", [BatchNorm()]


def train(start, norm, seed):
    """Return how alike digits are in the last hidden layer at first, and the accuracy."""
    activation, factor, sums_zero, _ = starts[start]
    x, x_test, y, y_test = train_test_split(images, labels, stratify=labels, random_state=seed)
    hidden = [part for _ in range(10) for part in (Dense(64), *norm, ActivationLayer(activation))]
    net = wi.Network([*hidden, Dense(10)], input_shape=(64,)).initialize(wi.zeros, rng=seed)
    rng = np.random.default_rng(seed)
    for name in (name for name in net.parameters if name.endswith("weight")):
        net.parameters[name][:] = draw(net.parameters[name].shape, factor, sums_zero, rng)
    alike = np.corrcoef(net.record(x[:50])[f"{activation}9"].y)[np.triu_indices(50, 1)].mean()
    wi.train(net, x, y, epochs=5, batch_size=40, learning_rate=0.1, rng=seed)
    return alike, np.mean(net.predict(x_test) == y_test)


looked = {name: [look(*start[:3], seed) for seed in seeds] for name, start in starts.items()}
gradients = {name: np.array([lengths for _, lengths in runs]) for name, runs in looked.items()}
scales = {name: factor for name, (_, factor, *_) in starts.items() if name.endswith("× Xavier")}
chi = {n: wi.meanfield.chi("sigmoid", weight_variance=f**2) for n, f in scales.items()}
results = {name: np.array([train(*how, s) for s in range(3)]) for name, how in trained.items()}

# Left, medians over five seeds, with dots for the theory; right, a dot for each of three seeds.
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.9), layout="constrained")
fig.set_label(
    "Left, gradients over 20 layers: Xavier's falls by more than ten powers of ten with sigmoid, "
    "four times Xavier's by four; ten times is level, 16 times rises, sums of zero match tanh. "
    "Right, accuracy: high for tanh, sums of zero and batch norm; chance for Xavier, layer norm."
)
below_top = np.arange(depth + 1)
for name, (activation, *_, color) in starts.items():
    line = "--" if activation == "tanh" else "-"
    left.plot(np.median(gradients[name], axis=0), line, color=color)
    if name in chi:
        left.plot(below_top[::4], chi[name] ** (below_top[::4] / 2), "o", color=color, ms=4)
        left.text(depth + 0.5, chi[name] ** (depth / 2), name, color=color, va="center")
left.text(depth + 0.5, 0.015, "sums zero, tanh", color="C6")
left.set(yscale="log", xlim=(0, depth), xlabel="layers below the top", ylabel="gradient / at top")
for row, (name, (start, _)) in enumerate(trained.items()):
    right.plot(results[name][:, 1], [-row] * 3, "o", color=starts[start][3])
right.set_yticks(-np.arange(len(trained)), list(trained))
right.set(xlim=(0, 1.03), xlabel="accuracy on new digits")
fig.suptitle("10 × Xavier holds the gradient; zero sums and batch norm learn")
plt.show()

# %%
# **Scale.** The slope of a sigmoid is at most 1/4, so that Xavier leaves at most 1/16 of the mean
# square a layer. Four times Xavier makes up for the slope at zero, but pre-activations are not at
# zero: each unit adds up weights times outputs near 1/2, and this constant pushes it to where the
# curve is flat. Ten times Xavier holds the gradient, and 16 times makes it explode. Yet after ten
# layers the constant has made the inputs look alike, and the network learns slowly at best.
#
# **Zero sums.** A sigmoid is a tanh plus a constant: :math:`s(z) = (1 + \tanh(z/2)) / 2`. Weights
# :math:`4V` whose columns sum to zero cancel the constant, and half the pre-activation,
# :math:`u = z/2`, obeys :math:`u_{l+1} = \tanh(u_l) V`: the network is a tanh network.
#
# **Normalization.** Layer normalization divides out the scale of the weights and keeps the
# constant: it stays at chance here, unless the weights sum to zero. Batch normalization subtracts
# what the samples share and learns. The simplest way out is tanh. Theory: :doc:`/theory/xavier`.

for name, found in gradients.items():
    print(f"{name:>14}: gradient {np.median(found[:, -1]):.1e}")
for name, factor in chi.items():
    print(f"{name:>14}: predicted {factor ** (depth / 2):.1e}, since chi is {factor:.2f}")
apart = np.abs(looked["4 ×, sums zero"][0][0] / 2 - look("tanh", 1, True, 0)[0]).max()
print(f"u with sums of zero, and in a tanh network with the same V: at most {apart:.0e} apart")
for name, run in results.items():
    alike, accuracy = np.median(run, axis=0)
    print(f"{name:>26}: two digits correlate {alike:5.2f} at first, accuracy {accuracy:.0%}")
