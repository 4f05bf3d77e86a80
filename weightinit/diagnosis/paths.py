"""How signal and gradient fare from layer to layer, and from step to step in a recurrent layer."""

import math
from collections.abc import Iterable, Iterator

from weightinit.diagnosis.bounds import Bounds, Point, Walk, of_layer, of_step
from weightinit.diagnosis.theory import critical_scale, is_scale_free, moments
from weightinit.networks.base import Array
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing.measures import mean_square

__all__ = ["backward", "forward", "levels"]


def levels(rows: Iterable[LayerTrace]) -> list[list[LayerTrace]]:
    """Group layers that stand one behind the other: each residual branch, and the net itself.

    Inner branches come first: what is wrong in one shows in the blocks around it.

    Examples
    --------
    >>> from weightinit.diagnosis.paths import levels
    >>> levels([])
    []
    """
    found: dict[str, list[LayerTrace]] = {}
    for row in rows:
        found.setdefault(row.block, []).append(row)
    return [found[block] for block in sorted(found, key=_depth, reverse=True)]


def _depth(block: str) -> int:
    return block.count(".") + 1 if block else 0


def forward(trace: Trace) -> list[list[Point]]:
    """Follow the signal through each level, and through the time of each recurrent layer.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.paths import forward
    >>> net = wi.rnn(vocabulary=9, hidden=64, classes=2).initialize(wi.orthogonal, rng=0)
    >>> [[point.step for point in path] for path in forward(wi.trace(net, [[3, 1, 4], [1, 5, 0]]))]
    [[1, 2, 3]]
    """
    blocks = sum(row.weight is None for row in trace.layers)
    paths = []
    for level in levels(trace.layers[:-1]):
        paths.append(list(_forward_level(level, blocks)))
        paths += [list(_forward_in_time(row)) for row in level if row.steps is not None]
    return [path for path in paths if path]


def backward(trace: Trace) -> list[list[Point]]:
    """Follow the gradient from the last hidden layer back, in each level and through time.

    A point belongs to the layer that the gradient has just passed, on its way to the layer before.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.paths import backward
    >>> net = wi.mlp([64, 64, 64, 64, 10]).initialize(wi.he_normal, rng=0)
    >>> found = wi.trace(net, np.random.default_rng(0).standard_normal((50, 64)))
    >>> [point.layer for point in backward(found)[0]]
    ['dense2', 'dense1']
    """
    seen = trace.after or trace
    blocks = sum(row.weight is None for row in trace.layers)
    free = {row.name for row in trace.layers if row.weight is not None and not row.weight.any()}
    paths = []
    for level in levels(seen.layers[:-1]):
        paths.append(list(_backward_level(level, blocks, free)))
        paths += [list(_backward_in_time(row)) for row in level if row.steps_left is not None]
    return [path for path in paths if path]


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
        if row.normalized:  # the signal sets out anew, at size 1, if the normalization can do that
            walk, q = Walk(), moments(row.activation, 1.0)[0]
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
    """Return the second moment behind a layer of a good start, by the length map."""
    return moments(row.activation, critical_scale(row.activation) * q)[0]


def _blamed(row: LayerTrace, s: float, m: float) -> tuple[float, float]:
    """Return what a layer is blamed for when signals fade, and when they grow.

    Not for cutting off a signal above 1, nor for making one of size 1 of a weak one.
    """
    if is_scale_free(row.activation):
        return _log(m / s), _log(m / s)
    return _log(m / min(s, 1)), _log(m / max(s, 1))


def _forward_in_time(row: LayerTrace) -> Iterator[Point]:
    """Compare the states with the words, which come anew at each step.

    They keep the state from fading; that the first word is forgotten shows in the gradient.
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
        q_before, q = q or s, moments(row.activation, s + critical_scale(row.activation) * q)[0]
        growing = _log(m / before) if t else _blamed(row, s, m)[1]
        own, expected = _log(m / before), _log(q / q_before)
        yield walk.go(
            row.name, own, expected, of_step(row), fading=math.inf, growing=growing, step=t + 1
        )
        before = m


def _backward_level(level: list[LayerTrace], blocks: int, free: set[str]) -> Iterator[Point]:
    """Leave out layers that start at zero, and the first: its input are data, which learn nothing.

    The first layer of a branch does count: its input is what came before.
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
    """Return the log of what a good start does to a gradient where pre-activations are these."""
    if row.weight is None:
        return 0.0
    z = row.pre_activations if rows is None else row.pre_activations[rows]
    q = mean_square(z) or 1.0  # where all is zero, theory speaks of size 1
    return _log(critical_scale(row.activation) * moments(row.activation, q)[1])


def _backward_in_time(row: LayerTrace) -> Iterator[Point]:
    assert row.steps_left is not None  # of a recurrent layer
    walk, before = Walk(), 0.0
    for k in range(int(row.steps_left.max(initial=-1)) + 1):
        rows = row.steps_left == k
        square = mean_square(row.pre_activations_gradient[rows])
        if k and 0 < before < math.inf and square < math.inf:
            yield walk.go(row.name, _log(square / before), _slope(row, rows), of_step(row), step=k)
        before = square
