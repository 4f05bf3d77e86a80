"""How a block of uniform, normal or truncated normal numbers is drawn.

In float64 they come from NumPy's samplers. In float32 they are computed from arrays of random
words by NumPy's vector instructions, which takes a fifth to a half of the time. Most laws draw
some blocks at once, each a row: of two threads in short calls of NumPy, one waits for the other.
"""

import functools
from collections.abc import Callable, Iterable
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
    factors = _factors(span) if single else (span,)

    def finish(blocks: _Array) -> None:
        for factor in factors:
            blocks *= factor
        if start:
            blocks += start
        if not inside:
            np.clip(blocks, bottom, top, out=blocks)

    return _law(_words if single else _unit, finish, workers=8, share=2**19 if single else 2**18)


@_remember
def normal(mean: float, std: float) -> Law:
    """Return the normal law."""

    def finish(blocks: _Array) -> None:
        _normal(blocks, std)
        _scale(blocks, mean, 1.0)

    law = _law(_normal_words, finish)

    def draw(stream: _Stream, block: _Array) -> None:
        if block.size % 2 and block.dtype == _SINGLE:  # which are drawn in pairs
            even = np.empty(block.size + 1, _SINGLE)
            law.draw(stream, even)
            block[:] = even[:-1]
        else:
            law.draw(stream, block)

    return law._replace(draw=draw)


@_remember
def truncated_normal(dtype: np.dtype[Any], mean: float, std: float, bound: float) -> Law:
    """Return the normal law cut off at `bound`, of this std after the cut."""
    if dtype == _SINGLE and bound <= 2:
        curve, scale = curve_within(bound), std * reach(bound)

        def finish(blocks: _Array) -> None:
            _invert(blocks, *curve)
            _scale(blocks, mean, scale)

        return _law(_words, finish)

    unit = 1.0 if bound <= 1 else bound  # filled in units of a bound that may be tiny
    rescale = std * (reach(bound) / unit)

    def draw(stream: _Stream, block: _Array) -> None:
        _accepted(stream, block, bound)
        _scale(block, mean, rescale)

    return Law(draw)


def _law(begin: Draw, finish: Callable[[_Array], None], **threads: int) -> Law:
    """Return the law that begins each block from its stream, and finishes some at once."""

    def draw(stream: _Stream, block: _Array) -> None:
        begin(stream, block)
        finish(block)

    def draw_many(streams: Iterable[_Stream], blocks: _Array) -> None:
        for stream, block in zip(streams, blocks, strict=True):
            begin(stream, block)
        finish(blocks)

    return Law(draw, draw_many=draw_many, **threads)


def _scale(block: _Array, mean: float, std: float) -> None:
    if std != 1:
        block *= block.dtype.type(std)
    if mean:
        block += block.dtype.type(mean)


def _factors(span: np.float32) -> tuple[np.float32, ...]:
    """Return what words are multiplied with: two factors if their product would lose bits."""
    unit = np.float32(_UNIT)
    return (unit * span,) if span > 2.0**-90 else (unit, span)


def _unit(stream: _Stream, block: _Array) -> None:
    """Fill a block with float64 on [0, 1)."""
    stream.random(out=block)


def _words(stream: _Stream, block: _Array) -> None:
    """Fill a block with words of 32 bits around 0, rounded to the 24 bits of a float32."""
    np.copyto(block, _raw(stream, block.size), casting="unsafe")


def _raw(stream: _Stream, size: int) -> NDArray[np.int32]:
    return stream.bit_generator.random_raw((size + 1) // 2).view(np.int32)[:size]


def _normal_words(stream: _Stream, block: _Array) -> None:
    """Fill a block with what `_normal` finishes: in float32 the words of as many pairs."""
    if block.dtype != _SINGLE:
        stream.standard_normal(out=block)
        return
    half = block.size // 2
    words = _raw(stream, block.size)
    np.copyto(block[:half], words[:half].view(np.uint32), casting="unsafe")
    np.copyto(block[half:], words[half:], casting="unsafe")


def _normal(blocks: _Array, std: float) -> None:
    """Turn what `_normal_words` has begun into normal numbers of mean 0."""
    if blocks.dtype != _SINGLE:
        blocks *= std
        return
    half = blocks.shape[-1] // 2
    _box_muller(blocks[..., :half], blocks[..., half:], np.float32(std))


def _box_muller(r: _Array, a: _Array, std: np.float32) -> None:
    """Turn two words into two normal numbers, r sin a and r cos a, in place.

    Their density depends on r alone, so that a is uniform, and r^2 exceeds t with probability
    exp(-t / 2): r = sqrt(-2 log u), u uniform on (0, 1] (Box and Muller 1958,
    doi:10.1214/aoms/1177706645). The least u is 2^-33, so that r is at most 6.8.
    """
    r *= np.float32(_UNIT)
    r += np.float32(_UNIT / 2)
    np.log(r, out=r)
    r *= np.float32(-2)
    np.sqrt(r, out=r)
    r *= std
    a *= np.float32(2 * np.pi * _UNIT)
    sine = np.sin(a)
    np.cos(a, out=a)
    a *= r
    r *= sine


def _invert(
    v: _Array, center: np.float32, square: np.float32, above: _Array, below: _Array
) -> None:
    """Turn words into quantiles of uniform numbers, in units of the bound, in place."""
    v *= np.float32(2 * _UNIT)
    s, polynomial = np.empty((2, *v.shape), v.dtype)  # at once: malloc gives back what is freed
    np.square(v, out=s)
    s *= square
    np.subtract(center, s, out=s)
    v *= _evaluate(above, s, polynomial)
    v /= _evaluate(below, s, polynomial)
    np.clip(v, np.float32(-1), np.float32(1), out=v)


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
    _STANDARD.draw(stream, block)
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


_STANDARD = normal(0.0, 1.0)
