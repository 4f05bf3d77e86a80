"""
Count what one-hot vectors cost
===============================

With a vocabulary of 10,000 words, one-hot rows cost a recurrent network about eighty times the
arithmetic of a lookup, and an identity matrix of 800 MB per sequence, for the same state.

A well-known demonstration makes such an identity matrix for each of its sequences. What would it
save by looking the words up?
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** ``E`` has a row for each of :math:`V` words. ``W`` leads from one state of :math:`H =
# 128` units to the next. Both functions return the state after a sequence of 20 words; the first
# computes it as the demonstration does. We leave out biases and the output.

hidden, length = 128, 20


def one_hot_state(E, W, sequence):
    """Multiply the row of each word in an identity matrix by E."""
    h = np.zeros(len(W))
    for row in np.eye(len(E))[sequence]:
        h = np.tanh(row @ E + h @ W)
    return h


def lookup_state(E, W, sequence):
    """Take the row of each word from E."""
    h = np.zeros(len(W))
    for word in sequence:
        h = np.tanh(E[word] + h @ W)
    return h


# %%
# **One sweep.** A clock measures one machine at one moment. The number of operations follows from
# the shapes. With one-hot rows, a unit multiplies :math:`V + H` pairs of numbers at each word, adds
# up the products, and takes a tanh: :math:`2 (V + H)` operations. With a lookup it multiplies
# :math:`H` pairs and adds the row: :math:`2 H + 1` operations. The identity matrix has :math:`V^2`
# numbers of 8 bytes.
#
# To test this, we run both functions on objects that count operations, for up to 1,000 words.


def predict(vocabulary):
    """Return the operations with one-hot rows and with a lookup, and the bytes of the identity."""
    steps = hidden * length
    return steps * 2 * (vocabulary + hidden), steps * (2 * hidden + 1), 8 * vocabulary**2


class Counted:
    """Stands for a number, and counts the operations in which it takes part."""

    operations = 0

    def count(self, *_):
        """Count an operation; what comes out of it counts as well."""
        Counted.operations += 1
        return self

    __add__ = __mul__ = __rmul__ = tanh = count


def count(state, vocabulary):
    """Return how many operations a function takes for one sequence."""
    E, W = (np.full((rows, hidden), Counted()) for rows in (vocabulary, hidden))
    before = Counted.operations
    state(E, W, np.arange(length) % vocabulary)
    return Counted.operations - before


counts = {
    v: (count(one_hot_state, v), count(lookup_state, v), np.eye(v).nbytes)
    for v in (10, 30, 100, 300, 1000)
}

fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.3), layout="constrained")
fig.set_label(
    "Two line charts over the size of the vocabulary, on logarithmic axes, up to 10,000 words. "
    "Left, operations: with one-hot rows they rise to fifty million, with a lookup they stay below "
    "one million. Right, bytes: the identity matrix outgrows E at 128 words and reaches 800 "
    "megabytes, where E has ten. The counted dots lie on the predicted lines."
)
v = np.geomspace(10, 10_000, 50)
one_hot, lookup, identity = predict(v)
left.plot(v, one_hot, "k", label="one-hot rows")
left.plot(v, np.full_like(v, lookup), "k--", label="lookup")
right.plot(v, identity, "k", label="identity matrix")
right.plot(v, 8 * v * hidden, "k--", label="E")
for v, (one_hot, lookup, identity) in counts.items():
    left.plot([v, v], [one_hot, lookup], "ko", ms=5)
    right.plot(v, identity, "ko", ms=5)
for ax, counted in ((left, "operations in a sequence"), (right, "bytes")):
    ax.set(xscale="log", yscale="log", xlabel="words in the vocabulary", ylabel=counted)
    ax.legend(loc="upper left")
fig.suptitle("The shapes predict what one-hot rows cost")
plt.show()

# %%
# **Reading the figure.** The dots are counted, the lines predicted, and they agree exactly. Nearly
# all the arithmetic that one-hot rows add is multiplying and adding zeros. Beyond 128 words the
# identity matrix is larger than ``E``.
#
# How long does that take? The hours below assume a round rate, which we did not measure, and that
# each byte of the identity matrix is written; some systems fill memory on first use instead.

E, W = wi.xavier_normal((1000, hidden), rng=0), wi.xavier_normal((hidden, hidden), rng=1)
words = np.random.default_rng(2).integers(1000, size=length)
same = np.mean(one_hot_state(E, W, words) == lookup_state(E, W, words))
print(f"one-hot rows and lookup give the same state, to the last bit, in {same:.0%} of the units")
one_hot, lookup, identity = predict(10_000)
print(f"a sequence: {one_hot:,} operations, with a lookup {lookup:,}; {identity / 1e6:.0f} MB")
sequences = 4 * (100 * 800 + 200)  # four starts: 100 epochs on 800 sequences, then a test on 200
rate = 10e9 * 3600  # operations or bytes an hour, assumed
for what, one in {"operations": one_hot, "bytes": identity}.items():
    total = sequences * one
    print(f"all {sequences:,}: {total:.1e} {what}, {total / rate:.1f} hours at 10 billion a second")
