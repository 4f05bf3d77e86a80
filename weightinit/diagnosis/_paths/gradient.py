"""Follow the gradient from layer to layer, and through time in recurrent layers."""

import math
from collections.abc import Iterator

from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis._paths.bounds import of_block, of_gradient, of_step
from weightinit.diagnosis._paths.levels import levels
from weightinit.diagnosis._paths.theory import (
    critical_scale,
    gradient_noise,
    moments_after,
    over_advised,
    slowed,
)
from weightinit.diagnosis._paths.walk import Point, Walk, log
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing._squares import mean_square

__all__ = ["along", "backward"]


def backward(trace: Trace) -> list[list[Point]]:
    """Follow the gradient from the last hidden layer back, in each level and through time.

    A point belongs to the layer that the gradient has just passed, on its way to the layer before.
    """
    paths = []
    for level in levels((trace.after or trace).layers[:-1]):
        paths.append(list(along(level, trace)))
        paths += [list(_backward_in_time(row)) for row in level if row.steps_left is not None]
    return [path for path in paths if path]


def along(level: list[LayerTrace], trace: Trace) -> Iterator[Point]:
    """Follow the gradient; leave out zero layers, and the first, whose inputs are data.

    The first layer of a branch counts: its input comes from the layers before. What the small
    weights of a branch do to a gradient is no fault unless it slows learning down too much.
    """
    walk, blocks = Walk(), sum(row.weight is None for row in trace.layers)
    ends = {row.name for row in trace.ends.values()}
    passed = list(_passed(level, trace))
    small = {row.name: _small(row) for row, _ in passed if row.block}
    change = sum(own for _, own in passed)
    if not slowed(change, small.values()) <= math.log(TOO_FAR):  # or it is nan
        small = {}
    for row, own in passed:
        fading = own - small.get(row.name, 0.0)
        if row.name in ends:
            fading = min(fading - min(log(_gain_squared(row)), 0.0), max(fading, 0.0))
        branch = [r for r in trace.layers if r.block == row.name and r.weight is not None]
        bounds = of_gradient(row, blocks) if row.weight is not None else of_block(row, branch)
        yield walk.go(row.name, own, _slope(row), bounds, fading=fading)


def _passed(level: list[LayerTrace], trace: Trace) -> Iterator[tuple[LayerTrace, float]]:
    """Yield the layers that a gradient passes going back, and the log of what each does to it."""
    free = {
        row.name
        for row in trace.layers
        if row.weight is not None and not (row.weighs and _gain_squared(row))
    }
    for row in reversed(level if level[0].block else level[1:]):
        if row.inputs_gradient is None or row.steps is not None or row.name in free:
            continue
        there, here = row.square("activations_gradient"), row.square("inputs_gradient")
        if not (0 < there < math.inf and here < math.inf):
            return
        yield row, log(here / there)


def _small(row: LayerTrace) -> float:
    """Return the log of what a weight makes of a mean square for being small: 0 if it is not.

    A normalization behind it divides its size out, of the gradient too.
    """
    if row.weight is None or row.normalized:
        return 0.0
    return min(over_advised(row), 0.0)


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
    return log(critical_scale(row.activation) * moments_after(row, q).slope)


def _backward_in_time(row: LayerTrace) -> Iterator[Point]:
    assert row.steps_left is not None  # of a recurrent layer
    walk, before, noise = Walk(), 0.0, gradient_noise(row.activation)
    for k in range(int(row.steps_left.max(initial=-1)) + 1):
        rows = row.steps_left == k
        square = mean_square(row.pre_activations_gradient[rows])
        if k and 0 < before < math.inf and square < math.inf:
            own, expected, bounds = log(square / before), _slope(row, rows), of_step(row, noise)
            # One step after another is learned, if a single one lets enough through.
            fading = own if own < bounds.low else 0.0
            yield walk.go(row.name, own, expected, bounds, fading=fading, step=k)
        before = square
