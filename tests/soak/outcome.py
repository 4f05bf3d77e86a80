"""What becomes of a call: an answer, a clear error, or something that is a fault of the package."""

import ast
import collections
import itertools
import re
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

import weightinit as wi
from tests.soak import known
from tests.soak.calls import NAMESPACE, Target

__all__ = ["FAULTS", "KINDS", "Outcome", "run"]

#: What may become of a call, and which of it is a fault.
KINDS = ("answer", "clear", "memory", "unclear", "silent", "changed", "slow")
FAULTS = ("unclear", "silent", "changed", "slow")

_PACKAGE = str(Path(wi.__file__).parent)
_LONGEST = 400  # letters in a message
_SECOND = 1.0  # of the processor: no question takes longer that does not ask for work
_ALWAYS = (TypeError, ValueError)
_DOCUMENTED = (RuntimeError, FloatingPointError, ImportError, OSError)


@dataclass(frozen=True)
class Outcome:
    """What became of a call, why that is a fault if it is one, and the seconds it took."""

    kind: str
    why: str
    seconds: float


class _TimeIsUpError(BaseException):
    """Raised in a call that takes too long; nothing that catches exceptions catches it."""


def run(
    target: Target, codes: Mapping[str, str], odd: Mapping[str, str], limit: float
) -> Outcome | None:
    """Call a target with valid values and odd ones in place of some; None if these make no sense.

    The arguments that expressions make are checked for change; those that a call is there to
    change are not.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            given = {name: eval(code, NAMESPACE) for name, code in {**codes, **odd}.items()}
            function = eval(target.function, NAMESPACE)
        except Exception:
            return None
    watched = [name for name in given if name not in known.CHANGES.get(_last(target.name), ())]
    before = [_fingerprint(given[name]) for name in watched]
    kind, why, seconds = _attempt(target, function, given, limit)
    if [_fingerprint(given[name]) for name in watched] != before:
        kind, why = "changed", "an argument was changed"
    return Outcome(kind, why, seconds)


def _attempt(
    target: Target, function: Callable[..., Any], given: dict[str, Any], limit: float
) -> tuple[str, str, float]:
    was_finite = all(map(_is_finite, given.values()))
    signal.signal(signal.SIGPROF, _interrupt)
    signal.setitimer(signal.ITIMER_PROF, limit)
    began = time.process_time()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                answer = function(**given)
                if _last(target.name) not in known.RECORDS:
                    answer = _look(answer)
            except Exception as error:
                kind, why = _judge_error(target, error, given)
                if kind == "unclear" and any(map(callable, _called_back(given))):
                    kind, why = "answer", ""
            else:
                kind, why = ("answer", "")
                if was_finite and not (
                    _last(target.name) in known.PASSES_ON or _is_finite(answer, only_nan=True)
                ):
                    kind, why = "silent", "NaN in the answer, though all that was given is finite"
    except _TimeIsUpError:
        return "slow", f"stopped after {limit:g} s", limit
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - began
    if caught and kind in ("answer", "clear"):
        warning = caught[0]
        kind, why = "unclear", f"{warning.category.__name__}: {warning.message}"
    elif seconds > _SECOND and kind in ("answer", "clear"):
        kind, why = "slow", f"{seconds:.1f} s"
    return kind, why, seconds


def _called_back(given: Mapping[str, Any]) -> list[Any]:
    return [value for name, value in given.items() if name in known.CALLED_BACK]


def _interrupt(*_: object) -> None:
    raise _TimeIsUpError


def _look(answer: Any) -> Any:
    """Use an answer: go through an iterator, print what the package has made."""
    if isinstance(answer, Iterator):
        return list(itertools.islice(answer, 100))
    if type(answer).__module__.startswith("weightinit"):
        repr(answer), str(answer), answer == answer  # noqa: PLR0124  its methods are asked
    return answer


def _judge_error(target: Target, error: Exception, given: Mapping[str, Any]) -> tuple[str, str]:
    """Tell whether an error is clear: raised on purpose, and its message says what is wrong."""
    try:
        text = str(error)
    except Exception:
        text = ""
    told = f"{type(error).__name__}: {text[:_LONGEST]!r}"
    if type(error) is AssertionError and _last(target.name) in known.ASSERTS:
        on_purpose = _raised_on_purpose(error.__traceback__)
        return ("answer", "") if on_purpose else ("unclear", f"an assert statement: {told}")
    if isinstance(error, MemoryError) and "Unable to allocate" in text:
        return "memory", ""
    for is_fault, why in _faults(target, error, text, given):
        if is_fault:
            return "unclear", f"{why}: {told}"
    return "clear", ""


def _faults(
    target: Target, error: Exception, text: str, given: Mapping[str, Any]
) -> Iterator[tuple[bool, str]]:
    """Yield what an error may do wrong, and whether it does."""
    documented = type(error) in _DOCUMENTED and type(error).__name__ in target.doc
    yield not (type(error) in _ALWAYS or documented), "foreign"
    yield not _raised_on_purpose(error.__traceback__), "raised by no statement of the package"
    yield len(text) > _LONGEST, f"a message of {len(text)} letters"
    yield not text.isprintable(), "not one printable line"
    yield not any(_names(text, name) for name in given), "names no argument"
    way_out = re.search(r"\b(must|needs?|takes?|cannot)\b|;", text)
    yield not way_out, "says neither what is allowed nor a way out"


def _names(text: str, name: str) -> bool:
    """Tell whether a message names an argument, outside of what it quotes or has in brackets."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    if len(name) == 1:
        bare = re.sub(r"\([^()]*\)", "", bare)
    return bool(re.search(rf"(?<![\w.]){name}(?!\w)", bare))


def _raised_on_purpose(trace: TracebackType | None) -> bool:
    """Tell whether a `raise` statement of the package made the error."""
    frame = traceback.extract_tb(trace)[-1]
    if not frame.filename.startswith(_PACKAGE) or frame.lineno is None:
        return False
    return frame.lineno in _lines_that_raise(frame.filename)


@cache
def _lines_that_raise(filename: str) -> frozenset[int]:
    tree = ast.parse(Path(filename).read_text("utf-8"))
    raising = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    return frozenset(
        line for node in raising for line in range(node.lineno, (node.end_lineno or 0) + 1)
    )


def _parts(value: Any) -> Iterator[Any] | None:
    """Return what a plain container holds; None for anything else, and for what reads itself."""
    if type(value) in (list, tuple, set, frozenset, collections.deque):
        return iter(value)
    if type(value) is dict:
        return itertools.chain(value.keys(), value.values())
    if isinstance(value, wi.Network):
        return iter(value._parameters.values())
    return None


def _fingerprint(value: Any, depth: int = 0) -> Any:
    """Return what changes when a value is changed."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.strides, value.tobytes()
    if isinstance(value, bytearray):
        return bytes(value)
    parts = _parts(value) if depth < 4 else None
    if parts is None:
        return id(value)
    return [id(value), *(_fingerprint(part, depth + 1) for part in itertools.islice(parts, 100))]


def _is_finite(value: Any, *, only_nan: bool = False, depth: int = 0) -> bool:
    """Tell whether no number in arrays, or in containers of them, is infinite or NaN."""
    if type(value) is float or isinstance(value, np.floating | np.ndarray):
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "fc":
            return True
        return not np.isnan(numbers).any() if only_nan else bool(np.isfinite(numbers).all())
    parts = _parts(value) if depth < 4 else None
    return parts is None or all(
        _is_finite(part, only_nan=only_nan, depth=depth + 1)
        for part in itertools.islice(parts, 100)
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2]
