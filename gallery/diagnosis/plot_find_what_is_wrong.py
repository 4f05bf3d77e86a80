r"""
Find what is wrong
==================

Your network will not train. One call of ``wi.diagnose`` before training finds each of eleven
planted faults in these networks and names what is at fault: a weight, a bias or the inputs.
Where nothing was planted it reports nothing.

A layer of the wrong scale, units that are copies, inputs in other units: each can keep a network
from training. Which of them is it, and where?
"""

import fnmatch

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.diagnosis import PROBLEMS

# %%
# **Setup.** Networks with six hidden layers of 64 units, ReLU started from He or tanh from Xavier.
# We plant one fault in each, most into one hidden layer, drawn from all but the first. Each
# function below spoils the parameters ``p`` or the inputs in place, and returns what is at fault.

units, classes, networks = 64, 10, 5
starts = {"relu": wi.he_normal, "tanh": wi.xavier_uniform}


def add(part, values):
    """Return a function that adds values to the weights, or biases, of one layer."""

    def spoil(p, layer, *_):
        p[f"dense{layer}.{part}"] += values
        return [f"dense{layer}.{part}"]

    return spoil


def multiply(choose, factor):
    """Return a function that multiplies the weights of the layers that `choose` returns."""

    def spoil(p, layer, *_):
        names = [f"dense{i}.weight" for i in choose(layer, len(p) // 2 - 1)]
        for name in names:
            p[name] *= factor
        return names

    return spoil


def copy_units(p, layer, *_):
    """Make every other unit a copy of the one before it."""
    into, out_of = p[f"dense{layer}.weight"], p[f"dense{layer + 1}.weight"]
    into[:, 1::2], out_of[1::2] = into[:, ::2], out_of[::2]
    return [f"dense{layer}.weight"]


def enlarge_inputs(_p, _layer, x):
    """Make the inputs a thousand times as large."""
    x *= 1000
    return ["inputs"]


both = ["relu", "tanh"]
plants = {
    "nothing": (lambda *_: [], both),
    "a weight is nan": (add("weight", np.where(np.eye(units), np.nan, 0)), both),
    "all weights 0": (multiply(lambda _i, last: range(last), 0), both),
    "a layer of copies": (copy_units, both),
    "weights + 1": (add("weight", 1), both),
    "biases - 100": (add("bias", -100), ["relu"]),
    "biases ± 30": (add("bias", [30, -30] * (units // 2)), ["tanh"]),
    "a layer × 30": (multiply(lambda i, _: [i], 30), ["relu"]),
    "all layers / 4": (multiply(lambda _, last: range(last), 1 / 4), both),
    "40 layers × 2.5": (multiply(lambda _, last: range(last), 2.5), ["tanh"]),
    "outputs × 50": (multiply(lambda _, last: [last], 50), both),
    "inputs × 1000": (enlarge_inputs, both),
}


def look(planted, activation, seed):
    """Return what is found, and whether it is one finding, of the right culprit, and cured."""
    spoil = plants[planted][0]
    rng = np.random.default_rng([seed, len(activation), list(plants).index(planted)])
    depth = 40 if planted.startswith("40") else 6  # tanh bounds the signal: it takes depth
    net = wi.mlp([units, *[units] * depth, classes], activation)
    net.initialize(starts[activation], rng=rng)
    x, y = rng.standard_normal((100, units)), rng.integers(0, classes, 100)
    culprits = spoil(net.parameters, rng.integers(1, 6), x)
    diagnosis = wi.diagnose(net, x, y)
    found, named = set(), set()
    for finding in diagnosis.findings:
        found |= {finding.problem, *(text.partition(" in ")[0] for text in finding.consequences)}
        for pattern in finding.parameter.split(", "):
            named |= set(fnmatch.filter([*net.parameters, "inputs"], pattern))
    left = wi.diagnose(diagnosis.mended(net), diagnosis.prepared(x), y).findings
    return found, len(diagnosis.findings) == 1, named == set(culprits), not left


# %%
# **One sweep.** Each fault in five networks of each activation that it suits. The matrix shows how
# often each problem is found, as a finding or as one of its consequences.

runs = {
    planted: [look(planted, phi, seed) for phi in suits for seed in range(networks)]
    for planted, (_, suits) in plants.items()
}
seen = [p for p in PROBLEMS if any(p in found for run in runs.values() for found, *_ in run)]
matrix = np.array(
    [[np.mean([p in found for found, *_ in run]) for p in seen] for run in runs.values()]
)
told = {planted: np.mean([facts for _, *facts in run], axis=0) for planted, run in runs.items()}
alarms = sum(bool(found) for found, *_ in runs["nothing"])

fig, ax = plt.subplots(figsize=(7.5, 6), layout="constrained")
fig.set_label(
    "Heat map of planted faults against problems found. The row for nothing is empty; each other "
    "row has a finding in each network, and some have consequences beside it."
)
image = ax.pcolormesh(matrix, cmap="viridis", vmin=0, vmax=1, edgecolors="w", lw=0.5)
for (row, column), share in np.ndenumerate(matrix):
    if share > 0:
        colour = "black" if share > 0.6 else "white"
        text = {"ha": "center", "va": "center", "fontsize": "small", "color": colour}
        ax.text(column + 0.5, row + 0.5, f"{share:.0%}", **text)
ax.set_xticks(np.arange(len(seen)) + 0.5, seen, rotation=45, ha="right")
ax.set_yticks(np.arange(len(plants)) + 0.5, plants)
ax.set(xlabel="found", ylabel="planted", title="Each fault is found, some with consequences")
ax.invert_yaxis()
fig.colorbar(image, label="share of networks")
plt.show()

# %%
# **Reading the figure.** The first row is empty: no false alarm. In the other rows each network has
# one finding, which is the planted fault, and the other entries of the row are its consequences.
#
# When a whole ReLU layer is off, only the output bias still moves, so the network is frozen too. A
# matrix that scales the signal forward scales the gradient on its way back. Saturated units pass
# next to no gradient back. Weights with 1 added saturate tanh and raise the first loss of ReLU
# networks, as inputs that are too large do.
#
# The table counts in how many networks the parameter at fault is named, with no other beside it,
# and in how many nothing is found after the remedies.

print(f"{'planted':<16} one finding  culprit named  cured")
for planted, (alone, right, cured) in list(told.items())[1:]:
    print(f"{planted:<16} {alone:>11.0%}  {right:>13.0%}  {cured:>5.0%}")
print(f"false alarms: {alarms} in {len(runs['nothing'])} networks")
