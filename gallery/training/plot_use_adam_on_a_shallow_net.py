r"""
Use Adam on a shallow net
=========================

Does the scale of the weights still matter with Adam, which divides each gradient by its own size?
With one hidden layer small weights are forgiven and large ones are not. In six layers neither is.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi
from weightinit.training import Adam

# %%
# **Setup.** The digits of scikit-learn, one hidden layer or six, 32 relu units a layer, 32 digits a
# step, three epochs: enough for a good start, too few for a bad one. Stochastic gradient
# descent has learning rate 0.05, Adam has learning rate 0.003. All weights are normal, with He's
# std times a factor.

images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / images.std()
optimizers = {"sgd": (0.05, "--"), "adam": (0.003, "-")}
factors = [0.001, 0.01, 0.1, 0.3, 1, 3, 10]
depths, seeds = (1, 6), range(5)
kinds = Adam, type("BareAdam", (Adam,), {"epsilon": 1e-40})  # adds next to nothing


def start(depth, factor, seed):
    """Return a network, the digits in four parts, and a generator."""
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=seed)
    rng = np.random.default_rng(seed)
    init = wi.VarianceScaling(scale=2.0 * factor**2, mode="fan_in", distribution="normal")
    net = wi.mlp([64] + [32] * depth + [10]).initialize(init, rng=rng, dtype=np.float32)
    return net, *parts, rng


def accuracy(optimizer, depth, factor, seed, times=1):
    """Return the test accuracy after training, or 0 if the numbers overflow."""
    net, x, x_test, y, y_test, rng = start(depth, factor, seed)
    options = {"optimizer": optimizer, "learning_rate": times * optimizers[optimizer][0]}
    try:
        wi.train(net, x, y, epochs=3, batch_size=32, rng=rng, **options)
    except FloatingPointError:
        return 0.0
    return float(np.mean(net.predict(x_test) == y_test))


def look_behind(kind, factor, seed):
    """Return, of six layers, accuracy, dead units in the worst layer, and the largest gradient."""
    net, x, x_test, y, y_test, rng = start(6, factor, seed)
    gradients = net.loss_and_gradients(x, y)[1]
    largest = max(np.abs(gradients[name]).max() for name in gradients if "weight" in name)
    adam = kind(net.parameters, learning_rate=optimizers["adam"][0])
    for _ in range(3):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // 32):
            adam.update(net.loss_and_gradients(x[rows], y[rows])[1])
    answers = [layer.y for name, layer in net.record(x).items() if "relu" in name]
    dead = max(np.mean(~(h > 0).any(axis=0)) for h in answers)
    return np.mean(net.predict(x_test) == y_test), dead, largest


# %%
# **One sweep** over the factor, for both optimizers and both depths, five seeds.

accuracies = {
    (name, depth): np.array([[accuracy(name, depth, f, s) for f in factors] for s in seeds])
    for name in optimizers
    for depth in depths
}

fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.6), layout="constrained", sharey=True)
fig.set_label(
    "Test accuracy after three epochs over the scale of the starting weights. With one hidden "
    "layer Adam is level for all scales up to He's and falls above; gradient descent falls on both "
    "sides. With six layers both need a scale near He's."
)
for ax, depth in zip(axes, depths, strict=True):
    for name, (_, style) in optimizers.items():
        low, middle, high = np.quantile(accuracies[name, depth], (0, 0.5, 1), axis=0)
        ax.fill_between(factors, low, high, color="k", alpha=0.12, lw=0)
        ax.plot(factors, middle, "k" + style, marker="o", ms=4, label=name)
    ax.axvline(1, color="C5", lw=1)
    ax.annotate("He", (1, 0.02), (4, 0), textcoords="offset points", color="C5")
    ax.set(xscale="log", ylim=(-0.02, 1), xlabel="std / He's std")
    ax.set_title(f"{depth} hidden layer" + "s" * (depth > 1))
    ax.grid(axis="y")
axes[0].set(ylabel="test accuracy")
axes[0].legend(loc="center left")
plt.show()

# %%
# **Reading the figure.** The step of gradient descent is proportional to the gradient, and small
# weights have small gradients: after three epochs it is still on its plateau. Adam's first step is
# about the learning rate in every weight, unless the gradient is far below :math:`10^{-8}`. After a
# few steps it has left the small weights behind, so one hidden layer may start from any scale of
# the figure up to He's.
#
# Adam's steps stay about that long, so it moves a weight by no more than about their number times
# the rate. Much larger weights cannot be undone in time, and from them Adam does worse than
# gradient descent. Ten times the rate moves them further, and does better (last line).
#
# Depth is not forgiven. At a hundredth of He's std one step is larger than the weights. In six
# layers some layer ends with no unit that is active for any digit, and then no weight before it has
# a gradient. At a tenth more than half of the worst layer is dead. The :math:`10^{-8}` of Adam is
# not to blame: with :math:`10^{-40}` in its place neither trains well.
#
# :lab:`Take a small start and try both optimizers
# <depth=3&act=relu&rate=0.01&opt=adam&batch=300&a=small&b=he_normal>` in the lab.

medians = {key: np.median(values, axis=0) for key, values in accuracies.items()}
steps = 3 * -(-int(0.75 * len(images)) // 32)
behind, reach, he = {}, steps * optimizers["adam"][0], wi.he_normal.std((64, 32))
for (name, depth), values in medians.items():
    print(f"{name:>4}, depth {depth}:", end=" ")
    print(*(f"{f} × {value:.0%}" for f, value in zip(factors, values, strict=True)), sep=", ")
print(f"Adam moves a weight by up to about {reach:.2f}, which is {reach / he:.1f} of He's stds")
for kind, f in itertools.product(kinds, (0.01, 0.1, 1)):
    found = np.median([look_behind(kind, f, seed) for seed in seeds], axis=0)
    behind[kind.epsilon, f] = right, dead, largest = found
    print(f"depth 6, {f} ×, largest gradient {largest:.0e}, Adam adds {kind.epsilon:.0e}:", end=" ")
    print(f"{right:.0%} right, {dead:.0%} of the worst layer dead")
faster = [accuracy("adam", 1, 10, seed, times=10) for seed in seeds]
print(f"adam, depth 1, 10 × He at ten times the rate: {np.median(faster):.0%}")
