"""How a block of uniform, normal or truncated normal numbers is drawn.

In float64 they come from NumPy's samplers. In float32 they are computed from arrays of random
words by NumPy's vector instructions, which takes a fifth to a half of the time.
"""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._blocks import Draw, Law
from weightinit._truncation import curve_within, exp, reach

__all__ = ["normal", "truncated_normal", "uniform"]

_Array = NDArray[Any]
_Stream = np.random.Generator

_SINGLE = np.dtype(np.float32)
_UNIT = 2.0**-32  # in it a word of 32 bits lies between 0 and 1, or between -1/2 and 1/2


_remember = functools.lru_cache(maxsize=256)  # a network has many weights of one law


@_remember
def uniform(dtype: np.dtype[Any], low: float, high: float) -> Law:
    """Return the uniform law on [low, high]; memory slows it down before the processors do.

    Products, sums and roundings keep the order of numbers: if the ends come out within
    [low, high], so does what lies between them.
    """
    kind, single = dtype.type, dtype == _SINGLE
    span, bottom, top = kind(high - low), kind(low), kind(high)
    start = kind(low / 2 + high / 2) if single else bottom
    ends = (kind(-0.5), kind(0.5)) if single else (kind(0), kind(1))
    inside = bottom <= ends[0] * span + start and ends[1] * span + start <= top
    factors = _factors(span) if single else ()

    def draw(stream: _Stream, block: _Array) -> None:
        if single:
            _centered(stream, block, factors)
        else:
            stream.random(out=block)
            block *= span
        if start:
            block += start
        if not inside:
            np.clip(block, bottom, top, out=block)

    return Law(draw, workers=8)


@_remember
def normal(mean: float, std: float) -> Law:
    """Return the normal law."""

    def draw(stream: _Stream, block: _Array) -> None:
        _normal(stream, block, std)
        _scale(block, mean, 1.0)

    return Law(draw)


@_remember
def truncated_normal(dtype: np.dtype[Any], mean: float, std: float, bound: float) -> Law:
    """Return the normal law cut off at `bound`, of this std after the cut."""
    by_inversion = dtype == _SINGLE and bound <= 2
    fill = _inverted(bound) if by_inversion else functools.partial(_accepted, bound=bound)
    in_bounds = by_inversion or bound <= 1  # filled in units of the bound, which may be tiny
    scale = std * (reach(bound) / (1.0 if in_bounds else bound))

    def draw(stream: _Stream, block: _Array) -> None:
        fill(stream, block)
        _scale(block, mean, scale)

    return Law(draw)


def _scale(block: _Array, mean: float, std: float) -> None:
    if std != 1:
        block *= block.dtype.type(std)
    if mean:
        block += block.dtype.type(mean)


def _factors(span: np.float32) -> tuple[np.float32, ...]:
    """Return what words are multiplied with: two factors if their product would lose bits."""
    unit = np.float32(_UNIT)
    return (unit * span,) if span > 2.0**-90 else (unit, span)


def _words(stream: _Stream, block: _Array) -> _Array:
    """Draw a word of 32 bits for each number of the block."""
    return stream.bit_generator.random_raw((block.size + 1) // 2).view(np.int32)[: block.size]


def _centered(stream: _Stream, block: _Array, factors: tuple[np.float32, ...]) -> _Array:
    """Fill the block uniformly from -span / 2 to span / 2; return an array to compute in.

    The words are rounded to the 24 bits of a float32. Their memory serves again, since fresh
    memory takes longer than an operation.
    """
    words = _words(stream, block)
    np.copyto(block, words, casting="unsafe")
    for factor in factors:
        block *= factor
    return words.view(np.float32)


def _normal(stream: _Stream, block: _Array, std: float) -> None:
    """Fill a block with normal numbers of mean 0."""
    if block.dtype != _SINGLE:
        stream.standard_normal(out=block)
        block *= std
    elif block.size % 2:
        even = np.empty(block.size + 1, _SINGLE)
        _normal(stream, even, std)
        block[:] = even[:-1]
    else:
        _box_muller(_words(stream, block), block, np.float32(std))


def _box_muller(words: _Array, out: _Array, std: np.float32) -> None:
    """Turn two words into two normal numbers, r sin a and r cos a.

    Their density depends on r alone, so that a is uniform, and r^2 exceeds t with probability
    exp(-t / 2): r = sqrt(-2 log u), u uniform on (0, 1] (Box and Muller 1958,
    doi:10.1214/aoms/1177706645). The least u is 2^-33, so that r is at most 6.8.
    """
    r, a = out.reshape(2, -1)
    np.copyto(r, words[: r.size].view(np.uint32), casting="unsafe")
    np.copyto(a, words[r.size :], casting="unsafe")
    r *= np.float32(_UNIT)
    r += np.float32(_UNIT / 2)
    np.log(r, out=r)
    r *= np.float32(-2)
    np.sqrt(r, out=r)
    r *= std
    a *= np.float32(2 * np.pi * _UNIT)
    sine = np.sin(a, out=words[: r.size].view(np.float32))
    np.cos(a, out=a)
    a *= r
    r *= sine


def _inverted(bound: float) -> Draw:
    """Return what draws quantiles of uniform numbers v, in units of the bound."""
    center, square, above, below = curve_within(bound)
    factors = (np.float32(2 * _UNIT),)

    def draw(stream: _Stream, v: _Array) -> None:
        s = _centered(stream, v, factors)
        np.square(v, out=s)
        s *= square
        np.subtract(center, s, out=s)
        polynomial = np.empty_like(s)
        v *= _evaluate(above, s, polynomial)
        v /= _evaluate(below, s, polynomial)
        np.clip(v, np.float32(-1), np.float32(1), out=v)

    return draw


def _evaluate(coefficients: _Array, s: _Array, out: _Array) -> _Array:
    """Return c_0 s^n + ... + c_n by Horner's rule."""
    first, *others, last = coefficients
    np.multiply(s, first, out=out)
    for c in others:
        out += c
        out *= s
    out += last
    return out


def _accepted(stream: _Stream, block: _Array, bound: float) -> None:
    """Fill a block with normal numbers within the bound; below 1, in units of it."""
    propose = _propose_normal if bound > 1 else _propose_uniform
    rejected = propose(stream, block, bound)
    while rejected.size:
        again = np.empty(rejected.size, block.dtype)
        still = propose(stream, again, bound)
        block[rejected] = again
        rejected = rejected[still]


def _propose_normal(stream: _Stream, block: _Array, bound: float) -> NDArray[np.intp]:
    """Fill the block with normal numbers; return which lie out of bounds (< 32 %)."""
    _normal(stream, block, 1.0)
    return np.flatnonzero(np.abs(block) > bound)


def _propose_uniform(stream: _Stream, block: _Array, bound: float) -> NDArray[np.intp]:
    """Fill the block uniformly on +-1, scaled to the bounds; return which to redraw (< 15 %)."""
    stream.random(out=block)
    block *= 2
    block -= 1
    keep = stream.random(block.size)
    t = np.square(bound * block) / -2
    doubtful = np.flatnonzero(keep > 1 + t)  # exp(t) is above its tangent
    return doubtful[keep[doubtful] > exp(t[doubtful])]
