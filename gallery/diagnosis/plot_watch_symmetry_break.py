r"""
Watch symmetry break
====================

A hidden layer whose units start almost equal learns like a single unit for a few hundred steps.
Count the distinct units, and you see them come apart before the loss shows it.

When does such a layer get its width back, and what does the loss do meanwhile?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** One hidden layer of 16 tanh units learns handwritten digits. In one start the weights
# are equal except for noise in their last digits. For comparison, we also start it exactly constant
# and from Xavier. Every ten steps a monitor counts the distinct units: units that are copies of
# each other, in weights and gradients, count once.

units, seeds, every = 16, range(5), 10
starts = {
    "constant": (wi.Constant(value=0.05), "C1"),
    "nearly constant": (wi.Normal(mean=0.05, std=1e-8), "k"),
    "Xavier": (wi.xavier_normal, "C4"),
}
digits, labels = load_digits(return_X_y=True)
digits, labels = digits[:600] / 16, labels[:600]


def watch(init, seed):
    """Train, and return the steps, the distinct units and the losses that the monitor saw."""
    net = wi.mlp([64, units, 10], "tanh").initialize(init, rng=seed, dtype=np.float32)
    monitor = wi.Monitor(digits[:32], labels[:32], every=every)
    how = {"epochs": 100, "batch_size": 100, "learning_rate": 0.5, "rng": seed}
    wi.train(net, digits, labels, monitor=monitor, **how)
    return monitor.steps, monitor.layers["dense0"].distinct, monitor.losses


# %%
# **One sweep.** Three starts, five seeds.

seen = {name: [watch(init, seed) for seed in seeds] for name, (init, _) in starts.items()}
steps = seen["Xavier"][0][0]

fig, (top, bottom) = plt.subplots(2, 1, figsize=(6.8, 4.6), sharex=True, layout="constrained")
fig.set_label(
    "Two line charts over the steps of training. Above, distinct units: Xavier has all 16 from the "
    "start, the nearly constant start gets them within some hundred steps, the constant one keeps "
    "one. Below, the nearly constant loss follows that of the constant start, then falls."
)
for name, (_, color) in starts.items():
    for number, (_, width, losses) in enumerate(seen[name]):
        label = name if number == 0 else None
        top.plot(steps, width, color=color, lw=1.2, alpha=0.8, label=label)
        bottom.plot(steps, losses, color=color, lw=1.2, alpha=0.8)
top.set(ylabel="distinct units", ylim=(0, units + 1), yticks=(1, 8, 16))
top.legend(loc="center right")
bottom.set(xlabel="step", ylabel="loss on the probe", xlim=(0, steps[-1]), ylim=(0, None))
fig.suptitle("Units come apart first, then the loss falls")
plt.show()

# %%
# **Reading the figure.** Xavier has its full width at the first look. The constant start keeps one
# distinct unit, and its loss stays near what a single unit can reach. At first the nearly constant
# start follows it: its noise is too small to matter, but training makes it grow.
#
# After about a hundred steps the 16 units differ by more than rounding. The loss does not show it
# yet: it is still that of the constant start. It leaves that curve when the differences have become
# large, about as many steps later. So watch the count: it changes before the loss does.

first_width = {name: int(np.median([w[0] for _, w, _ in runs])) for name, runs in seen.items()}
all_apart = [int(s[np.argmax(w == units)]) for s, w, _ in seen["nearly constant"]]
learned = {
    name: [int(s[np.argmax(x < 1)]) if min(x) < 1 else None for s, _, x in runs]
    for name, runs in seen.items()
}
pairs = zip(seen["nearly constant"], seen["constant"], all_apart, strict=True)
differs = [np.abs(near[2] - same[2])[near[0] <= apart].max() for near, same, apart in pairs]
print(f"distinct units after {every} steps: {first_width}")
print(f"all {units} differ at step {np.median(all_apart):.0f} (median of {len(all_apart)} seeds)")
print(f"until then the loss differs from that of the constant start by {max(differs):.0e} at most")
for name, steps in learned.items():
    print(f"{name:>15}: the loss falls below 1 at steps", *(step or "(never)" for step in steps))
