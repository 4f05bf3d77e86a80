r"""
Find what is wrong
==================

A layer of the wrong scale, copies among the units, a weight that is not a number: each keeps a
network from training. Can one look before training tell which of them it is, and in which layer?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.diagnosis import PROBLEMS

# %%
# **Setup.** Networks with six hidden layers of 64 units: relu started after He, or tanh after
# Xavier. In each network one fault is planted in a hidden layer drawn at random from all but the
# first. Its bias is -100 (dead units) or ±30 (saturated units), its weights are 30 times too large
# or too small, every second unit is a copy of the one before, or a weight is nan.
#
# Three faults have a place of their own: all weights zero (frozen), an output layer 50 times too
# large (first loss), and weights 2.5 times too large in 40 tanh layers. In those the signal is
# bounded and the gradient explodes.

units, classes, networks = 64, 10, 20
starts = {"relu": wi.he_normal, "tanh": wi.xavier_uniform}
both, bounded, unbounded = ("relu", "tanh"), ("tanh",), ("relu",)
suits = dict.fromkeys(["nothing", *PROBLEMS], both)
suits |= {"dead units": unbounded, "exploding signal": unbounded, "saturated units": bounded}
suits |= {"exploding gradient": bounded}
biases = {"dead units": -100, "saturated units": 30 * (-1.0) ** np.arange(units)}
factors = {"exploding signal": 30, "vanishing signal": 1 / 30, "vanishing gradient": 1 / 30}


def plant(problem, p, layer):
    """Spoil parameters in place, and return the layers that may be named for it."""
    *hidden, output = (name[:-7] for name in p if name.endswith("weight"))
    weight, behind = p[f"dense{layer}.weight"], p[f"dense{layer + 1}.weight"]
    weight *= factors.get(problem, 1)
    p[f"dense{layer}.bias"][:] = biases.get(problem, 0)
    if problem == "non-finite":
        weight[0, 0] = np.nan
    if problem == "symmetric units":
        weight[:, 1::2], behind[1::2] = weight[:, ::2], behind[::2]
    if problem == "first loss too high":
        p[f"{output}.weight"][:] *= 50
        return [output]
    if problem in ("frozen", "exploding gradient"):
        for name in (*hidden, output):
            p[f"{name}.weight"][:] *= 0 if problem == "frozen" else 2.5
        return hidden
    return [f"dense{layer}"]


def look(problem, activation, seed, among=(1, 6)):
    """Return the problems that are found, and whether the planted one has the right layer."""
    rng = np.random.default_rng([seed, len(activation), list(suits).index(problem)])
    depth = 40 if problem == "exploding gradient" else 6
    net = wi.mlp([units, *[units] * depth, classes], activation)
    net.initialize(starts[activation], rng=rng)
    layers = plant(problem, net.parameters, rng.integers(*among))
    x, y = rng.standard_normal((100, units)), rng.integers(0, classes, 100)
    found = {finding.problem: finding.layer for finding in wi.diagnose(net, x, y).findings}
    return set(found), found.get(problem) in layers


# %%
# **One sweep.** Every fault in 20 networks of each activation that it suits. The matrix counts how
# often each problem is found: what was planted should stand on the diagonal.

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
    "Heat map of planted faults against problems found. The diagonal is full: each fault is found "
    "in every network; the few other full fields are consequences; the row for nothing is empty."
)
image = ax.pcolormesh(matrix, cmap="viridis", vmin=0, vmax=1, edgecolors="w", lw=0.5)
for (row, column), share in np.ndenumerate(matrix):
    if share > 0:
        colour = "black" if share > 0.6 else "white"
        text = {"ha": "center", "va": "center", "fontsize": "small", "color": colour}
        ax.text(column + 0.5, row + 0.5, f"{share:.0%}", **text)
ax.set_xticks(np.arange(len(PROBLEMS)) + 0.5, PROBLEMS, rotation=45, ha="right")
ax.set_yticks(np.arange(len(suits)) + 0.5, suits)
ax.set(xlabel="found", ylabel="planted")
ax.invert_yaxis()
fig.colorbar(image, label="share of networks")
plt.show()

# %%
# **Reading the figure.** The first row, of networks in which nothing was planted, is empty: no
# false alarm. The diagonal below it is full.
#
# Beside it stand consequences. With a dead layer nothing moves but the output bias, so that the
# network is frozen as well. A weight that shrinks the signal on its way forward shrinks the
# gradient on its way back, since both pass the same matrix. No gradient has to pass that of the
# first layer: if it is too small, the signal alone vanishes. Saturated units pass no gradient back.
# Too large weights raise the first loss of relu, and drive tanh to its flat ends.

print(f"{'planted':<20} found  in its layer  also found")
for problem, row in zip(suits, matrix, strict=True):
    also = [f"{o} {s:.0%}" for o, s in zip(PROBLEMS, row, strict=True) if s > 0 and o != problem]
    own = dict(zip(PROBLEMS, row, strict=True)).get(problem)
    told = f"{own:5.0%}  {right_layer[problem]:12.0%}" if own is not None else " " * 19
    print(f"{problem:<20} {told}  {', '.join(also) or '-'}")
alarms = sum(bool(found) for found, _ in runs["nothing"])
print(f"false alarms: {alarms} in {len(runs['nothing'])} networks")
print("weights of the first layer / 30, found in how many of 10 tanh networks:", first)
