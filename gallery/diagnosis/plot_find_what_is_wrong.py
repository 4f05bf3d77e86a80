r"""
Find what is wrong
==================

Your network will not train. One call of ``wi.diagnose`` before training finds each of ten planted
faults and its layer in each of these networks, and reports nothing where nothing was planted.

A layer of the wrong scale, units that are copies, a weight that is not a number: each can keep a
network from training. Which of them is it, and where?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.diagnosis import PROBLEMS

# %%
# **Setup.** Networks with six hidden layers of 64 units, ReLU started from He or tanh from Xavier.
# We plant one fault in each, most into one hidden layer, drawn from all but the first; some need
# all layers, the output layer or 40 hidden layers. Each function below spoils the parameters ``p``
# in place and returns the layers that a finding may name.

units, classes, networks = 64, 10, 20
starts = {"relu": wi.he_normal, "tanh": wi.xavier_uniform}


def leave(_p, layer):
    """Change nothing."""
    return [layer]


def put_nan(p, layer):
    """Set one weight to nan."""
    p[f"dense{layer}.weight"][0, 0] = np.nan
    return [layer]


def copy_units(p, layer):
    """Make every other unit a copy of the one before it."""
    into, out_of = p[f"dense{layer}.weight"], p[f"dense{layer + 1}.weight"]
    into[:, 1::2], out_of[1::2] = into[:, ::2], out_of[::2]
    return [layer]


def set_biases(p, layer, values):
    """Give the units these biases."""
    p[f"dense{layer}.bias"][:] = values
    return [layer]


def multiply(p, layers, factor):
    """Multiply the weights of layers."""
    for layer in layers:
        p[f"dense{layer}.weight"][:] *= factor
    return layers


def last(p):
    """Return the number of the output layer."""
    return len(p) // 2 - 1


plants = [
    ("nothing", leave),
    ("non-finite", put_nan),
    ("frozen", lambda p, _layer: multiply(p, range(last(p) + 1), 0)),
    ("symmetric units", copy_units),
    ("dead units", lambda p, layer: set_biases(p, layer, -100)),
    ("exploding signal", lambda p, layer: multiply(p, [layer], 30)),
    ("vanishing signal", lambda p, layer: multiply(p, [layer], 1 / 30)),
    ("exploding gradient", lambda p, _layer: multiply(p, range(last(p)), 2.5)),
    ("vanishing gradient", lambda p, layer: multiply(p, [layer], 1 / 30)),
    ("saturated units", lambda p, layer: set_biases(p, layer, [30, -30] * (units // 2))),
    ("first loss too high", lambda p, _layer: multiply(p, [last(p)], 50)),
]
suits = {problem: ["relu", "tanh"] for problem, _ in plants}
suits["dead units"] = suits["exploding signal"] = ["relu"]
suits["saturated units"] = suits["exploding gradient"] = ["tanh"]


def look(problem, activation, seed, among=(1, 6)):
    """Return the problems that are found, and whether the planted one has the right layer."""
    number = [name for name, _ in plants].index(problem)
    rng = np.random.default_rng([seed, len(activation), number])
    depth = 40 if problem == "exploding gradient" else 6  # tanh bounds the signal: it takes depth
    net = wi.mlp([units, *[units] * depth, classes], activation)
    net.initialize(starts[activation], rng=rng)
    layers = plants[number][1](net.parameters, rng.integers(*among))
    x, y = rng.standard_normal((100, units)), rng.integers(0, classes, 100)
    found = {finding.problem: finding.layer for finding in wi.diagnose(net, x, y).findings}
    return set(found), found.get(problem) in [f"dense{layer}" for layer in layers]


# %%
# **One sweep.** Each fault in 20 networks of each activation that it suits. The matrix shows how
# often each problem is found; the planted ones should be on the diagonal.

runs = {
    problem: [look(problem, phi, seed) for phi in suits[problem] for seed in range(networks)]
    for problem in suits
}
matrix = np.array(
    [[np.mean([other in found for found, _ in run]) for other in PROBLEMS] for run in runs.values()]
)
first = {
    problem: sum(problem in look(problem, "tanh", seed, (0, 1))[0] for seed in range(10))
    for problem in ("vanishing signal", "vanishing gradient")
}
right_layer = {problem: np.mean([right for _, right in runs[problem]]) for problem in PROBLEMS}

fig, ax = plt.subplots(figsize=(7.5, 6), layout="constrained")
fig.set_label(
    "Heat map of planted faults against problems found. The row for nothing is empty; in the other "
    "rows the planted fault is found in all networks, and a few consequences beside it."
)
image = ax.pcolormesh(matrix, cmap="viridis", vmin=0, vmax=1, edgecolors="w", lw=0.5)
for (row, column), share in np.ndenumerate(matrix):
    if share > 0:
        colour = "black" if share > 0.6 else "white"
        text = {"ha": "center", "va": "center", "fontsize": "small", "color": colour}
        ax.text(column + 0.5, row + 0.5, f"{share:.0%}", **text)
ax.set_xticks(np.arange(len(PROBLEMS)) + 0.5, PROBLEMS, rotation=45, ha="right")
ax.set_yticks(np.arange(len(suits)) + 0.5, suits)
ax.set(
    xlabel="found", ylabel="planted", title="Each planted fault is found, some with consequences"
)
ax.invert_yaxis()
fig.colorbar(image, label="share of networks")
plt.show()

# %%
# **Reading the figure.** The first row is empty: no false alarm. The diagonal below it is full.
#
# The other entries are consequences of the planted fault. When a whole ReLU layer is dead, only the
# output bias still moves, so the network is frozen too. A matrix that scales the signal forward
# scales the gradient on its way back. The first matrix is an exception, because no weight's
# gradient passes through it: if it is small, the signal vanishes and the gradient does not.
# Saturated units pass next to no gradient back. Too large weights raise the first loss of ReLU
# networks and saturate tanh.

print(f"{'planted':<20} found  in its layer  also found")
for problem, shares in zip(suits, matrix, strict=True):
    found = dict(zip(PROBLEMS, shares, strict=True))
    also = [f"{o} {share:.0%}" for o, share in found.items() if share > 0 and o != problem]
    own = f"{found[problem]:5.0%}  {right_layer[problem]:12.0%}" if problem in found else " " * 19
    print(f"{problem:<20} {own}  {', '.join(also) or '-'}")
alarms = sum(bool(found) for found, _ in runs["nothing"])
print(f"false alarms: {alarms} in {len(runs['nothing'])} networks")
print("first weights divided by 30, problems found in 10 tanh networks:", first)
