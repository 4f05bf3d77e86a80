"""The networks that public fault benchmarks call faulty or healthy: a table of facts.

``networks.json`` holds no text of its sources, only what they say: the layers in order, what each
weight and bias starts from (by Keras' names), the loss and the optimizer, the label and who gives
it, and what other tools said of the same network. ``{"repeat": n, "layers": [...]}`` is a run of
layers. ``network`` is the first case with the very same layers and data: cases that share it count
once. ``start_at_fault`` is our reading of ``label_by``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["COUNTED", "Case", "cases", "convolves", "draws_of", "flat", "networks", "source_of"]

#: A case as the file has it.
Case = Mapping[str, Any]

#: Labels that count, by what the source says of the network and of its start; others are listed.
COUNTED = {("faulty", "yes"): "faulty", ("healthy", "no"): "healthy"}

_SOURCES = {
    "at": "AutoTrainer",
    "fl": "study of fault localization",
    "nl": "NeuraLint",
    "run": "AutoTrainer's zoo",
    "so": "questions on Stack Overflow",
    "tdc": "TheDeepChecker",
    "zoo": "AutoTrainer's zoo",
}


@cache
def cases() -> tuple[Case, ...]:
    """Return all cases, in the order of the file."""
    text = Path(__file__).with_name("networks.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["cases"])


def networks() -> dict[str, list[Case]]:
    """Return the cases of each network, by the id of the first."""
    found: dict[str, list[Case]] = {}
    for case in cases():
        found.setdefault(case["network"], []).append(case)
    return found


def flat(layers: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield layers one by one, runs written out."""
    for layer in layers:
        if "repeat" in layer:
            for _ in range(layer["repeat"]):
                yield from flat(layer["layers"])
        else:
            yield layer


def convolves(case: Case) -> bool:
    """Tell whether a network has convolutions, which are slow."""
    return any(layer["kind"] == "conv2d" for layer in flat(case["layers"]))


def draws_of(name: str, seed: int, draw: int) -> np.random.Generator:
    """Return the source of data and weights for a draw of a network, independent of others."""
    return np.random.default_rng([seed, list(networks()).index(name), draw])


def source_of(case: Case) -> str:
    """Return who published a case, for a table."""
    return _SOURCES[case["id"].partition("-")[0]]
