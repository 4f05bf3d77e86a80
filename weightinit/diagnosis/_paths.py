"""Follow signal and gradient from layer to layer, and through the time of recurrent layers."""

import contextlib
import math
from collections.abc import Iterable, Iterator

from weightinit import meanfield
from weightinit._quadrature import MomentError
from weightinit.activations import linear
from weightinit.diagnosis._bounds import (
    Bounds,
    Point,
    Walk,
    critical_scale,
    is_scale_free,
    of_layer,
    of_step,
)
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing.measures import mean_square

__all__ = ["backward", "forward"]

# Of a mean square whose moments are asked for. Beyond the second a sine has too many waves, and is
# at its limit; beyond the third the mean square of an exponential is no float.
_LARGEST = 1e200, 1e4, 1e2


def _levels(rows: Iterable[LayerTrace]) -> list[list[LayerTrace]]:
    """Group layers that follow each other: each residual branch, and the network itself.

    Inner branches come first: what is wrong in one shows in the blocks around it.
    """
    found: dict[str, list[LayerTrace]] = {}
    for row in rows:
        found.setdefault(row.block, []).append(row)
    return [found[block] for block in sorted(found, key=_depth, reverse=True)]


def _depth(block: str) -> int:
    return block.count(".") + 1 if block else 0


def forward(trace: Trace) -> list[list[Point]]:
    """Follow the signal through each level, and through the time of each recurrent layer."""
    blocks = sum(row.weight is None for row in trace.layers)
    paths = []
    for level in _levels(trace.layers[:-1]):
        paths.append(list(_forward_level(level, blocks)))
        paths += [list(_forward_in_time(row)) for row in level if row.steps is not None]
    return [path for path in paths if path]


def backward(trace: Trace) -> list[list[Point]]:
    """Follow the gradient from the last hidden layer back, in each level and through time.

    A point belongs to the layer that the gradient has just passed, on its way to the layer before.
    """
    seen = trace.after or trace
    blocks = sum(row.weight is None for row in trace.layers)
    free = {row.name for row in trace.layers if row.weight is not None and not row.weight.any()}
    paths = []
    for level in _levels(seen.layers[:-1]):
        paths.append(list(_backward_level(level, blocks, free)))
        paths += [list(_backward_in_time(row)) for row in level if row.steps_left is not None]
    return [path for path in paths if path]


def _moments(row: LayerTrace, q: float) -> meanfield.Moments:
    """Return the moments after a layer, for the nearest mean square that can be integrated."""
    activation = row.activation or linear
    for most in _LARGEST:
        with contextlib.suppress(MomentError):
            return meanfield.moments(activation, min(max(q, 1e-200), most))
    return meanfield.moments(activation, 1.0)  # as the adviser does, which has found a gain


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0 else -math.inf


def _forward_level(level: list[LayerTrace], blocks: int) -> Iterator[Point]:
    walk, q = Walk(), math.nan
    for row in level:
        if row.inputs is None or row.steps is not None:
            continue
        s, m = mean_square(row.inputs), mean_square(row.activations)
        if not (0 < s < math.inf and m < math.inf):
            return  # nothing arrives, or too much: a layer before is to blame
        if row.normalized and row.weight is not None:
            # The signal sets out anew, at size 1, if the normalization can do that.
            walk, q = Walk(), _moments(row, 1.0).value
            yield walk.go(row.name, _log(mean_square(row.pre_activations)), 0.0, Bounds())
            continue
        q = s if math.isnan(q) else q
        q_before, q = q, q if row.weight is None else _next(row, q)
        fading, growing = _blamed(row, s, m)
        if row.block and row is level[-1]:
            fading = math.inf  # like an output layer, the last of a branch may start at zero
        yield walk.go(
            row.name,
            _log(m / s),
            _log(q / q_before),
            of_layer(row, blocks),
            fading=fading,
            growing=growing,
        )


def _next(row: LayerTrace, q: float) -> float:
    """Return the second moment after a layer of a good start, by the length map."""
    return float(_moments(row, critical_scale(row.activation) * q).value)


def _blamed(row: LayerTrace, s: float, m: float) -> tuple[float, float]:
    """Return what a layer is blamed for when signals fade, and when they grow.

    It is not blamed for cutting a signal above 1 down, nor for raising a weak one to size 1.
    """
    if is_scale_free(row.activation):
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
    walk, q = Walk(), 0.0
    for t in range(int(row.steps.max(initial=-1)) + 1):
        m = mean_square(row.activations[row.steps == t])
        if not 0 < m < math.inf:
            return
        q_before, q = q or s, _moments(row, s + critical_scale(row.activation) * q).value
        growing = _log(m / before) if t else _blamed(row, s, m)[1]
        own, expected = _log(m / before), _log(q / q_before)
        yield walk.go(
            row.name, own, expected, of_step(row), fading=math.inf, growing=growing, step=t + 1
        )
        before = m


def _backward_level(level: list[LayerTrace], blocks: int, free: set[str]) -> Iterator[Point]:
    """Follow the gradient; leave out zero layers, and the first, whose inputs are data.

    The first layer of a branch counts: its input comes from the layers before.
    """
    walk = Walk()
    for row in reversed(level if level[0].block else level[1:]):
        if row.inputs_gradient is None or row.steps is not None or row.name in free:
            continue
        there, here = (
            mean_square(g) * g.size for g in (row.activations_gradient, row.inputs_gradient)
        )
        if not (0 < there < math.inf and here < math.inf):
            return
        bounds = of_layer(row, blocks)
        if row.pooled:  # where an activation is largest so is its slope: 1 for relu, and not 1/2
            bounds += Bounds(gained=math.log(2), layers=0)
        yield walk.go(row.name, _log(here / there), _slope(row), bounds)


def _slope(row: LayerTrace, rows: Array | None = None) -> float:
    """Return the log of the factor of a good start on the gradient, at these pre-activations."""
    if row.weight is None:
        return 0.0
    z = row.pre_activations if rows is None else row.pre_activations[rows]
    q = mean_square(z) or 1.0  # where all is zero, theory speaks of size 1
    return _log(critical_scale(row.activation) * _moments(row, q).slope)


def _backward_in_time(row: LayerTrace) -> Iterator[Point]:
    assert row.steps_left is not None  # of a recurrent layer
    walk, before = Walk(), 0.0
    for k in range(int(row.steps_left.max(initial=-1)) + 1):
        rows = row.steps_left == k
        square = mean_square(row.pre_activations_gradient[rows])
        if k and 0 < before < math.inf and square < math.inf:
            yield walk.go(row.name, _log(square / before), _slope(row, rows), of_step(row), step=k)
        before = square
