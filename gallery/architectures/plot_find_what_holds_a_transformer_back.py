r"""
Find what holds a transformer back
==================================

Which weights of a transformer must not start large? Two of them: those that make queries and keys,
since their product grows with the variance, and an embedding that makes the logits as well. With
these two at :math:`1 / n_\text{in}` and std 1 everywhere else, a small transformer learns.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import GLU, Attention, Dense, Positions, Residual, RMSNorm, Tied

# %%
# **Setup.** One block with RMS normalization before each branch and a gated linear unit, as in
# Llama. One table serves for embedding and logits. The network reads a text character by character
# and predicts the next one. The text is drawn from a grammar, so that its entropy is known: on
# average no model gets below it. Weights start from LeCun's :math:`1 / n_\text{in}` or from std 1.

width, heads, length, batch, steps = 32, 2, 16, 32, 80
seeds = range(2)
sample = wi.datasets.text(100_000, rng=0)
letters = len(sample.alphabet)
shares = np.bincount(sample.tokens)[1:] / len(sample.tokens)
frequencies = -np.sum(shares * np.log(shares))  # the loss of a guess that looks at nothing
look = [RMSNorm(), Dense(3 * width), Attention(heads, causal=True), Dense(width)]
think = [RMSNorm(), Dense(4 * width), GLU("silu"), Dense(width)]
blocks = [Residual(look, scale=1.0), Residual(think, scale=1.0)]
net = wi.Network([Tied(letters, width, [Positions(), *blocks, RMSNorm()])], input_shape=(length,))

scores, table = "tied0.residual0.dense0.weight", "tied0.*weight"
lecun, one = wi.lecun_normal, wi.Normal(std=1.0)
small = wi.Normal(std=width**-0.5)  # for the table: as many features are summed for a logit
inside = {"tied0.residual*.weight": lecun}
starts = {
    "LeCun everywhere": ({**inside, table: small}, "C0"),
    "queries, keys, values 1": ({scores: one, **inside, table: small}, "C1"),
    "table 1": ({**inside, table: one}, "C2"),
    "std 1 everywhere": ({"*.weight": one}, "C5"),
    "1, but those two LeCun": ({scores: lecun, "tied0.residual*.weight": one, table: small}, "C4"),
}


def learn(start, seed):
    """Return the loss at each step, and the std of the scores at the start."""
    rng = np.random.default_rng(seed)
    text = wi.datasets.text(batch * length * steps + 1, rng=rng)
    x, y = text.windows(length)
    net.initialize(start, rng=rng, dtype=np.float32)
    rows = net.record(x[:batch])["tied0.residual0.attention0"].x
    q, k, _ = rows.reshape(batch, length, 3, heads, -1).transpose(2, 0, 3, 1, 4)
    spread = np.std(q @ k.mT) / np.sqrt(width / heads)
    losses = []
    options = {"batch_size": batch, "learning_rate": 0.01, "optimizer": "adam"}
    wi.train(net, x, y, epochs=1, rng=rng, monitor=lambda *args: losses.append(args[2]), **options)
    return losses, spread


# %%
# **One sweep.** Five starts, two seeds each.

runs = {name: [learn(start, seed) for seed in seeds] for name, (start, _) in starts.items()}

fig, ax = plt.subplots(figsize=(6.9, 3.6), layout="constrained")
fig.set_label(
    "Loss over 80 steps from five starts, two runs each. It falls fastest from LeCun's weights, "
    "then from std 1 in all but two weights; with large queries and keys, or a large table, it is "
    "about twice as high at the end, and with std 1 everywhere near that of guessing by frequency."
)
for name, (_, color) in starts.items():
    for losses, _ in runs[name]:
        smooth = np.convolve(losses, np.ones(5) / 5, mode="valid")
        ax.plot(np.arange(len(smooth)) + 3, smooth, color=color)
    ax.plot([], [], color=color, label=name)
for loss, told in ((frequencies, "guess by frequency"), (sample.entropy, "entropy of the text")):
    ax.axhline(loss, color="C7", ls="--", lw=1)
    ax.text(steps, loss + 0.05, told, ha="right", fontsize="small")
ax.set(title="Two weights must not be large", xlabel="steps", ylabel="loss, nats a letter")
ax.set(ylim=(0, 5))
ax.legend(fontsize="small", ncols=2, loc="upper right")
plt.show()

# %%
# **Reading the figure.** Normalization hides the size of most weights from the layers after them.
# It does not hide it from a softmax. Queries and keys of n inputs with mean square 1 have the
# variance :math:`n \sigma^2` each, and the scaled scores the std :math:`n \sigma^2`: 1 from LeCun,
# n from std 1. Attention then looks at a single position (:doc:`/theory/attention`).
#
# The table makes logits, whose std is :math:`\sigma \sqrt n`, and a token finds its own row among
# them (:doc:`/theory/first-loss`). The first loss is far above that of a guess, and steps go into
# undoing it.
#
# Each of the two slows training down by itself. Together they keep the loss near that of a guess
# for the steps shown. If they are the cause, the network learns with std 1 in its other weights,
# and it does, from the last start. It is slower than from LeCun's weights: one step of Adam is
# small beside a weight of 1.

for name in starts:
    losses, spreads = zip(*runs[name], strict=True)
    first = np.mean([run[0] for run in losses])
    late = [np.mean(run[-10:]) for run in losses]
    print(f"{name:>24}: scores' std {np.mean(spreads):5.1f}, first loss {first:5.1f},", end=" ")
    print("last", ", ".join(f"{loss:.2f}" for loss in late))
print(f"predicted std of scores: {width * lecun.std((width, 1)) ** 2:.0f} from LeCun,", end=" ")
print(f"{width} from std 1")
print(f"guess by frequency {frequencies:.2f}, entropy of the text {sample.entropy:.2f}")
