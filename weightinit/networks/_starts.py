"""Choose and compute the first value of each parameter of a network."""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np

from weightinit._blocks import Job, draw
from weightinit._checks import check_instance, check_mapping
from weightinit._messages import listed, message, short, shown
from weightinit.initializers import Initializer, ones, zeros
from weightinit.networks.layers.base import Array

_Value = TypeVar("_Value")

# What parameters start from that are no weights, by the last part of their name.
_CONSTANTS: dict[str, Initializer] = {"bias": zeros, "gain": ones, "scale": ones}


def choose_initializers(
    initializer: Initializer | Mapping[str, Initializer], names: Iterable[str]
) -> dict[str, Initializer]:
    """Return the initializer of each parameter."""
    names = list(names)
    if not isinstance(initializer, Mapping):
        weights = check_initializer("initializer", initializer)
        return {name: _CONSTANTS.get(_last_part(name), weights) for name in names}
    found = matching("initializer", initializer, names)
    return {name: found.get(name) or _constant(name, initializer) for name in names}


def matching(
    argument: str, patterns: Mapping[str, Initializer], names: Iterable[str]
) -> dict[str, Initializer]:
    """Return the initializer of each name that fits a pattern: that of the first that it fits."""
    hint = 'write {"rnn*.weight": wi.orthogonal, "*.weight": wi.he_normal}'
    allowed = "an initializer, or a mapping of patterns to initializers"
    given = check_mapping(argument, patterns, allowed, hint=hint)
    return first_fits(argument, given, names, check_initializer, hint)


def first_fits(
    argument: str,
    patterns: Mapping[str, object],
    names: Iterable[str],
    check: Callable[[str, object], _Value],
    hint: str,
) -> dict[str, _Value]:
    """Return the checked value of each name that fits a pattern: that of the first one."""
    names = list(names)
    found: dict[str, _Value] = {}
    for pattern, given in patterns.items():
        key = f"{argument}[{shown(pattern)}]"
        value = check(key, given)
        if type(pattern) is not str:
            raise TypeError(message(f"the pattern in {key}", pattern, "a string", hint))
        fitting = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
        if not fitting:
            raise ValueError(
                f"no parameter fits the pattern {shown(pattern)} of {argument}; there are "
                f"{listed(names)}"
            )
        found = dict.fromkeys(fitting, value) | found
    return found


class Start(NamedTuple):
    """A parameter, or a part of one, and what it starts from."""

    name: str
    shape: tuple[int, ...]
    initializer: Initializer
    dtype: np.dtype[Any]


def drawn(starts: Iterable[Start], rng: np.random.Generator) -> list[Array]:
    """Return first values, which share their threads: most arrays are too small for some."""
    begun = [_begun(start, rng) for start in starts]
    draw([job for _, job in begun if job is not None])
    return [array for array, _ in begun]


def _begun(start: Start, rng: np.random.Generator) -> tuple[Array, Job | None]:
    name, shape, initializer, dtype = start
    try:
        return initializer._begun(shape, rng, dtype)
    except ValueError as error:
        raise ValueError(
            f"{name}, of shape {shown(shape)}, cannot start from the initializer "
            f"{short(str(initializer))}: {error}"
        ) from error


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def check_initializer(name: str, value: object) -> Initializer:
    allowed = "an initializer, such as wi.he_normal or wi.Normal(std=0.01)"
    return check_instance(name, value, Initializer, allowed)  # type: ignore[type-abstract]


def _constant(name: str, patterns: Mapping[str, Initializer]) -> Initializer:
    """Return what a parameter that fits no pattern starts from, unless it is a weight."""
    if _last_part(name) in _CONSTANTS:
        return _CONSTANTS[_last_part(name)]
    raise ValueError(
        f"no pattern of initializer fits the weight {name!r}, got {listed(map(repr, patterns))}; "
        "add '*.weight' at the end for all others"
    )
