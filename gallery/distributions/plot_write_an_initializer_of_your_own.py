r"""
Write an initializer of your own
================================

Does a start need normal numbers? No: weights of one size, plus or minus, start a network as
well, if the size is right. A few lines make an initializer of them, which works wherever the
package's own do.
"""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** Derive from :class:`~weightinit.Initializer` and say three things: how to draw, which
# std the weights have, and how large they can be. This one draws the sign of each weight, and takes
# its size from the fan in.


@dataclass(frozen=True, kw_only=True, repr=False)
class Signs(wi.Initializer):
    """Draw weights of one size, with random signs."""

    gain: float = 1.0

    def _std(self, shape):
        return self.gain / wi.compute_fans(shape).fan_in ** 0.5

    def _largest(self, shape):
        return self._std(shape)

    def _draw(self, shape, rng, dtype):
        return (rng.choice([-1.0, 1.0], shape) * self._std(shape)).astype(dtype)


gain = wi.gain("relu")
starts = {"He": wi.he_normal, "signs": Signs(gain=gain), "signs, too small": Signs(gain=gain / 3)}
colors = dict(zip(starts, ("C5", "C0", "C3"), strict=True))
depth, seeds = 6, range(4)
training = {"epochs": 8, "batch_size": 32, "learning_rate": 0.02, "momentum": 0.9}
images, labels = load_digits(return_X_y=True)


def accuracies(init, seed):
    """Train six hidden layers on digits; return the accuracy on new ones as it goes."""
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=seed)
    x, x_test, y, y_test = parts
    x, x_test = (x - x.mean()) / x.std(), (x_test - x.mean()) / x.std()
    net = wi.mlp([64, *[64] * depth, 10]).initialize({"*.weight": init}, rng=seed)
    found = []

    def look(step, trained, *_):
        if step % 40 == 0:  # once in about an epoch
            found.append(np.mean(trained.predict(x_test) == y_test))

    wi.train(net, x, y, rng=seed, monitor=look, **training)
    return found


# %%
# **One sweep.** Three starts, four seeds.

runs = {name: np.array([accuracies(init, s) for s in seeds]) for name, init in starts.items()}

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
fig.set_label(
    "Accuracy on new digits over 340 steps, a line a seed. He's normal weights and random signs of "
    "the same size rise together to about 0.95; signs of a third of that size stay "
    "below one in four."
)
for name, curves in runs.items():
    steps = 40 * np.arange(curves.shape[1])
    ax.plot(steps, curves.T, color=colors[name], lw=1.2)
    ax.plot([], [], color=colors[name], label=name)
ax.set(xlabel="step", ylabel="accuracy on new digits", ylim=(0, 1))
ax.set_title("Signs of the right size start as well as normal numbers")
ax.legend(loc="center right")
plt.show()

# %%
# **Reading the figure.** The first two starts have the same second moment, and learn alike. The
# third differs in that alone, and does not learn in this time: seven layers each pass a third of
# the signal. A unit sums 64 products, and such a sum is nearly normal whatever the weights are
# drawn from, as long as none rules it.
#
# The class brings the rest: seeds, dtypes, checks, equality, printing. What it promises should be
# tested; :doc:`/guides/own-initializer` shows how.

w = Signs(gain=gain)((64, 64), rng=0)
print(
    f"std of {Signs(gain=gain)}: theory {Signs(gain=gain).std((64, 64)):.4f}, drawn {w.std():.4f}"
)
for name, curves in runs.items():
    print(f"{name:>16}: accuracy {curves[:, -1].mean():.3f} at step {steps[-1]}", end=", ")
    print(f"{curves[:, -1].min():.3f} to {curves[:, -1].max():.3f}")
