r"""
Start a residual branch at zero
===============================

Zeros are a trap, and yet several of the best schemes for residual networks start each branch at
zero. Which zeros are right, and why?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, Residual

# %%
# **Setup.** 20 residual blocks :math:`y = x + \alpha f(x)` of 32 units, each branch :math:`f` a
# dense layer, a relu and another dense layer. A dense layer leads in and another one out, and the
# task is the ring, which nothing linear can do. All weights are drawn after He but for what is
# named: the scalar :math:`\alpha`, which is 1 otherwise, or the first or last weights of each
# branch. One network has the same dense layers in a plain row, without the identity.

blocks, width, seeds = 20, 32, range(5)
branch = [Dense(width), ActivationLayer("relu"), Dense(width)]
residual = wi.Network(
    [Dense(width), *[Residual(branch)] * blocks, Dense(1)],
    input_shape=(2,),
)
plain = wi.mlp([2] + [width] * (2 * blocks + 1) + [1])
scalar, last = "residual*.scale", "residual*.dense1.weight"
opening = "residual*.dense0.weight"
small = wi.Constant(value=blocks**-0.5)
starts = {
    "no identity": (plain, wi.he_normal, "C5"),
    "α = 1": (residual, wi.he_normal, "C5"),
    "α = 1/√blocks": (residual, {scalar: small, "*.weight": wi.he_normal}, "C5"),
    "α = 0": (residual, {scalar: wi.zeros, "*.weight": wi.he_normal}, "C0"),
    "last weights 0": (residual, {last: wi.zeros, "*.weight": wi.he_normal}, "C0"),
    "first weights 0": (residual, {opening: wi.zeros, "*.weight": wi.he_normal}, "C0"),
    "both 0": (residual, {scalar: wi.zeros, last: wi.zeros, "*.weight": wi.he_normal}, "C0"),
}


def predict(alpha):
    """Return the rms after all blocks over that before, and a factor for one std around it."""
    mean_square = 1 + 2 * alpha**2
    variance = blocks * (8 * alpha**2 + 28 * alpha**4) / width / mean_square**2
    return mean_square ** (blocks / 2), np.exp(np.sqrt(variance) / 2)


def learn(net, initializer, seed):
    """Return the growth of the signal, the accuracy, and the share of the blocks that moved."""
    rng = np.random.default_rng(seed)
    (x, y), (x_test, y_test) = wi.datasets.ring(500, rng=rng), wi.datasets.ring(500, rng=rng)
    net.initialize(initializer, rng=rng, dtype=np.float32)
    first, *_, last = net.record(x).values()
    growth = np.sqrt(np.mean(last.x**2) / np.mean(first.y**2))
    before = {name: array.copy() for name, array in net.parameters.items() if "residual" in name}
    sgd = {"batch_size": 50, "learning_rate": 0.01, "momentum": 0.9}
    try:
        wi.train(net, x, y, epochs=28, rng=rng, **sgd)
    except FloatingPointError:
        return growth, 0.0, np.nan
    moved = [np.any(net.parameters[name] != array) for name, array in before.items()]
    return growth, np.mean(net.predict(x_test) == y_test), np.mean(moved) if moved else np.nan


# %%
# **One sweep.** Seven starts, five seeds. An accuracy of 0 stands for numbers that overflowed.

runs = {
    name: np.array([learn(net, start, seed) for seed in seeds])
    for name, (net, start, _) in starts.items()
}

fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.4), layout="constrained", sharey=True)
fig.set_label(
    "Dots for seven starts of 20 residual blocks. With scalar 1 the signal grows ten "
    "thousandfold and training overflows; with a small or zero scalar, or zero last weights, the "
    "signal holds and accuracy is high; with both, or with the first weights zero, accuracy is "
    "that of a line; without the identity it is anything in between."
)
for place, (name, values) in enumerate(runs.items()):
    for ax, column in zip(axes, values.T, strict=False):
        ax.plot(column, [-place] * len(column), "o", color=starts[name][2], alpha=0.7, ms=6)
axes[0].set(xscale="log", title="Signal behind the blocks / before", xlabel="ratio of rms")
axes[1].set(xlim=(-0.03, 1), title="Test accuracy", xlabel="after 28 epochs")
axes[0].set_yticks([-place for place in range(len(runs))], list(runs))
for ax in axes:
    ax.grid(axis="x")
plt.show()

# %%
# **Reading the figure.** He's weights make up for the relu that follows them, so the hidden units
# have the mean square of :math:`x`. No relu follows the last layer of the branch, and there He's
# weights double it. So a block multiplies the mean square by :math:`1 + 2 \alpha^2`, averaged over
# draws: with :math:`\alpha = 1` it triples, and 20 blocks are too many. With :math:`1/\sqrt L` in
# :math:`L` blocks the product :math:`(1 + 2/L)^L` is below :math:`e^2`.
#
# A single network strays: for one input the factor of a block of :math:`n` units has the relative
# variance :math:`(8 \alpha^2 + 28 \alpha^4) / (n (1 + 2 \alpha^2)^2)`. One std over all is printed.
#
# Both kinds of zero train, because each is one factor of a product whose other factor is not zero.
# The gradient for :math:`\alpha` comes with the answer of the branch, which is random at the start;
# that for the last weights with :math:`\alpha` and the hidden units, which were drawn and differ.
#
# With both factors at zero each waits for the other. Nothing in any block moves, ever, and what is
# left is a linear classifier.
#
# A single zero can lock as well. With the *first* weights at zero all hidden units are at the
# corner of relu, whose slope there is taken to be 0, and no gradient gets through. Of each branch
# only :math:`\alpha` and the last bias move, and they add a constant. So the rule is not "never
# zero": a zero is right where its gradient is not zero. See
# :ref:`sphx_glr_auto_gallery_symmetry_plot_find_what_may_be_zero.py`. Fixup puts its zeros at the
# last weights, ReZero and SkipInit at :math:`\alpha`; none does both.
#
# The plain row, as deep but without the identity, is a lottery: some draws learn and some do not.

predicted = {"α = 1": predict(1), "α = 1/√blocks": predict(blocks**-0.5)}
growth, final, moved = ({name: v[:, k] for name, v in runs.items()} for k in range(3))
for name in starts:
    low, middle, high = np.quantile(final[name], (0, 0.5, 1))
    print(f"{name:>14}: signal times {np.median(growth[name]):.2g},", end=" ")
    print(f"accuracy {middle:.1%}, from {low:.1%} to {high:.1%}")
for name, (rms, factor) in predicted.items():
    print(f"{name:>14}: predicted times {rms:.2g}, in single networks within", end=" ")
    print(f"a factor of {factor:.2g}\n{'':>14}  measured", *(f"{g:.2g}" for g in growth[name]))
print(f"Of the parameters in the blocks {np.mean(moved['α = 0']):.0%} moved from α = 0,", end=" ")
print(f"{np.mean(moved['first weights 0']):.0%} from first weights 0,", end=" ")
print(f"{np.mean(moved['both 0']):.0%} from both 0.")
