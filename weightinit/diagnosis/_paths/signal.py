"""Follow the signal from layer to layer, and through time in recurrent layers."""

import dataclasses
import math
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from weightinit.diagnosis._paths.bounds import Bounds, of_layer, of_step, of_weight
from weightinit.diagnosis._paths.levels import levels
from weightinit.diagnosis._paths.theory import (
    critical_scale,
    damping,
    keeps,
    length_after,
    moments_after,
    over_advised,
    signal_noise,
)
from weightinit.diagnosis._paths.walk import Point, Walk, log
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing._squares import mean_square

__all__ = ["forward", "signals"]

#: What is known of the signal in each level; forward, scale and slowdown all ask for it.
_Walked = list[tuple[list[LayerTrace], list[tuple[Point, Point | None]]]]
_walked: WeakKeyDictionary[Trace, _Walked] = WeakKeyDictionary()


def signals(trace: Trace) -> _Walked:
    """Return each level with its points of signal and scale."""
    if trace not in _walked:
        _walked[trace] = [
            (level, list(_forward_level(level, trace))) for level in levels(trace.layers[:-1])
        ]
    return _walked[trace]


def forward(trace: Trace) -> list[list[Point]]:
    """Follow the signal through each level, and through the time of each recurrent layer."""
    paths = []
    for level, points in signals(trace):
        paths.append([signal for signal, _ in points])
        paths += [list(_forward_in_time(row)) for row in level if row.steps is not None]
    return [path for path in paths if path]


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
            walk, certain, weights, q = Walk(), Walk(), Walk(), moments_after(row, 1.0).value
            own = log(row.mean_square("pre_activations"))
            fading = math.inf if trace.ends.get(row.block) is row else own
            yield walk.go(row.name, own, 0.0, Bounds(), fading=fading), None
            continue
        q = s if math.isnan(q) else q
        q_before, q = q, q if row.weight is None else length_after(row, q)
        fading, growing = _blamed(row, s, m)
        if trace.ends.get(row.block) is row:
            fading = math.inf  # like an output layer, the last of a branch may start at zero
        steps = row.name, log(m / s), log(q / q_before)
        bounds = of_layer(row, blocks, first=row is trace.layers[0])
        decay = max(-steps[2], 0.0) if keeps(row.activation) == "vanishes" else 0.0
        bounds = dataclasses.replace(bounds, slope=damping(row), decay=decay)
        signal = walk.go(*steps, bounds, fading=fading, growing=growing)
        if row.weight is None:
            yield signal, None
            continue
        bounds = of_weight(row, bounds)
        seen = certain.go(*steps, bounds, fading=fading, growing=growing)
        known = weights.go(row.name, over_advised(row), 0.0, bounds)
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


def _blamed(row: LayerTrace, s: float, m: float) -> tuple[float, float]:
    """Return what a layer is blamed for when signals fade, and when they grow.

    It is not blamed for cutting a signal above 1 down, nor for raising a weak one to size 1. What a
    block with a normalization in its branch adds does not depend on the size of its input.
    """
    if row.weight is None and row.normalized:
        return log(m / s), log(m / max(s, 1))
    if keeps(row.activation) == "marginal":
        return log(m / s), log(m / s)
    return log(m / min(s, 1)), log(m / max(s, 1))


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
        q_before, q = q or s, moments_after(row, s + critical_scale(row.activation) * q).value
        growing = log(m / before) if t else _blamed(row, s, m)[1]
        own, expected = log(m / before), log(q / q_before)
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
