r"""
Remember on a ring
==================

Does a linear recurrence learn to remember better if its eigenvalues start on a ring? Yes: from
eigenvalues spread over the unit disc it still misses a large part of a number that it saw 30 steps
ago, when from a ring just inside the circle it misses a few percent.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import RNN, Dense

# %%
# **Setup.** 32 linear units, :math:`h_t = h_{t-1} W + x_t`, read a sequence of independent normal
# numbers, one at a step, and the network is to report the first. Adam has 150 steps of 64
# sequences. The starts of :math:`W` differ. Two have their eigenvalues evenly on a ring, or on the
# disc. The third is a dense random matrix of variance :math:`1/n`, whose eigenvalues fill the disc
# as well. The fourth is orthogonal, with its eigenvalues on the circle.

starts = {
    "ring": (wi.Ring(low=0.9, high=0.999), "C0"),
    "orthogonal": (wi.orthogonal, "C7"),
    "disc": (wi.Ring(low=0.0, high=1.0), "C2"),
    "dense random": (wi.lecun_normal, "C6"),
}
lengths, units, sequences, seeds = [10, 20, 30], 32, 1600, range(3)


def missed(start, length, seed):
    """Return the share of the first number's variance that the trained network misses."""
    rng = np.random.default_rng(seed)
    net = wi.Network([Dense(units), RNN("linear"), Dense(1)], input_shape=(length, 1))
    net.initialize({"rnn*.weight": start, "*.weight": wi.lecun_normal}, rng=rng, dtype=np.float32)
    x = rng.standard_normal((sequences + 500, length, 1)).astype(np.float32)
    adam = {"batch_size": 64, "optimizer": "adam", "learning_rate": 0.003}
    wi.train(net, x[:sequences], x[:sequences, 0], epochs=6, rng=rng, **adam)
    new = x[sequences:]
    return np.mean((net.forward(new) - new[:, 0]) ** 2) / np.var(new[:, 0])


def unreadable(start, length, seed, error=0.01):
    """Return the share that the best readout misses if the state has an error, before training."""
    rng = np.random.default_rng(seed)
    W, response = start((units, units), rng=rng), [wi.lecun_normal((1, units), rng=rng)[0]]
    for _ in range(length - 1):
        response.append(response[-1] @ W)
    state = np.transpose(response) @ response  # second moments of the state
    state += error**2 * np.mean(np.diag(state)) * np.eye(units)
    return 1 - response[-1] @ np.linalg.solve(state, response[-1])


# %%
# **One sweep.** Four starts, three lengths, three seeds.

runs = {
    name: np.array([[missed(start, length, seed) for seed in seeds] for length in lengths])
    for name, (start, _) in starts.items()
}
middle = {name: np.median(found, axis=1) for name, found in runs.items()}
lost = {
    name: np.median([unreadable(w, 30, seed) for seed in range(20)])
    for name, (w, _) in starts.items()
}

fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
fig.set_label(
    "Share of the first number that a trained network misses, against the length of the sequence. "
    "From the ring and from an orthogonal matrix it stays near zero. From the disc it rises to "
    "about a half at thirty steps, from a dense random matrix to more than that."
)
for name, (_, color) in starts.items():
    ax.plot(lengths, middle[name], color=color, label=name)
    ax.plot(lengths, runs[name], "o", color=color, alpha=0.6, ms=4)
ax.set(
    xlabel="length of the sequence", ylabel="share of the first number missed", ylim=(-0.05, 1.3)
)
ax.set_title("From the ring, the first number is still there")
ax.legend(fontsize="small")
plt.show()

# %%
# **Reading the figure.** Of the first number the fraction :math:`\operatorname{E} r^{2t}` of the
# mean square is left after :math:`t` steps: :math:`1 / (t + 1)` for the disc, several times that
# for the ring (:doc:`/theory/linear-recurrences`). The gradient that could lengthen the memory
# fades by the same factor, so a start that forgets learns slowly to remember.
#
# The orthogonal matrix forgets nothing. It does as well here, where the task is to remember. But it
# does not forget the other inputs either: its state grows for as long as the sequence goes on. The
# dense random matrix has eigenvalues as the disc has, and it is not normal: some states grow in it
# for a while, but later inputs grow in the same directions.
#
# Is the number still to be read from the first, untrained state? A formula gives the best linear
# readout, and what it misses if each unit has an error of a hundredth of its size. The last line
# prints it: little is lost from the ring and nothing from the orthogonal matrix, most from the
# other two. Training has to lengthen those memories first.

low, high = 0.9**2, 0.999**2
for place, length in enumerate(lengths):
    ring = (high**length - low**length) / (length * (high - low))
    print(
        f"{length:2} steps: left of the first number, ring {ring:.2f}, disc {1 / length:.2f};",
        end=" ",
    )
    print("missed", *(f"{name} {middle[name][place]:.2f}" for name in starts), sep="  ")
print("30 steps, lost to the best readout before training:", end=" ")
print(*(f"{name} {share:.2f}" for name, share in lost.items()), sep="  ")
