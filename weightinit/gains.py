"""From an activation to its gain: the factor on the std of weights that keeps a signal's size."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import activations
from weightinit._checks import check_choice
from weightinit.activations import Activation

__all__ = ["ActivationLike", "gain"]

_Array = NDArray[np.float64]

#: A name, an Activation, or any vectorized callable from an array to an array of its shape.
ActivationLike = str | Activation | Callable[[Any], Any]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_REACH = 38.0  # exp(-z^2/2) is 1e-314 there, at the edge of what a float64 holds
_TOLERANCE = 1e-13  # of the whole integral, for each panel
_BISECTIONS = 40  # a panel of width 1 ends at 1e-12: what a jump can cost
_MOST_PANELS = 2**17  # a function this rough has no moment worth computing


def gain(activation: ActivationLike, *, direction: str = "forward") -> float:
    r"""
    Return the factor on the std of the weights that undoes what an activation does to a signal.

    With :math:`z \sim N(0, 1)`, the pre-activation of a well-scaled unit,

    .. math::

        g_\text{forward} = \frac{1}{\sqrt{\operatorname{E} \phi(z)^2}}, \qquad
        g_\text{backward} = \frac{1}{\sqrt{\operatorname{E} \phi'(z)^2}} .

    Weights of std :math:`g / \sqrt{n_\text{in}}` keep the second moment of the signal at 1 from
    layer to layer (forward); weights of std :math:`g / \sqrt{n_\text{out}}` keep that of the
    gradients (backward). The two gains agree for relu, leaky relu and linear alone.

    The expectations are integrals, computed to full accuracy by Gauss-Legendre panels that
    bisect themselves where :math:`\phi` has kinks; Gauss-Hermite nodes, which assume a smooth
    :math:`\phi`, would lose most digits there.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`: a name from ``wi.activations.names()``, an activation, or any callable that
        maps a float64 array to an array of its shape, element by element.
    direction : {"forward", "backward"}, default "forward"
        Whether to preserve activations or gradients. The derivative of a plain callable is taken
        numerically.

    Returns
    -------
    float
        The gain, to a relative error below 1e-8; below 1e-5 for a callable with kinks.

    Raises
    ------
    TypeError
        `activation` is neither a name nor callable, or does not return real numbers.
    ValueError
        The name is unknown; the callable changes the shape, returns nan or inf, has a second
        moment of zero, or one that does not converge; `direction` is unknown.

    Notes
    -----
    Numbers differ from PyTorch's ``torch.nn.init.calculate_gain`` in these places:

    - *tanh*: 5/3 there, 1.59 here. 5/3 is no solution of the equation above: it makes up for
      more shrinking than a unit-variance input suffers, and so settles at a pre-activation
      variance above 1.
    - *selu*: 3/4 there, 1 here. At 1 (LeCun's variance :math:`1/n_\text{in}`) mean 0 and
      variance 1 are a fixed point, which is what SELU was made for; 3/4 is an empirical choice.
    - *sigmoid*: 1 there, a placeholder; 1.85 here keeps the second moment, but most of it is
      the mean of 1/2, and gradients fade all the same.
    - *gelu*, *silu*, *elu*, *mish* and others are not in that table.

    References
    ----------
    He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852, for relu;
    the general form is the length map of Poole et al. (2016), arXiv:1606.05340, at length 1.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> wi.gain("relu")  # sqrt(2)
    1.41421356
    >>> wi.gain(wi.activations.leaky_relu(0.2))  # sqrt(2 / (1 + 0.2**2))
    1.38675049
    >>> wi.gain("tanh"), wi.gain("tanh", direction="backward")
    (1.59253742, 1.46741359)

    Any vectorized function will do:

    >>> wi.gain(lambda z: np.maximum(z, 0) ** 2)  # E relu(z)^4 = 3/2
    0.81649658
    """
    check_choice("direction", direction, ("forward", "backward"))
    if isinstance(activation, str | Activation) or not callable(activation):
        return _activation_gain(activations.get(activation), direction)
    return _gain_of(_checked(activation), direction, derivative=None)


@lru_cache(maxsize=256)
def _activation_gain(activation: Activation, direction: str) -> float:
    return _gain_of(_checked(activation), direction, derivative=activation.derivative)


def _gain_of(
    function: Callable[[_Array], _Array],
    direction: str,
    derivative: Callable[[_Array], _Array] | None,
) -> float:
    if direction == "forward":
        moment = _second_moment(lambda z, _: function(z))
    elif derivative is not None:
        moment = _second_moment(lambda z, _: derivative(z))
    else:
        moment = _second_moment(lambda z, width: _slopes(function(z), width))
    if moment < 1e-300:  # its square root and inverse would not be numbers
        raise ValueError(
            f"activation has a {direction} second moment of {moment:.3g}: it returns (nearly) "
            "nothing to preserve, so no gain exists; check that it is the function you mean"
        )
    return 1.0 / math.sqrt(moment)


def _second_moment(values: Callable[[_Array, _Array], _Array]) -> float:
    """Integrate values(z, width)^2 times the standard normal density, over panels of z."""
    # Integers as panel edges put the kinks of the usual activations (0, +-1) where they are exact.
    left = np.arange(-_REACH, _REACH)
    width = np.ones_like(left)
    coarse = _panel_integrals(values, left, width)
    done = 0.0
    for _ in range(_BISECTIONS):
        width = width / 2
        halves = [_panel_integrals(values, start, width) for start in (left, left + width)]
        fine = halves[0] + halves[1]
        open_ = np.abs(fine - coarse) > _TOLERANCE * (done + fine.sum())
        done += float(fine[~open_].sum())
        left = np.concatenate([left[open_], left[open_] + width[open_]])
        width = np.concatenate([width[open_], width[open_]])
        coarse = np.concatenate([half[open_] for half in halves])
        if not left.size:
            return done
        if left.size > _MOST_PANELS:
            break
    rest = float(coarse.sum())  # what is left holds a jump each, or a pole
    if rest > 1e-6 * (done + rest):
        raise ValueError(
            "activation must have a finite second moment, got one that does not converge near "
            f"z = {left[coarse.argmax()]:.6g}; clip or smooth the function there"
        )
    return done + rest


def _panel_integrals(
    values: Callable[[_Array, _Array], _Array], left: _Array, width: _Array
) -> _Array:
    z = left[:, None] + width[:, None] * (1 + _NODES) / 2
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    # The root of the density goes inside the square, which would overflow alone.
    integrand = (values(z, width[:, None]) * np.sqrt(density)) ** 2
    if integrand[np.abs(z) > _REACH - 1].sum() > 1e-12 * integrand.sum():
        raise ValueError(
            "activation must have a finite second moment under a standard normal, got one that "
            "grows too fast (as exp(z**2 / 4) does); clip it"
        )
    return np.asarray(integrand @ _WEIGHTS * width / 2)


def _checked(function: Callable[[Any], Any]) -> Callable[[_Array], _Array]:
    """Wrap `function` so that it gets and returns 2-D float64, or says what is wrong with it."""

    def call(z: _Array) -> _Array:
        flat = z.ravel()
        with np.errstate(all="ignore"):  # whatever goes wrong shows in the values
            values = np.asarray(function(flat.copy()))
        if values.shape != flat.shape:
            raise ValueError(
                "activation must map an array to an array of its shape, got shape "
                f"{values.shape} for {flat.shape}; wrap a scalar function in np.vectorize"
            )
        if values.dtype.kind not in "fiub":
            raise TypeError(f"activation must return real numbers, got dtype {values.dtype}")
        bad = ~np.isfinite(values)
        if bad.any():
            where = float(flat[bad][np.abs(flat[bad]).argmin()])
            raise ValueError(
                f"activation must be finite on [-{_REACH:g}, {_REACH:g}], got "
                f"{values[bad][np.abs(flat[bad]).argmin()]} at z = {where:.6g}; clip its input"
            )
        return values.astype(np.float64).reshape(z.shape)

    return call


def _differentiation_matrix(nodes: _Array) -> _Array:
    """Return the D that takes values at the nodes to the slopes of their polynomial there."""
    vandermonde = np.polynomial.legendre.legvander(nodes, nodes.size - 1)
    derivatives = np.polynomial.legendre.legder(np.eye(nodes.size))
    slopes = np.polynomial.legendre.legvander(nodes, nodes.size - 2) @ derivatives
    return np.asarray(np.linalg.solve(vandermonde.T, slopes.T).T)


_DIFFERENTIATION = _differentiation_matrix(_NODES)


def _slopes(values: _Array, width: _Array) -> _Array:
    """Differentiate the polynomial through the values of each panel; rounding alone counts as 0."""
    slopes = values @ _DIFFERENTIATION.T
    noise = np.finfo(np.float64).eps * (np.abs(values) @ np.abs(_DIFFERENTIATION.T))
    return np.asarray(np.where(np.abs(slopes) > 4 * noise, slopes, 0) * 2 / width)
