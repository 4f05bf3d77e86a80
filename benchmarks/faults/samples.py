"""Faults of the data: inputs that are not standardized, targets far from 0."""

import numpy as np

from benchmarks.faults.data import Array
from benchmarks.faults.kinds import Kind, kind, log_uniform

__all__ = ["SAMPLES"]

SAMPLES: list[Kind] = []
Rng = np.random.Generator
ROWS = "mlp deep cnn"


@kind(SAMPLES, "inputs too large", ROWS, "inputs")
def large(x: Array, rng: Rng) -> Array:
    """Multiply all inputs by 10 to 1000."""
    return x * log_uniform(rng, 10, 1000)


@kind(SAMPLES, "inputs too small", ROWS, "inputs")
def small(x: Array, rng: Rng) -> Array:
    """Divide all inputs by 1e2 to 1e5."""
    return x / log_uniform(rng, 1e2, 1e5)


@kind(SAMPLES, "inputs far from 0", ROWS, "inputs")
def shifted(x: Array, rng: Rng) -> Array:
    """Add 5 to 200 to all inputs."""
    return x + log_uniform(rng, 5, 200)


@kind(SAMPLES, "one input that dominates", "mlp deep", "inputs")
def dominated(x: Array, rng: Rng) -> Array:
    """Multiply one pixel of the middle by 100 to 1e4."""
    spoiled, (row, column) = x.copy(), rng.integers(2, 6, 2)
    spoiled[:, 8 * row + column] *= log_uniform(rng, 100, 1e4)
    return spoiled


@kind(SAMPLES, "inputs that are constant but for a trace", ROWS, "inputs")
def constant(x: Array, rng: Rng) -> Array:
    """Leave a change of 1e-6 to 1e-4 around 1."""
    return 1 + x / log_uniform(rng, 1e4, 1e6)


@kind(SAMPLES, "targets far from 0", "values", "targets")
def far_targets(y: Array, rng: Rng) -> Array:
    """Move the targets to 1e3 to 1e5, with a std of a hundredth of that."""
    size = log_uniform(rng, 1e3, 1e5)
    return size * (1 + y / 100)


@kind(SAMPLES, "targets too large", "values", "targets")
def large_targets(y: Array, rng: Rng) -> Array:
    """Multiply the targets by 30 to 1e5."""
    return y * log_uniform(rng, 30, 1e5)
