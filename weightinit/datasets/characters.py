"""A text of short reviews, character by character.

>>> import weightinit as wi
>>> data = wi.datasets.text(1000, rng=0)
>>> data.decode(data.tokens[:30])
'the film was so great again to'
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._arrays import check_array
from weightinit._checks import RandomSource, check_integer
from weightinit.datasets._draw import check_draw
from weightinit.datasets.reviews import WORDS, entropy_of_sentences, length_of_sentences, sentences

__all__ = ["Text", "text"]

_Array = NDArray[Any]

_END = ". "
_ALPHABET = ("", *sorted({*_END, *"".join(WORDS)}))
_SHORTEST = len("the film was bad" + _END)


@dataclass(frozen=True, eq=False)
class Text:
    """
    A text as tokens, one for each character.

    Attributes
    ----------
    tokens : ndarray of int, shape (n,)
        The number of each character, from 1; 0 stays free for padding.
    alphabet : tuple of str
        The characters by number; the first, empty, is the padding.

    Examples
    --------
    >>> import weightinit as wi
    >>> data = wi.datasets.text(1000, rng=0)
    >>> data.tokens.shape, len(data.alphabet)
    ((1000,), 25)
    """

    tokens: _Array
    alphabet: tuple[str, ...]

    @property
    def entropy(self) -> float:
        """The entropy of the source in nats a character: on average no model is below it."""
        return entropy_of_sentences() / (length_of_sentences() + len(_END))

    def windows(self, length: int) -> tuple[_Array, _Array]:
        """
        Cut the text into windows, each with the character that follows each of its own.

        Parameters
        ----------
        length : int
            The characters of a window, fewer than the text has.

        Returns
        -------
        x : ndarray of int, shape (m, length)
            Windows that do not overlap, from the beginning on; what is left over is left out.
        y : ndarray of int, shape (m, length)
            The character after each.

        Raises
        ------
        TypeError, ValueError
            `length` is not an integer from 1 to the length of the text less 1.

        Examples
        --------
        >>> import weightinit as wi
        >>> data = wi.datasets.text(1000, rng=0)
        >>> x, y = data.windows(8)
        >>> x.shape, data.decode(x[0]), data.decode(y[0])
        ((124, 8), 'the film', 'he film ')
        """
        hint = "draw a longer text for longer windows"
        most = len(self.tokens) - 1
        size = check_integer("length", length, at_least=1, at_most=most, hint=hint)
        end = most // size * size
        x, y = (self.tokens[first : first + end].reshape(-1, size) for first in (0, 1))
        return x.copy(), y.copy()

    def decode(self, tokens: ArrayLike) -> str:
        """
        Return the characters that tokens stand for.

        Parameters
        ----------
        tokens : array_like of int, shape (k,)
            Numbers of characters; padding, token 0, is left out.

        Returns
        -------
        str
            The characters.

        Raises
        ------
        TypeError, ValueError
            They are no row of integers, or one is not below the size of the alphabet.

        Examples
        --------
        >>> import weightinit as wi
        >>> wi.datasets.text(20, rng=0).decode([20, 10, 7])
        'the'
        """
        most = len(self.alphabet) - 1
        told, hint = f"a row of integers from 0 to {most}", "take them from Text.tokens"
        numbers = check_array("tokens", tokens, told, kinds="iu", hint=hint)
        if numbers.ndim != 1 or (numbers.size and not 0 <= numbers.min() <= numbers.max() <= most):
            raise ValueError(f"tokens must be {told}, got {numbers!r}; {hint}")
        return "".join(self.alphabet[number] for number in numbers)


def text(n: int, *, rng: RandomSource = None) -> Text:
    r"""
    Draw a text of short reviews by characters: :func:`~weightinit.datasets.sentences` in a row.

    A sentence ends with a full stop and a space. Sentences are drawn independently, so that the
    entropy of the text, in nats a character, is that of a sentence over its mean length: what
    remains for a model to lose that knows the grammar, and where it is.

    Parameters
    ----------
    n : int
        How many characters, at least 1.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    Text
        The characters as tokens, and the alphabet.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    Examples
    --------
    >>> import weightinit as wi
    >>> data = wi.datasets.text(20_000, rng=0)
    >>> x, y = data.windows(32)
    >>> x.shape
    (624, 32)
    """
    size, generator = check_draw(n, rng)
    drawn = sentences(size // _SHORTEST + 1, rng=generator)
    whole = "".join(drawn.text(i) + _END for i in range(len(drawn.tokens)))
    number = {character: token for token, character in enumerate(_ALPHABET)}
    return Text(np.array([number[character] for character in whole[:size]]), _ALPHABET)
