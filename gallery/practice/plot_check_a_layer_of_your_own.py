r"""
Check a layer of your own
=========================

You wrote a layer and its gradient by hand. Is the gradient right? Compare it with differences of
the loss: a right gradient agrees to seven digits or so, and each of three common slips is off by a
quarter of its size or more.
"""

from dataclasses import dataclass
from typing import ClassVar

import matplotlib.pyplot as plt
import numpy as np

import weightinit as wi
from weightinit.networks import Dense, GradientCheck, Layer, check_gradients

# %%
# **Setup.** The layer multiplies each feature by a learned gain and squashes it, :math:`y = \tanh(g
# x)`. With :math:`d = (1 - y^2)\, \partial L / \partial y` its gradients are
# :math:`\partial L / \partial x = g\, d` and :math:`\partial L / \partial g = \sum x\, d`, the sum
# over the samples. To add a layer, derive from :class:`~weightinit.networks.Layer` and define four
# methods. The three classes below it each contain one slip.


@dataclass(frozen=True)
class Squash(Layer):
    """Multiply features by a gain, then apply tanh."""

    kind: ClassVar[str] = "squash"

    def _parameter_shapes(self, input_shape):
        return {"gain": input_shape}

    def _output_shape(self, input_shape):
        return input_shape

    def _forward(self, parameters, x, _mask):
        y = np.tanh(parameters["gain"] * x)
        return y, (x, y)

    def _backward(self, parameters, cache, dy):
        x, y = cache
        d = dy * (1 - y**2)
        return parameters["gain"] * d, {"gain": np.sum(x * d, axis=0)}


class MeanForSum(Squash):
    """Take the mean over the samples instead of the sum."""

    def _backward(self, parameters, cache, dy):
        dx, gradients = super()._backward(parameters, cache, dy)
        return dx, {"gain": gradients["gain"] / len(dy)}


class GainForgotten(Squash):
    """Forget the gain on the way back."""

    def _backward(self, parameters, cache, dy):
        dx, gradients = super()._backward(parameters, cache, dy)
        return dx / parameters["gain"], gradients


class SlopeOfInput(Squash):
    """Take the slope of tanh at x instead of at g x."""

    def _backward(self, parameters, cache, dy):
        x, _ = cache
        return super()._backward(parameters, (x, np.tanh(x)), dy)


# %%
# **One sweep.** Each layer sits between two others, so that its gradient for the input matters too.

layers = {"right": Squash, "mean for sum": MeanForSum, "gain forgotten": GainForgotten}
layers |= {"slope at x": SlopeOfInput}
starts = {"*.weight": wi.lecun_normal, "squash*.gain": wi.Uniform(low=0.5, high=2.0)}
rng = np.random.default_rng(0)
x, y = rng.standard_normal((20, 6)), rng.standard_normal((20, 2))


def check(layer) -> GradientCheck:
    """Return the entry of the gradients in which a network with this layer is worst."""
    net = wi.Network([Dense(8), layer(), Dense(2)], input_shape=(6,))
    return check_gradients(net.initialize(starts, rng=1), x, y)


checks = {name: check(layer) for name, layer in layers.items()}

fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
fig.set_label(
    "Largest relative error of the gradients of four layers, on a log scale. That of the right one "
    "is below one in ten million; those of the three slips are between a quarter and 2."
)
errors = [found.relative_error for found in checks.values()]
ax.barh(list(checks), errors, left=1e-12, color=["C2", "C3", "C3", "C3"])
ax.axvline(1e-6, color="C7", ls=":")
ax.text(1.3e-6, 0, "wrong from here on", va="center", color="C7")
ax.set(xscale="log", xlim=(1e-12, 3), xlabel="largest relative error of the gradients")
ax.set_title("Each of the three slips shows")
ax.invert_yaxis()
plt.show()

# %%
# **Reading the figure.** A central difference with a step of :math:`h = \varepsilon^{1/3}` errs by
# about :math:`h^2`, some :math:`10^{-10}` for numbers near 1. Of a gradient of a thousandth that is
# :math:`10^{-7}`: so far may the right layer be off. A slip changes a gradient by a part of itself,
# however small the step.
#
# The worst entry says where to look. A mean instead of the sum shows in ``squash0.gain``, the
# parameter of the slip. A wrong gradient for the input shows in the layer below, ``dense0``: so put
# a layer with weights before the one that you check.
#
# Start the parameters away from where a slip hides: with gains of 1, the last two slips give right
# gradients. Check with inputs of size 1, away from kinks. More is at
# :func:`~weightinit.check_gradients`.

for name, found in checks.items():
    print(f"{name:>14}: worst in {found.parameter}{list(found.index)},", end=" ")
    print(f"by backpropagation {found.analytic:.6f}, by differences {found.numeric:.6f},", end=" ")
    print(f"relative error {found.relative_error:.0e}")
