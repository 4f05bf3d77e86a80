r"""
Start a wider network from a trained one
========================================

Copy each hidden unit four times and share out its outgoing weights: the wider network computes
exactly what the trained one did. How much noise do the copies need to become units of their own?
Without noise they stay copies, and the wider network is worth no more than the narrow one. A
hundredth of the weights' std is enough to free them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Four hidden relu units are too few for ten digits. We train them, replace each by four
# copies with a quarter of its outgoing weights, and train on. Noise is added to the incoming
# weights of the copies, as a multiple of the std of these weights.

units, copies, seeds = 4, 4, range(5)
noises = (0.0, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 0.5)
images, classes = load_digits(return_X_y=True)
images = images - images.mean(axis=0)
images /= images.std()


def split(seed):
    """Return 1,000 digits to learn from, and the rest."""
    old, new = np.split(np.random.default_rng(seed).permutation(len(images)), [1000])
    return (images[old], classes[old]), (images[new], classes[new])


def train(net, data, seed, epochs):
    """Train a network on digits, and return it."""
    wi.train(net, *data, epochs=epochs, batch_size=50, learning_rate=0.05, momentum=0.9, rng=seed)
    return net


def widen(net, noise, seed):
    """Return a network with copies of each hidden unit."""
    old, rng = net.parameters, np.random.default_rng(seed)
    wide = wi.mlp([64, units * copies, 10]).initialize(wi.zeros)
    new = wide.parameters
    new["dense0.weight"][...] = np.tile(old["dense0.weight"], copies)
    new["dense0.bias"][...] = np.tile(old["dense0.bias"], copies)
    new["dense1.weight"][...] = np.tile(old["dense1.weight"], (copies, 1)) / copies
    new["dense1.bias"][...] = old["dense1.bias"]
    std = noise * old["dense0.weight"].std()
    new["dense0.weight"][...] += std * rng.standard_normal(new["dense0.weight"].shape)
    return wide


def apart(net):
    """Return how far copies are from their mean, over the size of the weights."""
    weights = net.parameters["dense0.weight"].reshape(64, copies, units)
    return np.sqrt(np.mean(weights.var(axis=1)) / np.mean(weights**2))


# %%
# **One sweep.** Eight sizes of the noise, five seeds. For comparison: the narrow network trained on
# for as long, and 16 units started afresh from He.

final = {noise: [] for noise in noises}  # accuracy at once, at the end, and how far apart
narrow, fresh = [], []
for seed in seeds:
    data, (x, y) = split(seed)
    net = train(wi.mlp([64, units, 10]).initialize(wi.he_normal, rng=seed), data, seed, 10)
    for noise in noises:
        wide = widen(net, noise, seed + 100)
        at_once = np.mean(wide.predict(x) == y)
        train(wide, data, seed + 200, 15)
        final[noise].append((at_once, np.mean(wide.predict(x) == y), apart(wide)))
    he = wi.mlp([64, units * copies, 10]).initialize(wi.he_normal, rng=seed + 300)
    fresh.append(np.mean(train(he, data, seed + 200, 15).predict(x) == y))
    narrow.append(np.mean(train(net, data, seed + 200, 15).predict(x) == y))
final = {noise: np.array(runs) for noise, runs in final.items()}

fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
fig.set_label(
    "Accuracy on new digits over the noise on copied units. Without noise and with 1e-8 the wider "
    "network stays where the narrow one is, near 0.83. From there it rises to about 0.94 at a "
    "hundredth, while the accuracy before training on stays the same up to a tenth."
)
places = np.arange(len(noises))
for column, color, label in ((0, "0.5", "before training on"), (1, "C5", "after training on")):
    ax.plot(
        places, [np.mean(final[noise][:, column]) for noise in noises], color=color, label=label
    )
    ax.plot(places, [final[noise][:, column] for noise in noises], ".", color=color, ms=4)
for name, runs in (("16 units afresh", fresh), ("4 units, trained on", narrow)):
    ax.axhline(np.mean(runs), color="k", ls=":", lw=1)
    ax.text(len(noises) - 0.9, np.mean(runs), name, va="bottom", ha="right", fontsize=8)
ax.set_xticks(places, ["0", *(f"{noise:g}" for noise in noises[1:])])
ax.set(xlabel="noise / std of the weights", ylabel="accuracy, new digits", ylim=(0.7, 1))
ax.legend(loc="lower right")
ax.set_title("Copies need noise to become units of their own")
plt.show()

# %%
# **Reading the figure.** Points are networks, lines means, dotted lines the comparisons. Exact
# copies get exactly equal gradients, so no step parts them, and 16 units stay worth 4.
#
# Noise parts them because training amplifies it. A tiny noise needs longer: at :math:`10^{-8}` the
# copies are still nearly equal after 15 epochs in most seeds. At a hundredth they are units of
# their own, and the network computes nearly what it did before.
#
# Sixteen units that start afresh are ahead here after the same 15 epochs, at each of these sizes of
# the noise. So the ten epochs with four units were no head start on this task, and copies that
# begin alike are not the reason. Whether to widen depends on what the first training cost. Why
# equal units stay equal is on the page :doc:`/theory/symmetry`, and what else a warm start needs on
# :doc:`/theory/warm-starts`.

print(f"4 units, trained on: {np.mean(narrow):.3f};  16 units afresh: {np.mean(fresh):.3f}")
for noise in noises:
    first, last, distance = final[noise].mean(axis=0)
    print(f"noise {noise:7g}: {first:.3f} at once, {last:.3f} after, copies apart {distance:.1e}")
