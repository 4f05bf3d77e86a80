"""
Start without chance
====================

Can a network start without random numbers? The identity leaves the units that a wider layer adds
at zero, and with relu they stay there. ZerO mixes the inputs by a matrix of Hadamard instead. Then
the added units learn too, and the network is about as good as one that was drawn by He's scheme.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Digits of 64 pixels, a hidden layer of 128 relu units, which is twice as wide, another
# of 128, and 10 outputs. Three starts: the identity, padded with zeros where a layer widens; ZerO,
# which is the identity but for layers that widen; and He. The seeds decide which digits are held
# out, the order of the batches and, with He, the weights.

images, labels = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / 16
starts = {"identity": (wi.identity, "C3"), "ZerO": (wi.ZerO(), "C2"), "He": (wi.he_normal, "C5")}
epochs, seeds = 12, range(4)


def learn(start, seed):
    """Return test accuracy after each epoch, and the distinct first units before and after."""
    rng = np.random.default_rng(seed)
    old, new = np.split(rng.permutation(len(images)), [1300])
    net = wi.mlp([64, 128, 128, 10]).initialize(start, rng=rng, dtype=np.float32)
    w, right = net.parameters["dense0.weight"], []
    before = len(np.unique(w, axis=1).T)

    def monitor(step, net, _loss, _gradients):
        if step % 41 == 0:  # 1,300 digits, 32 a step
            right.append(np.mean(net.predict(images[new]) == labels[new]))

    sgd = {"batch_size": 32, "learning_rate": 0.05, "momentum": 0.9, "monitor": monitor}
    wi.train(net, images[old], labels[old], epochs=epochs, rng=rng, **sgd)
    return np.array(right), before, len(np.unique(w, axis=1).T)


# %%
# **One sweep.** Three starts, four seeds.

runs = {name: [learn(start, seed) for seed in seeds] for name, (start, _) in starts.items()}
curves = {name: np.array([right for right, _, _ in found]) for name, found in runs.items()}
units = {name: np.mean([counts for _, *counts in found], axis=0) for name, found in runs.items()}

fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.2), layout="constrained")
fig.set_label(
    "Left, accuracy on new digits over the epochs: He and ZerO rise together, the identity ends "
    "a little lower. Right, how many of 128 units of the first layer differ: with the identity 65 "
    "before and after training, with ZerO 64 before and 128 after, with He 128."
)
for name, (_, color) in starts.items():
    left.plot(range(1, epochs + 1), curves[name].mean(axis=0), color=color, label=name)
    left.fill_between(
        range(1, epochs + 1),
        curves[name].min(axis=0),
        curves[name].max(axis=0),
        color=color,
        alpha=0.2,
    )
    right.plot(["at the start", "trained"], units[name], "o-", color=color)
left.set(title="ZerO learns as well as He", xlabel="epochs", ylabel="accuracy, new digits")
left.legend()
right.set(title="The identity leaves half alike", ylabel="distinct units, of 128", xlim=(-0.3, 1.3))
plt.show()

# %%
# **Reading the figure.** A unit of relu whose weights and bias are zero sits at the corner, where
# the slope is taken to be 0. It gets no gradient. The identity leaves as many units there as the
# layer is wider than its inputs, and they stay alike.
#
# In ZerO each unit starts as a mixture of the pixels, with signs from a matrix of Hadamard, which
# keeps the length of the input here, as 128 is a power of two. These units are not all different
# either: 64 inputs can tell 64 of them apart, so they start as pairs. But each has an outgoing
# weight of its own, so each gets a gradient of its own, and training sets them apart.
#
# Nothing was gained over He in accuracy here; what is gained is a start without chance.

w = wi.ZerO()((64, 128))
print(f"ZerO keeps lengths: |W W' - I| = {np.abs(w @ w.T - np.eye(64)).max():.0e}")
for name, found in curves.items():
    print(f"{name:>8}: {units[name][0]:.1f} distinct units, trained {units[name][1]:.1f};", end=" ")
    print(f"accuracy {np.mean(found[:, -1]):.3f}, from {found[:, -1].min():.3f}", end=" ")
    print(f"to {found[:, -1].max():.3f}")
