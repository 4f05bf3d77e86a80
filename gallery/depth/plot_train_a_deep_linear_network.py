r"""
Train a deep linear network
===========================

Does a deeper network need more steps? A linear network of any depth computes a single matrix, so
depth can change how it learns and not what it can represent. From an orthogonal start, 32 layers
need hardly more steps than eight. From a Gaussian start, 16 layers do not get there in 200 steps.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** The task is to predict the class of a digit, as ten numbers that are 0 or 1 less their
# mean, from the first 32 principal components of its pixels. The components have variance 1 and no
# correlation. Then the loss depends on the data through one matrix alone, which solves the least
# squares. So we may train on 32 inputs, the rows of the identity matrix, which is fast and takes
# the same steps as training on all digits.

n, most, seeds = 32, 200, range(3)
images, classes = load_digits(return_X_y=True)
directions, _, _ = np.linalg.svd(images - images.mean(axis=0), full_matrices=False)
components = directions[:, :n] * np.sqrt(len(images))
least_squares = components.T @ (np.eye(10)[classes] - 0.1) / len(images)
x, y = np.sqrt(n) * np.eye(n), np.sqrt(n) * least_squares
goal = 0.05 * np.mean(y**2)


def steps(init, depth, rate, seed):
    """Return the steps until 5 % of the loss of zero is left; infinity if there are too many."""
    net = wi.mlp([n] * depth + [10], "linear").initialize(init, rng=seed)
    for taken in range(0, most, 40):
        try:
            losses = wi.train(net, x, y, epochs=40, batch_size=n, learning_rate=rate).losses
        except FloatingPointError:  # the rate is too large
            return np.inf
        below = np.flatnonzero(np.array(losses) < goal)
        if len(below):
            return taken + below[0] + 1
    return np.inf


# %%
# **One sweep.** Six depths, two starts, three seeds. A fair comparison needs the best learning rate
# of each: we try three, which we divide by the depth, since a step moves all layers at once. Both
# starts keep the mean square of a signal; they differ in the singular values alone.

depths = (1, 2, 4, 8, 16, 32)
rates = (3.0, 10.0, 20.0)
starts = {"Gaussian": (wi.lecun_normal, "C6"), "orthogonal": (wi.orthogonal, "C7")}
needed = {name: [] for name in starts}  # by depth: the steps of each seed, at the best rate
for depth in depths:
    for name, (init, _) in starts.items():
        runs = [[steps(init, depth, rate / depth, seed) for seed in seeds] for rate in rates]
        needed[name].append(min(runs, key=np.median))
needed = {name: np.array(found) for name, found in needed.items()}

# %%
# Runs that do not get there are drawn at the upper edge.

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
fig.set_label(
    "Steps that a linear network needs, over its depth from 1 to 32 layers. From orthogonal "
    "weights they rise to about 30 at 8 layers and stay there. From Gaussian weights they rise "
    "steeply, and from 16 layers on they are more than 200."
)
for name, (_, color) in starts.items():
    shown = np.minimum(needed[name], most)
    ax.plot(depths, np.median(shown, axis=1), color=color, label=name)
    ax.plot(depths, shown, "o", color=color, ms=4)
ax.axhline(most, color="0.5", ls=":")
ax.text(1, most, f"not in {most} steps", va="bottom", color="0.4")
ax.set(xscale="log", yscale="log", xlabel="layers", ylabel="steps", ylim=(3, 1.5 * most))
ax.set_xticks(depths, depths)
ax.minorticks_off()
ax.legend(loc="lower right")
ax.set_title("Orthogonal weights level off, Gaussian ones run away")
plt.show()

# %%
# **Reading the figure.** Each point is a network, each line a median over seeds. With one layer,
# the problem is a plain least squares fit, and both starts take the same few steps.
#
# A product of Gaussian matrices stretches a few directions and crushes the others. The stretched
# ones limit the learning rate, since a longer step would overshoot there; the crushed ones then
# hardly move. The gap grows with each layer. A product of orthogonal matrices stretches no
# direction more than another, so one rate suits them all (Saxe, McClelland and Ganguli, 2013).
#
# Networks with an activation are not linear, and tanh comes close where ReLU does not:
# :doc:`/theory/isometry`.

for depth, gaussian, orthogonal in zip(depths, *needed.values(), strict=True):
    told = [f"{np.median(found):4.0f}" for found in (gaussian, orthogonal)]
    print(f"{depth:2} layers: Gaussian {told[0]} steps, orthogonal {told[1]}")
growth = np.median(needed["orthogonal"][-1]) / np.median(needed["orthogonal"][3])
print(f"From 8 to 32 layers the steps of orthogonal weights grow by a factor of {growth:.2f}.")
