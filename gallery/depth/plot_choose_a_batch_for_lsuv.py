r"""
Choose a batch for LSUV
=======================

LSUV divides the weights of each layer by the std that it measures on a batch. How many samples does
it need? A formula tells from the batch itself: a few dozen give the std to a few per cent, and in
tanh layers eight samples are enough.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Networks of five hidden layers of 64 units, relu or tanh, start on a batch of digits.
# The std of each layer is exactly 1 there. On other digits it is not exactly 1, and the
# difference is the error of the measurement.

x, _ = load_digits(return_X_y=True)
x = x - x.mean(axis=0)
x /= x.std()
hidden, sizes, seeds = 5, (2, 8, 32, 128), range(16)
networks = {
    "relu": (wi.mlp([64, *[64] * hidden, 10], "relu"), "C5"),
    "tanh": (wi.mlp([64, *[64] * hidden, 10], "tanh"), "C0"),
}


def after_start(net, size, seed):
    """Return by hidden layer the pre-activations of digits that were not in the batch."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(x))
    wi.lsuv(net, x[order[:size]], rng=rng)
    return [row.pre_activations for row in wi.trace(net, x[order[200:700]]).layers[:-1]]


def relative_variance(z):
    """Return how much the mean square of a sample, over its units, differs between samples."""
    u = np.mean((z - z.mean()) ** 2, axis=1)
    return u.var() / u.mean() ** 2


# %%
# **One sweep.** Four sizes of the batch, two activations, 16 seeds. Beside each error stands the
# prediction :math:`\tfrac12 \sqrt{v / m}` for :math:`m` samples. Here :math:`v` is the relative
# variance, over samples, of a sample's mean square.

errors = {name: np.zeros((len(sizes), hidden)) for name in networks}
predicted = {name: np.zeros((len(sizes), hidden)) for name in networks}
for name, (net, _) in networks.items():
    for row, size in enumerate(sizes):
        drawn = [after_start(net, size, seed) for seed in seeds]
        off = np.array([[z.std() - 1 for z in layers] for layers in drawn])
        v = np.array([[relative_variance(z) for z in layers] for layers in drawn]).mean(axis=0)
        errors[name][row] = np.sqrt(np.mean(off**2, axis=0))
        predicted[name][row] = np.sqrt(v / size) / 2

fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
fig.set_label(
    "Error of the std over the size of the batch, both on a log scale, for relu and tanh layers. "
    "Points lie around lines that fall with the root of the size: relu from about 0.14 at two "
    "samples to 0.02 at 128, tanh from 0.03 to 0.003."
)
for name, (_, color) in networks.items():
    ax.plot(sizes, predicted[name][:, 1:].mean(axis=1), color=color, label=f"{name}, predicted")
    ax.plot(sizes, errors[name][:, 1:], ".", color=color, ms=4)
ax.set(xscale="log", yscale="log", xlabel="samples in the batch", ylabel="error of the std")
ax.set_xticks(sizes, sizes)
ax.set_yticks([0.003, 0.01, 0.03, 0.1], ["0.3 %", "1 %", "3 %", "10 %"])
ax.minorticks_off()
ax.legend()
ax.set_title("A few dozen samples are enough")
plt.show()

# %%
# **Reading the figure.** Each point is a hidden layer from the second on, over all seeds; the line
# is the mean of the predictions. Four times the samples halve the error.
#
# The error of one layer does not reach the next. LSUV measures each layer after those before it
# were scaled, on the same batch. The last relu layer is worse than the second, but by about as much
# as its own :math:`v` is larger. If errors were handed on, their squares would add up over the
# layers: the last lines compare.
#
# Tanh needs fewer samples. It bounds what a sample can contribute, so samples have about the same
# mean square. After relu some digits are much larger than others, and more so in each layer.
#
# When to prefer a measurement to a formula is on the page :doc:`/theory/starts-from-data`.

for name in networks:
    print(f"{name}: error of the std, mean over layers 2 to {hidden}")
    for row, size in enumerate(sizes):
        found, theory = errors[name][row, 1:].mean(), predicted[name][row, 1:].mean()
        print(f"    {size:3} samples: measured {found:.1%}, predicted {theory:.1%}")
last = np.sqrt(np.mean((errors["relu"] / predicted["relu"])[:, -1] ** 2))
summed = np.sqrt(np.sum(predicted["relu"] ** 2, axis=1) / predicted["relu"][:, -1] ** 2).mean()
print(f"relu, layer {hidden}: {last:.1f} times the predicted error;", end=" ")
print(f"{summed:.1f} times if squares of errors added up")
