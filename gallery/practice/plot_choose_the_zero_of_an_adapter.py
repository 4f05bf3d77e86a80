r"""
Choose the zero of an adapter
=============================

A low-rank adapter :math:`xW + xAB` starts with one of its factors at zero, so that it changes
nothing. Which one? Start :math:`B` at zero: the wider the network, the larger the learning rate
that it allows, compared with :math:`A` at zero.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** :math:`A` has shape :math:`(n, r)` and :math:`B` has :math:`(r, k)`, with the rank
# :math:`r = 4` and :math:`k = 16` outputs. The task is a change of rank 4 that the adapter can
# express. The factor that is not zero has the variance one over its inputs. Adam makes 25 steps.
# The largest stable rate is the largest at which the loss at no step is above twice the first.

widths, rank, outputs, samples, steps = [128, 512, 2048], 4, 16, 64, 25
rates, seeds = 2.0 ** np.arange(-11, 0.5, 0.5), range(3)
starts = {"B": (wi.lecun_normal, wi.zeros, "C0"), "A": (wi.zeros, wi.lecun_normal, "C2")}


def is_stable(rate, start, x, y, seed):
    """Tell whether Adam at this rate keeps the loss below twice the first."""
    rng = np.random.default_rng(seed)
    first, second, _ = start
    p = [first((x.shape[1], rank), rng=rng), second((rank, outputs), rng=rng)]
    mean, square = [0.0, 0.0], [0.0, 0.0]
    bound = 2 * np.mean(y**2)
    for step in range(1, steps + 1):
        h = x @ p[0]
        error = (h @ p[1] - y) / samples
        if np.mean(error**2) * samples**2 > bound:
            return False
        for place, gradient in enumerate((x.T @ (error @ p[1].T), h.T @ error)):
            mean[place] = 0.9 * mean[place] + 0.1 * gradient
            square[place] = 0.999 * square[place] + 0.001 * gradient**2
            size = np.sqrt(square[place] / (1 - 0.999**step)) + 1e-8
            p[place] = p[place] - rate * mean[place] / (1 - 0.9**step) / size
    return True


def largest_rate(width, start, seed):
    """Return the largest stable rate: they are tried from the top."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, width))
    change = wi.lecun_normal((width, rank), rng=rng) @ wi.lecun_normal((rank, outputs), rng=rng)
    y = x @ change
    return next(rate for rate in rates[::-1] if is_stable(rate, start, x, y, seed))


# %%
# **One sweep.** Both zeros, three widths, three seeds.

runs = {
    name: np.array([[largest_rate(n, start, seed) for seed in seeds] for n in widths])
    for name, start in starts.items()
}
slopes = {
    name: np.polyfit(np.log(widths), np.log(found).mean(axis=1), 1)[0]
    for name, found in runs.items()
}

fig, ax = plt.subplots(figsize=(6.0, 3.8), layout="constrained")
fig.set_label(
    "The largest stable learning rate against the width, on log scales. With B at zero it falls "
    "like one over the root of the width, with A at zero nearly like one over the width, and is "
    "several times smaller."
)
for name, found in runs.items():
    color, power = starts[name][2], {"B": -0.5, "A": -1.0}[name]
    middle = np.exp(np.log(found).mean(axis=1))
    ax.plot(widths, found, "o", color=color, alpha=0.6, ms=5)
    line = middle[-1] * (np.array(widths) / widths[-1]) ** power
    ax.plot(widths, line, color=color, label=f"{name} at zero: dots; slope {power:g}: line")
ax.set(xscale="log", yscale="log", xlabel="width n", ylabel="largest stable rate")
ax.set_xticks(widths, widths)
ax.minorticks_off()
ax.set_title("B at zero allows larger rates, the more so in wide networks")
ax.legend(fontsize="small")
plt.show()

# %%
# **Reading the figure.** A step of Adam moves each number by about the rate :math:`\eta`. A unit of
# :math:`xA` sums :math:`n` of them, and moves by up to :math:`n \eta`. If :math:`B` was drawn, the
# output moves as much at once, and :math:`\eta` has to fall like :math:`1 / n`. If :math:`B` starts
# at zero it is of size :math:`\eta` itself, the output moves by :math:`n \eta^2`, and
# :math:`\eta` may fall like :math:`1 / \sqrt n`. The lines have these slopes.
#
# Either zero alone lets the adapter learn, both together lock it:
# :doc:`/theory/where-zeros-are-right` tells why.

for name, found in runs.items():
    predicted = {"B": -0.5, "A": -1.0}[name]
    print(f"{name} at zero: predicted slope {predicted}, measured {slopes[name]:.2f};", end=" ")
    print("largest rates", *(f"{rate:.4f}" for rate in np.exp(np.log(found).mean(axis=1))))
ratio = np.exp(np.log(runs["B"] / runs["A"]).mean(axis=1))
print("B at zero allows", *(f"{r:.1f}" for r in ratio), "times the rate at widths", *widths)
