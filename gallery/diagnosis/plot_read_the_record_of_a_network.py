"""
Read the record of a network
============================

Which measure shows which fault? Record one pass through a network with ``wi.trace``, and measure
each layer. A layer too large shows in the signal, dead units in the share that is off, copies in
the number of units that differ, a shared mean in the correlation. ``diagnosis.judge`` reads the
same record and names the problem.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.diagnosis import judge
from weightinit.tracing import LayerStats, measure

# %%
# **Setup.** A network with six hidden layers of 64 relu units, from He. We plant one fault in its
# fourth hidden layer, and record a pass over 200 inputs.


def healthy(_p):
    """Plant nothing."""


def large(p):
    """Make the weights 30 times as large."""
    p["dense3.weight"] *= 30


def dead(p):
    """Turn nine units in ten off, by their biases."""
    p["dense3.bias"][:58] = -20


def copies(p):
    """Make every other unit a copy of the one before it, with equal weights out."""
    p["dense3.weight"][:, 1::2] = p["dense3.weight"][:, ::2]
    p["dense4.weight"][1::2] = p["dense4.weight"][::2]


def shared(p):
    """Make weights smaller, and give all of them one mean."""
    p["dense3.weight"] = 0.2 * p["dense3.weight"] + 0.15


faults = (healthy, large, dead, copies, shared)
measures = {
    "mean": "mean of\nactivations",
    "second_moment": "mean square\nof activations",
    "gradient_rms": "rms of the\ngradient",
    "dead": "share of\ndead units",
    "distinct": "units that\ndiffer",
    "correlation": "correlation\nof samples",
}
rng = np.random.default_rng(0)
x, y = rng.standard_normal((200, 64)), rng.integers(0, 10, 200)


def record(plant):
    """Return the record of a pass through a network with a fault."""
    net = wi.mlp([64, *[64] * 6, 10]).initialize(wi.he_normal, rng=1)
    plant(net.parameters)
    return wi.trace(net, x, y)


def row(stats: LayerStats):
    """Return the measures of one layer, in the order of the figure."""
    return [getattr(stats, name) for name in measures]


# %%
# **One sweep** over the faults. A record is a value: it can be kept, and judged elsewhere.

records = {plant.__name__: record(plant) for plant in faults}
table = {
    name: np.array([row(measure(layer)) for layer in kept.layers[:-1]])
    for name, kept in records.items()
}
found = {name: judge(kept).findings for name, kept in records.items()}

colors = dict(zip(records, ("C7", "C3", "C0", "C1", "C2"), strict=True))
fig, axes = plt.subplots(2, 3, figsize=(7.2, 5), layout="constrained")
fig.set_label(
    "Six measures over six hidden layers, a line a network. In the healthy one mean square and "
    "gradient stay within a factor of 2, and the correlation of samples rises. With a large layer "
    "the mean square jumps at layer 4; with dead units their share does; with copies the number of "
    "units that differ falls to 32; with a shared mean the correlation of samples jumps to nearly "
    "1."
)
layers = np.arange(1, 7)
for ax, (column, title) in zip(axes.flat, enumerate(measures.values()), strict=True):
    for name, values in table.items():
        width = 4 if name == "healthy" else 1.5
        ax.plot(layers, values[:, column], "o-", ms=3, lw=width, color=colors[name], label=name)
    ax.axvline(4, color="C7", ls=":", lw=1)
    ax.set_title(title, fontsize="medium")
    ax.set_xticks(layers)
for ax in axes.flat[:3]:
    ax.set_yscale("log")
for ax in axes[1]:
    ax.set_xlabel("hidden layer")
axes[1, 1].set_ylim(0, 68)
axes[1, 1].legend(fontsize="small", ncols=2, handlelength=1, columnspacing=1, loc="lower center")
fig.suptitle("One fault each, planted in layer 4")
plt.show()

# %%
# **Reading the figure.** Follow one colour. Weights 30 times as large show in the mean square from
# layer 4 on, and below it in the gradient, which passes the same weights on its way back. Dead
# units show in their share; the biases that turn them off fill the pre-activations of that layer,
# so samples look alike there.
#
# Copies show in the number of units that differ; signal and gradient stay within a factor of 3 of
# the healthy ones. A shared mean lets each unit compute nearly the same, and so the correlation of
# samples jumps.
#
# One measure is not enough. :func:`~weightinit.diagnosis.judge` weighs them against what
# chance and depth explain. :func:`~weightinit.diagnose` records and judges in one go, and tries
# remedies on a copy, for which a record is not enough.

for name, findings in found.items():
    told = [f"{finding.problem} in {finding.layer}" for finding in findings]
    print(f"{name:>8}: {', '.join(told) or 'nothing found'}")
