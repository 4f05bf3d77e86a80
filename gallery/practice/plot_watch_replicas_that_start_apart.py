r"""
Watch replicas that start apart
===============================

In data-parallel training, several machines hold a copy of the network each, and the copies step
along the mean of their gradients. What if the copies start from different weights? They stay as
different as they were, and each follows gradients that were mostly computed for others. They learn
slowly, the more so the more there are, and a restart from one of them cures it.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Two hidden layers of 64 ReLUs read digits. Each step takes 32 digits, which the
# replicas share out, and each replica makes the same step: the mean gradient, times a learning rate
# of 0.1. In the middle, after 100 steps, we write one replica's weights over the others', as a
# restart from a checkpoint does.

images, classes = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / images.std()
counts, seeds, steps, restart, batch, rate = [1, 2, 4, 8], range(3), 200, 100, 32, 0.1


def train(count, seed):
    """Return the loss of the first replica on new digits by step, and how far gaps changed."""
    rng = np.random.default_rng(seed)
    old, new = np.split(rng.permutation(len(images)), [1200])
    nets = [wi.mlp([64, 64, 64, 10]).initialize(wi.he_normal, rng=rng) for _ in range(count)]
    first, last = nets[0].parameters, nets[-1].parameters
    gaps = {name: last[name] - first[name] for name in first}
    losses, drift = [], 0.0
    for step in range(steps + 1):
        if step % 5 == 0:
            losses.append(nets[0].loss_and_gradients(images[new], classes[new])[0])
        if step == restart:
            changes = [np.abs(last[name] - first[name] - gaps[name]).max() for name in first]
            drift = max(changes)
            for net in nets:
                for name, array in net.parameters.items():
                    array[...] = first[name]
        shares = np.split(rng.choice(old, batch, replace=False), count)
        gradients = [
            net.loss_and_gradients(images[share], classes[share])[1]
            for net, share in zip(nets, shares, strict=True)
        ]
        for name in first:
            move = rate * np.mean([gradient[name] for gradient in gradients], axis=0)
            for net in nets:
                net.parameters[name][...] -= move
    return losses, drift


# %%
# **One sweep.** One network, and 2, 4 and 8 replicas that start apart; three seeds each.

runs = {count: [train(count, seed) for seed in seeds] for count in counts}
curves = {count: np.array([losses for losses, _ in found]) for count, found in runs.items()}
drifts = {count: max(drift for _, drift in found) for count, found in runs.items()}

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
fig.set_label(
    "Loss of the first replica on new digits over 200 steps. One network gets to 0.4 within 50 "
    "steps. Replicas that start apart are slower, 8 of them slowest. After step 100, where all get "
    "the weights of the first, their losses fall steeply and come close to that of one network."
)
time = np.arange(0, steps + 1, 5)
for count, color in zip(counts, ("C3", "C5", "C2", "C0"), strict=True):
    label = f"{count} replicas" if count > 1 else "one network"
    ax.plot(time, curves[count].mean(axis=0), color=color, label=label)
    ax.fill_between(
        time, curves[count].min(axis=0), curves[count].max(axis=0), color=color, alpha=0.15, lw=0
    )
ax.axvline(restart, color="k", ls=":", lw=1)
ax.text(restart + 2, 1.4, "restart from one replica")
ax.set(xlabel="step", ylabel="loss on new digits", ylim=(0, 2.8), xlim=(0, steps))
ax.set_title("Replicas that start apart learn slowly, until a restart")
ax.legend(loc="upper right")
plt.show()

# %%
# **Reading the figure.** The replicas make the same step, so it cancels in their
# differences: these keep their first value, up to rounding. The mean gradient is right for no
# replica. One part in :math:`R` of it was computed at the replica's own weights.
#
# The restart makes the replicas equal. From then on the mean gradient is the gradient of 32 digits
# at the weights that move, and training goes on as with one network, some steps behind.

at = {"before the restart": restart // 5, "20 steps after": restart // 5 + 4, "at the end": -1}
for when, place in at.items():
    told = (f"{count}: {curves[count][:, place].mean():.2f}" for count in counts)
    print(f"loss {when}, by number of replicas:", ", ".join(told))
print(f"over {restart} steps the differences changed by {max(drifts.values()):.0e} at most")
