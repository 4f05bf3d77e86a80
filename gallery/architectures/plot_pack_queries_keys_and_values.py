r"""
Pack queries, keys and values
=============================

Many libraries keep the weights of queries, keys and values in one matrix, three times as wide.
Which formulas does that mislead? Those that look at the fan out: Xavier's weights become smaller by
:math:`\sqrt 2`, orthogonal ones by :math:`\sqrt 3`. What counts the fan in alone does not notice.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import Attention, Dense, Parallel

# %%
# **Setup.** A layer of attention with one head of 64 features, and what makes its queries, keys and
# values: three matrices side by side (:class:`~weightinit.networks.Parallel`), or one that is
# packed. :class:`~weightinit.Stacked` draws the three parts of a packed one by themselves.

width, positions, seeds = 64, 32, range(4)
formulas = {"LeCun": wi.lecun_normal, "Xavier": wi.xavier_normal, "orthogonal": wi.orthogonal}
formulas |= {"fan out": wi.VarianceScaling(scale=1, mode="fan_out", distribution="normal")}
layers = {"separate": Parallel([Dense(width)] * 3), "packed": Dense(3 * width)}


def spread(layer, init, seed):
    """Return the root mean square of the scores, for inputs of variance 1."""
    rng = np.random.default_rng(seed)
    net = wi.Network([layer, Attention(heads=1)], input_shape=(positions, width))
    net.initialize({"*.weight": init}, rng=rng)
    made = net.record(rng.standard_normal((4, positions, width)))["attention0"].x
    q, k, _ = np.split(made, 3, axis=-1)
    return np.sqrt(np.mean((q @ k.mT) ** 2) / width)


def predict(init):
    """Return by what packing multiplies the scores: the square of what it does to the weights."""
    return (init.std((width, 3 * width)) / init.std((width, width))) ** 2


# %%
# **One sweep** over four formulas and three ways to draw.

measured = {}
for name, init in formulas.items():
    ways = {
        "separate": (layers["separate"], init),
        "packed": (layers["packed"], init),
        "packed, drawn in parts": (layers["packed"], wi.Stacked(initializer=init, parts=3)),
    }
    for way, (layer, drawn) in ways.items():
        measured[name, way] = np.mean([spread(layer, drawn, seed) for seed in seeds])

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
fig.set_label(
    "Spread of the scores for four formulas. Separate, and packed but drawn in parts, it is about "
    "1 for each. Packed, it is still 1 for LeCun, one half for Xavier, and a third for "
    "orthogonal weights and for the fan out, where the predicted lines are."
)
place = np.arange(len(formulas))
ways = {"separate": "C0", "packed, drawn in parts": "C2", "packed": "C3"}
for shift, (way, color) in zip((-0.27, 0.0, 0.27), ways.items(), strict=True):
    ax.bar(place + shift, [measured[name, way] for name in formulas], 0.25, color=color, label=way)
for spot, init in zip(place, formulas.values(), strict=True):
    label = "predicted, packed" if spot == 0 else None
    ax.hlines(predict(init), spot + 0.12, spot + 0.42, color="k", lw=2, label=label)
ax.set_xticks(place, list(formulas))
ax.set(
    ylabel="spread of the scores", ylim=(0, 1.35), title="A packed weight looks three times wider"
)
ax.legend(ncols=2, loc="upper center", fontsize="small")
plt.show()

# %%
# **Reading the figure.** A score is a product of a query and a key, so it shrinks with the square
# of what their weights lose. Packed, the fan out is 3 w instead of w. Xavier's variance is
# :math:`2 / (w + 3w)` instead of :math:`2 / (w + w)`: one half. The rows of an orthogonal matrix
# (w, 3w) have length 1, so its variance is :math:`1/(3w)`: a third, as by the fan out. LeCun's
# and He's count w inputs either way.
#
# Smaller scores make attention more even at the start. The values are drawn by the same formula and
# shrink as well. To start as if they were separate, draw the
# parts by themselves: :func:`~weightinit.start` does so, and for a weight that you fill yourself
# there is :class:`~weightinit.Stacked`. What is large or small for a score is on
# :doc:`/theory/attention`.

for name, init in formulas.items():
    apart, packed, parts = (measured[name, way] for way in ("separate", "packed", *list(ways)[1:2]))
    print(f"{name:>10}: separate {apart:.2f}, in parts {parts:.2f}, packed {packed:.2f};", end=" ")
    print(f"packed over separate: predicted {predict(init):.3f}, measured {packed / apart:.3f}")
