"""What many layers leave of a signal and of a gradient, for any depth in bounded work."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import check_integer, check_nonnegative, check_positive
from weightinit._expectations import ActivationLike
from weightinit.meanfield._lengths import move, reach
from weightinit.meanfield._tables import Tables, tables

__all__ = ["Propagation", "propagate"]

_Array = NDArray[Any]

_LAYERS = 256  # taken one by one
_ZERO = 1e-12  # rates of a layer below this count as 0, differences of rates as rounding
_FAR = 400.0  # in log q: rates there hold for what lies further out
_ASYMPTOTIC = 36.0  # in log q: rates are powers of q further out
_KNOWN = 1e-9  # rates above are known to 1e-6
_STEEPEST = 3.0  # of these powers: E phi^2 / q is a series in the root of q
_POINTS = 2000  # of a way
_CLOSE = 1e-12  # of the way to a fixed point is left at the last of them
_ROUND = 0.02  # so near to a half is one
_FLOATS = 10**300  # layers that a float can count


class Propagation(NamedTuple):
    """
    What is left of a mean square of 1 after some layers, as logarithms.

    Parameters
    ----------
    log_signal : float
        Of the mean square of the activations.
    log_gradient : float
        Of the mean square of a gradient, on its way back through the same layers.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.meanfield.propagate("relu", 10, weight_variance=1)  # both halve, ten times
    Propagation(log_signal=-6.931, log_gradient=-6.931)
    """

    log_signal: float
    log_gradient: float


def propagate(
    activation: ActivationLike,
    depth: int,
    *,
    weight_variance: float,
    bias_variance: float = 0.0,
) -> Propagation:
    r"""
    Return what wide layers leave of a signal and of a gradient, each of mean square 1.

    Inputs of mean square 1 give pre-activations of length
    :math:`q_1 = \sigma_w^2 + \sigma_b^2`; from there on, with :math:`z \sim N(0, q_l)`,

    .. math::

        q_{l+1} = \sigma_w^2 \operatorname{E} \phi(z)^2 + \sigma_b^2, \qquad
        \text{signal} = \operatorname{E} \phi(\sqrt{q_L} z)^2, \qquad
        \text{gradient} = \prod_{l=1}^{L} \sigma_w^2 \operatorname{E} \phi'(z)^2 .

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`, as for :func:`~weightinit.gain`.
    depth : int
        L, at least 1, of any size.
    weight_variance : float
        :math:`\sigma_w^2 = n_\text{in} \operatorname{Var} w`, above 0.
    bias_variance : float, default 0.0
        :math:`\sigma_b^2`.

    Returns
    -------
    Propagation
        ``log_signal`` and ``log_gradient``: natural logarithms, as 1000 layers can leave less than
        a float holds; infinite if even they are no floats.

    Raises
    ------
    TypeError, ValueError
        As for :func:`moments`; `depth` is not an integer >= 1; a variance is negative, or the one
        of the weights 0.

    Notes
    -----
    Layers are taken one by one until each adds the same as the one before: at a fixed point, or
    where a signal fades exponentially. If that does not happen within 256 layers each of them adds
    little, and the rest is the solution of a differential equation; far out, where what a layer
    adds is a power of q, it is solved in closed form. The logarithms are exact to 1e-9 in the first
    case, and to about 1e-3, or 1e-4 of themselves, in the second. What adds less than 1e-12 a layer
    is taken to add nothing.

    References
    ----------
    Poole et al. (2016), arXiv:1606.05340; Schoenholz et al. (2017), arXiv:1611.01232.

    Examples
    --------
    >>> import math
    >>> import weightinit as wi
    >>> left = wi.meanfield.propagate("tanh", 1000, weight_variance=1)
    >>> math.exp(left.log_signal), math.exp(left.log_gradient)  # about 1 / (2 * depth)
    (0.000501, 0.000707)
    >>> wi.meanfield.propagate("relu", 10**400, weight_variance=2)  # He, of any depth
    Propagation(log_signal=0.0, log_gradient=0.0)
    """
    depth = check_integer("depth", depth, at_least=1)
    w = check_positive("weight_variance", weight_variance)
    b = check_nonnegative("bias_variance", bias_variance)
    layers = _Layers(tables(activation), np.array([w]), np.array([b]))
    t, gradient, done = math.log(w + b), 0.0, 1
    before = here = layers.rates(t)
    while done < min(depth, _LAYERS) and not (done > 1 and _alike(before, here)):
        t, gradient, done = t + here.length, gradient + here.gradient, done + 1
        before, here = here, layers.rates(t)
    if done < depth:
        steady = done < _LAYERS or before.length * here.length < 0  # or to and fro
        rest = depth - done
        ahead, more = _steadily(before, here, rest) if steady else layers.slowly(t, rest)
        t, gradient = t + ahead, gradient + more
    return Propagation(layers.log_signal(t), gradient + layers.rates(t).gradient)


class _Rates(NamedTuple):
    """What a layer adds to log q and to the log of the gradient, and how both change with log q."""

    length: float
    gradient: float
    length_slope: float
    gradient_slope: float


class _Layers(NamedTuple):
    known: Tables
    w: _Array
    b: _Array

    def log_signal(self, t: float) -> float:
        if abs(t) < _FAR:
            return math.log(self.known.at_log(np.array([t]))[0][0])
        return t + self.rates(t).length - math.log(self.w[0])  # biases do not count there

    def rates(self, t: float) -> _Rates:
        return _Rates(*(float(x[0]) for x in self.rates_at(np.array([t]))))

    def rates_at(self, t: _Array) -> tuple[_Array, _Array, _Array, _Array]:
        near = np.clip(t, -_FAR, _FAR)
        length, length_slope = move(self.known, near, self.w, self.b)
        value, change = self.known.at_log(near, slopes=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            gradient, slope = np.log(self.w * value), np.where(value > 0, change / value, 0)
        return length, np.where(np.abs(gradient) > _ZERO, gradient, 0), length_slope, slope

    def slowly(self, t: float, layers: int) -> tuple[float, float]:
        """Return what many layers add of which each adds little, as a flow dt / dlayer = v(t).

        Over one layer the flow goes as far as the length map: near a fixed point of slope 1 + s
        it is log(1 + s) / s times what the map adds.
        """
        points, spacing, arrives = self.way(t)
        length, gradient, slope, _ = self.rates_at(points)
        known = int(np.cumprod(np.abs(length) > _KNOWN).sum())
        power = not arrives and abs(slope[known - 1]) <= _STEEPEST * abs(length[known - 1])
        if not power:
            known = int(np.cumprod(np.abs(length) > _ZERO).sum())
        points, spacing, length, gradient, slope = (
            x[:known] for x in (points, spacing, length, gradient, slope)
        )
        flow = length * (1 - slope / 2 + slope**2 / 3)
        passed, added = (_cumulative(x * spacing / flow) for x in (np.ones_like(flow), gradient))
        added -= (gradient - gradient[0]) / 2  # the sum over layers, not the integral
        reached = min(layers, int(passed[-1]))
        there, more = (float(np.interp(reached, passed, x)) for x in (points, added))
        if reached < layers:
            last, rest = self.rates(there), layers - reached
            on, also = _as_power(last, rest) if power else (0.0, _times(last.gradient, rest))
            there, more = there + on, more + also
        return there - t, more

    def way(self, t: float) -> tuple[_Array, _Array, bool]:
        """Return points from t on, how t changes there with the index, and if they come to rest."""
        end = float(reach(self.known, np.array([t]), self.w, self.b)[0])
        if math.isfinite(end):
            left = (t - end) * np.geomspace(1, _CLOSE, _POINTS)
            return end + left, left * math.log(_CLOSE) / (_POINTS - 1), True
        last = max(t + 1, _ASYMPTOTIC) if end > 0 else min(t - 1, -_ASYMPTOTIC)
        return np.linspace(t, last, _POINTS), np.full(_POINTS, (last - t) / (_POINTS - 1)), False


def _alike(before: _Rates, here: _Rates) -> bool:
    return all(a == b or abs(a - b) <= _ZERO for a, b in zip(before[:2], here[:2], strict=True))


def _steadily(before: _Rates, here: _Rates, layers: int) -> tuple[float, float]:
    """Return what layers add that all add the same, or the same in turns."""
    length, gradient = ((a + b) / 2 for a, b in zip(before[:2], here[:2], strict=True))
    return _times(length, layers), _times(gradient, layers)


def _times(rate: float, layers: int) -> float:
    if abs(rate) <= _ZERO:
        return 0.0
    return rate * layers if layers < _FLOATS else math.copysign(math.inf, rate)


def _as_power(rates: _Rates, layers: int) -> tuple[float, float]:
    """Return what layers add if both rates are powers of q from here on."""
    length, gradient, p, d = rates
    p, d = (_nearest_half(x / y if y else 0.0) for x, y in ((p, length), (d, gradient)))
    if p == 0:
        ahead = _times(length, layers)
    else:
        ahead = -float(np.logaddexp(0, math.log(-p * length) + math.log(layers))) / p
    if gradient == 0:
        return ahead, 0.0
    with np.errstate(over="ignore"):  # more than any float
        more = ahead if d == p else float(np.expm1((d - p) * ahead)) / (d - p)
    return ahead, gradient / length * more


def _nearest_half(p: float) -> float:
    """Return the exponent that p is next to."""
    near = round(2 * p) / 2
    return near if abs(p - near) < _ROUND else p


def _cumulative(rate: _Array) -> _Array:
    return np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)])
