"""
Find which zero locks a recurrent network
=========================================

With biases at zero, a tanh network whose lookup E and output matrix O both start at zero is locked
for good. One of the two at zero costs little here; a zero recurrent matrix W makes learning
unreliable.

Which of the three matrices may start at zero, and which of them together?
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** :math:`h_t = \tanh(E_{x_t} + h_{t-1} W + b)` and the logits :math:`h_T O + c`, on
# sentences with negations, as in
# :ref:`sphx_glr_auto_gallery_recurrent_plot_train_an_rnn_on_negation.py`. Biases start at zero, as
# usual; each matrix starts at zero or from Xavier.

matrices = {"E": "embedding0.weight", "W": "rnn0.weight", "O": "dense0.weight"}
cases = ["".join(zero) for k in range(4) for zero in itertools.combinations(matrices, k)]
hidden, epochs, batch, learning_rate = 32, 25, 50, 0.2
seeds = {zero: 1 if {"E", "O"} <= set(zero) else 5 if "W" in zero else 2 for zero in cases}
data = [wi.datasets.sentences(4000, rng=seed) for seed in range(max(seeds.values()))]
vocabulary = len(data[0].vocabulary)


def start(zero, seed):
    """Return a network whose matrices named in `zero` are zero."""
    starts = {
        full: wi.zeros if name in zero else wi.xavier_normal for name, full in matrices.items()
    }
    net = wi.rnn(vocabulary, hidden, classes=2)
    return net.initialize(starts, rng=seed, dtype=np.float32)


def train(zero, seed):
    """Return the rms of each matrix's first gradient, how far it moved, and the accuracy."""
    x, y = data[seed].tokens, data[seed].labels
    net = start(zero, seed)
    before = {name: net.parameters[full].copy() for name, full in matrices.items()}
    gradients = net.loss_and_gradients(x[:3000], y[:3000])[1]
    options = {"epochs": epochs, "batch_size": batch, "learning_rate": learning_rate}
    wi.train(net, x[:3000], y[:3000], rng=seed, **options)
    accuracy = float(np.mean(net.predict(x[3000:]) == y[3000:]))
    first = [float(np.sqrt(np.mean(gradients[full] ** 2))) for full in matrices.values()]
    moved = [float(np.abs(net.parameters[f] - before[name]).max()) for name, f in matrices.items()]
    return first, moved, accuracy


# %%
# **One sweep.** The eight choices of what is zero. Where W is zero the runs differ most, so we use
# five seeds there. Otherwise two are enough, and one where the network is locked.

runs = {zero: [train(zero, seed) for seed in range(seeds[zero])] for zero in cases}
first = {zero: np.array([gradient for gradient, _, _ in run]) for zero, run in runs.items()}
moved = {zero: np.array([far for _, far, _ in run]) for zero, run in runs.items()}
accuracies = {zero: [accuracy for _, _, accuracy in run] for zero, run in runs.items()}
moves = {zero: np.all(found > 0, axis=0) for zero, found in first.items()}

fig, (left, right) = plt.subplots(
    1, 2, figsize=(7, 3.6), layout="constrained", sharey=True, width_ratios=(1, 2)
)
fig.set_label(
    "For eight choices of which matrices start at zero: which ones have a gradient at the first "
    "step, and the accuracy after training. With E and O zero none has, and the accuracy stays at "
    "chance; with E or O alone zero it is nearly perfect; with W zero it varies widely."
)
for place, zero in enumerate(cases):
    locked = not moves[zero].any()
    for column, (name, moves_now) in enumerate(zip(matrices, moves[zero], strict=True)):
        left.text(
            column,
            -place,
            name if moves_now else "·",
            color="C0" if name in zero else "k",
            ha="center",
            va="center",
            weight="bold" if name in zero else "normal",
        )
    right.plot(
        accuracies[zero], [-place] * len(runs[zero]), "o", color="C0" if locked else "C4", ms=7
    )
left.set(xlim=(-0.6, 2.6), ylim=(-7.6, 0.6), xticks=[], title="moves at step 1", ylabel="zero")
left.set_yticks([-place for place in range(len(cases))])
left.set_yticklabels([" and ".join(zero) if zero else "none" for zero in cases])
right.set(xlim=(0.4, 1.03), xlabel="accuracy on new sentences", title="after 25 epochs")
right.grid(axis="y")
fig.suptitle("E and O together lock the network")
plt.show()

# %%
# **Reading the figure.** The gradient of O contains the last state as a factor. The gradients of E
# and W come back through O. With E at zero the states are zero, so O has no gradient. But E has
# one, through O, and after one step the states are no longer zero. With O at zero it is the other
# way round. With both at zero neither can free the other: the output bias moves, but the output
# does not depend on the sentence.
#
# W alone cannot lock the network. Even with W at zero, the last word reaches the output through E
# and O, and W gets a gradient as soon as E and O are both nonzero.
#
# A network that is not locked may still learn badly. With W at zero, alone or with E or O, it
# starts without memory and has to develop it. All its matrices move, but how far it gets in these
# epochs depends on the seed: some runs classify nearly every sentence correctly, others miss many,
# and some are still near chance.

for zero in cases:
    at_once = "".join(itertools.compress(matrices, moves[zero])) or "nothing"
    in_the_end = "".join(itertools.compress(matrices, np.all(moved[zero] > 0, axis=0))) or "nothing"
    print(
        f"zero: {zero or 'none':>4}   moves at step 1: {at_once:>7}, in the end: {in_the_end:>7}",
        end="",
    )
    print(f"   accuracy {', '.join(f'{accuracy:.1%}' for accuracy in accuracies[zero])}")
