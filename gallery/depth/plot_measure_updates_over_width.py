r"""
Measure how updates grow with width
===================================

Does a learning rate from a narrow network hold in a wider one? Train networks of several widths for
one step, and see how far each layer moves: a coordinate check. From the usual start it moves
further in wider networks. In muP, and with spectral scaling, it moves about as far in each.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Networks with two hidden layers of ReLU take one step of Adam towards a function that
# can be learned. A start for :func:`~weightinit.coordinate_check` is a function of the width and of
# a generator. It returns a network, and by how much the rate of each parameter is multiplied.

widths = (64, 128, 256, 512)
rng = np.random.default_rng(0)
x = rng.standard_normal((64, 8))
y = 10 * x @ rng.standard_normal((8, 3))


def layers(width):
    """Return a network without weights."""
    return wi.mlp([8, width, width, 3])


def usual(width, rng):
    """Start hidden layers from He and the output from LeCun, with the same rate for each."""
    weights = {"dense2.weight": wi.lecun_normal, "*.weight": wi.he_normal}
    return layers(width).initialize(weights, rng=rng)


def mu(width, rng):
    """Start a network in muP, with the narrowest one as its base."""
    done = wi.mu_parametrization(layers(width), base=layers(widths[0]), rng=rng)
    return done.model, done.rate_factors


def spectral(width, rng):
    """Start with spectral norms of √(out/in), times a gain, and take the rates of muP."""
    _, rates = mu(width, rng)
    return wi.spectral(layers(width), rng=rng).model, rates


# %%
# **One sweep** over the width, six draws of each start.

starts = {"usual": usual, "muP": mu, "spectral": spectral}
options = {"steps": 1, "learning_rate": 1e-5, "draws": 6, "rng": 0}
checks = {
    name: wi.coordinate_check(build, widths, x, y, **options) for name, build in starts.items()
}

titles = {"dense0": "First layer", "dense1": "Hidden layer", "dense2": "Output"}
colors = {"usual": "C3", "muP": "C0", "spectral": "C1"}
fig, axes = plt.subplots(1, 3, figsize=(7.2, 3.2), sharey=True, layout="constrained")
for ax, (layer, title) in zip(axes, titles.items(), strict=True):
    for name, check in checks.items():
        moved = check.updates[layer] / check.updates[layer][:, :1]
        ax.plot(widths, moved.T, ".", color=colors[name], ms=4)
        style = "--" if name == "spectral" else "-"
        ax.plot(widths, np.exp(np.log(moved).mean(axis=0)), style, color=colors[name], label=name)
    ax.set(title=title, xlabel="width", xscale="log", yscale="log")
    ax.set_xticks(widths, list(map(str, widths)))
    ax.set_yticks([1, 3, 10], ["1", "3", "10"])
    ax.minorticks_off()
axes[0].set_ylabel("update, relative to width 64")
axes[0].legend(loc="upper left")
fig.set_label(
    "Update of each of three layers in one step of Adam, over widths 64 to 512, on log scales. "
    "From the usual start the first layer moves as far at each width, the hidden layer about seven "
    "times as far at width 512 as at 64, and the output further still. In muP and with spectral "
    "scaling each stays near 1."
)
plt.show()

# %%
# **Reading the figure.** Each point is a network, each line a geometric mean. From the usual start
# the hidden layer and the output move further the wider the network is; from the other two starts
# no layer does.
#
# Adam moves each entry of a weight by about the learning rate, whatever the size of the gradient.
# The update of a hidden unit adds up n such moves, times inputs whose signs they follow. So from
# the usual start it grows with the power 1 of the width n. The first layer has eight inputs at each
# width: power 0.
#
# The output moves for two reasons. Its own weight moves: power 1. And the hidden units move along
# with its weights, whose entries are of order :math:`n^{-1/2}`: power
# :math:`1 + 1 - \tfrac12 = \tfrac32`. The sum of the two has a power in between.
#
# muP divides the rates of the hidden layer and of the output by n, and starts the output with
# entries of order 1/n. Then each power is 0. Spectral scaling starts from orthogonal matrices of
# that order, so with the rates of muP it does the same.
#
# What this means for the best learning rate is on the page :doc:`/theory/width-and-depth`.

slopes = {
    (name, layer): check.slope(layer, "update")
    for name, check in checks.items()
    for layer in titles
}
usual_powers = {"dense0": "0", "dense1": "1", "dense2": "1 to 1.5"}
for (name, layer), slope in slopes.items():
    law = usual_powers[layer] if name == "usual" else "0"
    print(
        f"{name:>8}, {titles[layer]:12} predicted {law:>8}, measured {slope.value:5.2f},", end=" "
    )
    print(f"{slope.low:.2f} to {slope.high:.2f}")
