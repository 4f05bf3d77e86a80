"""Recognize labels in another form than a loss takes, and say what brings them into it."""

import numpy as np
from numpy.typing import ArrayLike

from weightinit.networks.layers.base import Array

__all__ = ["looks_like_labels", "numbered", "renumbered"]


def looks_like_labels(targets: ArrayLike, name: str = "y") -> str:
    """
    Return the call that turns targets into labels, if they look like labels in another form.

    Such are one row for each sample with a single 1 (one-hot), text, whole numbers as floats, and a
    column in place of a row. A column of floats, the usual form of targets, counts if it holds the
    two values 0 and 1, 1 and 2, or -1 and 1: more whole numbers may be counts or ratings.

    Parameters
    ----------
    targets : array_like, shape (n,) or (n, d)
        Labels or targets.
    name : str, default "y"
        What the call calls them.

    Returns
    -------
    str
        An expression of NumPy, such as ``"y.argmax(axis=1)"``; empty if these are no labels, or are
        labels already.

    Examples
    --------
    >>> from weightinit.networks._labels import looks_like_labels
    >>> looks_like_labels([[0.0, 1.0], [1.0, 0.0]])
    'y.argmax(axis=1)'
    >>> looks_like_labels([[0.0], [1.0], [1.0]]), looks_like_labels([[0.5], [1.0], [1.0]])
    ('y.astype(int).ravel()', '')
    """
    y = np.asarray(targets)
    if y.size == 0 or y.ndim not in (1, 2):
        return ""
    if y.ndim == 2 and y.shape[1] > 1:
        return f"{name}.argmax(axis=1)" if _is_one_hot(y) else ""
    flat = "" if y.ndim == 1 else ".ravel()"
    if _is_text(y):
        return f"np.unique({name}, return_inverse=True)[1]{flat}"
    if not _is_whole(y):
        return ""
    values = np.unique(y)
    floats = y.dtype.kind == "f"
    if floats and flat and values.tolist() not in ([0, 1], [1, 2], [-1, 1]):
        return ""
    cast = ".astype(int)" if floats and values[0] >= 0 else ""
    # One value alone does not tell where counting begins.
    call = numbered(values, len(values) if len(values) > 1 else 0, f"{name}{cast}{flat}")
    return "" if call == name else call


def numbered(values: Array, classes: int, name: str) -> str:
    """
    Return the call that numbers labels -1 and 1, or 1 to k, from 0; the name alone for others.

    Parameters
    ----------
    values : ndarray
        The values that occur, in ascending order.
    classes : int
        How many classes there are.
    name : str
        What the labels are called.

    Returns
    -------
    str
        An expression of NumPy.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._labels import numbered
    >>> [numbered(np.array(values), 3, "y") for values in ([-1, 1], [1, 3], [0, 1, 2])]
    ['(y > 0).astype(int)', 'y - 1', 'y']
    """
    if values[0] == -1 and set(values) <= {-1, 1}:
        return f"({name} > 0).astype(int)"
    if values[0] >= 1 and values[-1] <= classes:
        return f"{name} - 1"
    return name


def renumbered(labels: Array, classes: int, name: str = "y") -> str:
    """
    Return what to do about labels that are not all among the classes from 0.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        The labels.
    classes : int
        How many classes the network tells apart.
    name : str, default "y"
        What the labels are called.

    Returns
    -------
    str
        A way out, or two, in words.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks._labels import renumbered
    >>> renumbered(np.array([-1, 1, 1]), 2)
    'number the classes from 0: write (y > 0).astype(int)'
    """
    values = np.unique(labels)
    few, call = len(values) <= classes, numbered(values, max(classes, len(values)), name)
    alone = values[0] >= 0 and call == name  # they may be right, and the outputs too few
    if call == name:
        call = f"np.unique({name}, return_inverse=True)[1]"
    number = f"number the classes from 0: write {call}"
    outputs = f"end the network with {int(values[-1]) + 1 if alone else len(values)} outputs"
    if alone:
        return f"{number}, or {outputs}" if few else outputs
    return number if few else f"{number}, and {outputs}"


def _is_one_hot(y: Array) -> bool:
    if y.dtype.kind not in "biuf":
        return False
    return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all())


def _is_text(y: Array) -> bool:
    if y.dtype.kind == "O":
        return all(isinstance(value, str) for value in y.flat)
    return y.dtype.kind in "SUT"


def _is_whole(y: Array) -> bool:
    if y.dtype.kind == "f":
        return bool(np.isfinite(y).all() and (y == np.floor(y)).all())
    return y.dtype.kind in "biu"
