"""Small data sets generated from a seed: three in the plane, and one of sentences.

For real images there are the 8 x 8 digits of scikit-learn.

>>> import weightinit as wi
>>> x, y = wi.datasets.ring(400, rng=0)
>>> x.shape, y.shape
((400, 2), (400,))
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import LARGEST, RandomSource, check_integer, check_rng

__all__ = ["Sentences", "ring", "sentences", "spirals", "xor"]

_Array = NDArray[Any]

_MOST = LARGEST // 80  # ten words of eight bytes for each sample are all that NumPy can address


def ring(n: int, *, rng: RandomSource = None) -> tuple[_Array, _Array]:
    r"""
    Draw points in a disc and in the ring around it, which no straight line separates.

    Label 1 is spread evenly over the disc of radius 1, label 0 over the ring from radius 1 to 2.

    Parameters
    ----------
    n : int
        How many points, at least 1. Each has label 0 or 1 with equal chances.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    x : ndarray, shape (n, 2)
        The points.
    y : ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(400, rng=0)
    >>> bool(np.all((np.hypot(*x.T) < 1) == y))
    True
    """
    generator, y = _start(n, rng)
    inner, outer = np.where(y, 0.0, 1.0), np.where(y, 1.0, 2.0)
    # The area within a radius grows as its square, so that even spread is uniform in r ** 2.
    r = np.sqrt(generator.uniform(inner**2, outer**2))
    angle = generator.uniform(0, 2 * np.pi, len(y))
    return _at(r, angle), y


def xor(n: int, *, rng: RandomSource = None) -> tuple[_Array, _Array]:
    """
    Draw four clouds at the corners of a square, labelled by exclusive or.

    The corners are at ``(±1, ±1)``, the clouds normal with std 0.3. Label 1 is where the two signs
    differ.

    Parameters
    ----------
    n : int
        How many points, at least 1. Each has label 0 or 1 with equal chances.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    x : ndarray, shape (n, 2)
        The points.
    y : ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.xor(400, rng=0)
    >>> x.shape, y.shape
    ((400, 2), (400,))
    """
    generator, y = _start(n, rng)
    first = generator.choice([-1.0, 1.0], len(y))
    corners = np.column_stack([first, np.where(y, -first, first)])
    return corners + generator.normal(scale=0.3, size=(len(y), 2)), y


def spirals(n: int, *, rng: RandomSource = None) -> tuple[_Array, _Array]:
    r"""
    Draw points on two spirals that wind around each other.

    Both wind one and a half times around the origin, out to radius 2, each opposite the other:

    .. math:: x = r\, (\cos \alpha, \sin \alpha) + \varepsilon, \qquad
        \alpha = \pi (\tfrac{3}{2} r + y), \qquad r^2 \sim U(0, 4)

    for the label y, with normal noise :math:`\varepsilon` of std 0.05 in both directions.

    Parameters
    ----------
    n : int
        How many points, at least 1. Each has label 0 or 1 with equal chances.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    x : ndarray, shape (n, 2)
        The points.
    y : ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    References
    ----------
    Lang and Witbrock (1988), "Learning to tell two spirals apart", Proceedings of the 1988
    Connectionist Models Summer School.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.spirals(400, rng=0)
    >>> x.shape, y.shape
    ((400, 2), (400,))
    """
    generator, y = _start(n, rng)
    r = 2 * np.sqrt(generator.random(len(y)))
    angle = np.pi * (1.5 * r + y)
    points = _at(r, angle)
    return points + generator.normal(scale=0.05, size=points.shape), y


def _at(r: _Array, angle: _Array) -> _Array:
    """Return the points of the plane at these polar coordinates."""
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)])


def _start(n: int, rng: RandomSource) -> tuple[np.random.Generator, _Array]:
    """Return a generator, and labels 0 and 1 drawn with equal probability."""
    size = check_integer("n", n, at_least=1, at_most=_MOST)
    generator = check_rng(rng)
    # Exactly balanced labels would hide that sigmoid networks do leave zero: their first gradient
    # would vanish with the mean of the labels.
    return generator, generator.integers(0, 2, size)


_FILLERS = ("honestly", "well", "today", "overall", "again")
_SUBJECTS = ("film", "story", "acting", "music", "ending")
_NEGATORS = ("not", "never", "hardly")
_INTENSIFIERS = ("very", "really", "quite", "so")
_GOOD = ("good", "great", "lovely", "clever", "moving", "funny", "brilliant")
_BAD = ("bad", "awful", "dull", "clumsy", "boring", "weak", "dreadful")
_WORDS = ("", "the", "was", *_FILLERS, *_SUBJECTS, *_NEGATORS, *_INTENSIFIERS, *_GOOD, *_BAD)


@dataclass(frozen=True, eq=False)
class Sentences:
    """
    Sentences as tokens, with the label of each.

    Attributes
    ----------
    tokens : ndarray of int, shape (n, 10)
        The number of each word; 0 is padding, after the last word.
    labels : ndarray of int, shape (n,)
        1 where the sentence praises, 0 where it does not.
    vocabulary : tuple of str
        The words by number; the first, empty, is the padding.
    negated : ndarray of bool, shape (n,)
        Where a "not", "never" or "hardly" turns the sentence into its opposite.

    Examples
    --------
    >>> import weightinit as wi
    >>> data = wi.datasets.sentences(100, rng=0)
    >>> data.tokens.shape, len(data.vocabulary)
    ((100, 10), 34)
    """

    tokens: _Array
    labels: _Array
    vocabulary: tuple[str, ...]
    negated: _Array

    def text(self, index: int) -> str:
        """
        Return a sentence in words.

        Parameters
        ----------
        index : int
            Which one; -1 is the last.

        Returns
        -------
        str
            Its words, without the padding.

        Raises
        ------
        TypeError, ValueError
            `index` is not an integer, or there is no such sentence.

        Examples
        --------
        >>> import weightinit as wi
        >>> wi.datasets.sentences(1000, rng=0).text(0)
        'the story was clever overall'
        """
        n = len(self.tokens)
        hint = "sentences are counted from 0"
        place = check_integer("index", index, at_least=-n, at_most=n - 1, hint=hint)
        return " ".join(self.vocabulary[token] for token in self.tokens[place] if token)


def sentences(n: int, *, rng: RandomSource = None) -> Sentences:
    """
    Draw short reviews from a grammar in which a negation turns the meaning around.

    A sentence is ``[filler] [filler] the SUBJECT was [negator] [intensifier] ADJECTIVE [filler]
    [filler]``, with the parts in brackets there or not: the negator in 30 % of sentences, the
    others in half of them. Adjectives praise or blame, with equal chances. The label is
    *adjective praises* XOR *negator is there*. No linear function of the word counts is that, and
    logistic regression on them misses the negated sentences; but it is a function of the counts,
    and a hidden layer learns it from them. The order of the words adds nothing. A network that
    reads word by word has to hold the negator until the adjective comes.

    Parameters
    ----------
    n : int
        How many sentences, at least 1.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    Sentences
        Tokens, labels, vocabulary, and which sentences are negated.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    Examples
    --------
    >>> import weightinit as wi
    >>> data = wi.datasets.sentences(1000, rng=0)
    >>> data.text(0), int(data.labels[0]), bool(data.negated[0])
    ('the story was clever overall', 1, False)
    """
    size = check_integer("n", n, at_least=1, at_most=_MOST)
    generator = check_rng(rng)
    number = {word: token for token, word in enumerate(_WORDS)}

    def words(choices: tuple[str, ...], there: _Array | float = 1.0) -> _Array:
        """Draw one of these tokens for each sentence, 0 where the part is absent."""
        drawn = generator.choice([number[word] for word in choices], size)
        return np.where(generator.random(size) < there, drawn, 0)

    negated = generator.random(size) < 0.3
    praises = generator.random(size) < 0.5
    parts = [
        words(_FILLERS, 0.5),
        words(_FILLERS, 0.5),
        words(("the",)),
        words(_SUBJECTS),
        words(("was",)),
        words(_NEGATORS, negated),
        words(_INTENSIFIERS, 0.5),
        np.where(praises, words(_GOOD), words(_BAD)),
        words(_FILLERS, 0.5),
        words(_FILLERS, 0.5),
    ]
    tokens = np.column_stack(parts)
    behind = np.argsort(tokens == 0, axis=1, kind="stable")
    return Sentences(
        tokens=np.take_along_axis(tokens, behind, axis=1),
        labels=(praises != negated).astype(np.intp),
        vocabulary=_WORDS,
        negated=negated,
    )
