"""Which calls to make: every parameter with every odd value, then two odd values at a time."""

import contextlib
import operator
import random
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from tests.soak import known
from tests.soak.calls import NAMESPACE, Target, targets
from tests.soak.near import variants
from tests.soak.odd import ODD

__all__ = ["Call", "plan"]

_LARGE = 1000  # an integer above asks for work, where integers ask for work


class Call(NamedTuple):
    """A call to be made, as expressions."""

    target: str
    base: dict[str, str]  #: valid values
    odd: dict[str, str]  #: values in place of some of them

    def code(self) -> str:
        """Return the call as an expression."""
        target = targets()[self.target]
        given = ", ".join(f"{name}={code}" for name, code in {**self.base, **self.odd}.items())
        return f"{target.function}({given})"


def plan(seed: int, count: int) -> list[Call]:
    """Return so many calls: all with one odd value if there is room, the others with two."""
    rng = random.Random(seed)
    single = [
        Call(target.name, rng.choice(_bases(target.name)), {name: code})
        for target in targets().values()
        for name in target.values
        for code in _odd(target, name)
    ]
    rng.shuffle(single)
    chosen = single[: max(count * 2 // 3, min(count, len(single)))]
    several = [target for target in targets().values() if len(target.values) > 1]
    while len(chosen) < count:
        target = rng.choice(several)
        names = rng.sample(list(target.values), 2)
        odd = {name: rng.choice(_odd(target, name)) for name in names}
        chosen.append(Call(target.name, rng.choice(_bases(target.name)), odd))
    rng.shuffle(chosen)
    return chosen


@cache
def _bases(name: str) -> list[dict[str, str]]:
    """Return the combinations of valid values that are answered."""
    return [base for base in targets()[name].bases() if targets()[name].answers(base)]


def _odd(target: Target, name: str) -> list[str]:
    return list(_odd_of(name, tuple(target.values[name])))


@cache
def _odd_of(name: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return all odd values of a parameter that has these valid ones."""
    near = [text for code in codes for text in variants(code, eval(code, NAMESPACE))]
    return tuple(code for code in dict.fromkeys([*ODD, *near]) if _may_be_tried(name, code))


def _may_be_tried(name: str, code: str) -> bool:
    """Tell whether an expression makes a value, and asks for no work without end."""
    if name in known.ONE_ANSWER_EACH and not _is_short(code):
        return False
    numbers = _numbers(code)
    if numbers is None or name not in known.ASKS_FOR_WORK:
        return numbers is not None
    if name in known.STARTS_PROCESSES:
        return all(number in (0, 1) for number in numbers)
    return not any(
        number > _LARGE and (number < 2**63 or name in known.UNBOUNDED) for number in numbers
    )


@cache
def _is_short(code: str) -> bool:
    """Tell whether what an expression makes holds few numbers, each of which has an answer."""
    try:
        return bool(np.size(eval(code, NAMESPACE)) <= _LARGE)
    except Exception:
        return True


@cache
def _numbers(code: str) -> tuple[int, ...] | None:
    """Return the integers of what an expression makes; None if it makes nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(_sizes(eval(code, NAMESPACE)))
    except Exception:
        return None


def _sizes(value: Any) -> Iterator[int]:
    """Yield the integer that a value stands for, or those that it holds, and how many."""
    if type(value) in (list, tuple, range):
        yield len(value) if type(value) is range else 0
        yield from (item for item in value[:8] if type(item) is int)
        return
    with contextlib.suppress(Exception):
        yield operator.index(value)
