r"""
See when a network is lazy
==========================

When does training find features, and when does it merely weigh the features that chance drew?
Multiply the output of one network by :math:`\alpha`. With a large :math:`\alpha` its hidden weights
hardly move, and it predicts what a linear model in its own gradients predicts. With a small one
they move, and it finds the two inputs that matter.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Inputs are 20 signs, and the target is the product of the first two. No single input
# says anything about it: a network has to find the pair. It has 200 hidden units, and its
# predictions are :math:`\alpha\, (f(x) - f_0(x))`, with the output :math:`f_0` at the start taken
# off. To bring that close to y is to bring :math:`f` close to :math:`f_0 + y / \alpha`, so plain
# training does it.

inputs, units, old, new = 20, 200, 200, 1000
scales = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
seeds = range(3)


def data(rng):
    """Return rows of signs, and the product of the first two of each."""
    x = rng.choice([-1.0, 1.0], (old + new, inputs))
    return x, x[:, :1] * x[:, 1:2]


def fresh(rng):
    """Return a network from the usual start."""
    weights = {"dense1.weight": wi.lecun_normal, "*.weight": wi.he_normal}
    return wi.mlp([inputs, units, 1]).initialize(weights, rng=rng)


def learn(scale, seed):
    """Return how far the hidden weights moved, relative to their size, and the new accuracy."""
    rng = np.random.default_rng(seed)
    (x, y), net = data(rng), fresh(rng)
    first, before = net.forward(x), net.parameters["dense0.weight"].copy()
    targets = first[:old] + y[:old] / scale
    sgd = {"learning_rate": 0.02, "momentum": 0.9, "batch_size": old}
    wi.train(net, x[:old], targets, epochs=300, **sgd)
    moved = np.linalg.norm(net.parameters["dense0.weight"] - before) / np.linalg.norm(before)
    return moved, np.mean((net.forward(x) > first)[old:] == (y[old:] > 0))


# %%
# **The prediction.** Where weights hardly move, the network is linear in them: :math:`f = f_0 + J
# \Delta w`, with the gradients :math:`J` at the start. Gradient descent then ends at the fit of
# the kernel :math:`K = J J^\top`, the neural tangent kernel. It needs no training.


def predict_lazy(seed):
    """Return the new accuracy of the kernel of the network at its start."""
    rng = np.random.default_rng(seed)
    (x, y), net = data(rng), fresh(rng)
    hidden = net.record(x)["relu0"].y
    slope = (hidden > 0) * net.parameters["dense1.weight"].T  # of the output, in pre-activations
    kernel = (hidden @ hidden.T + 1) + (slope @ slope.T) * (x @ x.T + 1)  # weights and biases
    weights = np.linalg.solve(kernel[:old, :old], y[:old])
    return np.mean((kernel[old:, :old] @ weights > 0) == (y[old:] > 0))


# %%
# **One sweep** over :math:`\alpha`, three seeds.

runs = np.array([[learn(scale, seed) for scale in scales] for seed in seeds])
moved, right = runs[..., 0], runs[..., 1]
lazy = np.array([predict_lazy(seed) for seed in seeds])

fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.2), layout="constrained")
fig.set_label(
    "Two charts over the output scale. The move of the hidden weights falls in inverse proportion "
    "to it. The accuracy on new rows falls from nearly 1 to the level that the kernel predicts, "
    "a dashed line for each of three seeds, and stays there."
)
for row, color in zip(moved, ("C0", "C1", "C2"), strict=True):
    axes[0].plot(scales, row, "o-", color=color, ms=4)
axes[0].plot(scales[2:], moved[:, -1].mean() * scales[-1] / np.array(scales[2:]), "--", color="0.5")
axes[0].set(xscale="log", yscale="log", xlabel="α", title="Move of the hidden weights")
for seed, color in zip(seeds, ("C0", "C1", "C2"), strict=True):
    axes[1].plot(scales, right[seed], "o-", color=color, ms=4)
    axes[1].axhline(lazy[seed], color=color, ls="--", lw=1)
axes[1].text(0.1, lazy.max() + 0.008, "dashed: the kernel")
axes[1].set(xscale="log", xlabel="α", title="Accuracy on new rows")
plt.show()

# %%
# **Reading the figure.** The outputs have to change by :math:`y / \alpha`, so from some
# :math:`\alpha` on the weights move by an amount in proportion to :math:`1 / \alpha` (dashed).
# There the accuracy is that of the kernel (dashed on the right): the hidden units are still those
# that were drawn, and a random unit looks at 20 inputs, not at two. On the left of each chart the
# hidden weights move by much of their own size, and turn towards the pair.
#
# Width does the same as :math:`\alpha`: from the usual start, with a rate that suits the output,
# the hidden layers of wider networks move less and less. :doc:`/theory/width-and-depth` derives
# it, and what muP does about it.

slope = np.polyfit(np.log(scales[3:]), np.log(moved[:, 3:]).T, 1)[0]
small, large = moved[:, 0].mean(), moved[:, -1].mean()
print(f"Hidden weights move by {small:.0%} of their size at α = {scales[0]:g},", end=" ")
print(f"by {large:.1%} at {scales[-1]:g}.")
print(f"Slope at the end {slope.mean():.2f}, predicted -1.")
print(f"Accuracy at α = {scales[0]:g}: {right[:, 0].mean():.1%}; at {scales[-1]:g}:", end=" ")
print(f"{right[:, -1].mean():.1%}, where the kernel predicts {lazy.mean():.1%}.")
