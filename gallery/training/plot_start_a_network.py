"""
Start a whole network
=====================

``wi.start`` gives each parameter of a network its first value, by its role and by what a batch
makes of it. The first loss is then that of the best constant guess.

A framework starts each layer without a look at the data. What does the look change, in the first
loss and in training?
"""

import math

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Is this digit an eight? One image in ten is, so that the classes are far from equal.
# The network has twelve hidden layers of 64 ReLU units, and the pixels go from 0 to 16. We start it
# in three ways, with three seeds each: as ``torch.nn.Linear`` starts weights by default, which is
# uniform with variance 1/3 / fan_in; from He, with zero biases; and with ``wi.start``.

x, digits = load_digits(return_X_y=True)
y = (digits == 8).astype(int)
depth, seeds, epochs = 12, range(3), 20
default = wi.VarianceScaling(scale=1 / 3, mode="fan_in", distribution="uniform")


def network(init, seed):
    """Return a network whose weights all start from one initializer."""
    net = wi.mlp([64, *[64] * depth, 1])
    return net.initialize(init, rng=seed, dtype=np.float32)


starts = {
    "the default": lambda seed: network(default, seed),
    "He": lambda seed: network(wi.he_normal, seed),
    "wi.start": lambda seed: wi.start(network(default, seed), x, y, rng=seed).model,
}

# %%
# **What was done.** The result of ``wi.start`` prints as a table. The weight of the first layer is
# small because the pixels are large; the output starts with weight zero, and the log odds of the
# classes as its bias.

done = wi.start(network(default, 0), x, y, rng=0)
best = done.best_constant_loss
print(done)

# %%
# **One sweep.** For each start we record the standard deviation (std) of the pre-activations in
# each layer, the first loss, and the loss of each epoch.


sgd = {"learning_rate": 0.002, "momentum": 0.9}


def run(make, seed, **optimizer):
    """Return the std of each hidden layer, and the losses: before training, and of each epoch."""
    net = make(seed)
    first, _ = net.loss_and_gradients(x, y)
    stds = [float(row.pre_activations.std()) for row in wi.trace(net, x).layers[:-1]]
    history = wi.train(net, x, y, epochs=epochs, batch_size=64, **optimizer, rng=seed)
    return stds, [first, *history.losses]


runs = {name: [run(make, seed, **sgd) for seed in seeds] for name, make in starts.items()}

fig, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.2), layout="constrained")
fig.set_label(
    "Left: std of the pre-activations over twelve layers on a log axis, for three starts. It falls "
    "steeply with the default, stays near 10 with He and is 1 with wi.start. Right: the loss over "
    "20 epochs. The default stays at the loss of the best constant; He and wi.start fall far below."
)
for (name, of), color in zip(runs.items(), ("C2", "C5", "k"), strict=True):
    for stds, losses in of:
        left.plot(np.arange(1, depth + 1), stds, color=color)
        right.plot(losses, color=color)
    left.plot([], [], color=color, label=name)
left.set(xlabel="layer", ylabel="std of the pre-activations", yscale="log", xlim=(1, depth))
left.legend(frameon=False)
right.axhline(best, color="0.5", ls=":")
right.set(xlabel="epoch", ylabel="loss", xlim=(0, epochs), ylim=(0, 1), xticks=(0, 5, 10, 15, 20))
right.text(epochs, best, "best constant", ha="right", va="bottom", color="0.4")
fig.suptitle("A start from the batch keeps the signal at size 1 and begins at the best constant")
plt.show()

# %%
# **Reading the figure.** The default weights leave a third of the mean square, and ReLU halves it:
# a layer multiplies the std by the square root of 1/6. After twelve layers hardly a signal is left,
# and in these epochs SGD learns the share of eights and no more.
#
# He keeps the std, but it keeps that of the pixels as well:
# the first outputs are as large as they are, and the first loss is what chance makes of them. With
# ``wi.start`` each std is 1, and the first loss is that of the best constant.
#
# He learns as well here, and mostly sooner, as the epochs below show: an output weight of zero
# passes little gradient to the layers below until it has grown, which takes a while at this low
# learning rate. To begin sooner, write ``overrides={"dense12.weight": wi.lecun_normal}``; the first
# loss is then that of a random guess. And the default is no dead end for Adam, whose steps do not
# shrink with the gradient.
#
# :lab:`Start other networks <act=relu&rate=0.1&a=recommended&b=std1>` in the lab.

expected = {"the default": math.sqrt(1 / 6), "He": 1.0, "wi.start": 1.0}
print(f"loss of the best constant: {best:.4f}; of outputs near 0, log 2: {math.log(2):.4f}")
for name, of in runs.items():
    factor = np.mean([(stds[-1] / stds[0]) ** (1 / (depth - 1)) for stds, _ in of])
    first, last = (np.array([losses[place] for _, losses in of]) for place in (0, -1))
    print(f"{name}: a layer multiplies the std by {factor:.2f}, theory {expected[name]:.2f};")
    print(f"    first loss {first.min():.4f} to {first.max():.4f}", end=", ")
    print(f"after {epochs} epochs {last.min():.3f} to {last.max():.3f};")
    below = [next((i for i, v in enumerate(ls) if v < best / 2), None) for _, ls in of]
    print(f"    epochs until the loss is below half of the best constant's: {below}")
_, adam = run(starts["the default"], 0, learning_rate=0.001, optimizer="adam")
print(f"the default with Adam: after {epochs} epochs {adam[-1]:.3f}")
