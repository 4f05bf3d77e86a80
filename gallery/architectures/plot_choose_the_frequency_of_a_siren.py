r"""
Choose the frequency of a SIREN
===============================

How do you choose the frequency :math:`\omega` of a network of sines? The signal sets the lower end
of a range, and the samples set the upper end. Too low, and the network misses fast details. Too
high, and it invents details between the samples.
"""

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi

# %%
# **Setup.** A signal on :math:`[-1, 1]` is a slow wave with a faster one on it, which turns by 5 or
# by 60 radians while :math:`x` moves by 1. A network with two hidden layers of 48 sines,
# :math:`\sin \omega x W`, fits 33 or 129 samples. The first weights are uniform on :math:`\pm 1`,
# the hidden ones on :math:`\pm \sqrt{6 / n} / \omega`. The error is measured halfway between
# samples, as a share of the signal's variance.

cases = {
    "slow signal, 129 samples": (5, 129, "C0"),
    "fast signal, 129 samples": (60, 129, "C3"),
    "slow signal, 33 samples": (5, 33, "C2"),
}
omegas = [1, 3, 10, 30, 100, 300]
width, steps, seeds = 48, 120, range(3)


def signal(x, speed):
    """Return a slow wave and a faster one."""
    return np.sin(2 * x + 1) + np.sin(speed * x)


def missed(omega, speed, samples, seed, factor=1.0):
    """Return the share of the variance that is missed at the samples and between them.

    Learning rates below the output are multiplied by `factor`.
    """
    x = np.linspace(-1, 1, samples)[:, None]
    y = signal(x, speed)
    net = wi.mlp([1, width, width, 1], wi.activations.siren(omega))
    start = {"dense0.weight": wi.SirenFirst(), "dense0.bias": wi.Uniform(low=-1, high=1)}
    net.initialize({**start, "*.weight": wi.siren(omega)}, rng=seed)
    adam = {"batch_size": samples, "optimizer": "adam", "learning_rate": 1e-3}
    wi.train(net, x, y, epochs=steps, rng=seed, rate_factors={"dense[01].*": factor}, **adam)
    places = (x, (x[1:] + x[:-1]) / 2)
    return [np.mean((net.forward(at) - signal(at, speed)) ** 2) / y.var() for at in places]


# %%
# **One sweep.** Six frequencies in each case, three seeds.

runs = {
    name: np.array([[missed(omega, speed, n, seed) for seed in seeds] for omega in omegas])
    for name, (speed, n, _) in cases.items()
}
middle = {name: np.median(found, axis=1) for name, found in runs.items()}

fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
fig.set_label(
    "Error between the samples against the frequency, on log scales. For a slow signal with many "
    "samples it is small from 3 to 30. For a fast signal the left end of that range moves right, "
    "to 30. With few samples the right end moves left, to 10."
)
for name, found in runs.items():
    color = cases[name][2]
    ax.plot(omegas, middle[name][:, 1], color=color, label=name)
    ax.plot(omegas, found[:, :, 1], "o", color=color, alpha=0.6, ms=4)
ax.axhline(0.01, color="0.5", lw=1, ls=":")
ax.set(xscale="log", yscale="log", xlabel="frequency ω", ylabel="share missed between samples")
ax.set_title("The signal bounds ω from below, the samples from above")
ax.legend(fontsize="small")
plt.show()

# %%
# **Reading the figure.** At the left the network is too slow: it misses the fast wave at the
# samples as well. Its first layer holds no wave of that speed, and the layers above have to build
# one from slower waves. That end depends on the signal.
#
# At the right the network fits the samples and misses what lies between. Its waves turn by up to
# :math:`\omega d` radians over the distance :math:`d` of two samples, and near half a period,
# :math:`\pi`, the samples cannot tell a fast wave from a slow one. That end depends on :math:`d`.
# The layers above make waves faster still, so the error rises well before :math:`\omega = \pi / d`.
#
# The hidden layers start alike from :math:`\omega = 3` on, and a fifth smaller at 1:
# :math:`\omega` drops out of what they compute (:doc:`/theory/implicit-networks`). But a step of
# Adam moves :math:`\omega W` by :math:`\omega` times as much, so a high frequency is a high
# learning rate, too.
#
# Is it the rate that sets the range? At the left, in part: with ten times the rate,
# :math:`\omega = 10` learns the fast signal in these 120 steps. At the right, hardly: with the rate
# divided by 30, so that steps are those of :math:`\omega = 10`, :math:`\omega = 300` still misses
# most of what lies between.

other_rate = {
    "fast signal, ω = 10, 10 times the rate": [missed(10, 60, 129, s, 10.0)[1] for s in seeds],
    "slow signal, ω = 300, a 30th of the rate": [missed(300, 5, 129, s, 1 / 30)[1] for s in seeds],
}
for name, found in other_rate.items():
    print(f"{name}: misses {np.median(found):.1%} between the samples")
for name, (_, n, _) in cases.items():
    good = [omega for omega, (_, share) in zip(omegas, middle[name], strict=True) if share < 0.01]
    print(f"{name}: below 1 % for ω = {good}; half a period is at ω = {np.pi * (n - 1) / 2:.0f}")
    for omega, (at, off) in zip(omegas, middle[name], strict=True):
        print(f"   ω = {omega:3}: missed at the samples {at:.1e}, between them {off:.1e}")
