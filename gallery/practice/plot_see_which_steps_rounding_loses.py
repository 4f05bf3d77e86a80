r"""
See which steps rounding loses
==============================

Can you train with weights that are kept in bfloat16? At small learning rates you cannot: a step
that is smaller than half the distance to the next number is rounded away. The same network learns
if its weights are kept in float32 and *copies* of them are rounded for each pass.
"""

import math

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Two hidden layers of 64 ReLUs from He's scheme read digits, and Adam takes 250 steps.
# A bfloat16 is the upper half of a float32, so :math:`t = 7` bits follow the leading one. We keep
# the weights in one of three ways:
#
# - *float32*;
# - *bfloat16*: after each step, the weights are rounded to bfloat16;
# - *rounded copies*: the network computes with weights in bfloat16, but each step is added to
#   weights in float32, the *master weights*.
#
# The network itself computes in float32, so that nothing but the weights is rounded.

images, classes = load_digits(return_X_y=True)
images = ((images - images.mean(axis=0)) / images.std()).astype(np.float32)
steps, batch, seeds, t = 250, 32, range(3), 7
rates = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3]


def bfloat16(x):
    """Round float32 to the nearest bfloat16, ties to even, and return it as float32."""
    bits = x.view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)


def exact(x):
    """Keep a weight as it is."""
    return x


ways = {  # how the kept weights are rounded, and how those that the network computes with
    "float32": (exact, exact, "C3"),
    "rounded copies": (exact, bfloat16, "C5"),
    "bfloat16": (bfloat16, bfloat16, "C0"),
}


def train(way, rate, seed):
    """Return the loss on new digits, and which share of the weights the first step left."""
    keep, copy, _ = ways[way]
    rng = np.random.default_rng(seed)
    old, new = np.split(rng.permutation(len(images)), [1200])
    net = wi.mlp([64, 64, 64, 10]).initialize(wi.he_normal, rng=rng, dtype=np.float32)
    kept = {name: keep(array.copy()) for name, array in net.parameters.items()}
    mean = {name: np.zeros_like(array) for name, array in kept.items()}
    square = {name: np.zeros_like(array) for name, array in kept.items()}
    for step in range(1, steps + 1):
        for name, array in net.parameters.items():
            array[...] = copy(kept[name])
        chosen = rng.choice(old, batch, replace=False)
        _, gradients = net.loss_and_gradients(images[chosen], classes[chosen])
        before = kept["dense1.weight"]
        for name, gradient in gradients.items():  # Adam
            mean[name] += 0.1 * (gradient - mean[name])
            square[name] += 0.001 * (gradient**2 - square[name])
            root = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
            kept[name] = keep(kept[name] - np.float32(rate) * mean[name] / (1 - 0.9**step) / root)
        if step == 1:
            moving = gradients["dense1.weight"] != 0
            left = np.mean((kept["dense1.weight"] == before)[moving])
    for name, array in net.parameters.items():
        array[...] = copy(kept[name])
    return net.loss_and_gradients(images[new], classes[new])[0], left


# %%
# **One sweep.** Five learning rates and three seeds for each way.

runs = {
    way: np.array([[train(way, rate, seed) for seed in seeds] for rate in rates]) for way in ways
}
loss = {way: found[:, :, 0] for way, found in runs.items()}
left = {way: found[:, :, 1].mean(axis=1) for way, found in runs.items()}

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
fig.set_label(
    "Loss on new digits after 250 steps of Adam, against the learning rate. Weights kept in "
    "bfloat16 barely learn at rates up to one ten-thousandth, where float32 gets well below 2; "
    "rounded copies of float32 weights lie on the line of float32 everywhere."
)
looks = {"float32": {"lw": 7, "alpha": 0.5}, "rounded copies": {}, "bfloat16": {}}
for way, look in looks.items():
    color = ways[way][2]
    ax.plot(rates, loss[way].mean(axis=1), color=color, label=way, **look)
    if not look:
        ax.plot(rates, loss[way], "o", color=color, ms=4)
ax.set(xscale="log", ylim=(0, None), xlabel="learning rate", ylabel="loss on new digits")
ax.set_title("Weights kept in bfloat16 miss small steps")
ax.legend()
plt.show()

# %%
# **Reading the figure.** Rounding a copy hardly matters: the lines of float32 and of rounded
# copies lie on each other. Rounding what is kept does.
#
# Between :math:`2^k` and :math:`2^{k+1}` two
# neighbours in bfloat16 are :math:`2^{k-t}` apart, and a step below half of that returns to where
# it came from.
#
# The first step of Adam has the size of the learning rate :math:`s` wherever the
# gradient is well above :math:`10^{-8}`. So it leaves those weights where they are that are larger
# than the least power of two above :math:`2^{t+1} s`. For normal weights that share is known, and
# printed below beside the
# measured one.
#
# Zero biases move at each of these rates: numbers near zero lie close together.

predicted = []
for rate in rates:
    threshold = 2.0 ** (math.floor(math.log2(2 ** (t + 1) * rate)) + 1)
    predicted.append(math.erfc(threshold / wi.he_normal.std((64, 64)) / math.sqrt(2)))
for k, rate in enumerate(rates):
    print(f"rate {rate:.0e}: the first step leaves {left['bfloat16'][k]:6.1%} in place,", end=" ")
    print(f"predicted {predicted[k]:6.1%}")
    print("    loss", ", ".join(f"{way} {loss[way][k].mean():.2f}" for way in ways))
