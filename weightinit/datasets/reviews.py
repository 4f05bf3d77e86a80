"""Short reviews from a grammar, word by word, with a negation that turns the meaning around.

>>> import weightinit as wi
>>> wi.datasets.sentences(1000, rng=0).text(0)
'the story was clever overall'
"""

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import RandomSource, check_integer
from weightinit.datasets._draw import check_draw

__all__ = ["WORDS", "Sentences", "entropy_of_sentences", "length_of_sentences", "sentences"]

_Array = NDArray[Any]

_FILLERS = ("honestly", "well", "today", "overall", "again")
_SUBJECTS = ("film", "story", "acting", "music", "ending")
_NEGATORS = ("not", "never", "hardly")
_INTENSIFIERS = ("very", "really", "quite", "so")
_GOOD = ("good", "great", "lovely", "clever", "moving", "funny", "brilliant")
_BAD = ("bad", "awful", "dull", "clumsy", "boring", "weak", "dreadful")
WORDS = ("", "the", "was", *_FILLERS, *_SUBJECTS, *_NEGATORS, *_INTENSIFIERS, *_GOOD, *_BAD)


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
    size, generator = check_draw(n, rng)
    number = {word: token for token, word in enumerate(WORDS)}

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
        vocabulary=WORDS,
        negated=negated,
    )


def entropy_of_sentences() -> float:
    """Return the entropy of a sentence as it reads, in nats.

    Of two places for a filler it does not show which one is empty: there are 0, 1 or 2 of them with
    probabilities 1/4, 1/2 and 1/4.
    """
    fillers = 1.5 * log(2) + log(len(_FILLERS))
    negator = -0.3 * log(0.3 / len(_NEGATORS)) - 0.7 * log(0.7)
    intensifier = log(2) + 0.5 * log(len(_INTENSIFIERS))
    return 2 * fillers + log(len(_SUBJECTS)) + negator + intensifier + log(len(_GOOD + _BAD))


def length_of_sentences() -> float:
    """Return the mean number of characters of a sentence, up to the end of its last word."""

    def mean(words: tuple[str, ...]) -> float:
        """Return the mean length of a word and the space before it."""
        return 1 + sum(map(len, words)) / len(words)

    always = mean(("the",)) + mean(_SUBJECTS) + mean(("was",)) + mean(_GOOD + _BAD)
    return always + 2 * mean(_FILLERS) + 0.3 * mean(_NEGATORS) + 0.5 * mean(_INTENSIFIERS) - 1
