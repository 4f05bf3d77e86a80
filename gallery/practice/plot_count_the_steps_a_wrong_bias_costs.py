r"""
Count the steps a wrong bias costs
==================================

One sample in fifty belongs to a class, and the output's bias starts at zero: the network says
"fifty-fifty". How many steps does it take to unlearn that? For an output layer alone, about one
over the share of the rare class, divided by the learning rate and by the size of the mean hidden
layer. A network that moves as a whole is up to twice as fast. A bias from the class shares takes
none.
"""

import math

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Is a digit an eight? Of 816 digits, between 8 and 163 are eights. Two hidden layers of
# 64 ReLUs from He's scheme, zero output weights, plain gradient descent. We count the steps until
# the loss is within 10 % of that of the best constant guess.

images, classes = load_digits(return_X_y=True)
images = (images - images.mean(axis=0)) / images.std()
shares, rates, seeds, samples, close = [0.01, 0.02, 0.05, 0.1, 0.2], [0.03, 0.1], range(3), 816, 1.1


def draw(share, rng):
    """Return digits of which this share are eights, and whether each is one."""
    eights, others = (rng.permutation(np.flatnonzero(is_)) for is_ in (classes == 8, classes != 8))
    count = round(share * samples)
    chosen = np.concatenate([eights[:count], others[: samples - count]])
    return images[chosen], (classes[chosen] == 8).astype(int)


def constant_loss(share, guess):
    """Return the mean loss if each sample is given one probability."""
    return -share * math.log(guess) - (1 - share) * math.log(1 - guess)


def predict(share, rate, mean_square):
    """Count the steps of a readout that learns nothing but the share."""
    logit, steps, guess = 0.0, 0, 0.5
    while constant_loss(share, guess) > close * constant_loss(share, share):
        logit -= rate * (1 + mean_square) * (guess - share)
        guess = 1 / (1 + math.exp(-logit))
        steps += 1
    return steps


def count(share, rate, seed, bias="zero", held=False):
    """Return the steps that a network takes, or its output layer alone, and those predicted."""
    rng = np.random.default_rng(seed)
    x, y = draw(share, rng)
    net = wi.mlp([64, 64, 64, 1])
    net.initialize({"dense2.weight": wi.zeros, "*.weight": wi.he_normal}, rng=rng)
    if bias == "shares":
        net.parameters["dense2.bias"][...] = math.log(y.mean() / (1 - y.mean()))
    mean_square = np.sum(np.mean(net.record(x)["dense2"].x, axis=0) ** 2)
    predicted = predict(y.mean(), rate, mean_square)
    wanted = close * constant_loss(y.mean(), y.mean())
    high = [net.loss_and_gradients(x, y)[0] > wanted]

    def monitor(_step, net, _loss, _gradients):
        if high[-1]:  # until it is reached
            high.append(net.loss_and_gradients(x, y)[0] > wanted)

    options = {"batch_size": 32, "learning_rate": rate, "rng": rng, "monitor": monitor}
    factors = {"dense[01].*": 0.0} if held else {}
    epochs = math.ceil((2 if held else 1.2) * predicted * 32 / samples)
    wi.train(net, x, y, epochs=epochs, rate_factors=factors, **options)
    return sum(high), predicted


# %%
# **One sweep.** Five shares, two learning rates, three seeds. At the lower rate also with the
# hidden layers held where they started, so that the output layer learns alone.

runs = {
    rate: np.array([[count(share, rate, seed) for seed in seeds] for share in shares])
    for rate in rates
}
held = np.array([[count(share, rates[0], seed, held=True) for seed in seeds] for share in shares])
with_shares = [count(share, rates[0], seed, "shares")[0] for share in shares for seed in seeds]

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
fig.set_label(
    "Steps until the loss is that of the best constant guess, against the share of the rare class, "
    "both axes logarithmic. From a zero bias they fall along nearly straight lines, from about 75 "
    "steps at a share of 1 % to 5 at 20 % with rate 0.03, and three times fewer with rate 0.1. At "
    "small shares they lie below the predicted lines, and above if the hidden layers are held."
)
for (rate, found), color in zip(runs.items(), ("C0", "C2"), strict=True):
    measured, predicted = found[:, :, 0], found[:, :, 1]
    ax.plot(shares, predicted.mean(axis=1), color=color, label=f"predicted, rate {rate:g}")
    ax.plot(shares, measured, "o", color=color, ms=5)
hollow = {"mfc": "none", "color": "C0", "ms": 5, "label": "hidden layers held"}
for k, of_seed in enumerate(held[:, :, 0].T):
    ax.plot(shares, of_seed, "s", **{**hollow, **({"label": None} if k else {})})
ax.set(xscale="log", yscale="log", xlabel="share of the rare class", ylabel="steps")
ax.set_xticks(shares, [f"{share:.0%}" for share in shares])
ax.set_yticks([2, 5, 10, 20, 50, 100, 200], ["2", "5", "10", "20", "50", "100", "200"])
ax.minorticks_off()
ax.set_title("The rarer the class, the longer the detour from a zero bias")
ax.legend()
plt.show()

# %%
# **Reading the figure.** Let :math:`\bar h` be the mean of the last hidden layer. A step at rate
# :math:`\eta` moves the output's bias and, through its weights, the logits by about
# :math:`-\eta\,(1 + \lVert \bar h \rVert^2)\,(q - \pi)`, where :math:`q` is the guess and
# :math:`\pi` the share. The lines repeat that one number until it is close enough. Near the end
# :math:`q` is small, so the steps are small: half the share takes nearly twice as long.
#
# The line leaves out two things. Digits differ: those with small hidden units wait longer than the
# mean, so with the hidden layers held it takes more steps (squares). And the hidden layers move:
# :math:`\bar h` grows, which makes it fewer, down to half for the rarest class. Started with the
# bias :math:`\ln (\pi / (1 - \pi))`, a network has nothing to unlearn.

for rate, found in runs.items():
    for share, pairs in zip(shares, found, strict=True):
        print(f"rate {rate:g}, share {share:4.0%}: steps", *(f"{n:3}" for n, _ in pairs), end="")
        print("   predicted", *(f"{n:3}" for _, n in pairs))
for share, pairs in zip(shares, held, strict=True):
    print(f"held,      share {share:4.0%}: steps", *(f"{n:3}" for n, _ in pairs))
ratio = np.mean(runs[rates[0]][0] / runs[rates[0]][2], axis=0)
print(f"a fifth of the share takes {ratio[0]:.1f} times as long, predicted {ratio[1]:.1f}")
print(f"bias from the class shares: {max(with_shares)} steps")
