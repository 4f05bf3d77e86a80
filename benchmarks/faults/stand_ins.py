"""Data for the published networks: like theirs in shape, range and classes, drawn anew.

Circles and blobs are those of scikit-learn with the noise that the source shows; images are its
digits, made larger; iris, xor and the patterns of bits are the very data; the rest is made up.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits, load_iris, make_blobs, make_circles

from benchmarks.faults.cases import Case

__all__ = ["data_of"]

Array = NDArray[Any]


def data_of(case: Case, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return samples and their labels or targets, at most n, in random order."""
    facts = case["data"]
    x, y = _KINDS[facts["kind"]](n, rng, facts)
    order = rng.permutation(len(x))[:n]
    return x[order], y[order]


def _digits(n: int, rng: np.random.Generator, height: int) -> tuple[Array, Array]:
    """Return images from 0 to 1: each pixel of a digit made a square, with a frame of zeros."""
    x, y = load_digits(return_X_y=True)
    chosen = rng.choice(len(x), min(n, len(x)), replace=False)
    factor = height // 8
    images = np.kron(x[chosen].reshape(-1, 8, 8) / 16, np.ones((1, factor, factor)))
    frame = (height - 8 * factor) // 2
    return np.pad(images, ((0, 0), (frame, frame), (frame, frame))), y[chosen]


def _mnist(n: int, rng: np.random.Generator, facts: Any) -> tuple[Array, Array]:
    images, y = _digits(n, rng, 28)
    return images.reshape(-1, *facts["shape"]), y


def _cifar(n: int, rng: np.random.Generator, facts: Any) -> tuple[Array, Array]:
    """Return digits in a color of their own on a ground of another, a little noise on them."""
    images, y = _digits(n, rng, 32)
    ink, ground = rng.uniform(0.5, 1, (2, len(y), 1, 1, 3))
    x = ground / 2 + images[..., np.newaxis] * (ink - ground / 2)
    x = np.clip(x + 0.05 * rng.standard_normal(x.shape), 0, 1)
    if facts["values"].startswith("mean 0"):
        x = (x - x.mean(axis=(0, 1, 2))) / x.std(axis=(0, 1, 2))
    return x, y


def _circle(_n: int, rng: np.random.Generator, _facts: Any) -> tuple[Array, Array]:
    x, y = make_circles(1000, noise=0.1, factor=0.8, random_state=int(rng.integers(2**31)))
    return x / np.abs(x).max(axis=0), y


def _blob(_n: int, rng: np.random.Generator, _facts: Any) -> tuple[Array, Array]:
    centers = make_blobs(1, n_features=2, centers=3, random_state=2, return_centers=True)[2]
    seed = int(rng.integers(2**31))
    return make_blobs(1000, centers=centers, cluster_std=2.0, random_state=seed)


def _tabular(n: int, rng: np.random.Generator, facts: Any) -> tuple[Array, Array]:
    """Return standard normal columns and on which side of a plane they lie."""
    x = rng.standard_normal((n, *facts["shape"]))
    return x, (x @ rng.standard_normal(facts["shape"]) > 0).astype(int)


def _heart(n: int, rng: np.random.Generator, facts: Any) -> tuple[Array, Array]:
    """Return raw columns of a clinic: ages, pressures, rates, and codes of few values."""
    low, high = np.array([[29, 0, 0, 94, 126, 0, 71, 0, 0], [77, 2, 4, 200, 200, 3, 200, 2, 6.2]])
    x = rng.uniform(low, high, (n, *facts["shape"]))
    whole = high - low <= 4
    x[:, whole] = np.floor(x[:, whole])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    return x, (z @ rng.standard_normal(z.shape[1]) > 0).astype(int)


def _reuters(n: int, rng: np.random.Generator, facts: Any) -> tuple[Array, Array]:
    """Return which of the words occur: common ones, and some that a class prefers."""
    (words,), classes = facts["shape"], facts["classes"]
    y = rng.choice(classes, n, p=_shares(classes))
    common = 0.5 / (1 + np.arange(words) / 40)
    favorites = rng.integers(words, size=(classes, 40))
    chance = np.tile(common, (n, 1))
    chance[np.arange(n)[:, np.newaxis], favorites[y]] = 0.3
    return (rng.random(chance.shape) < chance).astype(float), y


def _shares(classes: int) -> Array:
    shares = 1 / np.arange(1, classes + 1)
    return shares / shares.sum()


def _constant_rows(n: int, rng: np.random.Generator, facts: Any) -> tuple[Array, Array]:
    y = rng.integers(2, size=n)
    return np.tile(y[:, np.newaxis].astype(float), (1, *facts["shape"])), y


def _xor(_n: int, _rng: np.random.Generator, _facts: Any) -> tuple[Array, Array]:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [0, 1], [1, 0]], dtype=float)
    return x, (x.sum(axis=1) == 1).astype(float)[:, np.newaxis]


def _bits(_n: int, _rng: np.random.Generator, _facts: Any) -> tuple[Array, Array]:
    x = ((np.arange(256)[:, np.newaxis] >> np.arange(8)) & 1).astype(float)
    return x, x.copy()


def _iris(_n: int, _rng: np.random.Generator, _facts: Any) -> tuple[Array, Array]:
    x, y = load_iris(return_X_y=True)
    return x, y


def _regression(n: int, rng: np.random.Generator, facts: Any) -> tuple[Array, Array]:
    """Return a parabola of one feature; or of nine, three of which code a category."""
    (width,) = facts["shape"]
    if width == 1:
        x = rng.uniform(0, 5, (n, 1))
        return x, 5 * x**2 + rng.standard_normal((n, 1))
    x = np.hstack([rng.random((n, width - 3)), np.eye(3)[rng.integers(3, size=n)]])
    y = x @ rng.standard_normal(width) + (x[:, 0] - 0.5) ** 2
    return x, ((y - y.min()) / (y.max() - y.min()))[:, np.newaxis]


_KINDS: dict[str, Callable[[int, np.random.Generator, Any], tuple[Array, Array]]] = {
    "mnist-like": _mnist,
    "cifar-like": _cifar,
    "circle": _circle,
    "blob": _blob,
    "tabular": _tabular,
    "heart-like": _heart,
    "reuters-like": _reuters,
    "all ones or all zeros": _constant_rows,
    "xor": _xor,
    "bits": _bits,
    "iris": _iris,
    "regression": _regression,
}
