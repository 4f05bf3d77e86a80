"""Choose what each parameter starts from by its role, and draw it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from weightinit.diagnosis.remedies import advised_start
from weightinit.initializers import Initializer, ones, zeros
from weightinit.networks._starts import start
from weightinit.networks.layers.base import Array, Parameters
from weightinit.tracing import LayerTrace, Trace

__all__ = ["Choice", "choose", "draw", "is_recurrent"]

#: What parameters start from that are no weights, by their roles.
_CONSTANTS: dict[str, Initializer] = {"bias": zeros, "shift": zeros, "gain": ones, "scale": ones}


@dataclass(frozen=True)
class Choice:
    """
    What one parameter starts from.

    Parameters
    ----------
    role : str
        What it is, as the table says it.
    initializer : Initializer or None
        What it is drawn from; None: it stays as it is.
    parts : int, default 1
        How many weights lie side by side in it, each of which is drawn by itself.
    told : str
        The initializer in words, and what is done besides.
    """

    role: str
    initializer: Initializer | None
    parts: int = 1
    told: str = ""


def choose(
    trace: Trace,
    names: Iterable[str],
    given: Mapping[str, Initializer],
    advise: Callable[[Trace, LayerTrace], Mapping[str, Initializer]] = advised_start,
) -> dict[str, Choice]:
    """
    Choose what each parameter of a model starts from.

    Parameters
    ----------
    trace : Trace
        A pass through it, for the roles.
    names : iterable of str
        The names of all parameters, in order.
    given : mapping of str to Initializer
        What the caller wants of some, by name.
    advise : callable, optional
        From trace and row to an initializer for its weight, by name.

    Returns
    -------
    dict of str to Choice
        A choice for each parameter.
    """
    ends = {id(row) for row in trace.ends.values()}
    found = {name: _choice("", given.get(name)) for name in names}
    for row in trace.layers:
        for name, init in _advised(trace, row, advise):
            init, role = given.get(name) or init, row.roles[name]  # noqa: PLW2901
            if role == "weight":
                kind = "output" if row is trace.layers[-1] else row.kind
                found[name] = _choice("branch end" if id(row) in ends else kind, init, _parts(row))
            else:
                found[name] = _choice(role, init)
    return found


def draw(
    choices: Mapping[str, Choice], parameters: Parameters, rng: np.random.Generator
) -> dict[str, Array]:
    """Return a first value for each parameter that has an initializer, in its shape and dtype."""
    drawn = {}
    for name, array in parameters.items():
        choice = choices[name]
        if choice.initializer is None:
            continue
        *inner, units = array.shape or (1,)
        shape = (*inner, units // choice.parts)[: array.ndim]
        parts = [
            start(name, shape, choice.initializer, rng=rng, dtype=array.dtype)
            for _ in range(choice.parts)
        ]
        drawn[name] = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
    return drawn


def is_recurrent(row: LayerTrace) -> bool:
    """Tell whether the weight of a layer takes a state from step to step."""
    return row.steps is not None or row.kind in ("rnn", "lstm")


def _advised(
    trace: Trace,
    row: LayerTrace,
    advise: Callable[[Trace, LayerTrace], Mapping[str, Initializer]],
) -> Iterator[tuple[str, Initializer | None]]:
    """Yield each parameter of a row and what it starts from; None for what is no such vector."""
    wanted = advise(trace, row)
    for name, array in row.parameters.items():
        role = row.roles[name]
        init = wanted.get(name) if role == "weight" else _CONSTANTS.get(role)
        if role in ("bias", "shift") and array.size > row.units:  # positions, for example
            init = None
        yield name, init


def _choice(role: str, init: Initializer | None, parts: int = 1) -> Choice:
    return Choice(role, init, parts, "as it was" if init is None else str(init))


def _parts(row: LayerTrace) -> int:
    """Return how many weights lie side by side: gates, or query, key and value."""
    if row.weight is None or not (is_recurrent(row) or row.kind == "attention"):
        return 1
    inputs, units = row.weight.shape[-2:]
    return units // inputs if units % inputs == 0 else 1
