"""Follow signal, gradient and scale from layer to layer, and through time in recurrent layers."""

import contextlib
import dataclasses
import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from weightinit import meanfield
from weightinit._quadrature import MomentError
from weightinit.activations import Activation, linear
from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis._symptoms.bounds import (
    Bounds,
    Point,
    critical_scale,
    gradient_noise,
    keeps,
    of_block,
    of_gradient,
    of_layer,
    of_step,
    of_weight,
    signal_noise,
)
from weightinit.diagnosis._symptoms.walk import Walk
from weightinit.meanfield._tables import tables
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing._squares import mean_square

__all__ = ["backward", "forward", "scale", "slowdown"]

_T = TypeVar("_T")

# Of a mean square whose moments are asked for. Beyond the second a sine has too many waves, and is
# at its limit; beyond the third the mean square of an exponential is no float.
_LARGEST = 1e200, 1e4, 1e2


def _levels(rows: Sequence[LayerTrace]) -> list[list[LayerTrace]]:
    """Group layers that follow each other: in each residual branch, and outside of any.

    Inner branches come first: what is wrong in one shows in the blocks around it.
    """
    around = {row.name: row.block for row in rows if row.weight is None}
    found: list[list[LayerTrace]] = []
    for row in rows:
        ahead = [level for level in found if level[0].block == row.block]
        if row.after is None:
            ahead = ahead[-1:]
        else:
            ahead = [level for level in ahead if level[-1].name == row.after]
        if ahead:
            ahead[0].append(row)
        else:
            found.append([row])
    return sorted(found, key=lambda level: _depth(level[0].block, around), reverse=True)


def _depth(block: str, around: Mapping[str, str]) -> int:
    return _depth(around[block], around) + 1 if block in around else 0


#: What is known of the signal in each level; forward, scale and slowdown all ask for it.
_Walked = list[tuple[list[LayerTrace], list[tuple[Point, Point | None]]]]
_walked: WeakKeyDictionary[Trace, _Walked] = WeakKeyDictionary()


def _signals(trace: Trace) -> _Walked:
    """Return each level with its points of signal and scale."""
    if trace not in _walked:
        levels = _levels(trace.layers[:-1])
        _walked[trace] = [(level, list(_forward_level(level, trace))) for level in levels]
    return _walked[trace]


def forward(trace: Trace) -> list[list[Point]]:
    """Follow the signal through each level, and through the time of each recurrent layer."""
    paths = []
    for level, points in _signals(trace):
        paths.append([signal for signal, _ in points])
        paths += [list(_forward_in_time(row)) for row in level if row.steps is not None]
    return [path for path in paths if path]


def scale(trace: Trace) -> list[list[Point]]:
    """Follow what the scale of the weights, over the recommended one, does to a signal.

    It is known without chance, and a point is outside its bounds where the signal, too, is outside
    them on that side: weights may be large or small if they keep it. Small ones count where they
    slow learning down a hundredfold. Recurrent layers, whose scale is that of a step, and those
    whose scale a normalization divides out have no point.
    """
    most = math.inf if slowdown(trace) > math.log(TOO_FAR) else 0.0
    paths = (
        [dataclasses.replace(p, below=min(p.below, most)) for _, p in points if p]
        for _, points in _signals(trace)
    )
    return [path for path in paths if path]


def slowdown(trace: Trace) -> float:
    r"""Return the log of the factor by which small weights slow down gradient descent.

    If the weights of layer l are :math:`c_l` times the recommended ones, outputs are
    :math:`p = \prod c_l` times as large where layers keep proportions. The gradient for layer l is
    in proportion to :math:`p / c_l`, and its growth relative to its size to :math:`p / c_l^2`. One
    fast layer is enough, since it makes the others fast: a single small layer grows first, and
    small weights in all of L layers cost a factor of :math:`c^{2 - L}`.
    """
    trace = trace.after or trace  # in which no weight is zero that small steps wake
    outside = [walked for walked in _signals(trace) if not walked[0][0].block]
    level, path = max(outside, key=lambda walked: len(walked[0]), default=([], []))
    owns = [weight.own for _, weight in path if weight and weight.own > -math.inf]
    if not owns:
        return 0.0
    # Biases can hold a signal up that no gradient comes through, so both are asked.
    back = [point.change for point in _backward_level(level, trace)]
    change = min([path[-1][0].change, *(owns[0] + last for last in back[-1:])])
    return -change / 2 + min(*owns, 0.0)


def backward(trace: Trace) -> list[list[Point]]:
    """Follow the gradient from the last hidden layer back, in each level and through time.

    A point belongs to the layer that the gradient has just passed, on its way to the layer before.
    """
    paths = []
    for level in _levels((trace.after or trace).layers[:-1]):
        paths.append(list(_backward_level(level, trace)))
        paths += [list(_backward_in_time(row)) for row in level if row.steps_left is not None]
    return [path for path in paths if path]


def _at(row: LayerTrace, q: float, of: Callable[[Activation, float], _T]) -> _T:
    """Ask about the activation at the nearest mean square that can be integrated."""
    activation = row.activation or linear
    for most in _LARGEST:
        with contextlib.suppress(MomentError):
            return of(activation, min(max(q, 1e-200), most))
    return of(activation, 1.0)  # as the adviser does, which has found a gain


def _moments(row: LayerTrace, q: float) -> meanfield.Moments:
    """Return the moments after a layer."""
    return _at(row, q, _kept_moments)


@functools.lru_cache(maxsize=4096)
def _kept_moments(activation: Activation, q: float) -> meanfield.Moments:
    """Return the moments; signal and gradient ask for them at the same mean squares."""
    return meanfield.moments(activation, q)


def _damping(row: LayerTrace) -> float:
    """Return what a layer makes of a small deviation of the log of what it receives, 1 at most."""

    def slope(activation: Activation, q: float) -> float:
        growth = float(tables(activation).growth(np.array([q]))[0])
        return q * growth / float(_kept_moments(activation, q).value)

    return min(max(_at(row, row.mean_square("pre_activations"), slope), 0.0), 1.0)


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0 else -math.inf


def _forward_level(level: list[LayerTrace], trace: Trace) -> Iterator[tuple[Point, Point | None]]:
    """Yield a point of the signal, and one of the scale where a layer has one."""
    walk, certain, weights, q = Walk(), Walk(), Walk(), math.nan
    blocks = sum(row.weight is None for row in trace.layers)
    for row in level:
        if row.inputs is None or row.steps is not None:
            continue
        s, m = row.mean_square("inputs"), _made(row, trace)
        if not (0 < s < math.inf and m < math.inf):
            return  # nothing arrives, or too much: a layer before is to blame
        if row.normalized and row.weight is not None:
            # The signal sets out anew, at size 1, if the normalization can do that.
            walk, certain, weights, q = Walk(), Walk(), Walk(), _moments(row, 1.0).value
            own = _log(row.mean_square("pre_activations"))
            fading = math.inf if trace.ends.get(row.block) is row else own
            yield walk.go(row.name, own, 0.0, Bounds(), fading=fading), None
            continue
        q = s if math.isnan(q) else q
        q_before, q = q, q if row.weight is None else _next(row, q)
        fading, growing = _blamed(row, s, m)
        if trace.ends.get(row.block) is row:
            fading = math.inf  # like an output layer, the last of a branch may start at zero
        steps = row.name, _log(m / s), _log(q / q_before)
        bounds = of_layer(row, blocks, first=row is trace.layers[0])
        decay = max(-steps[2], 0.0) if keeps(row.activation) == "vanishes" else 0.0
        bounds = dataclasses.replace(bounds, slope=_damping(row), decay=decay)
        signal = walk.go(*steps, bounds, fading=fading, growing=growing)
        if row.weight is None:
            yield signal, None
            continue
        bounds = of_weight(row, bounds)
        seen = certain.go(*steps, bounds, fading=fading, growing=growing)
        fan_in = row.weight.size / row.units
        own = _log(row.mean_square("weight") * fan_in / critical_scale(row.activation))
        known = weights.go(row.name, own, 0.0, bounds)
        yield signal, _both(known, seen)


def _made(row: LayerTrace, trace: Trace) -> float:
    """Return the mean square of what a layer makes; the bias of a gate opens it, and is no signal.

    A forget gate of bias 1 says so whatever comes in.
    """
    place, bias = trace.layers.index(row), row.named("bias")
    beside = [r for r in trace.layers[place : place + 2] if r.units == row.units]
    if bias in row.parameters and any(r.kind == "lstm" for r in beside):
        return mean_square(row.activations - row.parameters[bias])
    return row.mean_square("activations")


def _both(known: Point, seen: Point) -> Point:
    """Return the point of a scale, outside its bounds where the signal is outside as well."""
    below, above = min(known.below, seen.below), min(known.above, seen.above)
    return dataclasses.replace(known, below=below, above=above, alone=known.alone and seen.alone)


def _next(row: LayerTrace, q: float) -> float:
    """Return the second moment after a layer of a good start, by the length map."""
    return float(_moments(row, critical_scale(row.activation) * q).value)


def _blamed(row: LayerTrace, s: float, m: float) -> tuple[float, float]:
    """Return what a layer is blamed for when signals fade, and when they grow.

    It is not blamed for cutting a signal above 1 down, nor for raising a weak one to size 1. What a
    block with a normalization in its branch adds does not depend on the size of its input.
    """
    if row.weight is None and row.normalized:
        return _log(m / s), _log(m / max(s, 1))
    if keeps(row.activation) == "marginal":
        return _log(m / s), _log(m / s)
    return _log(m / min(s, 1)), _log(m / max(s, 1))


def _forward_in_time(row: LayerTrace) -> Iterator[Point]:
    """Compare the states with the words, which enter at each step.

    New words keep the state from fading; a forgotten first word shows in the gradient.
    """
    assert row.inputs is not None and row.steps is not None  # noqa: PT018  # of a recurrent layer
    s = before = mean_square(row.inputs)
    if not 0 < s < math.inf:
        return
    walk, q, noise = Walk(), 0.0, signal_noise(row.activation)
    for t in range(int(row.steps.max(initial=-1)) + 1):
        m = mean_square(row.activations[row.steps == t])
        if not 0 < m < math.inf:
            return
        q_before, q = q or s, _moments(row, s + critical_scale(row.activation) * q).value
        growing = _log(m / before) if t else _blamed(row, s, m)[1]
        own, expected = _log(m / before), _log(q / q_before)
        yield walk.go(
            row.name,
            own,
            expected,
            of_step(row, noise),
            fading=math.inf,
            growing=growing,
            step=t + 1,
        )
        before = m


def _backward_level(level: list[LayerTrace], trace: Trace) -> Iterator[Point]:
    """Follow the gradient; leave out zero layers, and the first, whose inputs are data.

    The first layer of a branch counts: its input comes from the layers before.
    """
    walk, blocks = Walk(), sum(row.weight is None for row in trace.layers)
    free = {
        row.name
        for row in trace.layers
        if row.weight is not None and not (row.weighs and _gain_squared(row))
    }
    ends = {row.name for row in trace.ends.values()}
    for row in reversed(level if level[0].block else level[1:]):
        if row.inputs_gradient is None or row.steps is not None or row.name in free:
            continue
        there, here = row.square("activations_gradient"), row.square("inputs_gradient")
        if not (0 < there < math.inf and here < math.inf):
            return
        own = fading = _log(here / there)
        if row.name in ends:
            fading = min(own - min(_log(_gain_squared(row)), 0.0), max(own, 0.0))
        branch = [r for r in trace.layers if r.block == row.name and r.weight is not None]
        bounds = of_gradient(row, blocks) if row.weight is not None else of_block(row, branch)
        yield walk.go(row.name, own, _slope(row), bounds, fading=fading)


def _gain_squared(row: LayerTrace) -> float:
    """Return what the gains behind a weight make of a gradient's squared norm.

    At the end of a branch they may be small on purpose, and are the first to grow.
    """
    gains = (row.parameters[name] for name, role in row.roles.items() if role in ("gain", "scale"))
    return math.prod(mean_square(gain) for gain in gains)


def _slope(row: LayerTrace, rows: Array | None = None) -> float:
    """Return the log of the factor of a good start on the gradient, at these pre-activations."""
    if row.weight is None:
        return 0.0
    z = "pre_activations"
    q = row.mean_square(z) if rows is None else mean_square(row.pre_activations[rows])
    q = q if q > 0 else 1.0  # where all is zero or something is nan, theory speaks of size 1
    return _log(critical_scale(row.activation) * _moments(row, q).slope)


def _backward_in_time(row: LayerTrace) -> Iterator[Point]:
    assert row.steps_left is not None  # of a recurrent layer
    walk, before, noise = Walk(), 0.0, gradient_noise(row.activation)
    for k in range(int(row.steps_left.max(initial=-1)) + 1):
        rows = row.steps_left == k
        square = mean_square(row.pre_activations_gradient[rows])
        if k and 0 < before < math.inf and square < math.inf:
            own, expected, bounds = _log(square / before), _slope(row, rows), of_step(row, noise)
            # One step after another is learned, if a single one lets enough through.
            fading = own if own < bounds.low else 0.0
            yield walk.go(row.name, own, expected, bounds, fading=fading, step=k)
        before = square
