"""Sums of products by their equation: which axes of the second factor are contracted."""

from typing import NamedTuple

__all__ = ["Contraction", "leading"]


def leading(equation: str) -> int | None:
    """
    Return how many leading axes of the second factor are contracted; None if others are.

    Parameters
    ----------
    equation : str
        ``"abc,cde->abde"``.

    Returns
    -------
    int or None
        None as well where the factors share an axis that stays.

    Examples
    --------
    >>> from weightinit.tracing._torch.recording.einsum import leading
    >>> leading("abc,cde->abde"), leading("abcd,cde->abe"), leading("ijk,lk->ijl")
    (1, 2, None)
    """
    left, _, out = equation.replace(" ", "").partition("->")
    x, _, w = left.partition(",")
    count = sum(letter not in out for letter in w)
    plain = all(letter in x for letter in w[:count]) and not set(w[count:]) & set(x)
    fits = plain and all(letter in out for letter in w[count:]) and set(x) - set(w) <= set(out)
    return count if fits and 0 < count < len(w) and w.isalpha() and "," not in w else None


class Contraction(NamedTuple):
    """
    A contraction as a product of matrices.

    Parameters
    ----------
    before : tuple of int
        The axes of the first factor, those that are contracted last.
    after : tuple of int
        Where each axis of the result is found behind the product: kept axes, then those of units.
    contracted : int
        How many axes are contracted.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    contracted: int

    @classmethod
    def of(cls, equation: str, axes: int) -> "Contraction | None":
        """Return the contraction that an equation means for a first factor of so many axes."""
        contracted = leading(equation)
        if contracted is None:
            return None
        left, _, out = equation.replace(" ", "").partition("->")
        x, _, w = left.partition(",")
        free = iter(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in equation)
        more = "".join(next(free) for _ in range(axes - len(x.replace("...", ""))))
        x, out = x.replace("...", more), out.replace("...", more)
        kept = [letter for letter in x if letter not in w]
        made = [*kept, *w[contracted:]]
        before = (*(x.index(letter) for letter in kept), *map(x.index, w[:contracted]))
        return cls(before, tuple(made.index(letter) for letter in out), contracted)
