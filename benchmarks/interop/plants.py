"""Faults planted in the named parameters of a model of any framework."""

import itertools
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.interop.roles import Parts, Weight, fits

__all__ = ["KINDS", "Plant", "planted"]

#: Takes a model's parts and a generator; returns the changed arrays, none where it does not apply.
Change = Callable[[Parts, np.random.Generator], dict[str, np.ndarray]]

DEPTH = 5.0  # how many standard deviations below zero a dead unit is
GAIN = 30.0


@dataclass(frozen=True)
class Plant:
    """A kind of fault, and the arrays that it puts in place of a model's own."""

    kind: str
    arrays: dict[str, np.ndarray]


def planted(parts: Parts, kind: str, seed: int) -> Plant | None:
    """Return a fault of a kind, at a place that the seed chooses; None where it does not apply."""
    place = [seed, zlib.crc32(f"{parts.entry.name}, {kind}".encode())]
    changed = KINDS[kind](parts, np.random.default_rng(place))
    return Plant(kind, changed) if changed else None


def _one_of(choices: list, rng: np.random.Generator) -> list:
    """Draw one of some choices, in a list; none of none."""
    return [choices[rng.integers(len(choices))]] if choices else []


def zeroed_block(parts: Parts, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Set all parameters of a block to zero; of a hidden layer, where there are no blocks."""
    layers = [[w.name, w.bias] if w.bias else [w.name] for w in parts.hidden]
    chosen = _one_of(parts.blocks() or layers, rng)
    return {name: np.zeros_like(parts.arrays[name]) for names in chosen for name in names}


def _scaled(factor: float) -> Change:
    """Return a change that multiplies one hidden weight."""

    def change(parts: Parts, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {w.name: factor * parts.arrays[w.name] for w in _one_of(parts.hidden, rng)}

    return change


def swapped_fans(parts: Parts, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Give a weight that is not square the std that its fans, taken the wrong way round, give."""
    oblong = [w for w in parts.dense() if not 1 / 1.5 < w.fans[0] / w.fans[1] < 1.5]
    return {
        w.name: np.sqrt(w.fans[0] / w.fans[1]) * parts.arrays[w.name] for w in _one_of(oblong, rng)
    }


def dead_by_bias(parts: Parts, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Push the units before a flat activation far below zero."""
    names = [name for name in parts.arrays if fits(name, parts.entry.flat)]
    return {name: -DEPTH * _spread(parts, name) for name in _one_of(names, rng)}


def _spread(parts: Parts, bias: str) -> np.ndarray:
    """Return the std of units: their gain, or the norm of their weights, for inputs of power 1."""
    layer = bias[: -len(bias.replace("/", ".").rpartition(".")[2])]
    for gain in (f"{layer}{name}" for name in ("weight", "gamma", "scale")):
        if gain in parts.gains:
            return np.abs(parts.arrays[gain])
    [weight] = [w for w in parts.weights if w.bias == bias]
    norms = np.linalg.norm(weight.by_unit(parts.arrays[weight.name]), axis=1)
    return norms.reshape(parts.arrays[bias].shape)


def copied_units(parts: Parts, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Make the heads of an attention copies of the first; without attention, units of a layer."""
    headed = [w for w in parts.weights if len(w.out) == 2 or fits(w.name, parts.entry.heads)]
    attentions = sorted({_attention(w.name) for w in headed})
    if not attentions:
        groups = [[w] for w in parts.dense()]
    else:
        groups = [[w for w in headed if _attention(w.name) == at] for at in attentions]
    changed = {}
    for weight in itertools.chain(*_one_of(groups, rng)):
        changed |= _copies(parts, weight, _division(parts, weight))
    return changed


def _attention(name: str) -> str:
    """Return the module above the layer of a weight."""
    return "/".join(re.split(r"[./]", name)[:-2])


def _division(parts: Parts, weight: Weight) -> tuple[int, int]:
    """Return how many projections a weight packs, and how many copies each of them becomes."""
    for pattern, division in parts.entry.heads.items():
        if fits(weight.name, [pattern]):
            return division
    return (1, weight.shape[weight.out[0]])


def _copies(parts: Parts, weight: Weight, division: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return a weight and its bias with all heads, or units, equal to the first."""

    def copied(rows: np.ndarray) -> np.ndarray:
        packed = rows.reshape(*division, -1)
        return np.broadcast_to(packed[:, :1], packed.shape).reshape(rows.shape)

    rows = copied(weight.by_unit(parts.arrays[weight.name]))
    changed = {weight.name: weight.from_units(rows)}
    if weight.bias:
        changed[weight.bias] = copied(parts.arrays[weight.bias])
    return changed


def shifted_mean(parts: Parts, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Add its own std to each value of a hidden weight."""
    chosen = _one_of(parts.dense(), rng)
    return {w.name: parts.arrays[w.name] + parts.arrays[w.name].std() for w in chosen}


def norm_gain(parts: Parts, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Multiply the gain of a normalization by 30, or divide it."""
    factor = GAIN if rng.random() < 0.5 else 1 / GAIN
    names = [name for name in parts.gains if np.any(parts.arrays[name])]
    return {name: factor * parts.arrays[name] for name in _one_of(names, rng)}


KINDS: dict[str, Change] = {
    "zeroed block": zeroed_block,
    "std x 10": _scaled(10.0),
    "std / 10": _scaled(0.1),
    "swapped fans": swapped_fans,
    "dead by bias": dead_by_bias,
    "copied heads or units": copied_units,
    "shifted mean": shifted_mean,
    "gain of a norm": norm_gain,
}
