r"""
See where a block is normalized
===============================

How does the gradient of the last block depend on depth? Normalized after each addition, as in the
original transformer, it does not fall. Normalized before or around each branch it falls; around,
it is smaller than with post by about :math:`1/\sqrt{2N}` times a constant, for N blocks.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** Transformers of width 32 on random tokens. Weights have LeCun's variance; tokens and
# positions make a stream of mean square 1. The gradient is that of the first weight of the last
# feed-forward branch.

depths, seeds = np.array([1, 2, 4, 8, 16]), range(3)
colors = {"pre": "C0", "peri": "C2", "post": "C3"}
start = {
    "*.gain": wi.ones,
    "*.bias": wi.zeros,
    "embedding0.weight": wi.Normal(std=0.5**0.5),
    "positions0.weight": wi.Normal(std=0.5**0.5),
    "*.weight": wi.lecun_normal,
}


def last_gradient(norm, depth, seed):
    """Return the rms gradient of the last block's feed-forward branch."""
    net = wi.transformer(25, width=32, depth=depth, heads=4, length=16, norm=norm)
    x, y = np.random.default_rng(seed).integers(1, 25, (2, 8, 16))
    _, gradients = net.initialize(start, rng=seed).loss_and_gradients(x, y)
    return np.sqrt(np.mean(gradients[f"residual{2 * depth - 1}.dense0.weight"] ** 2))


# %%
# **One sweep.** Five depths, three places for the normalization, three seeds.

found = {
    norm: np.array([[last_gradient(norm, depth, seed) for depth in depths] for seed in seeds])
    for norm in colors
}

fig, ax = plt.subplots(figsize=(5.6, 3.4), layout="constrained")
fig.set_label(
    "The gradient of the last block against the number of blocks, on log scales. For pre and peri "
    "normalization it falls, that of peri along a dotted line of what is predicted from post; for "
    "post normalization it rises a little."
)
for norm, color in colors.items():
    ax.plot(depths, found[norm].mean(axis=0), "o-", color=color, label=norm)
predicted = found["post"].mean(axis=0) / np.sqrt(2 * depths)
level = np.mean(found["peri"].mean(axis=0) / predicted)
ax.plot(depths, level * predicted, ":", color="C7", label="post / √(2N), shifted")
ax.set(xscale="log", yscale="log", xlabel="blocks", ylabel="gradient of the last block")
ax.set_xticks(depths, map(str, depths))
ax.set_title("Post-normalized networks keep it large")
ax.legend()
plt.show()

# %%
# **Reading the figure.** In pre and peri networks each branch adds to the stream, so that its mean
# square at the end grows with the number of blocks. A final normalization divides by the root of
# it, and on the way back the gradient as well, before it reaches the last block.
#
# In a post network the stream is brought back to 1 after each addition, and no such factor grows
# with depth. What else depends on depth, such as how alike tokens are, shows in its curve, so
# compare with that.
#
# Xiong et al. (2020) trace the warm-up of the learning rate that post networks need to these large
# gradients near the output. The derivation, with the stream itself, is on
# :doc:`/theory/transformer-block`.

off = np.ptp(np.log(found["peri"].mean(axis=0) / predicted)) / 2
slopes = {
    norm: np.polyfit(np.log(depths[1:]), np.log(values.mean(axis=0)[1:]), 1)[0]
    for norm, values in found.items()
}
for norm, slope in slopes.items():
    print(f"{norm:>4}: from 2 to 16 blocks the gradient goes with blocks^{slope:+.2f}")
print(f"peri over post goes with 1/√(2N), to within a factor of {np.exp(off):.2f} either way")
