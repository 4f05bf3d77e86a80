"""Small data to send through a model: images with a pattern, text of a Markov chain, series."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLASSES", "LENGTH", "WORDS", "Array", "images", "phrases", "series", "text"]

Array = NDArray[np.floating | np.integer]

CLASSES, WORDS, LENGTH = 10, 64, 32
_LAWS = 7  # seeds what classes and texts have in common: it is the same for all batches


def images(
    seed: int, *, samples: int = 16, side: int = 32, channels: int = 3, last: bool = False
) -> tuple[Array, Array]:
    """Return standardized images, smooth noise with the pattern of a class, and their labels."""
    shape = (channels, side, side)
    patterns = _smooth(np.random.default_rng(_LAWS), CLASSES, shape)
    rng = np.random.default_rng(seed)
    labels = rng.integers(CLASSES, size=samples)
    x = patterns[labels] + _smooth(rng, samples, shape) + 0.3 * rng.normal(size=(samples, *shape))
    x = ((x - x.mean()) / x.std()).astype(np.float32)
    return (np.moveaxis(x, 1, -1).copy() if last else x), labels


def _smooth(rng: np.random.Generator, n: int, shape: tuple[int, int, int]) -> Array:
    """Return noise of the eight lowest frequencies along both sides, of variance 1."""
    channels, height, width = shape
    waves = [
        np.cos(np.pi * np.outer(np.arange(8), np.arange(m) + 0.5) / m) for m in (height, width)
    ]
    noise = np.einsum("ncij,ih,jw->nchw", rng.normal(size=(n, channels, 8, 8)), *waves)
    return noise / noise.std()


def _chain() -> Array:
    """Return transition probabilities of a Markov chain: from each word to few others, mostly."""
    return np.random.default_rng(_LAWS).dirichlet(np.full(WORDS, 0.05), size=WORDS)


def _walks(rng: np.random.Generator, chains: Array, length: int) -> Array:
    """Return a walk on each chain."""
    steps = [rng.integers(WORDS, size=len(chains))]
    for _ in range(length - 1):
        reached = np.cumsum(chains[np.arange(len(chains)), steps[-1]], axis=1)
        step = (reached < rng.random((len(chains), 1))).sum(axis=1)
        steps.append(np.minimum(step, WORDS - 1))
    return np.stack(steps, axis=1)


def text(seed: int, *, samples: int = 16) -> tuple[Array, Array]:
    """Return words of one chain, and at each place the word that comes next."""
    rng = np.random.default_rng(seed)
    words = _walks(rng, np.broadcast_to(_chain(), (samples, WORDS, WORDS)), LENGTH + 1)
    return words[:, :-1].copy(), words[:, 1:].copy()


def phrases(seed: int, *, samples: int = 16) -> tuple[Array, Array]:
    """Return words, half of them from the vocabulary of a class, and which class that is."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(CLASSES, size=samples)
    own = np.kron(np.eye(CLASSES), np.full(WORDS // CLASSES, 1 / (WORDS // CLASSES)))
    own = np.pad(own, [(0, 0), (0, WORDS - own.shape[1])])
    return _walks(rng, (own[:, None] + _chain())[labels] / 2, LENGTH), labels


def series(
    seed: int, *, samples: int = 16, channels: int = 1, length: int = 64
) -> tuple[Array, Array]:
    """Return noisy oscillations of variance 1, and at each place the value that comes next."""
    rng = np.random.default_rng(seed)
    frequency, phase = rng.uniform(0.1, 0.6, (2, samples, channels, 1)) * [[[[1]]], [[[10]]]]
    wave = np.sin(frequency * np.arange(length + 1) + phase) * np.sqrt(2)
    wave = ((wave + 0.1 * rng.normal(size=wave.shape)) / np.sqrt(1.01)).astype(np.float32)
    return wave[..., :-1].copy(), wave[..., 1:].copy()
