r"""
Draw a weight in parts
======================

A weight of 65,536 inputs and outputs takes 16 GiB in float32. If 64 processes hold one shard each,
none of them needs the rest, and a process that drew the whole might not have the memory.

With a different seed for each shard, the weight would depend on how it was cut. Can each process
draw its shard of one weight, which is the same however you cut it? What does that cost?
"""

import itertools
import math
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** ``init.part(shape, index, rng=seed)`` draws ``init(shape, rng=seed)[index]``, and
# nothing else. Weights are drawn in blocks of 32,768 neighbours in memory, and a part draws each
# block that it touches. We cut the weight into equal shards in three ways: into groups of rows,
# into groups of columns, or into squares.

side, block, seed = 2**16, 2**15, 0
size = side**2 * np.dtype(np.float32).itemsize
counts = [4**k for k in range(1, 7)]
cuts = {
    "rows": lambda shards: (shards, 1),
    "squares": lambda shards: (math.isqrt(shards), math.isqrt(shards)),
    "columns": lambda shards: (1, shards),
}
colors = {"rows": "C0", "squares": "C1", "columns": "C2"}


def shard(shape, mesh, place):
    """Return the index of one shard of a mesh, such as (slice(0, 1024), slice(0, 65536))."""
    steps = [length // along for length, along in zip(shape, mesh, strict=True)]
    return tuple(slice(i * n, (i + 1) * n) for i, n in zip(place, steps, strict=True))


def peak_memory(index):
    """Draw a part; return the largest memory in use meanwhile, in bytes, and the std."""
    tracemalloc.start()
    weights = wi.he_normal.part((side, side), index, rng=seed, dtype=np.float32)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, float(weights[:100].std())


def blocks_touched(index):
    """Return in how many blocks a shard lies: whole rows are one piece, others a piece each."""
    rows, columns = index
    if columns == slice(0, side):
        return math.ceil((rows.stop - rows.start) * side / block)
    in_one_row = math.ceil(columns.stop / block) - columns.start // block
    return (rows.stop - rows.start) * in_one_row  # a row begins with a block


# %%
# **One sweep.** We measure the memory that one shard takes, and count how many weights the shards
# draw together for each one that is kept: a block in several shards is drawn for each of them.

wi.he_normal.part((side, side), (0, 0), rng=seed, dtype=np.float32)  # loads what is loaded once
peaks, stds = zip(
    *(peak_memory(shard((side, side), (n, 1), (1, 0))) for n in counts if n >= 64), strict=True
)
drawn = {
    name: [
        n * blocks_touched(shard((side, side), cut(n), (0, 0))) * block / side**2 for n in counts
    ]
    for name, cut in cuts.items()
}

# %%
# Do the shards form one weight? We check that with a weight that fits into memory, cut into six.

small, mesh = (600, 500), (3, 2)
whole = wi.he_normal(small, rng=seed)
parts = {
    place: wi.he_normal.part(small, shard(small, mesh, place), rng=seed)
    for place in itertools.product(*map(range, mesh))
}
put_together = np.block([[parts[row, column] for column in range(2)] for row in range(3)])
print(f"{len(parts)} shards put together are the whole: {np.array_equal(put_together, whole)}")

# %%
# Left, the memory in use while one shard of rows is drawn: dots are measured, the line is the size
# of the shard. Right, how many weights the shards draw for each that is kept.

fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4), layout="constrained")
fig.set_label(
    "Left, memory against the number of shards: measured dots on the line of the shard's own size, "
    "or a little above, from 256 MiB at 64 shards down to about 5 MiB at 4,096. Right, the weights "
    "drawn for each one kept: 1 for rows, half the root of the number of shards for squares, half "
    "the number for columns."
)
some = [n for n in counts if n >= 64]
left.plot(some, [size / n / 2**20 for n in some], color="C0")
left.plot(some, [round(peak / 2**20, 1) for peak in peaks], "o", color="C0")
left.set(title="Memory for one shard", xlabel="shards", ylabel="MiB", xscale="log", yscale="log")
for name, ratios in drawn.items():
    right.plot(counts, ratios, "o-", color=colors[name], ms=4)
    right.annotate(name, (counts[-1], ratios[-1]), (-6, 6), textcoords="offset points", ha="right")
right.set(title="Drawn for each weight kept", xlabel="shards", xscale="log", yscale="log")
right.set_ylim(top=1e4)
fig.suptitle("A shard needs little beyond its own size; cutting across columns costs draws")
plt.show()

# %%
# **Reading the figure.** A shard takes its own size and some ten arrays of the size of a block.
# Rows lie in memory one after the other, so these shards of rows share no block, and together they
# draw the weight once. In a shard of columns each row is a small piece of a block, and the rest of
# that block is drawn and thrown away. If you can choose, cut the first axis.

beyond = peaks[-1] - size / counts[-1]
print(f"the weight: {size / 2**30:.0f} GiB; one of 64 shards: {peaks[0] / 2**20:.0f} MiB in use")
print(f"beyond a shard of 4,096: {beyond / (4 * block):.0f} arrays of the size of a block")
print(f"std of its first rows: {stds[0]:.6f}, theory {wi.he_normal.std((side, side)):.6f}")
for name, ratios in drawn.items():
    print(f"64 shards of {name} draw {ratios[2]:.0f} weights for each one kept")
