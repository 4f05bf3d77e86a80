"""Choose what each parameter starts from by its role, and draw it."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from weightinit.diagnosis.remedies import advised, advised_start
from weightinit.initializers import Initializer, Normal, Orthogonal, VarianceScaling, ones, zeros
from weightinit.networks._starts import Start, drawn
from weightinit.networks.layers.base import Array, Parameters
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing._models.operations import TRANSPOSED, is_part

__all__ = ["Choice", "advise", "choose", "draw", "gates_of", "tied"]

#: What parameters start from that are no weights, by their roles.
_CONSTANTS: dict[str, Initializer] = {"bias": zeros, "shift": zeros, "gain": ones, "scale": ones}

_UNIT = Normal(std=1.0)  # of rows that are looked up: what a layer behind them expects
_FORGET = (zeros, ones, zeros, zeros)  # input, forget, cell, output

#: From a trace and a row to what its weight starts from, by name.
_Advice = Callable[[Trace, LayerTrace], Mapping[str, Initializer]]


@dataclass(frozen=True)
class Choice:
    """
    What one parameter starts from.

    Parameters
    ----------
    role : str
        What it is, as the table says it.
    initializers : tuple of Initializer
        What it is drawn from: one for each of the parts that lie side by side in it, such as gates.
        Empty: it stays as it is.
    told : str
        The same in words, and what is done besides.
    sizes : tuple of int
        How many units each part has; empty where they have equally many.
    """

    role: str
    initializers: tuple[Initializer, ...] = ()
    told: str = "as it was"
    sizes: tuple[int, ...] = ()


def choose(
    trace: Trace,
    names: Iterable[str],
    given: Mapping[str, Initializer],
    advice: _Advice,
) -> dict[str, Choice]:
    """
    Choose what each parameter of a model starts from.

    Parameters
    ----------
    trace : Trace
        A pass through it, for the roles.
    names : iterable of str
        The names of the parameters, in order.
    given : mapping of str to Initializer
        What the caller wants of some, by name.
    advice : callable
        From trace and row to an initializer for its weight, by name.

    Returns
    -------
    dict of str to Choice
        A choice for each parameter.
    """
    ends, gates = {id(row) for row in trace.ends.values()}, gates_of(trace)
    found = {name: _choice("", given.get(name), 1) for name in names}
    for row in trace.layers:
        parts = gates.get(id(row), 1)
        for name, init in _advised(trace, row, advice):
            role = row.roles[name]
            if is_part(role):
                told = f"follows {row.named('weight')}"
                found[name] = (
                    _choice(role, given[name], 1) if name in given else Choice(role, told=told)
                )
            elif role == "weight" and name not in given and _of_given(row, given):
                found[name] = Choice(role, told="follows what it is computed from")
            elif role == "weight":
                kind = "output" if row is trace.layers[-1] else row.kind
                role = "branch end" if id(row) in ends else kind
                apart = row.parts if parts == 1 else ()
                choice = _choice(role, given.get(name) or init, len(apart) or parts)
                found[name] = replace(choice, sizes=apart)
            elif role == "bias" and name not in given and row.kind == "lstm" and parts == 4:
                found[name] = Choice(role, _FORGET, "zeros, forget gate 1")
            else:
                found[name] = _choice(role, given.get(name) or init, 1)
    return found


def draw(
    choices: Mapping[str, Choice], parameters: Parameters, rng: np.random.Generator
) -> dict[str, Array]:
    """Return a first value for each parameter that has an initializer, in its shape and dtype."""
    starts = {name: _parts(name, choices[name], array) for name, array in parameters.items()}
    arrays = iter(drawn(itertools.chain.from_iterable(starts.values()), rng))
    values = {name: list(itertools.islice(arrays, len(parts))) for name, parts in starts.items()}
    return {
        name: parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
        for name, parts in values.items()
        if parts
    }


def _parts(name: str, choice: Choice, array: Array) -> list[Start]:
    """Return what the parts of a parameter start from, in their order along its last axis."""
    inits = choice.initializers
    shapes = [array.shape] * len(inits)
    if len(inits) > 1:
        sizes = choice.sizes or (array.shape[-1] // len(inits),) * len(inits)
        shapes = [(*array.shape[:-1], size) for size in sizes]
    return [
        Start(name, shape, init, array.dtype) for shape, init in zip(shapes, inits, strict=True)
    ]


def advise(trace: Trace, row: LayerTrace) -> Mapping[str, Initializer]:
    """Return what the adviser starts the weight of a layer from, beside what stands around it.

    What leads into a recurrent layer starts from its input initializer; rows that are looked up
    have entries of size 1 where a layer with a weight of its own takes them, unless they are tied
    to the output.
    """
    rows = trace.layers
    behind = rows[rows.index(row) + 1 :]
    if _leads_into(row, behind):
        init = advised(trace, behind[0]).input_initializer
        return {row.named("weight"): init} if init else advised_start(trace, row)
    taker = next((other for other in behind if other.kind != "embedding"), None)
    if row.kind == "embedding" and taker and taker.steps is None and not tied(rows):
        return {row.named("weight"): _UNIT}
    return advised_start(trace, row)


def gates_of(trace: Trace) -> dict[int, int]:
    """Return how many weights lie side by side in each row of a recurrent layer, by its id."""
    found: dict[int, int] = {}
    for place, row in enumerate(trace.layers):
        if row.weight is None or not _is_recurrent(row):
            continue
        inputs, units = row.weight.shape[-2:]
        found[id(row)] = units // inputs if units % inputs == 0 else 1
        if place and _leads_into(trace.layers[place - 1], trace.layers[place:]):
            found[id(trace.layers[place - 1])] = found[id(row)]
    return found


def _is_recurrent(row: LayerTrace) -> bool:
    """Tell whether the weight of a layer takes a state from step to step."""
    return row.steps is not None or row.kind in ("rnn", "lstm")


def _leads_into(row: LayerTrace, behind: tuple[LayerTrace, ...]) -> bool:
    """Tell whether a layer weighs the inputs of the recurrent one behind it."""
    return (
        row.kind == "dense"
        and bool(behind)
        and _is_recurrent(behind[0])
        and row.units == behind[0].units
    )


def _of_given(row: LayerTrace, given: Iterable[str]) -> bool:
    """Tell whether the caller wants something of a parameter of which the weight is computed."""
    return any(is_part(row.roles.get(name, "")) for name in given)


def tied(rows: tuple[LayerTrace, ...]) -> bool:
    """Tell whether a table of rows is the weight of another layer as well."""
    tables = {row.named("weight") for row in rows if row.kind == "embedding"}
    return any(name.removesuffix(TRANSPOSED) in tables for row in rows for name in row.shared)


def _advised(
    trace: Trace, row: LayerTrace, advice: _Advice
) -> Iterator[tuple[str, Initializer | None]]:
    """Yield each parameter of a row and what it starts from; None for what is no such vector."""
    wanted = advice(trace, row)
    for name, array in row.parameters.items():
        role = row.roles[name]
        init = wanted.get(name) if role == "weight" else _CONSTANTS.get(role)
        if role == "positions":  # they are added to what is looked up: as large
            init = wanted.get(row.named("weight"))
        if role in ("bias", "shift") and array.size > row.units:  # positions, for example
            init = None
        yield name, init


def _choice(role: str, init: Initializer | None, parts: int) -> Choice:
    return Choice(role, (init,) * parts, _told(init)) if init else Choice(role)


def _told(init: Initializer) -> str:
    """Name an initializer in few letters."""
    name = str(init)
    if isinstance(init, VarianceScaling) and "(" in name:
        return f"{init.distribution} {init.scale:.3g}/{init.mode}"
    if isinstance(init, Orthogonal) and "(" in name:
        return f"orthogonal x {init.gain:.3g}"
    return name
