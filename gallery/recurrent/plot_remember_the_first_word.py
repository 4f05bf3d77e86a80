r"""
Remember the first word
=======================

After twenty words a tanh recurrent network still holds the first one if its recurrent matrix starts
from Xavier, He or orthogonal and the word vectors are small. With weights of std 0.01 it is gone.

How much of the first word is left at the end, and how much of the gradient arrives back at it?
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** A network with a state of 128 units reads words from a vocabulary of 10,000. Each word
# :math:`x_t` has a row in the matrix :math:`E`, its word vector. The state is :math:`h_t =
# \tanh(E_{x_t} + h_{t-1} W)`, from :math:`h_0 = 0`. Nothing is trained. We compare four starts of
# :math:`W`, whose *spectral radius* is the size of its largest eigenvalue.
#
# In the figure the word vectors have std :math:`1/\sqrt{n}`, as :func:`~weightinit.recommend` says.
# The numbers below also show large ones of std 1, and the small ones that Xavier gives if the
# vocabulary counts as fan in.

vocabulary, hidden, words, pairs, seeds = 10_000, 128, 20, 50, 5
starts = {
    "std 0.01": (wi.Normal(std=0.01), "C2"),
    "Xavier": (wi.xavier_uniform, "C4"),
    "He": (wi.he_normal, "C5"),
    "orthogonal": (wi.orthogonal, "C7"),
}
by_shape = wi.xavier_normal.std((vocabulary, hidden))
loudness = {"Xavier, by the shape": by_shape, "1/√n": hidden**-0.5, "1": 1.0}
keys = list(itertools.product(starts, loudness))


def rms(array):
    """Return the root mean square."""
    return np.sqrt(np.mean(np.square(array)))


def predict(initializer, loud):
    """Return the rms of the gradient at word 1, 1 at word 20, for infinitely many units."""
    of_w, q, left = hidden * initializer.std((hidden, hidden)) ** 2, loud**2, 1.0
    for _ in range(words - 1):
        q = wi.meanfield.length_map("tanh", q, weight_variance=of_w, bias_variance=loud**2)
        left *= wi.meanfield.chi("tanh", weight_variance=of_w, q=q)
    return np.sqrt(left)


def measure(initializer, loud, seed):
    """Return the eigenvalues of W, and by word: the rms of the difference, and of the gradient."""
    rng = np.random.default_rng(seed)
    E = wi.Normal(std=loud)((vocabulary, hidden), rng=rng)
    W = initializer((hidden, hidden), rng=rng)
    sentences = rng.integers(1, vocabulary, (pairs, words))
    others = sentences.copy()
    others[:, 0] = rng.integers(1, vocabulary, pairs)  # another first word, the rest the same
    h, states = np.zeros((2, pairs, hidden)), []
    for x in np.stack([sentences, others]).transpose(2, 0, 1):
        h = np.tanh(E[x] + h @ W)
        states.append(h)
    apart = [rms(h[0] - h[1]) for h in states]
    gradient = rng.standard_normal((pairs, hidden))  # for the last state
    back = [rms(gradient)]
    for h, _ in states[:0:-1]:
        gradient = gradient * (1 - h**2) @ W.T
        back.append(rms(gradient))
    return np.linalg.eigvals(W), np.array(apart), np.array(back[::-1]) / back[0]


# %%
# **One sweep.** Four starts, three sizes of word vectors, five seeds. In each, 50 pairs of
# sentences differ only in the first word. The figure shows how far apart the two states are.

runs = {(n, k): [measure(starts[n][0], loudness[k], s) for s in range(seeds)] for n, k in keys}
radius = {n: [float(np.abs(values).max()) for values, _, _ in runs[n, "1"]] for n in starts}
apart = {key: np.array([found for _, found, _ in run]) for key, run in runs.items()}
back = {key: np.array([found for _, _, found in run]) for key, run in runs.items()}
predicted = {(n, k): predict(starts[n][0], loudness[k]) for n, k in keys}

fig, axes = plt.subplots(1, 3, figsize=(7.4, 3.3), layout="constrained", width_ratios=(1.2, 1, 1))
fig.set_label(
    "Three charts for four starts. Eigenvalues of the recurrent matrix: a dot at 0 for std 0.01, a "
    "disc of radius 1 for Xavier, a larger disc for He, a circle for orthogonal. What the first "
    "word changes in the state, and the gradient going back to it, over 20 words: both vanish for "
    "std 0.01, fall to about a half for Xavier and orthogonal, and grow for He."
)
for name, (_, colour) in reversed(starts.items()):
    key = name, "1/√n"
    axes[0].plot(runs[key][0][0].real, runs[key][0][0].imag, ".", color=colour, ms=4)
    for ax, curves in ((axes[1], apart[key]), (axes[2], back[key])):
        ax.plot(range(1, words + 1), curves.T, color=colour, lw=0.8, alpha=0.7)
axes[0].set(aspect="equal", title="Eigenvalues of W", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
for ax, title in ((axes[1], "What word 1 changes"), (axes[2], "Gradient, going back")):
    ax.set(yscale="log", ylim=(1e-19, 1e4), xticks=(1, 10, 20), xlabel="word", title=title)
axes[1].set_ylabel("root mean square")
axes[2].set_xlabel("word (1 at word 20)")
for name, *place in (("He", 20, 3), ("Xavier", 20, 2e-4), ("orthogonal", 20, 2e-6)):
    axes[1].text(*place, name, color=starts[name][1], ha="right")
axes[1].text(2, 1e-15, "std 0.01", color="C2")
fig.suptitle("Xavier and orthogonal weights keep about half of what word 1 changes")
plt.show()

# %%
# **Reading the figure.** With std 0.01 a step keeps about a ninth of the difference. After twenty
# words the two states differ in the last digit of float64 if at all, which is where the line bends.
#
# Xavier's eigenvalues fill the disc of radius 1, and those of orthogonal weights lie on its edge.
# If tanh had slope 1 throughout, both would keep the difference, Xavier on average. The smaller
# slopes of tanh take some of it away, and more when the word vectors are larger: about half is left
# in the figure, nearly all with the small vectors, and less than a thousandth at std 1.
#
# With He the difference grows until tanh stops it, except at std 1, where most of it is lost. So
# the spectral radius decides only as long as the states are small. In general a step back
# multiplies the mean square of the gradient by :math:`n \operatorname{Var} W \operatorname{E}
# \tanh'(z)^2`, from which we compute the predictions below.

for name, radii in radius.items():
    print(f"{name}: spectral radius {np.median(radii):.2f}")
    for loud in loudness:
        kept, g = np.median(apart[name, loud][:, -1] / apart[name, loud][:, 0]), back[name, loud]
        print(f"{loud:>22}: left of word 1 {kept:.1g}, gradient {np.median(g[:, 0]):.2g}", end=", ")
        print(f"predicted {predicted[name, loud]:.2g}")
