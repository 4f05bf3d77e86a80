r"""
See what depth does to singular values
======================================

Multiply many Gaussian matrices, and only a few directions of the input pass while the others are
crushed, although its length is kept on average. Orthogonal matrices keep the length in all
directions.

Is it not enough to keep the length on average?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** A deep linear network computes :math:`x W_1 W_2 \cdots W_L`. The singular values of
# this product are the factors by which it stretches the directions of its input. We multiply
# matrices of 100 × 100, either Gaussian with variance :math:`1/n` or orthogonal, and look at the
# 100 singular values of the product (Saxe, McClelland and Ganguli, 2013).

n = 100
depths = [1, 10, 100]
seeds = range(5)
initializers = {"Gaussian": (wi.lecun_normal, "C6"), "orthogonal": (wi.orthogonal, "C7")}


def spectra(initializer, seed):
    """Return the singular values of the product of L matrices for each L in depths."""
    rng = np.random.default_rng(seed)
    product, values = np.eye(n), []
    for depth in range(1, max(depths) + 1):
        product = product @ initializer((n, n), rng=rng)
        if depth in depths:
            values.append(np.linalg.svd(product, compute_uv=False))
    return values


# %%
# **One sweep.** Two kinds of weights, five seeds each; an array (seeds, depths, n) for each.

measured = {
    name: np.array([spectra(initializer, seed) for seed in seeds])
    for name, (initializer, _) in initializers.items()
}

# %%
# One line per seed. The lines end where float64 does: a value that is smaller than the largest by
# more than 13 digits is lost in the rounding errors of this computation.

fig, axes = plt.subplots(1, 3, figsize=(7.2, 3.4), layout="constrained", sharey=True)
fig.set_label(
    "Three charts of sorted singular values, for products of 1, 10 and 100 matrices. Orthogonal: "
    "a level line at 1 in each. Gaussian: from 2 down to almost 0, then ever steeper, until with "
    "100 matrices they fall by more than ten powers of ten within half of the directions."
)
for index, (depth, ax) in enumerate(zip(depths, axes, strict=True)):
    for name, (_, color) in initializers.items():
        for values in measured[name][:, index]:
            seen = values > n * np.finfo(float).eps * values[0]
            ax.plot(np.arange(1, n + 1)[seen], values[seen], color=color, lw=1)
    ax.set(yscale="log", xlabel="direction", xticks=[1, 50, 100])
    ax.set_title(f"product of {depth}" if depth > 1 else "one matrix")
axes[0].set_ylabel("singular value")
axes[1].text(n, 3, "orthogonal", color="C7", ha="right")
axes[2].text(0.4 * n, 1e-8, "Gaussian", color="C6")
fig.suptitle("Orthogonal products stretch nothing, Gaussian ones pass a few directions")
plt.show()

# %%
# **Reading the figure.** An orthogonal matrix stretches no direction, and neither does a product of
# many. One Gaussian matrix stretches some directions by nearly 2 and crushes others, and in a
# product these factors compound. The average hardly shows it: the rms of the singular values, which
# is the factor on a random input, is of the order of 1.
#
# At depth 100, however, a few directions out of 100 make up that average. A difference between two
# inputs arrives only if it has a part along these few. Gradients come down through the transposed
# matrices, which have the same singular values.
#
# With activations in between, orthogonal weights can still hold the singular values together for
# tanh. For ReLU neither they nor Gaussian weights can (Pennington, Schoenholz and Ganguli, 2017).
# Mirrored blocks :math:`W, -W, -W, W` with an orthogonal :math:`W` can: exactly one unit of each
# pair is on, so the network starts linear, as :func:`~weightinit.looks_linear` does it. See
# :doc:`/theory/isometry`.


def spread_out_over(values):
    """Return over how many directions the squares are spread: n if equal, 1 if one has all."""
    shares = values**2 / np.sum(values**2, axis=-1, keepdims=True)
    return 1 / np.sum(shares**2, axis=-1)


def orthogonal(depth, rng):
    """Return orthogonal weights."""
    return [wi.orthogonal((n, n), rng=rng) for _ in range(depth)]


def mirrored(depth, rng):
    """Return the weights of a network that starts linear, of n mirrored pairs of units."""
    net = wi.looks_linear(wi.mlp([n, *[2 * n] * depth, 1]), rng=rng).model
    return [net.parameters[f"dense{layer}.weight"] for layer in range(depth)]


def relu_spectrum(start, seed, depth=20):
    """Return the singular values of the derivative of ReLU layers at a random input."""
    rng = np.random.default_rng(seed)
    h, derivative = rng.standard_normal(n), np.eye(n)
    for W in start(depth, rng):
        h = h @ W
        derivative, h = derivative @ W * (h > 0), np.maximum(h, 0)
    return np.linalg.svd(derivative, compute_uv=False)


rms_factor = {name: np.sqrt(np.mean(m**2, axis=-1)) for name, m in measured.items()}
directions = {name: np.median(spread_out_over(m), axis=0) for name, m in measured.items()}
largest = {name: np.median(m[..., 0], axis=0) for name, m in measured.items()}
for name in initializers:
    for index, depth in enumerate(depths):
        print(f"{name:>10}, product of {depth:3}: largest {largest[name][index]:6.3f}", end=", ")
        print(f"rms {np.median(rms_factor[name][:, index]):.3f}", end=", ")
        print(f"spread out over {directions[name][index]:.1f} directions")
off = float(np.abs(measured["orthogonal"] - 1).max())
print(f"orthogonal: no singular value is further than {off:.0e} from 1")
kinds = {"orthogonal": orthogonal, "mirrored": mirrored}
relu = {kind: np.array([relu_spectrum(init, s) for s in seeds]) for kind, init in kinds.items()}
for name, values in relu.items():
    print(
        f"{name}, 20 ReLU layers: spread over {np.median(spread_out_over(values)):.1f} directions"
    )
