r"""
Train a CNN on digits
=====================

What does a wrong count of the fans cost a convolutional network? With Xavier or He it learns in a
few epochs, from std 0.01 after a long wait, and from zero not at all. With the fans counted wrong
most runs stay at chance, as their units die.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** The digits of scikit-learn, 8 × 8 pixels. The network is a convolution to 8 channels,
# relu, pooling, a convolution to 16, relu, pooling, dense. Stochastic gradient descent with
# momentum 0.9 and learning rate 0.05 takes 32 digits a step, for 15 epochs.
#
# The fifth start takes the first number of a weight's shape for its fan in: ``sqrt(2 / shape[0])``.
# For a dense weight that is right. The shape of a kernel begins with its height, so each kernel of
# three rows is drawn with std :math:`\sqrt{2/3}`, whatever it adds up.

images, labels = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8, 1) / 16
architecture = {"input_shape": (8, 8, 1), "channels": [8, 16], "classes": 10}
shapes = wi.cnn(**architecture).parameter_shapes
first_number = {
    name: wi.Normal(std=np.sqrt(2 / shape[0]))
    for name, shape in shapes.items()
    if name.endswith("weight")
}
starts = {
    "zero": (wi.zeros, "C0", "-"),
    "std 0.01": (wi.Normal(std=0.01), "C2", "-"),
    "Xavier": (wi.xavier_normal, "C4", "-"),
    "He": (wi.he_normal, "C5", "-"),
    "He, wrong fan": (first_number, "k", "--"),
}
epochs, batch, seeds = 15, 32, range(3)


def learn(init, seed, learning_rate=0.05):
    """Return the test accuracy before training and after each epoch, and the dead channels."""
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=seed)
    x, x_test, y, y_test = parts
    rng = np.random.default_rng(seed)
    net = wi.cnn(**architecture).initialize(init, rng=rng, dtype=np.float32)
    curve = [np.mean(net.predict(x_test) == y_test)]

    def record(step, net, _loss, _gradients):
        if step % -(-len(x) // batch) == 0:
            curve.append(np.mean(net.predict(x_test) == y_test))

    sgd = {"learning_rate": learning_rate, "momentum": 0.9, "batch_size": batch}
    wi.train(net, x, y, epochs=epochs, rng=rng, monitor=record, **sgd)
    outputs = net.record(x_test)["relu1"].y
    return curve, 1 - np.mean(outputs.any(axis=(0, 1, 2)))


# %%
# **One sweep.** Five starts, three seeds, which draw the weights, split the data and shuffle it.

runs = {name: [learn(init, seed) for seed in seeds] for name, (init, *_) in starts.items()}
curves = {name: np.array([curve for curve, _ in run]) for name, run in runs.items()}

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
fig.set_label(
    "Test accuracy of a convolutional network over 15 epochs. Xavier and He rise at once and end "
    "above 0.95, std 0.01 waits several epochs, zero and the median of the wrong fan stay at one "
    "in ten."
)
for name, values in curves.items():
    _, color, style = starts[name]
    low, middle, high = np.quantile(values, (0, 0.5, 1), axis=0)
    ax.fill_between(range(epochs + 1), low, high, color=color, alpha=0.15, lw=0)
    ax.plot(middle, style, color=color, label=name)
ax.set(xlabel="epoch", ylabel="test accuracy", ylim=(0, 1), xlim=(0, epochs))
ax.set_title("With the wrong fan the median stays at chance")
ax.grid(axis="y")
ax.legend(loc="center right", bbox_to_anchor=(1, 0.45))
plt.show()

# %%
# **Reading the figure.** Xavier and He differ little in so shallow a network. Zero never leaves
# chance. Std 0.01, small for each of these layers, spends epochs on a plateau before it learns.
#
# The wrong fan does worst. Each kernel's error is a factor on the logits, so at the start they are
# too large by the product. The first steps then throw the weights far off, and after them most
# channels of the second convolution, often all, are off for every digit.
#
# If all are off, no gradient reaches the convolutions, and more epochs do not help. If some are
# left, a run may recover. The last line repeats two of the runs at a tenth of the learning rate,
# where they learn at a slower pace.

dead = {name: float(np.median([share for _, share in run])) for name, run in runs.items()}
errors = {name: first_number[name].std / wi.he_normal.std(shapes[name]) for name in first_number}
logits = {
    name: np.std(wi.cnn(**architecture).initialize(start, rng=0).forward(images))
    for name, start in (("wrong", first_number), ("right", wi.he_normal))
}
rescued = [learn(first_number, seed, learning_rate=0.005)[0][-1] for seed in seeds[:2]]
for name, values in curves.items():
    after = ", ".join(f"{np.median(values[:, epoch]):.1%}" for epoch in (1, 5, epochs))
    print(f"{name:>13}: accuracy after 1, 5, {epochs} epochs {after}; dead {dead[name]:.0%}")
print(f"first logits, wrong / right: {logits['wrong'] / logits['right']:.2f};", end=" ")
print(f"product of the errors {np.prod(list(errors.values())):.2f}")
print("wrong std / right:", ", ".join(f"{name} {error:.2f}" for name, error in errors.items()))
print(f"wrong fan with a tenth of the learning rate: from {min(rescued):.1%} to {max(rescued):.1%}")
