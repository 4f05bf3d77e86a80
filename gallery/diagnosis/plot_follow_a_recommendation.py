r"""
Follow a recommendation
=======================

Start 20 layers as ``wi.recommend`` says, and a signal keeps its size with ReLU, ELU and SELU. Start
them all from Xavier, and ReLU and GELU shrink it by powers of ten.

One scheme for everything is convenient. What does it cost, and where does the recommended start
fall short?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Stacks of 20 layers of 256 units, for five activations. Each starts in two ways: from
# Xavier, or as ``wi.recommend`` says for that activation and depth. We pass a batch of standard
# normal inputs through and record the root mean square (rms) of the signal after each layer. The
# theory of wide layers predicts it from the variances of the weights and of the inputs.

activations = ["relu", "elu", "gelu", "selu", "tanh"]
depth, width, seeds = 20, 256, range(10)
advice = {phi: wi.recommend(phi, depth=depth).initializer for phi in activations}


def signal(phi, init, seed, inputs=1.0):
    """Return the rms of the signal at the input and after each layer."""
    rng = np.random.default_rng(seed)
    phi, h = wi.activations.get(phi), inputs * rng.standard_normal((100, width))
    rms = [inputs]
    for _ in range(depth):
        h = phi(h @ init((width, width), rng=rng))
        rms.append(np.sqrt(np.mean(h**2)))
    return rms


def predict(phi, init):
    """Return the rms of the signal after each layer, for layers of infinite width."""
    variance = width * init.std((width, width)) ** 2
    q, rms = variance, [1.0]  # the inputs have a mean square of 1
    for _ in range(depth):
        rms.append(np.sqrt(wi.meanfield.moments(phi, q).value))
        q = wi.meanfield.length_map(phi, q, weight_variance=variance)
    return np.array(rms)


# %%
# **One sweep.** Five activations, two starts, ten seeds. Lines are medians, bands the range over
# the seeds, dots the prediction.

starts = {phi: {"Xavier": wi.xavier_uniform, "recommended": advice[phi]} for phi in activations}
runs = {
    phi: {name: np.array([signal(phi, init, seed) for seed in seeds]) for name, init in of.items()}
    for phi, of in starts.items()
}
predicted = {
    phi: {name: predict(phi, init) for name, init in of.items()} for phi, of in starts.items()
}
fig, axes = plt.subplots(1, 5, figsize=(8.6, 2.6), sharey=True, layout="constrained")
fig.set_label(
    "Five panels, one per activation: rms of the signal over 20 layers on a log axis. Xavier falls "
    "steeply for relu and gelu; the recommended start stays near 1 for relu, elu and selu, rises "
    "to about 4 for gelu, and falls slowly for tanh. The predictions run through the bands."
)
layers = np.arange(depth + 1)
for ax, phi in zip(axes, activations, strict=True):
    for name, color in (("Xavier", "C4"), ("recommended", "k")):
        rms = runs[phi][name]
        ax.fill_between(layers, rms.min(axis=0), rms.max(axis=0), color=color, alpha=0.2, lw=0)
        ax.plot(layers, np.median(rms, axis=0), color=color)
        ax.plot(layers, predicted[phi][name], ".", color=color, ms=3)
    ax.set(title=phi, xlabel="layer", xlim=(0, depth), yscale="log", xticks=(0, 10, 20))
axes[0].set(ylabel="rms of the signal")
axes[0].text(1, 3e-3, "Xavier", color="C4")
axes[0].text(0.5, 2, "recommended")
fig.suptitle("The recommended starts hold relu, elu and selu; gelu rises, tanh fades slowly")
plt.show()

# %%
# **Reading the figure.** Xavier is made for activations with slope 1 near zero. With it, ReLU loses
# half of the mean square in each layer, and GELU more: after 20 layers the signal is down by powers
# of ten. The recommended gains hold it for ReLU, ELU and SELU. For SELU the recommended variance is
# Xavier's where layers are equally wide, so the two starts agree.
#
# For GELU the signal rises. The recommended gain keeps pre-activations at variance 1 once they are
# there. But inputs of mean square 1 give the first pre-activations a variance of the gain squared,
# which is more than 1, and GELU makes such a deviation grow from layer to layer, as the caveat
# says. If you divide the inputs by the gain, theory keeps the signal level; the last line shows how
# far the seeds still drift.
#
# Tanh shrinks the signal slowly, and its recommended start does not stop that.

last = {
    phi: {name: float(np.median(rms[:, -1])) for name, rms in of.items()}
    for phi, of in runs.items()
}
for phi, of in last.items():
    for name, left in of.items():
        print(f"{phi:>6}, {name}: {left:.2g} is left, predicted {predicted[phi][name][-1]:.2g}")
print("gelu, caveat:", *wi.recommend("gelu", depth=depth).caveats)
divided = [signal("gelu", advice["gelu"], seed, 1 / wi.gain("gelu"))[-1] for seed in seeds]
print(f"gelu, inputs divided by the gain: {np.median(divided):.2g} is left,", end=" ")
print(f"predicted {1 / wi.gain('gelu'):.2g}, seeds {min(divided):.2g} to {max(divided):.2g}")
drawn = np.std(wi.initialize((width, width), "relu", rng=0))
print(f"wi.initialize draws one layer like that: std {drawn:.4f},", end=" ")
print(f"recommended {advice['relu'].std((width, width)):.4f}")
