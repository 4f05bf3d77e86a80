r"""
Break Xavier with a sigmoid
===========================

Xavier's scheme is often recommended "for sigmoid or tanh". Does the gradient of a deep network
agree?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Networks of 20 layers of 256 units that differ in their activation alone. A random
# gradient is handed to the output of the top layer, and we follow its length down to the input.
# Five networks: Xavier with four activations, and sigmoid once more with weights four times as
# large. Why four? Xavier's derivation assumes that the activation has slope 1; that of a sigmoid is
# at most 1/4.

width, depth, samples = 256, 20, 50
seeds = range(10)
four_times_xavier = wi.VarianceScaling(scale=16.0, mode="fan_avg", distribution="uniform")
networks = {
    "linear": ("linear", wi.xavier_uniform, "C4", "-"),
    "tanh": ("tanh", wi.xavier_uniform, "C4", "-"),
    "ReLU": ("relu", wi.xavier_uniform, "C4", "-"),
    "sigmoid": ("sigmoid", wi.xavier_uniform, "C4", "-"),
    "sigmoid, 4 × Xavier": ("sigmoid", four_times_xavier, "k", "--"),
}


def gradient_lengths(activation, initializer, seed):
    """Return the gradient's length by layer, over its length at the top, from top to input."""
    rng = np.random.default_rng(seed)
    phi = wi.activations.get(activation)
    x = rng.standard_normal((samples, width))
    weights, slopes = [], []
    for _ in range(depth):
        weights.append(initializer((width, width), rng=rng))
        preactivation = x @ weights[-1]
        slopes.append(phi.derivative(preactivation))
        x = phi(preactivation)
    gradient = rng.standard_normal(x.shape)
    lengths = [np.linalg.norm(gradient)]
    for W, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = (gradient * slope) @ W.T
        lengths.append(np.linalg.norm(gradient))
    return np.array(lengths) / lengths[0]


# %%
# **One sweep.** Five networks, ten seeds each.

measured = {
    name: np.array([gradient_lengths(activation, initializer, seed) for seed in seeds])
    for name, (activation, initializer, *_) in networks.items()
}

# %%
# Lines are medians over the seeds, bands the range. The gradient travels from left to right.

below_top = np.arange(depth + 1)
fig, ax = plt.subplots(layout="constrained")
fig.set_label(
    "Line chart of the gradient's length on its way from the top of 20 layers to the input, on a "
    "logarithmic axis. With Xavier it stays level in a linear network, falls a little with tanh, a "
    "thousandfold with ReLU, and by more than ten powers of ten with sigmoid; with four times "
    "larger weights the fall under sigmoid is far less steep."
)
for name, (*_, color, style) in networks.items():
    median = np.median(measured[name], axis=0)
    low, high = measured[name].min(axis=0), measured[name].max(axis=0)
    ax.fill_between(below_top, low, high, color=color, alpha=0.25, lw=0)
    ax.plot(below_top, median, style, color=color)
    place = {"xytext": (7, 0), "textcoords": "offset points", "va": "center"}
    ax.annotate(name, (depth, median[-1]), color=color, **place)
ax.set(yscale="log", xlim=(0, depth), xticks=range(0, depth + 1, 5))
ax.set(xlabel="layers below the top", ylabel="length of the gradient / at the top")
ax.set_title("With Xavier (solid) a sigmoid loses the gradient")
plt.show()

# %%
# **Reading the figure.** The four solid lines are Xavier's, and one of them plunges. Each sigmoid
# multiplies the gradient by at most 1/4; Xavier's weights keep its length on average and make up
# for nothing. Over 20 layers the slopes alone allow :math:`4^{-20}`, and the measured line ends
# just below that. Tanh, whose slope is 1 at zero, loses little. ReLU loses half of the square a
# layer.
#
# Weights four times as large repair most of it, not all: they also drive the sigmoids away from
# zero, to where the slope is less than 1/4. Where depth is wanted, tanh is the better sigmoid. It
# is one, stretched to slope 1 and moved to pass through zero: :math:`\tanh x = 2 s(2x) - 1`. See
# :doc:`/theory/xavier`.

ratio = {name: float(np.median(m[:, -1])) for name, m in measured.items()}
bound = 0.25**depth
for name, value in ratio.items():
    print(f"{name:>20}: gradient at the input / at the top {value:.0e}")
print(f"{'':>20}  (the slopes of a sigmoid alone: at most {bound:.0e})")
