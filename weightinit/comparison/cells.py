"""One cell of a comparison: one training, from one initializer and one seed."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from weightinit._checks import check_integer, check_real
from weightinit._messages import message, shown, shown_error
from weightinit.initializers import Initializer
from weightinit.training import History
from weightinit.training._interrupts import raise_interrupts

__all__ = ["Cell", "Result", "TrainOnce", "check_label", "curve", "final", "run_cell"]

#: What is kept of a training: its curves, or one score.
Result = History | float

#: Called as train_once(initializer, rng).
TrainOnce = Callable[[Initializer, np.random.Generator], Result]


@dataclass(frozen=True)
class Cell:
    """
    The outcome of one training: a result, or the reason why there is none.

    Parameters
    ----------
    label : str
        Which initializer.
    seed : int
        Which seed: ``train_once(initializer, np.random.default_rng(seed))`` runs the cell again.
    result : History or float or None
        What `train_once` returned, every number of it finite; None if the cell failed.
    error : str
        Type and message of what went wrong; empty if nothing did.

    Raises
    ------
    TypeError, ValueError
        Something is not as above, or there is neither result nor error, or both.
    FloatingPointError
        A number of a `History` is not finite.

    Examples
    --------
    >>> from weightinit.comparison import Cell
    >>> Cell("he", 0, 0.5), Cell("zeros", 0, error="ValueError: zeros do not train")
    (Cell(label='he', seed=0, result=0.5, error=''),
     Cell(label='zeros', seed=0, result=None, error='ValueError: zeros do not train'))
    """

    label: str
    seed: int
    result: Result | None = None
    error: str = ""

    def __post_init__(self) -> None:
        """Check the fields, and bring their numbers into plain form."""
        object.__setattr__(self, "label", check_label("label", self.label))
        object.__setattr__(self, "seed", check_integer("seed", self.seed, at_least=0))
        if not isinstance(self.error, str):
            raise TypeError(message("error", self.error, "a text", "write what went wrong"))
        object.__setattr__(self, "error", str.__str__(self.error))
        if (self.result is None) == (not self.error):
            raise ValueError(
                "a cell must have either a result or an error, got result="
                f"{shown(self.result)} and error={shown(self.error)}; say why there is no result, "
                "or leave out the error"
            )
        if self.result is not None:
            object.__setattr__(self, "result", _checked(self.result))


def check_label(name: str, label: object) -> str:
    """Return the label of an initializer, which must be a line of text, as a plain string."""
    plain = str.__str__(label) if isinstance(label, str) else ""  # a subclass may print otherwise
    if not plain.strip() or "\n" in plain:
        raise TypeError(message(name, label, "a line of text", "write a short string"))
    return plain


def curve(history: History, measure: str) -> list[float]:
    """Return the accuracies or the losses, whichever is compared."""
    return history.accuracies if measure == "accuracy" else history.losses


def final(result: Result, measure: str) -> float:
    """Return the number by which a result is judged."""
    return curve(result, measure)[-1] if isinstance(result, History) else result


def run_cell(train_once: TrainOnce, initializer: Initializer, label: str, seed: int) -> Cell | None:
    """Train once, whatever becomes of it; return None if the keyboard ended it early."""
    try:
        with raise_interrupts():
            result = train_once(initializer, np.random.default_rng(seed))
        if isinstance(result, History) and result.interrupted:
            return None
        return Cell(label, seed, _checked(result))
    except Exception as error:  # noqa: BLE001  whatever fails here, the other cells go on
        return Cell(label, seed, error=_told(error))


def _told(error: Exception) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001  its own __str__ may raise anything
        return shown_error(error)


def _checked(result: object) -> Result:
    """Return the result in plain floats, or raise if a number of it is not finite."""
    if not isinstance(result, History):
        hint = "return a History, or one score as a float"
        return check_real("the result of train_once", result, hint=hint)
    if not result.losses:
        raise ValueError("train_once returned a History without losses; train for an epoch or more")
    curves = {"loss": result.losses, "accuracy": result.accuracies}
    for name, values in curves.items():
        for epoch, value in enumerate(values, start=1):
            if not math.isfinite(value):
                raise FloatingPointError(f"the {name} of epoch {epoch} is {value}")
    return History([float(v) for v in result.losses], [float(v) for v in result.accuracies])
