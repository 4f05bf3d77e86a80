"""
Count the units a task needs
============================

How much of a network is left if its hidden units start alike? One unit. On three tasks
in the plane, sixteen units that start with equal weights do no better than one unit can: they cut
the plane by a straight line.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Three tasks with two classes: four clouds labelled by exclusive or, a disc in a ring,
# and two spirals. Networks with one hidden layer of tanh train on 300 points and are asked about
# 1,000 others. The units of the last start are alike: equal weights in, and zero weights out.

tasks = {"xor": wi.datasets.xor, "ring": wi.datasets.ring, "spirals": wi.datasets.spirals}
counts, seeds = (1, 2, 4, 8, 16), range(3)
training = {"epochs": 100, "batch_size": 50, "learning_rate": 0.05, "optimizer": "adam"}
alike = {"dense0.weight": wi.Constant(value=0.5), "dense1.weight": wi.zeros}


def accuracy(task, units, weights, seed):
    """Train one network; return its share of right answers, and how many hidden units differ."""
    rng = np.random.default_rng(seed)
    x, y = tasks[task](1300, rng=rng)
    net = wi.mlp([2, units, 2], "tanh").initialize(weights, rng=rng)
    wi.train(net, x[:300], y[:300], rng=rng, **training)
    hidden = wi.trace(net, x[:300], y[:300]).layers[0]
    return np.mean(net.predict(x[300:]) == y[300:]), wi.tracing.measure(hidden).distinct


def best_line(task, seed):
    """Return the largest share of the same 1,000 points that a straight line can tell apart."""
    x, y = (part[300:] for part in tasks[task](1300, rng=np.random.default_rng(seed)))
    best = 0.0
    for angle in np.linspace(0, np.pi, 360, endpoint=False):
        order = np.argsort(x @ [np.cos(angle), np.sin(angle)])
        below = np.cumsum(2 * y[order] - 1)  # of label 1 less of label 0, on one side
        right = np.sum(y == 0) + np.append(below, 0)
        best = max(best, right.max(), len(y) - right.min())
    return best / len(y)


# %%
# **One sweep** over the number of units, three seeds a point, and sixteen units that start alike.

drawn = {
    task: np.array([[accuracy(task, n, wi.xavier_normal, s)[0] for s in seeds] for n in counts])
    for task in tasks
}
same = {task: np.array([accuracy(task, 16, alike, seed) for seed in seeds]) for task in tasks}
lines = {task: np.array([best_line(task, seed) for seed in seeds]) for task in tasks}

fig, axes = plt.subplots(2, 3, figsize=(7.2, 5), layout="constrained", sharey="row")
fig.set_label(
    "Above, points of the three tasks: four clouds, a disc in a ring, two spirals. Below, test "
    "accuracy against the number of hidden units, 1 to 16. Units that are drawn begin a little "
    "below the dotted line of the best straight line, at 1 unit, and rise to 0.85 or more; crosses "
    "of sixteen units that start alike lie below the dotted line."
)
for (above, below), task in zip(axes.T, tasks, strict=True):
    x, y = tasks[task](300, rng=0)
    for label, color in enumerate(("C0", "C1")):
        above.plot(*x[y == label].T, ".", ms=3, color=color)
    above.set(title=task, xticks=[], yticks=[], aspect="equal", xlim=(-2.4, 2.4), ylim=(-2.4, 2.4))
    below.axhline(lines[task].mean(), color="C7", ls=":", label="best straight line")
    below.plot(counts, drawn[task].mean(axis=1), "o-", color="C2", label="units drawn")
    below.plot([16] * len(seeds), same[task][:, 0], "x", color="C0", ms=8, mew=2, label="16 alike")
    below.set(xlabel="hidden units", xscale="log", ylim=(0.45, 1.02))
    below.set_xticks(counts, list(map(str, counts)))
    below.minorticks_off()
axes[1, 0].set_ylabel("test accuracy")
axes[1, 0].legend(loc="lower left", fontsize="small")
plt.show()

# %%
# **Reading the figure.** Units with equal weights have equal outputs and equal gradients, so they
# stay equal. Together they are one unit with larger weights out. With one unit the two logits are
# straight-line functions of one number, :math:`\tanh(w \cdot x + b)`. They cross at one value of
# it at most, and so the border between the classes is a straight line.
#
# That is a prediction: sixteen units alike cannot do better than the best straight line, the
# dotted one. It holds on each task, whatever the task is worth to a wider network. Some runs
# are still far below the line when training ends.
#
# Of the numbers tried, units that are drawn beat the line from two on for xor and the ring, and
# from four on for the spirals. Why equal units stay equal is on :doc:`/theory/symmetry`.

for task in tasks:
    found, differ = same[task].T
    print(
        f"{task:>7}: 16 units alike {found.max():.3f} at best; best line {lines[task].max():.3f};",
        end="",
    )
    print(f" 16 drawn {drawn[task][-1].mean():.3f}; units that differ {differ.max():.0f} of 16")
