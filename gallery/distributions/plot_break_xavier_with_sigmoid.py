r"""
Break Xavier with a sigmoid
===========================

Ten sigmoid layers do not learn here from Xavier's weights, and slowly from larger ones; they learn
fast if zero-sum weights or batch normalization cancel the constant in their outputs.

Xavier is often recommended for "sigmoid or tanh". Which weights does a sigmoid need instead?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi
from weightinit.networks import ActivationLayer, BatchNorm, Dense, LayerNorm

# %%
# **Setup.** We multiply Xavier's weights by 1, 4, 10 and 16, for the sigmoid :math:`s(z) = 1/(1 +
# e^{-z})`. In one start we also subtract the mean, so that the weights into each unit sum to zero.
# For comparison, tanh from Xavier. In a wide network a layer multiplies the mean square of the
# gradient by :math:`\chi = n \operatorname{Var}(w) \operatorname{E} s'(z)^2`.

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
    """Return pre-activations by layer, and the length of the gradient from the top down."""
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
# Then ten layers of 64 units learn digits, some with normalization before each sigmoid, of each
# sample over the units (layer) or of each unit over the samples (batch).

images, labels = load_digits(return_X_y=True)
images = ((images - images.mean(axis=0)) / images.std()).astype(np.float32)
trained = {name: (name, []) for name in list(starts)[:5]} | {
    "4 ×, layer norm": ("4 × Xavier", [LayerNorm()]),
    "4 ×, sums zero, layer norm": ("4 ×, sums zero", [LayerNorm()]),
    "4 ×, batch norm": ("4 × Xavier", [BatchNorm()]),
}


def train(start, norm, seed, more=False):
    """Return how alike digits are in the last hidden layer at first, and the accuracies."""
    activation, factor, sums_zero, _ = starts[start]
    x, x_test, y, y_test = train_test_split(images, labels, stratify=labels, random_state=seed)
    hidden = [part for _ in range(10) for part in (Dense(64), *norm, ActivationLayer(activation))]
    net, rng = wi.Network([*hidden, Dense(10)], input_shape=(64,)), np.random.default_rng(seed)
    net.initialize(wi.zeros, rng=seed, dtype=np.float32)
    for name in (name for name in net.parameters if name.endswith("weight")):
        net.parameters[name][:] = draw(net.parameters[name].shape, factor, sums_zero, rng)
    alike = np.corrcoef(net.record(x[:50])[f"{activation}9"].y)[np.triu_indices(50, 1)].mean()
    shares = []
    for epochs in (5, 20)[: 1 + more]:
        wi.train(net, x, y, epochs=epochs, batch_size=40, learning_rate=0.1, rng=seed)
        shares.append(np.mean(net.predict(x_test) == y_test))
    return alike, *shares


looked = {n: [look(*start[:3], seed) for seed in seeds] for n, start in starts.items()}
gradients = {n: np.array([lengths for _, lengths in runs]) for n, runs in looked.items()}
plain = [name for name in starts if name.endswith("× Xavier")]
chi = {n: wi.meanfield.chi("sigmoid", weight_variance=starts[n][1] ** 2) for n in plain}
results = {n: np.array([train(*t, s, n in chi) for s in range(3)]) for n, t in trained.items()}

# Left: medians of five seeds, dots for theory. Right: three seeds, dots 5 epochs, rings 25.
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.9), layout="constrained")
fig.set_label(
    "Left, gradients over 20 layers: sigmoid with Xavier falls by over ten powers of ten, 4 times "
    "Xavier by four; 10 times is level, 16 times rises, zero sums match tanh. Right, accuracy: "
    "high for tanh, zero sums, batch norm; 4 and 10 times Xavier are low at first, then near 0.75."
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
    right.plot(results[name][:, 2:], [-row] * 3, "o", color=starts[start][3], mfc="none")
right.set_yticks(-np.arange(len(trained)), list(trained))
right.set(xlim=(0, 1.03), xlabel="accuracy on new digits")
fig.suptitle("10 × Xavier holds the gradient; zero sums and batch norm learn fast")
plt.show()

# %%
# **Reading the figure.** The slope of a sigmoid is at most 1/4, so Xavier passes at most 1/16 of
# the gradient's mean square per layer, on average. Four times Xavier makes up for that, but
# the constant in the outputs, 1/2, pushes pre-activations to where the curve is flat. Ten times
# Xavier holds the gradient. Both learn in 25 epochs, if less well; Xavier itself stays at chance.
#
# **Zero sums.** A sigmoid is a tanh plus a constant: :math:`s(z) = (1 + \tanh(z/2)) / 2`. Weights
# :math:`4V` whose columns sum to zero cancel the constant, and half the pre-activation,
# :math:`u = z/2`, obeys :math:`u_{l+1} = \tanh(u_l) V`: this starts as a tanh network.
#
# **Normalization.** Layer normalization keeps the constant and is at chance here, unless weights
# sum to zero. Batch normalization subtracts it. Simplest is tanh. Theory: :doc:`/theory/xavier`.
#
# :lab:`Look at the gradient in ten sigmoid layers
# <depth=10&width=32&act=sigmoid&rate=0.3&a=xavier_normal&b=recommended>` in the lab.

slope = wi.meanfield.slope_at_zero("sigmoid")
print(f"slope at zero {slope}: Xavier passes at most {slope**2:.4f} of the gradient's mean square")
for name, found in gradients.items():
    theory = [f"predicted {chi[name] ** (depth / 2):.1e}"] if name in chi else []
    print(f"{name:>14}: gradient {np.median(found[:, -1]):.1e}", *theory)
apart = np.abs(looked["4 ×, sums zero"][0][0] / 2 - look("tanh", 1, True, 0)[0]).max()
print(f"u with sums of zero, and in a tanh network with the same V: at most {apart:.0e} apart")
for name, run in results.items():
    alike, *shares = (f"{value:.2f}" for value in np.median(run, axis=0))
    print(f"{name:>26}: two digits correlate {alike} at first, accuracy", ", later ".join(shares))
