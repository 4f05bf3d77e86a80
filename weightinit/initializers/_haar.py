"""Draw matrices from the Haar measure, the same on any number of threads.

LAPACK's QR decomposition rounds differently with the number of threads of the BLAS below it. Here
all products are of tiles so small that a BLAS does not split them.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit import _laws
from weightinit._blocks import key_of, whole

__all__ = ["haar"]

_Array = NDArray[Any]

# OpenBLAS keeps a product of up to 64^3 terms on one thread (interface/gemm.c).
_TILE = 64


def haar(
    shape: tuple[int, int], rng: np.random.Generator, dtype: np.dtype[Any], *, gain: float
) -> _Array:
    """Draw `gain` times a matrix with orthonormal columns, or rows if these are fewer.

    It is drawn from the Haar measure.

    The QR decomposition of a Gaussian matrix reflects away, column by column, what is below the
    diagonal. What it finds there is Gaussian and independent of all reflections before, so that
    the reflectors v_j can be drawn outright: Q = H_1 H_2 ... H_k D with H_j = I - 2 v_j v_j' / v_j'
    v_j, and with D the signs of R's diagonal, without which Q is not Haar (Stewart 1980,
    doi:10.1137/0717034; Mezzadri 2007, arXiv:math-ph/0609050).
    """
    long, short = max(shape), min(shape)
    v, squares, signs = _reflectors(long, short, rng, dtype)
    q = _product(v, squares)
    matrix: _Array = _untiled(q)[:long, :short] * (signs[:short] * dtype.type(gain))
    return matrix if shape == (long, short) else matrix.T


def _reflectors(
    long: int, short: int, rng: np.random.Generator, dtype: np.dtype[Any]
) -> tuple[_Array, _Array, _Array]:
    """Draw the v_j as the columns of a tiled matrix; return it, their squared lengths and D."""
    height, width = min(_TILE, long), min(_TILE, short)
    rows, columns = math.ceil(long / height), math.ceil(short / width)
    v = np.zeros((rows * height, columns * width), dtype)  # the padding reflects nothing
    v[:long, :short] = np.tril(whole(_laws.normal(0.0, 1.0), (long, short), dtype, key_of(rng), 0))
    diagonal = np.einsum("ii->i", v[: columns * width])
    lengths = np.sqrt(np.einsum("ij,ij->j", v, v))
    signs = np.copysign(dtype.type(1), diagonal)
    squares = 2 * lengths * (lengths + np.abs(diagonal))  # of v with what comes to the diagonal
    diagonal += signs * lengths  # the sign that does not cancel
    tiles = v.reshape(rows, height, columns, width).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(tiles), squares, -signs


def _product(v: _Array, squares: _Array) -> _Array:
    """Multiply out the first columns of H_1 H_2 ... H_k, one tile of reflections at a time.

    The reflections of one block are I - V T V' with T^-1 the upper triangle of V'V, its diagonal
    halved (compact WY form: Schreiber and Van Loan 1989, doi:10.1137/0910005). Backwards, each
    block meets only what is below and to the right of it: the rest is still the identity.
    """
    _, columns, _, width = v.shape
    q = np.zeros_like(v)
    q[range(columns), range(columns)] = np.eye(*v.shape[2:], dtype=v.dtype)
    halves = np.where(squares > 0, squares / 2, 1).reshape(columns, width)
    for block in reversed(range(columns)):
        v_block, q_block = v[block:, block], q[block:, block:]
        v_transposed = np.ascontiguousarray(v_block.transpose(0, 2, 1))
        t_inverse = np.triu((v_transposed @ v_block).sum(axis=0), 1)
        np.fill_diagonal(t_inverse, halves[block])
        t = np.linalg.inv(t_inverse)
        q_block -= v_block[:, None] @ (t @ (v_transposed[:, None] @ q_block).sum(axis=0))
    return q


def _untiled(tiles: _Array) -> _Array:
    rows, columns, height, width = tiles.shape
    return tiles.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
