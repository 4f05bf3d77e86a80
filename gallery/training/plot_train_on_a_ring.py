r"""
Train on a ring
===============

Which starts learn a task that needs a hidden layer, and does the size of the random weights matter?
Random weights of four sizes learn it, the smallest later. Equal weights, zero among them, do not.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** 400 points in the plane: label 1 in a disc, label 0 in the ring around it. No straight
# line separates them. The network is 2-4-1 with biases. Gradient descent with momentum 0.8 takes
# all points in each step, at learning rate 1.0 with sigmoid units and 0.3 with relu.

starts = {
    "zero": (wi.zeros, "C0"),
    "constant 0.5": (wi.Constant(value=0.5), "C1"),
    "std 0.01": (wi.Normal(std=0.01), "C2"),
    "N(0, 1)": (wi.Normal(std=1.0), "C3"),
    "Xavier": (wi.xavier_normal, "C4"),
    "He": (wi.he_normal, "C5"),
}
settings = {"sigmoid": (1.0, 800), "relu": (0.3, 300)}  # learning rate, epochs
seeds = range(10)


def accuracies(activation, name, seed):
    """Draw points and train one network; return its accuracy before each step."""
    rng = np.random.default_rng(seed)
    x, y = wi.datasets.ring(400, rng=rng)
    net = wi.mlp([2, 4, 1], activation).initialize(starts[name][0], rng=rng)
    rate, epochs = settings[activation]
    descent = {"batch_size": len(x), "learning_rate": rate, "momentum": 0.8}
    return wi.train(net, x, y, epochs=epochs, **descent).accuracies


# %%
# **One sweep.** Ten seeds for each start draw the points as well as the weights.

measured = {
    activation: {
        name: np.array([accuracies(activation, name, seed) for seed in seeds]) for name in starts
    }
    for activation in settings
}

# %%
# Lines are medians over the seeds, bands hold the middle half.

fig, axes = plt.subplots(1, 2, figsize=(7.6, 3.8), layout="constrained", sharey=True)
fig.set_label(
    "Accuracy over epochs, for sigmoid and relu. All random starts end near 1, std 0.01 later than "
    "the others; zero and constant stay near two thirds, and zero with relu does not move at all."
)
for ax, (activation, runs) in zip(axes, measured.items(), strict=True):
    last = settings[activation][1]
    shown = np.unique(np.geomspace(5, last, 100).astype(int))
    for name, curves in runs.items():
        low, middle, high = np.quantile(curves[:, shown - 1], (0.25, 0.5, 0.75), axis=0)
        ax.fill_between(shown, low, high, color=starts[name][1], alpha=0.15, lw=0)
        ax.plot(shown, middle, color=starts[name][1], label=name)
    ax.set(title=activation, xlabel="epoch", xscale="log", xlim=(5, last), ylim=(0.4, 1))
    ax.grid(axis="y")
axes[0].set(ylabel="accuracy")
axes[0].legend(loc="upper left", fontsize=8.5)
plt.show()

# %%
# **Reading the figure.** The scale does not decide here. With sigmoid units the four random starts
# differ a hundredfold in size and end alike. The smallest is late, because small weights make small
# gradients, and then catches up. With relu the medians end alike; the lowest runs, printed below,
# do not.
#
# What decides is whether the hidden units differ. From zero, or from another constant, all four
# compute the same thing at every step. Such a network acts as one unit, which can only cut the
# plane in two. With relu and zero even that fails: no gradient passes a layer of zeros, and all
# points get one answer.
#
# Does zero fail on easier tasks too? On points that a line separates, equal units suffice, and zero
# learns. Without biases it fails there as well: equal sigmoid units are positive, so the sign of
# the output, which is the answer, is the same for all points. We train both.
#
# :lab:`Watch the ring being learned, from zero and from Xavier
# <rate=0.3&width=8&a=zeros&b=xavier_normal>` in the lab.


def accuracy_on_separable(output_bias, seed):
    """Train from zero on separable points, with or without biases."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((100, 2))
    y = (x.sum(axis=1) > 0).astype(int)
    net = wi.mlp([2, 4, 1], "sigmoid").initialize(wi.zeros)

    def take_biases_away(_step, net, _loss, _gradients):
        for name in () if output_bias else ("dense0.bias", "dense1.bias"):
            net.parameters[name].fill(0)

    options = {"epochs": 300, "batch_size": 100, "learning_rate": 10.0}
    wi.train(net, x, y, **options, monitor=take_biases_away)
    return float(np.mean(net.predict(x) == y))


separable = {b: [accuracy_on_separable(b, seed) for seed in seeds] for b in (False, True)}
final = {a: {n: curves[:, -1] for n, curves in runs.items()} for a, runs in measured.items()}
for activation, runs in final.items():
    for name, values in runs.items():
        low, middle, high = np.quantile(values, (0, 0.5, 1))
        print(f"{activation:>8}, {name:>12}: median {middle:.1%}, from {low:.1%} to {high:.1%}")
for bias, values in separable.items():
    with_or_without = "with" if bias else "without"
    print(f"separable points, zero, {with_or_without:>7} biases: median {np.median(values):.1%}")
