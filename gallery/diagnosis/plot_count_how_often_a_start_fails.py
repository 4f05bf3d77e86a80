r"""
Count how often a start fails
=============================

He's start is right for ReLU, and yet most networks of 20 layers with two units each are dead before
their first step. With eight units each, few are.

A diagnosis judges one draw of the weights. What is the risk of the start, and what lowers it?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** A network of ReLUs is born dead if all units of some hidden layer are off for every
# input. Nothing passes that layer: the output is a constant, and no weight has a gradient, so that
# gradient descent leaves it dead. ``wi.failure_rates`` draws a start again and again, and counts
# such networks under the problem ``"frozen"``.
#
# For a single input each unit is off with probability 1/2, so a layer of :math:`n` units is off
# with probability :math:`2^{-n}`. Over :math:`L` layers that makes :math:`1 - (1 - 2^{-n})^L`.
# Several inputs have to die together, so this is an upper bound for a batch (Lu et al., 2020).

widths, depths, draws = [2, 4, 8], [2, 5, 10, 20], 40
x = np.linspace(-np.sqrt(3), np.sqrt(3), 20)[:, np.newaxis]  # points on a line, both signs


def count(width, depth):
    """Return the failure rates of He's start for so many layers of so many units."""
    net = wi.mlp([1, *[width] * depth, 1])
    return wi.failure_rates(net, wi.he_normal, x, draws=draws, rng=0)


def smallest_width(depth, at_most=0.01):
    """Return the smallest width for which the bound is below one in a hundred."""
    width = 1
    while wi.risk.born_dead_bound([width] * depth) > at_most:
        width += 1
    return width


# %%
# **One sweep.** Three widths, four depths, 40 draws each. Dots are the shares of dead networks with
# their 95 % intervals, lines the bound. The right panel asks the bound for the width that keeps
# dead networks below one in a hundred.

measured = {(n, depth): count(n, depth) for n in widths for depth in depths}
every = np.arange(1, 21)
bound = {n: [wi.risk.born_dead_bound([n] * depth) for depth in every] for n in widths}
deeper = np.unique(np.geomspace(1, 1000, 60).astype(int))
needed = [smallest_width(depth) for depth in deeper]

fig, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.1), layout="constrained")
fig.set_label(
    "Left: the share of networks that are born dead against depth, for 2, 4 and 8 units a layer. "
    "It grows with depth and falls with width; measured points follow the curves of the bound or "
    "lie below them. Right: the width that keeps the share below one in a hundred rises by one "
    "unit each time the depth doubles."
)
for n in widths:
    left.plot(every, bound[n], color="0.5")
    left.annotate(f"{n} units", (20.6, bound[n][-1]), va="center", annotation_clip=False)
    for depth in depths:
        rates = measured[n, depth]
        low, high = rates.interval("frozen")
        left.plot([depth, depth], [low, high], color="black", lw=1)
        left.plot(depth, rates.rate("frozen"), "o", color="black", ms=4)
left.set(xlabel="hidden layers", ylabel="share born dead", ylim=(-0.03, 1.03), xlim=(0, 24.5))
left.set(xticks=depths, title="Dots: measured. Lines: the bound")
right.step(deeper, needed, where="post", color="0.5")
right.set(xscale="log", xlabel="hidden layers", ylabel="units a layer", ylim=(0, 18))
right.set_title("The width that keeps it below 1 in 100")
fig.suptitle("The risk of a dead start grows with depth and falls fast with width")
plt.show()

# %%
# **Reading the figure.** With two units a layer, depth kills: for one input a layer is off with
# probability 1/4, and one such layer is enough. With eight units it is 1/256, and the dots stay
# near zero. In shallow networks of two units the dots lie well below the line, since inputs of both
# signs have to die: at two layers 5 draws in 32 are dead, where the bound says 14.
#
# The right panel says how little width it takes. One more unit halves the risk of a layer, and
# twice the layers nearly double a small risk of the network, so each doubling of the depth asks
# for one more unit.
#
# :lab:`Draw ten narrow layers, seed by seed <depth=10&width=4&act=relu&a=he_normal&b=none>`
# in the lab.

for (n, depth), rates in measured.items():
    low, high = rates.interval("frozen")
    print(f"{n} units, {depth:2} layers: {rates.rate('frozen'):4.0%} dead", end=" ")
    print(f"({low:.0%} to {high:.0%}), at most {bound[n][depth - 1]:.1%} expected")
for depth in (10, 100, 1000):
    print(f"{depth} layers: {smallest_width(depth)} units a layer keep it below 1 in 100")
