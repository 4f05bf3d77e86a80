"""What each parameter of a network starts from."""

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from weightinit.initializers import Initializer
from weightinit.networks.base import Array

# What parameters start at that are no weights, by the last part of their name.
_CONSTANTS = {"bias": 0.0, "gain": 1.0, "scale": 1.0}


def choose_initializers(
    initializer: Initializer | Mapping[str, Initializer], names: Iterable[str]
) -> dict[str, Initializer | None]:
    """Return the initializer of each parameter, None where it starts at a constant."""
    names = list(names)
    if not isinstance(initializer, Mapping):
        _check_initializer("initializer", initializer)
        return {name: None if _last_part(name) in _CONSTANTS else initializer for name in names}
    for pattern, value in initializer.items():
        _check_initializer(f"initializer[{pattern!r}]", value)
        if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
            raise ValueError(
                f"no parameter fits the pattern {pattern!r}; there are {', '.join(names)}"
            )
    return {name: _first_match(name, initializer) for name in names}


def start(
    name: str,
    shape: tuple[int, ...],
    initializer: Initializer | None,
    *,
    rng: np.random.Generator,
    dtype: np.dtype[Any],
) -> Array:
    """Return the first value of a parameter."""
    if initializer is None:
        return np.full(shape, _CONSTANTS[_last_part(name)], dtype)
    try:
        return initializer(shape, rng=rng, dtype=dtype)
    except ValueError as error:
        raise ValueError(
            f"{name}, of shape {shape}, cannot start from {initializer}: {error}"
        ) from error


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def _check_initializer(name: str, value: object) -> None:
    if not isinstance(value, Initializer):
        raise TypeError(
            f"{name} must be an initializer, such as wi.he_normal or wi.Normal(std=0.01), "
            f"got {value!r}"
        )


def _first_match(name: str, patterns: Mapping[str, Initializer]) -> Initializer | None:
    for pattern, initializer in patterns.items():
        if fnmatch.fnmatchcase(name, pattern):
            return initializer
    if _last_part(name) in _CONSTANTS:
        return None
    raise ValueError(
        f"no pattern fits the weight {name!r}, got {', '.join(map(repr, patterns))}; "
        "add '*.weight' at the end for all others"
    )
