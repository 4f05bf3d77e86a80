"""
Test a start before training
============================

Can a unit test tell that a network will not train, before a step is taken? Where the start is far
off, it can: ``wi.assert_healthy`` fails at a third of He's weights and at twice them, where nothing
is learned here, and passes at He's. At the edges in between, a few may go the other way.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import weightinit as wi

# %%
# **Setup.** Eight hidden layers of 64 relu units learn digits with momentum, for 10 epochs. Their
# weights are He's times a factor, 1/4 to 4. The test is one line, and sees 200 digits.

images, labels = load_digits(return_X_y=True)
factors, seeds = 2.0 ** np.arange(-2, 2.5, 0.5), range(3)
training = {"epochs": 10, "batch_size": 64, "learning_rate": 0.02, "momentum": 0.9}


def passes(net, x, y):
    """Return whether the test of a start passes; in a test suite, call the function alone."""
    try:
        wi.assert_healthy(net, x, y)
    except AssertionError:
        return False
    return True


def run(factor, seed):
    """Return whether the test passes, and the accuracy on new digits after training."""
    parts = train_test_split(images, labels, test_size=0.25, stratify=labels, random_state=seed)
    x, x_test, y, y_test = parts
    mean, std = x.mean(), x.std()
    x, x_test = (x - mean) / std, (x_test - mean) / std
    init = wi.VarianceScaling(scale=2 * factor**2, mode="fan_in", distribution="normal")
    net = wi.mlp([64, *[64] * 8, 10]).initialize({"*.weight": init}, rng=seed)
    healthy = passes(net, x[:200], y[:200])
    try:
        wi.train(net, x, y, rng=seed, **training)
    except FloatingPointError:  # it diverged: there is no network left
        return healthy, 0.0
    return healthy, np.mean(net.predict(x_test) == y_test)


# %%
# **One sweep** over the factor, three seeds each.

with np.errstate(all="ignore"):
    runs = np.array([[run(factor, seed) for seed in seeds] for factor in factors])
healthy, accuracy = runs[..., 0].astype(bool), runs[..., 1]

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
fig.set_label(
    "Accuracy after training against the factor on He's weights, a marker a run. Dots, where the "
    "test passed, lie at factors of 1/2 to 1 and rise to 0.95. Crosses, where it failed, lie at "
    "one in ten or, diverged, at zero."
)
where = np.broadcast_to(factors[:, None], healthy.shape) * 1.04 ** np.array([-1, 0, 1])
ax.plot(where[healthy], accuracy[healthy], "o", color="C2", label="the test passed")
ax.plot(where[~healthy], accuracy[~healthy], "x", color="C3", ms=8, mew=2, label="it failed")
ax.axhline(0.1, color="C7", ls=":")
ax.text(factors[-1], 0.11, "guessing", color="C7", ha="right", va="bottom")
ax.set(xlabel="factor on He's weights", ylabel="accuracy after training", xscale="log")
ax.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
ax.minorticks_off()
ax.set(ylim=(-0.04, 1.02), title="Far from He the test fails, and so does training")
ax.legend(loc="center left")
plt.show()

# %%
# **Reading the figure.** Each marker is a network. A factor c on the weights of nine layers
# multiplies the output by :math:`c^9` at the start: 1/4 leaves four millionths of the signal, and 4
# makes it 260,000 times as large. Where the test passes, networks learn or begin to.
#
# At the edges chance decides, for the test and for training, and the two need not agree: with other
# seeds some networks at :math:`\sqrt 2` learn, though the test failed. Nor is a pass a promise: the
# test sees the start, not the learning rate. What it looks for is listed at
# :func:`~weightinit.diagnose`; how to call it in pytest is in :doc:`/guides/test-your-network`.

learned = accuracy > 0.2  # twice as good as guessing
print("factor  test passed  learned")
for factor, good, right in zip(factors, healthy, learned, strict=True):
    print(f"{factor:6.2f}  {good.sum():>6} of {len(seeds)}  {right.sum():>2} of {len(seeds)}")
print(f"learned, of those that passed: {learned[healthy].mean():.0%}", end="; ")
print(f"of those that failed: {learned[~healthy].mean():.0%}")
