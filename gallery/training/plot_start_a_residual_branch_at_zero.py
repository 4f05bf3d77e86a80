r"""
Start a residual branch at zero
===============================

Which zero lets a residual branch start silent and still train? Set one factor of each branch to
zero: its scalar, its last weights, or, if it ends in normalization, the gain of the norm. The
signal then passes unchanged, and every parameter learns. Two zero factors lock the branch.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Residual

# %%
# **Setup.** 20 residual blocks :math:`y = x + \alpha f(x)` of 32 units. Each branch :math:`f` is a
# dense layer, a relu and another dense layer; in one network layer normalization ends the branch.
# One dense layer comes before the blocks and one after them. The task is the ring, which needs more
# than a straight line. Weights are drawn by He's scheme and :math:`\alpha` is 1, unless the start
# says otherwise. For comparison, one network has equally many dense layers in a plain row, with a
# relu after each but the last.

blocks, width, seeds = 20, 32, range(4)
branch = [Dense(width), ActivationLayer("relu"), Dense(width)]
residual, normed = (
    wi.Network([Dense(width), *[Residual(parts)] * blocks, Dense(1)], input_shape=(2,))
    for parts in (branch, [*branch, LayerNorm()])
)
plain = wi.mlp([2] + [width] * (2 * blocks + 1) + [1])
scalar, last = "residual*.scale", "residual*.dense1.weight"
first, gain = "residual*.dense0.weight", "residual*.norm0.gain"
small = wi.Constant(value=blocks**-0.5)
starts = {
    "no identity": (plain, {}, "C5"),
    "α = 1": (residual, {}, "C3"),
    "α = 1/√blocks": (residual, {scalar: small}, "C2"),
    "α = 0": (residual, {scalar: wi.zeros}, "C0"),
    "last weights 0": (residual, {last: wi.zeros}, "C0"),
    "first weights 0": (residual, {first: wi.zeros}, "C0"),
    "both α and last 0": (residual, {scalar: wi.zeros, last: wi.zeros}, "C0"),
    "norm, last weights 0": (normed, {last: wi.zeros}, "C0"),
    "norm, gain 0": (normed, {gain: wi.zeros}, "C0"),
}


def predict(alpha):
    """Return the rms after all blocks over that before, and a factor for one std around it."""
    mean_square = 1 + 2 * alpha**2
    variance = blocks * (8 * alpha**2 + 28 * alpha**4) / width / mean_square**2
    return mean_square ** (blocks / 2), np.exp(np.sqrt(variance) / 2)


def learn(net, initializer, seed):
    """Return growth of the signal, accuracy, share of the blocks moved, and largest gradient."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = wi.datasets.ring(500, rng=rng), wi.datasets.ring(500, rng=rng)
    net.initialize({**initializer, "*.weight": wi.he_normal}, rng=rng, dtype=np.float32)
    enter, *_, leave = net.record(x).values()
    growth = np.sqrt(np.mean(leave.x**2) / np.mean(enter.y**2))
    largest = max(np.abs(array).max() for array in net.loss_and_gradients(x, y)[1].values())
    before = {name: array.copy() for name, array in net.parameters.items() if "residual" in name}
    sgd = {"batch_size": 125, "learning_rate": 0.025, "momentum": 0.9}
    try:
        wi.train(net, x, y, epochs=28, rng=rng, **sgd)
    except FloatingPointError:
        return growth, 0.0, np.nan, largest
    moved = [np.any(net.parameters[name] != array) for name, array in before.items()]
    right = np.mean(net.predict(x_test) == y_test)
    return growth, right, np.mean(moved) if moved else np.nan, largest


# %%
# **One sweep.** Nine starts, four seeds. An accuracy of 0 stands for numbers that overflowed.

runs = {
    name: np.array([learn(net, start, seed) for seed in seeds])
    for name, (net, start, _) in starts.items()
}

fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.8), layout="constrained", sharey=True)
fig.set_label(
    "Dots for nine starts of 20 residual blocks. With scalar 1 the signal grows ten thousandfold "
    "and training overflows; with a small scalar, a zero scalar, zero last weights or a zero gain "
    "the signal keeps its size and accuracy is high; with two zeros or zero first weights accuracy "
    "is that of a line; without the identity, or with zero weights before a norm, it varies."
)
for place, (name, values) in enumerate(runs.items()):
    for ax, column in zip(axes, values.T, strict=False):
        ax.plot(column, [-place] * len(column), "o", color=starts[name][2], alpha=0.7, ms=6)
axes[0].set(xscale="log", title="A zero keeps the signal", xlabel="rms after / before the blocks")
axes[1].set(xlim=(-0.03, 1), title="The right zero trains", xlabel="test accuracy")
axes[0].set_yticks([-place for place in range(len(runs))], list(runs))
for ax in axes:
    ax.grid(axis="x")
plt.show()

# %%
# **Reading the figure.** Why anything but :math:`\alpha = 1`? He's weights make up for the relu
# that follows, and no relu follows the last layer of a branch, so there they double the mean
# square. A block multiplies it by :math:`1 + 2 \alpha^2`, averaged over draws: it triples, 20 times
# over. With :math:`1/\sqrt L` in :math:`L` blocks the product :math:`(1 + 2/L)^L` stays below
# :math:`e^2`. For one input and :math:`n` units the relative variance of a block's factor is
# :math:`(8 \alpha^2 + 28 \alpha^4) / (n (1 + 2 \alpha^2)^2)`; one std over all blocks is printed.
#
# A zero can move if its own gradient is not zero. The gradient for :math:`\alpha` contains the
# branch's output, which is random at the start. The gradient for the last weights contains
# :math:`\alpha` and the hidden units, which differ. If both are zero, each gradient contains the
# other zero: nothing in any block moves, and a linear classifier remains.
#
# One zero can lock a branch as well. With the *first* weights and biases at zero all hidden units
# sit at the corner of relu, where the slope is taken to be 0. Then only :math:`\alpha` and the last
# bias move, and a branch adds a constant.
#
# If a norm ends the branch, set its gain to zero. Zero last weights do get a gradient there, but
# too large a one. The norm's input is constant, so it divides by :math:`\sqrt\varepsilon` instead
# of the signal's size. The first gradient is hundreds of times larger than with a zero gain.
#
# :func:`~weightinit.fixup` sets the last weights to zero, :func:`~weightinit.rezero` and
# :func:`~weightinit.skipinit` set :math:`\alpha`. The plain row is as deep but has no identity:
# some draws learn and some do not.

predicted = {"α = 1": predict(1), "α = 1/√blocks": predict(blocks**-0.5)}
growth, final, moved, largest = ({n: v[:, k] for n, v in runs.items()} for k in range(4))
for name in starts:
    low, middle, high = np.quantile(final[name], (0, 0.5, 1))
    print(f"{name:>20}: signal times {np.median(growth[name]):.2g},", end=" ")
    print(f"accuracy {middle:.1%}, from {low:.1%} to {high:.1%},", end=" ")
    print(f"largest gradient {np.median(largest[name]):.2g}")
for name, (rms, factor) in predicted.items():
    print(f"{name:>20}: predicted times {rms:.2g}, in single networks within", end=" ")
    print(f"a factor of {factor:.2g}\n{'':>20}  measured", *(f"{g:.2g}" for g in growth[name]))
print(f"Of the parameters in the blocks {np.mean(moved['α = 0']):.0%} moved from α = 0,", end=" ")
print(f"{np.mean(moved['first weights 0']):.0%} from first weights 0,", end=" ")
print(f"{np.mean(moved['both α and last 0']):.0%} from both zero.")
zeros = [np.median(largest[name]) for name in ("norm, last weights 0", "norm, gain 0")]
print(f"Branches that end in a norm: largest gradient {zeros[0]:.0f} with last weights 0,", end=" ")
print(f"{zeros[1]:.2g} with gain 0; 1/√ε = {LayerNorm().epsilon ** -0.5:.0f}")
