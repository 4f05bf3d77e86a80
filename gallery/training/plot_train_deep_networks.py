r"""
Train deep networks
===================

Which starts train a deep network, and with which activation? In six layers Xavier and He both train
relu; in twenty only He does. Tanh trains with Xavier. Std 0.01 trains neither.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** The digits of scikit-learn, networks with 6 and with 20 hidden layers of 64 units.
# Stochastic gradient descent with momentum 0.9 takes 40 digits a step, for ten epochs, at learning
# rate 0.02 in six layers and 0.003 in twenty. Four times Xavier is for sigmoid alone: it makes up
# for a slope of at most 1/4, as in
# :ref:`sphx_glr_auto_gallery_distributions_plot_break_xavier_with_sigmoid.py`.

images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / images.std()
starts = {
    "std 0.01": (wi.Normal(std=0.01), "C2"),
    "Xavier": (wi.xavier_normal, "C4"),
    "He": (wi.he_normal, "C5"),
    "4 × Xavier": (wi.VarianceScaling(scale=16.0, mode="fan_avg", distribution="normal"), "k"),
}
rates = {6: 0.02, 20: 0.003}
combinations = [
    ("relu", "std 0.01"),
    ("relu", "Xavier"),
    ("relu", "He"),
    ("tanh", "std 0.01"),
    ("tanh", "Xavier"),
    ("sigmoid", "Xavier"),
    ("sigmoid", "4 × Xavier"),
]
seeds = range(3)


def accuracy(activation, start, depth, seed):
    """Return the test accuracy after training."""
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=seed)
    x, x_test, y, y_test = parts
    rng = np.random.default_rng(seed)
    net = wi.mlp([64] + [64] * depth + [10], activation)
    net.initialize(starts[start][0], rng=rng, dtype=np.float32)
    sgd = {"batch_size": 40, "learning_rate": rates[depth], "momentum": 0.9}
    wi.train(net, x, y, epochs=10, rng=rng, **sgd)
    return float(np.mean(net.predict(x_test) == y_test))


# %%
# **One sweep.** Seven pairs of activation and start, two depths, three seeds.

accuracies = {
    (activation, start, depth): [accuracy(activation, start, depth, seed) for seed in seeds]
    for activation, start in combinations
    for depth in rates
}

fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.8), layout="constrained", sharey=True)
fig.set_label(
    "Test accuracy, a dot a seed, for pairs of activation and start at 6 and at 20 layers. Std "
    "0.01 is at one in ten everywhere, as is sigmoid with Xavier; relu at 20 layers trains with He "
    "and hardly with Xavier; tanh with Xavier; sigmoid with four times Xavier at 6 layers alone."
)
places = -np.arange(len(combinations)) - 0.6 * np.repeat((0, 1, 2), (3, 2, 2))
for ax, depth in zip(axes, rates, strict=True):
    for place, (activation, start) in zip(places, combinations, strict=True):
        values = accuracies[activation, start, depth]
        ax.plot(values, [place] * len(values), "o", color=starts[start][1], alpha=0.7, ms=6)
        ax.plot(np.median(values), place, "|", color=starts[start][1], ms=16, mew=2)
    ax.axvline(0.1, color="k", lw=0.8, ls=":")
    ax.set(title=f"{depth} layers", xlabel="test accuracy", xlim=(0, 1.03))
    ax.grid(axis="x")
axes[0].set_yticks(places, [f"{activation}, {start}" for activation, start in combinations])
plt.show()

# %%
# **Reading the figure.** The dotted line is chance. Std 0.01 stays on it with both activations: a
# signal that shrinks in each of six layers is gone before the output.
#
# With relu, Xavier and He do equally well in six layers. In twenty layers Xavier is far behind:
# each relu halves the mean square, so the signal has lost a factor of :math:`2^{10}` on the way up,
# and the gradient nearly as much on the way down. It may start to learn later; in these ten epochs
# it hardly does. Tanh does well with Xavier at both depths.
#
# Sigmoid does not train with Xavier. With weights four times as large it does in six layers, and
# not in twenty: see the page linked above for the reason.
#
# :lab:`Train 20 ReLU layers from Xavier and from He
# <data=digits&depth=20&width=32&act=relu&rate=0.01&a=xavier_normal&b=he_normal>` in the lab.

twenty = wi.mlp([64] + [64] * 20 + [10])
size = {}
for start in ("Xavier", "He"):
    twenty.initialize(starts[start][0], rng=0)
    size[start] = np.sqrt(np.mean(twenty.record(images)["relu19"].y ** 2))
lost = size["He"] / size["Xavier"]
medians = {key: float(np.median(values)) for key, values in accuracies.items()}
for activation, start in combinations:
    text = (f"{depth} layers {medians[activation, start, depth]:6.1%}" for depth in rates)
    print(f"{activation:>8}, {start:<10}: median accuracy", ", ".join(text))
print(f"signal after 20 layers of relu, He / Xavier: {lost:.0f}; 2^10 = {2**10}")
