"""The records of a run as a table of plain text: each layer at the first and the last."""

import math
from collections.abc import Mapping

import numpy as np

from weightinit._tables import text_table
from weightinit.monitoring.records import LayerRecord
from weightinit.networks.layers.base import Array

__all__ = ["as_text"]

_HEAD = ("layer", "signal", "gradient", "update", "distinct units")
_LEGEND = (
    "signal          root mean square of the activations over the probe",
    "gradient        root mean square of the loss gradient, before the activation",
    "update          step of the weights since the last record, over their length",
    "distinct units  how many are left if copies count once",
)


def as_text(steps: Array, losses: Array, layers: Mapping[str, LayerRecord]) -> str:
    """Return a title, a line for each layer from the first record to the last, and a legend."""
    if not len(steps):
        return "Monitor: nothing recorded yet; pass it to wi.train(..., monitor=monitor)"
    loss = "" if math.isnan(losses[0]) else f"; loss {_change(losses)}"
    records = "1 record" if len(steps) == 1 else f"{len(steps)} records"
    title = f"Monitor: {records}, steps {steps[0]} to {steps[-1]}{loss}"
    return "\n".join([title, *text_table([_HEAD, *map(_row, layers.values())]), "", *_LEGEND])


def _row(layer: LayerRecord) -> tuple[str, ...]:
    ratio, widths = layer.update_ratio[-1], layer.distinct
    return (
        layer.name,
        _change(np.sqrt(layer.second_moment)),
        _change(layer.gradient_rms),
        "" if math.isnan(ratio) else f"{ratio:.2g}",
        f"{_ends(f'{widths[0]}', f'{widths[-1]}')} of {layer.units}",
    )


def _change(values: Array) -> str:
    return _ends(f"{values[0]:.2g}", f"{values[-1]:.2g}")


def _ends(first: str, last: str) -> str:
    return first if first == last else f"{first} -> {last}"
