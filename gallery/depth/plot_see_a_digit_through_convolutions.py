r"""
See a digit through convolutions
================================

What is left of an image after 32 convolutions without an activation, before training? From Gaussian
kernels, a blur: each layer mixes neighbouring pixels. Delta-orthogonal kernels keep each pixel
where it is, and the image as it was. So the last layer still gets the whole of it.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi
from weightinit.networks import Conv2D

# %%
# **Setup.** A digit of 8 × 8 pixels lies in the middle of an empty image of 40 × 40. It passes
# through convolutions of 3 × 3 with 16 channels, without an activation. Gaussian and orthogonal
# kernels count the fan in; a delta-orthogonal one (:class:`~weightinit.DeltaOrthogonal`) has an
# orthogonal matrix at its centre, and zeros around it.

starts = {
    "Gaussian": wi.lecun_normal,
    "orthogonal": wi.orthogonal,
    "delta-orthogonal": wi.delta_orthogonal,
}
depths, size, channels, seeds = (0, 2, 8, 32), 40, 16, range(4)
digit = load_digits().images[0] / 16


def framed(picture, rng):
    """Return a batch of one image: the picture in the middle, in each channel with a weight."""
    image = np.zeros((1, size, size, channels))
    low = (size - len(picture)) // 2
    across = rng.standard_normal(channels)
    image[0, low : low + len(picture), low : low + len(picture)] = picture[..., None] * across
    return image


def seen(picture, init, seed):
    """Return the sum of squares over the channels, for each pixel, at each depth."""
    rng = np.random.default_rng(seed)
    x, layer, found = framed(picture, rng), Conv2D(channels), {}
    for depth in range(max(depths) + 1):
        if depth in depths:
            found[depth] = np.sum(x[0] ** 2, axis=-1)
        weights = {"weight": init((3, 3, channels, channels), rng=rng), "bias": np.zeros(channels)}
        x, _ = layer.forward(weights, x)
    return found


def width(square):
    """Return by how many pixels, root mean square, the squares lie from the middle in one axis."""
    place = np.arange(size) - (size - 1) // 2
    return np.sqrt(np.sum(square * place**2) / np.sum(square))


# %%
# **One sweep.** The digit, and an image of a single bright pixel, whose blur can be measured.

pictures = {name: seen(digit, init, seed=0) for name, init in starts.items()}
points = {
    name: [seen(np.ones((1, 1)), init, seed) for seed in seeds] for name, init in starts.items()
}

fig, axes = plt.subplots(3, 4, figsize=(7.2, 5.6), layout="constrained")
fig.set_label(
    "A digit 0 after 0, 2, 8 and 32 convolutions. With Gaussian and orthogonal kernels it is "
    "blurred after 2 layers, a cloud after 8, and fills the middle of the image after 32. With "
    "delta-orthogonal kernels it is the same sharp digit at each depth."
)
for row, (name, squares) in zip(axes, pictures.items(), strict=True):
    for ax, depth in zip(row, depths, strict=True):
        ax.imshow(np.sqrt(squares[depth]), cmap="magma")
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)
for ax, depth in zip(axes[0], depths, strict=True):
    ax.set_title(f"{depth} layers" if depth else "input")
plt.show()

# %%
# **Reading the figure.** A pixel shows how much signal there is: the root of the sum of squares
# over the channels. A Gaussian kernel has nine places with weights of equal variance, so it
# spreads the square of each pixel evenly, on average, over a square of nine: a step of -1, 0 or 1
# in each axis. Those have the variance 2/3, and variances of independent steps add up. Behind l
# layers a bright pixel is a cloud of width :math:`\sqrt{2l/3}` in each axis.
#
# An orthogonal *kernel* does the same, since its nine places share the matrix. A delta-orthogonal
# one turns the channels of each pixel and moves nothing. It keeps what there was, exactly; that
# this makes deep convolutional networks trainable is shown by Xiao et al. (2018). Its zeros
# are no lock: they get gradients like other weights. More is on :doc:`/theory/isometry`.

for name, squares in points.items():
    for depth in depths[1:]:
        widths = [width(square[depth]) for square in squares]
        law = 0.0 if name == "delta-orthogonal" else np.sqrt(2 * depth / 3)
        print(f"{name:>16}, {depth:2} layers: width predicted {law:.2f},", end=" ")
        print(f"measured {np.mean(widths):.2f} ({min(widths):.2f} to {max(widths):.2f})")
