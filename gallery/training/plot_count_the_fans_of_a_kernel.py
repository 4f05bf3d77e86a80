r"""
Count the fans of a kernel
==========================

What are the fans of a convolution kernel, whose shape has four numbers? Fan in is the window times
the input channels, fan out the window times the output channels. A helper made for dense weights
reads off other numbers, and the signal grows a millionfold in six layers.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import ActivationLayer, Conv2D

# %%
# **Setup.** Six 3 × 3 convolutions from 64 to 64 channels, each followed by relu, no pooling,
# random images of 16 × 16 pixels. Kernels have the shape ``(height, width, in, out)``. A helper
# made for dense weights ``(in, out)`` takes ``shape[0]`` for fan in, in He's formula, or
# ``sum(shape)`` for the sum of both fans, in Xavier's. :func:`weightinit.compute_fans` gives the
# right ones.

shape, depth, size, samples = (3, 3, 64, 64), 6, 16, 4
seeds = range(10)
layers = [Conv2D(64), ActivationLayer("relu")] * depth
network = wi.Network(layers, input_shape=(size, size, 64))
starts = {
    "He, shape[0]": (wi.Normal(std=np.sqrt(2 / shape[0])), "k", "--"),
    "Xavier, sum(shape)": (wi.Normal(std=np.sqrt(2 / sum(shape))), "k", "--"),
    "He": (wi.he_normal, "C5", "-"),
    "Xavier": (wi.xavier_normal, "C4", "-"),
}


def signal(initializer, seed):
    """Return the rms of the images and of the output of each relu."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, size, size, 64))
    network.initialize(initializer, rng=rng)
    steps = network.record(x).items()
    outputs = [step.y for name, step in steps if name.startswith("relu")]
    return [np.sqrt(np.mean(y**2)) for y in [x, *outputs]]


# %%
# **One sweep.** Four starts, ten seeds. The theory counts what a unit adds up: 64 channels at each
# pixel of its window. Inside the image that is fan in. At the border the window reaches beyond the
# image, where zeros add nothing.

measured = {
    name: np.array([signal(initializer, seed) for seed in seeds])
    for name, (initializer, *_) in starts.items()
}


def theory(initializer):
    """Return the expected rms by layer, with the zeros around the image taken into account."""
    q, sizes = np.ones((size, size)), [1.0]  # the mean square at each pixel
    for _ in range(depth):
        around = np.pad(q, 1)
        windows = np.lib.stride_tricks.sliding_window_view(around, shape[:2])
        q = windows.sum(axis=(2, 3)) * shape[2] * initializer.std(shape) ** 2 / 2
        sizes.append(np.sqrt(q.mean()))
    return np.array(sizes)


expected = {name: theory(initializer) for name, (initializer, *_) in starts.items()}

# %%
# Dots are medians over the seeds, lines the theory.

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
fig.set_label(
    "Line chart of the rms of the signal over six convolutions, on a logarithmic axis. With the "
    "right fans He stays near 1 and Xavier falls slowly; read off the shape, He's fans end above "
    "a million and Xavier's near a hundred."
)
for name, (_, color, style) in starts.items():
    low, middle, high = np.quantile(measured[name], (0, 0.5, 1), axis=0)
    ax.fill_between(range(depth + 1), low, high, color=color, alpha=0.25, lw=0)
    ax.plot(expected[name], style, color=color)
    ax.plot(middle, "o", color=color, ms=4, clip_on=False)
    place = {"xytext": (8, 0), "textcoords": "offset points", "va": "center"}
    ax.annotate(name, (depth, middle[-1]), color=color, **place)
ax.set(yscale="log", xlim=(0, depth), xlabel="layer", ylabel="rms of the signal")
ax.set_title("Wrong fans multiply from layer to layer")
ax.grid(axis="y")
plt.show()

# %%
# **Reading the figure.** A wrong count is a wrong factor in each layer, and the factors of the
# layers multiply. The helper takes the kernel's height, 3, where a unit adds up 576 numbers, so
# He's std is too large by :math:`\sqrt{576/3}`. Taking the sum of all four sizes for Xavier is a
# milder error of the same kind.
#
# With the right fans He would be level but for the border. There a window of nine pixels meets six
# of the image, or four in a corner, and the weak border spreads inwards from layer to layer.
# Xavier's variance is half of He's here, so the signal falls by :math:`\sqrt 2` a layer.

factor = {
    name: starts[f"{name}, {taken}"][0].std / starts[name][0].std(shape)
    for name, taken in (("He", "shape[0]"), ("Xavier", "sum(shape)"))
}
last = {name: float(np.median(runs[:, -1])) for name, runs in measured.items()}
off = {name: float(np.ptp(np.log(runs[:, -1]))) for name, runs in measured.items()}
print(f"{shape} has {wi.compute_fans(shape)}")
for name, value in last.items():
    print(f"{name:>18}: rms after {depth} layers {value:.3g}, theory {expected[name][-1]:.3g}")
for name, value in factor.items():
    print(f"{name}: std too large by {value:.2f}, over {depth} layers by {value**depth:.1e}")
