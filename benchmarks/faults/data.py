"""The data on which faults are planted: small, so that a training takes about a second."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits, make_friedman1, make_gaussian_quantiles

import weightinit as wi

__all__ = ["DATA", "Array", "Data"]

Array = NDArray[Any]
TRAINED, TESTED, WIDE = 600, 600, 784


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to learn from and others to be tested on."""

    x: Array
    y: Array
    x_test: Array
    y_test: Array

    @property
    def batch(self) -> tuple[Array, Array]:
        """What a diagnosis looks at."""
        return self.x[:100], self.y[:100]

    @property
    def chance(self) -> float:
        """The score of the best constant answer: a share of labels, or an R^2 of 0."""
        return float(np.bincount(self.y_test).max() / len(self.y_test)) if self.labels else 0.0

    @property
    def labels(self) -> bool:
        """Whether there are classes; otherwise targets."""
        return self.y.ndim == 1


def split(x: Array, y: Array) -> Data:
    """Return the first samples for training and the next for a test."""
    end = TRAINED + TESTED
    return Data(x[:TRAINED], y[:TRAINED], x[TRAINED:end], y[TRAINED:end])


@cache
def rows() -> Data:
    """Digits as rows of 64 pixels, of mean 0 and mean square 1."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x = x - x.mean(axis=0)
    return split((x / x.std())[order], y[order])


@cache
def images() -> Data:
    """Present the same digits as images of 8 x 8 pixels."""
    of = rows()
    shape = (-1, 8, 8, 1)
    return Data(of.x.reshape(shape), of.y, of.x_test.reshape(shape), of.y_test)


@cache
def wide() -> Data:
    """Make 784 random features of the digits, each of mean 0 and std 1."""
    of = rows()
    R = np.random.default_rng(0).normal(size=(of.x.shape[1], WIDE))
    features = np.maximum(np.concatenate([of.x, of.x_test]) @ R, 0)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    return split(features, np.concatenate([of.y, of.y_test]))


@cache
def pixels() -> Data:
    """Digits as they come but for a factor: from 0 to 1."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    return split(x[order] / 16, y[order])


@cache
def one_hot() -> Data:
    """Code each pixel as one of four levels: 256 inputs, a quarter of them 1."""
    of = pixels()

    def coded(x: Array) -> Array:
        levels = np.minimum(4 * x, 3).astype(int)
        return np.eye(4)[levels].reshape(len(x), -1)

    return Data(coded(of.x), of.y, coded(of.x_test), of.y_test)


@cache
def xor() -> Data:
    """Points of the plane whose label is the XOR of two signs."""
    return split(*wi.datasets.xor(TRAINED + TESTED, rng=0))


@cache
def shells() -> Data:
    """Three shells around the origin of four dimensions, of which a linear map learns nothing."""
    return split(*make_gaussian_quantiles(n_samples=1200, n_features=4, random_state=0))


@cache
def values() -> Data:
    """Friedman's first regression problem, inputs and targets of mean 0 and std 1."""
    x, y = make_friedman1(TRAINED + TESTED, random_state=0)
    x, y = (x - x.mean(axis=0)) / x.std(axis=0), (y - y.mean()) / y.std()
    return split(x, y[:, np.newaxis])


@cache
def sentences() -> Data:
    """Reviews whose meaning a negation turns around."""
    drawn = wi.datasets.sentences(TRAINED + TESTED, rng=0)
    return split(drawn.tokens, drawn.labels)


#: The data by name.
DATA = {
    f.__name__: f for f in (rows, images, wide, pixels, one_hot, xor, shells, values, sentences)
}
