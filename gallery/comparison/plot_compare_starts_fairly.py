r"""
Compare starts fairly
=====================

Compare two starts on the same seeds. They then share the luck of the seed, in the data and in the
random numbers of the weights, and much of it cancels in their difference.

He's network ends with more digits right than Xavier's. Is that the start, or the luck of the run?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import weightinit as wi

# %%
# **Setup.** Three hidden layers of 32 ReLUs learn from 300 digits and are tested on the others
# after each epoch. The seed decides which 300, in which order, and the weights.
# :func:`weightinit.compare` gives each start the same random stream. We split it in two, so that
# the starts get the same digits in the same order, however many random numbers their weights use.
# Xavier and He even share those numbers: they only scale them differently.

images, labels = load_digits(return_X_y=True)
images = images / 16
starts = {
    "std 0.01": wi.Normal(std=0.01),
    "Xavier": wi.xavier_normal,
    "He": wi.he_normal,
    "orthogonal": wi.Orthogonal(gain=wi.gain("relu")),
}
colors = {"std 0.01": "C2", "Xavier": "C4", "He": "C5", "orthogonal": "C7"}
seeds, epochs = 10, 30


def train_once(initializer, rng):
    """Train on 300 digits, and return the accuracy on the others after each epoch."""
    data_rng, weights_rng = rng.spawn(2)
    order = data_rng.permutation(len(images))
    own, others = order[:300], order[300:]
    net = wi.mlp([64, 32, 32, 32, 10], "relu").initialize(initializer, rng=weights_rng)
    record = wi.History()
    for _ in range(epochs):
        settings = {"epochs": 1, "batch_size": 20, "learning_rate": 0.1, "rng": data_rng}
        record.losses += wi.train(net, images[own], labels[own], **settings).losses
        record.accuracies.append(np.mean(net.predict(images[others]) == labels[others]))
    return record


# %%
# **One sweep.** Four starts, ten seeds.

comparison = wi.compare(train_once, starts, seeds=seeds)
print(comparison)

# %%
# Curves are medians over the seeds, bands lie between the quartiles.

fig = comparison.plot(colors=colors)
plt.show()

# %%
# Each line joins the runs of one seed. On the right, He minus Xavier: with the same seed, and with
# one seed for He and another for Xavier.

accuracy = {name: np.array(list(row.values())) for name, row in comparison.scores.items()}
table = accuracy["He"][:, None] - accuracy["Xavier"]
same = np.diag(table)
other = table[~np.eye(seeds, dtype=bool)]

fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
fig.suptitle("Runs of the same seed share their luck, and it cancels in a pair")
fig.set_label(
    "Left, ten lines join the accuracies of Xavier, He and orthogonal at the same seed; most rise "
    "and fall together. Right, He minus Xavier: the differences at the same seed lie close "
    "together, those between different seeds scatter widely to both sides of zero."
)
names = ["Xavier", "He", "orthogonal"]
for seed in range(seeds):
    axes[0].plot(names, [accuracy[name][seed] for name in names], color="k", lw=0.6, alpha=0.5)
for name in names:
    axes[0].plot([name] * seeds, accuracy[name], "o", color=colors[name], ms=5)
axes[0].set(title="One line per seed", ylabel="final accuracy")
for row, differences in enumerate((same, other)):
    apart = row + np.linspace(-0.25, 0.25, len(differences))
    axes[1].plot(differences, apart, "o", color=colors["He"], ms=4, alpha=0.7)
    axes[1].plot([differences.mean()] * 2, [row - 0.35, row + 0.35], color=colors["He"])
axes[1].axvline(0, color="black", lw=0.8)
axes[1].set_yticks([0, 1], ["same seed", "different\nseeds"])
axes[1].set(title="He minus Xavier", xlabel="difference in accuracy", ylim=(1.5, -0.5))
plt.show()

# %%
# **Reading the figures.** If you run each start once, you pick one line, or worse, a dot from each
# of two lines, and the winner changes from seed to seed. A seed that goes badly for Xavier tends to
# go badly for He: their accuracies are correlated. What they share cancels in the difference at the
# same seed, and the more so the higher the correlation. Between different seeds it does not cancel.
# So the same runs say more when you compare them in pairs.
#
# How much cancels depends on how much the two runs share. A start that draws its weights
# differently shares only the digits.
#
# Small weights do not start to learn within these epochs, and you can see that without statistics.
# "Within noise" says that these runs show no difference, not that there is none.

best_names = list(accuracy)
winners = [best_names[i] for i in np.argmax(list(accuracy.values()), axis=0)]
won = {name: winners.count(name) for name in best_names}
verdicts = {standing.label: standing.verdict for standing in comparison.standings}
print("seeds won:", ", ".join(f"{name} {count}" for name, count in won.items()))
correlation = np.corrcoef(accuracy["He"], accuracy["Xavier"])[0, 1]
print(f"correlation of He and Xavier over the seeds: {correlation:.2f}")
print(f"scatter of He minus Xavier: std {same.std(ddof=1):.4f} at the same seed,")
print(f"                            std {other.std(ddof=1):.4f} between different seeds")
print("over all seeds:", ", ".join(f"{name} is {verdict}" for name, verdict in verdicts.items()))
