"""Draw by the initializers of other packages, in the layout of this one, and check the law."""

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

import weightinit as wi
from tests.chance import FALSE_ALARM, assert_law, assert_moments
from tests.parity.needs import needs
from weightinit.streams import truncation_factor

needs("torch", "jax", "keras")
os.environ.setdefault("KERAS_BACKEND", "jax")
import jax
import keras
import torch

__all__ = ["DRAW", "NAMES", "SHAPES", "assert_drawn"]

SHAPES = {"dense": (300, 200), "kernel": (3, 3, 48, 96)}
NAMES = {"wi": wi, "c": truncation_factor(2.0)}


def draw_torch(expression: str, shape: tuple[int, ...], **more: Any) -> NDArray:
    """Draw in PyTorch's layout, and return it in ours; `more` are names that it may use."""
    there = (*shape[:-3:-1], *shape[:-2])
    torch.manual_seed(1)
    kind = torch.nn.Linear if len(shape) == 2 else torch.nn.Conv2d
    layer = kind(*shape[-2:], *([shape[0]] if len(shape) > 2 else []))
    weight = layer.weight.detach()
    assert weight.shape == there
    names = {"init": torch.nn.init, "weight": weight, "layer": layer, "fan_in": weight[0].numel()}
    eval(expression, {**NAMES, **names, **more})
    return np.moveaxis(weight.numpy(), (1, 0), (-2, -1))


def draw_keras(expression: str, shape: tuple[int, ...]) -> NDArray:
    """Draw by an initializer of Keras."""
    keras.utils.set_random_seed(1)
    init = eval(expression, {**NAMES, "initializers": keras.initializers})
    return np.asarray(init(shape))


def draw_jax(expression: str, shape: tuple[int, ...]) -> NDArray:
    """Draw by an initializer of JAX."""
    init = eval(expression, {**NAMES, "initializers": jax.nn.initializers})
    return np.asarray(init(jax.random.key(1), shape))


DRAW: dict[str, Callable[[str, tuple[int, ...]], NDArray]] = {
    "PyTorch": draw_torch,
    "Keras": draw_keras,
    "JAX": draw_jax,
}


def assert_drawn(init: Any, pieces: list[NDArray], *, checks: int) -> None:
    """Compare weights of one shape, in this package's layout, with the law of a value.

    What is drawn number by number has its distribution, moments and bounds; the rest its structure.
    """
    for piece in pieces:
        if isinstance(init, wi.Constant | wi.Identity):
            np.testing.assert_array_equal(piece, init(piece.shape, dtype=piece.dtype))
        elif isinstance(init, wi.Orthogonal | wi.DeltaOrthogonal):
            _assert_orthogonal(init, piece)
    if isinstance(init, wi.Constant | wi.Identity | wi.Orthogonal | wi.DeltaOrthogonal):
        return
    draws = np.concatenate([piece.ravel() for piece in pieces])
    std = init.std(pieces[0].shape)
    if isinstance(init, wi.Sparse):
        _assert_sparse(init, pieces)
        draws, std = draws[draws != 0], init.std
    law = _law(init, std)
    assert_law(draws, law, checks=3 * checks)
    assert_moments(draws, law, checks=3 * checks)
    _assert_bounds(draws, law, checks=3 * checks)


def _law(init: Any, std: float) -> Any:
    """Return the distribution of single weights, of a std."""
    if isinstance(init, wi.Uniform):
        return stats.uniform(init.low, init.high - init.low)
    if isinstance(init, wi.TruncatedNormal):
        assert init.bound == 2
    name = getattr(init, "distribution", type(init).__name__)
    return {
        "uniform": stats.uniform(-math.sqrt(3) * std, 2 * math.sqrt(3) * std),
        "truncated_normal": stats.truncnorm(-2, 2, scale=std / NAMES["c"]),
        "TruncatedNormal": stats.truncnorm(-2, 2, scale=std / NAMES["c"]),
        "normal": stats.norm(scale=std),
        "Normal": stats.norm(scale=std),
        "Sparse": stats.norm(scale=std),
    }[name]


def _assert_bounds(draws: NDArray, law: Any, *, checks: int) -> None:
    """Ask that no draw is outside the bounds, and that some are as near as they should be.

    All of n draws are below the quantile q with a probability of q^n.
    """
    low, high = law.support()
    if not math.isfinite(high):
        return
    slack = 1e-6 * max(abs(low), abs(high))  # of float32
    missed = -math.expm1(math.log(FALSE_ALARM / (2 * checks)) / draws.size)
    assert low - slack <= draws.min() <= law.ppf(missed) + slack
    assert law.isf(missed) - slack <= draws.max() <= high + slack


def _assert_orthogonal(init: Any, piece: NDArray) -> None:
    """Ask for a gain in all directions of the shorter side, of a kernel or of its centre."""
    matrix = piece.astype(np.float64).reshape(-1, piece.shape[-1])
    if isinstance(init, wi.DeltaOrthogonal):
        centre = tuple(n // 2 for n in piece.shape[:-2])
        matrix = piece[centre].astype(np.float64)
        assert np.count_nonzero(piece) == np.count_nonzero(matrix)
    singular = np.linalg.svd(matrix, compute_uv=False)
    np.testing.assert_allclose(singular, init.gain, rtol=1e-5)


def _assert_sparse(init: wi.Sparse, pieces: list[NDArray]) -> None:
    """Ask for as many numbers beside the zeros as are promised to each unit."""
    inputs = {-1: 0, -2: 1}[init.out_axis]
    for piece in pieces:
        assert set(np.count_nonzero(piece, axis=inputs)) == {init.nonzeros}
