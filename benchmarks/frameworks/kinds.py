"""The kind of distribution that numbers were drawn from, found from the numbers alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["FURTHEST", "kind"]

#: What sqrt(n) times the distance of n draws from their law exceeds once in a million (Massart).
FURTHEST = float(np.sqrt(np.log(2e6) / 2))

_CUT = stats.truncnorm(-2, 2)
_LAWS = {
    "uniform": stats.uniform(-np.sqrt(3), 2 * np.sqrt(3)),
    "normal": stats.norm(),
    "truncated normal": stats.truncnorm(-2, 2, scale=1 / _CUT.std()),
}


def kind(pieces: Sequence[NDArray[Any]]) -> str:
    """Return "constant", "orthogonal", or the law about zero that fits; "other" if none does."""
    draws = np.concatenate([piece.ravel() for piece in pieces]).astype(np.float64)
    if np.ptp(draws) == 0:
        return "constant"
    if all(_is_orthogonal(piece) for piece in pieces):
        return "orthogonal"
    scaled = draws / np.sqrt(np.mean(draws**2))
    distances = {
        name: stats.ks_1samp(scaled, law.cdf, method="asymp").statistic
        for name, law in _LAWS.items()
    }
    nearest = min(distances, key=distances.__getitem__)
    return nearest if distances[nearest] * np.sqrt(draws.size) <= FURTHEST else "other"


def _is_orthogonal(piece: NDArray[Any]) -> bool:
    """Tell whether a matrix keeps lengths, in one direction at least."""
    if piece.ndim != 2:
        return False
    singular = np.linalg.svd(piece.astype(np.float64), compute_uv=False)
    return bool(np.ptp(singular) <= 1e-4 * singular[0])
