"""From an activation to its gain: the factor on the std of weights that keeps a signal's size."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import activations
from weightinit._checks import check_choice
from weightinit._quadrature import gauss_lobatto
from weightinit.activations import Activation

__all__ = ["ActivationLike", "gain"]

_Array = NDArray[np.float64]

#: A name, an Activation, or any vectorized callable from an array to an array of its shape.
ActivationLike = str | Activation | Callable[[Any], Any]

_REACH = 38.0  # exp(-z^2/2) is 1e-314 there, at the edge of what a float64 holds
_TOLERANCE = 1e-13  # of the whole integral, for each panel
_BISECTIONS = 40  # a panel of width 1 ends at 1e-12: what a jump can cost
_MOST_PANELS = 2**17  # a function this rough has no moment worth computing

_NODES, _WEIGHTS, _DIFFERENTIATION = gauss_lobatto(16)

# At z, in panels of these widths: values, and how far rounding may have put them off.
_Sampler = Callable[[_Array, _Array], tuple[_Array, _Array]]


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

    The expectations are integrals, computed to full accuracy by Gauss-Lobatto panels that
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
    values = _sampled(activation)
    return _gain_of(values if direction == "forward" else _slopes(values), direction)


@lru_cache(maxsize=256)
def _activation_gain(activation: Activation, direction: str) -> float:
    function = activation if direction == "forward" else activation.derivative
    return _gain_of(_sampled(function), direction)


def _gain_of(values: _Sampler, direction: str) -> float:
    moment = _second_moment(values)
    if moment < 1e-300:  # its square root and inverse would not be numbers
        raise ValueError(
            f"activation has a {direction} second moment of {moment:.3g}: it returns (nearly) "
            "nothing to preserve, so no gain exists; check that it is the function you mean"
        )
    return 1.0 / math.sqrt(moment)


def _second_moment(values: _Sampler) -> float:
    """Integrate the square of the values times the standard normal density, over panels of z."""
    # Integers as panel edges put the kinks of the usual activations (0, +-1) where they are exact.
    left = np.arange(-_REACH, _REACH)
    width = np.ones_like(left)
    coarse, _ = _panel_integrals(values, left, width)
    done = 0.0
    for _ in range(_BISECTIONS):
        width = width / 2
        halves, rounding = zip(
            *(_panel_integrals(values, start, width) for start in (left, left + width)),
            strict=True,
        )
        fine = halves[0] + halves[1]
        allowed = _TOLERANCE * (done + fine.sum()) + rounding[0] + rounding[1]
        open_ = np.abs(fine - coarse) > allowed
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


def _panel_integrals(values: _Sampler, left: _Array, width: _Array) -> tuple[_Array, _Array]:
    """Return the integral over each panel, and how far rounding may have put it off."""
    z = left[:, None] + width[:, None] * (1 + _NODES) / 2
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        # The root of the density goes inside the square, which would overflow alone.
        found, off = (array * np.sqrt(density) for array in values(z, width[:, None]))
        total, tails = (found**2).sum(), (found[np.abs(z) > _REACH - 1] ** 2).sum()
    if not np.isfinite(total) or tails > 1e-12 * total:
        raise ValueError(
            "activation must have a finite second moment under a standard normal, got one that "
            "is too large or grows too fast (as exp(z**2 / 4) does); scale it down or clip it"
        )
    integral = found**2 @ _WEIGHTS * width / 2
    return integral, (2 * np.abs(found) + off) * off @ _WEIGHTS * width / 2


def _sampled(function: Callable[[Any], Any]) -> _Sampler:
    """Wrap `function` so that it gets and returns 2-D float64, or says what is wrong with it."""

    def sample(z: _Array, _: _Array) -> tuple[_Array, _Array]:
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
        kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
        exact = values.astype(np.float64).reshape(z.shape)
        return exact, 4 * float(np.finfo(kind).eps) * np.abs(exact)

    return sample


def _slopes(function: _Sampler) -> _Sampler:
    """Differentiate the polynomial through the values of each panel; rounding alone counts as 0."""

    def sample(z: _Array, width: _Array) -> tuple[_Array, _Array]:
        values, off = function(z, width)
        slopes = values @ _DIFFERENTIATION.T * 2 / width
        noise = off @ np.abs(_DIFFERENTIATION.T) * 2 / width
        return np.where(np.abs(slopes) > noise, slopes, 0), noise

    return sample
