"""Findings and their remedies: the start that the adviser recommends for the layer."""

import fnmatch
import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from weightinit.activations import Activation, linear
from weightinit.advice import Recommendation, recommend
from weightinit.diagnosis._bounds import shape_factors
from weightinit.initializers import DeltaOrthogonal, Initializer, Orthogonal, zeros
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing.measures import mean_square

__all__ = [
    "Cure",
    "Finding",
    "Remedy",
    "advised",
    "advised_start",
    "calm",
    "look_before",
    "rescale",
    "restart",
    "revive",
    "shrink",
    "whole_start",
]

#: A std this close to the advised one, or to what another count of fans makes of it, is right.
_CLOSE = math.log(1.25)


@dataclass(frozen=True)
class Finding:
    """
    One thing that is wrong with the start of a network.

    Parameters
    ----------
    problem : str
        Which of ``weightinit.diagnosis.PROBLEMS``.
    layer : str
        The layer to change, or the first of them: the problem may show in others.
    evidence : str
        What was measured, beside what a healthy start would show: a sentence or two.
    start : mapping of str to Initializer
        The parameters to start anew, by the names that ``net.initialize`` takes, and what
        :func:`recommend` says for them. Empty where no start helps.
    advice : str
        What to do besides, or instead.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
    >>> finding = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]]).findings[0]
    >>> finding.problem, finding.layer, finding.remedy
    ('frozen', 'dense0', 'start dense0.weight from wi.xavier_uniform')
    >>> _ = net.initialize({**finding.start, "*.weight": wi.xavier_uniform}, rng=0)
    """

    problem: str
    layer: str
    evidence: str
    start: Mapping[str, Initializer] = field(default_factory=dict, hash=False)
    advice: str = ""

    @property
    def remedy(self) -> str:
        """What to do, in words; initializers are written as expressions of this package."""
        parts = [f"start {name} from wi.{init}" for name, init in self.start.items()]
        return "; ".join([*parts, self.advice] if self.advice else parts)


class Remedy(NamedTuple):
    """What to do: parameters to start anew, and advice in words."""

    start: Mapping[str, Initializer] = MappingProxyType({})
    advice: str = ""


#: From a trace and the layer to change to what to do.
Cure = Callable[[Trace, LayerTrace], Remedy]


@functools.lru_cache(maxsize=1024)
def _ask(activation: Activation, layer: str, **asked: Any) -> Recommendation:
    return recommend(activation, layer=layer, **asked)


def advised(trace: Trace, row: LayerTrace) -> Recommendation:
    """Ask the adviser about a layer: its kind, its activation and the depth of the network there.

    Depth counts time steps in a recurrent layer, blocks in a residual branch, and elsewhere the
    hidden layers of this kind outside of branches.
    """
    phi, hidden = row.activation or linear, trace.layers[:-1]
    if row is trace.layers[-1]:
        return _ask(phi, "output")
    if row.steps is not None:
        return _ask(phi, "rnn", depth=int(row.steps.max(initial=0)) + 1)
    if row.weight is None or row.block:
        blocks = [other for other in hidden if other.weight is None]
        norm = next(b.normalized for b in blocks if b.name == (row.block or row.name))
        kind = "dense" if row.weight is None else row.kind
        return _ask(phi, kind, depth=len(blocks), residual=True, normalized=norm)
    level = [r for r in hidden if r.weight is not None and not r.block and r.kind == row.kind]
    return _ask(phi, row.kind, depth=len(level), normalized=row.normalized)


def advised_start(trace: Trace, row: LayerTrace) -> Mapping[str, Initializer]:
    """Return what the adviser starts a layer from; for a block, the last weight in its branch."""
    block = row.name if row.weight is None else row.block
    branch = [r for r in trace.layers if block and r.block == block and r.weight is not None]
    if branch and row.name in (block, branch[-1].name):
        inside = next((r for r in branch if r.activation), row)  # whose activation is the branch's
        advice = advised(trace, inside)
        return {f"{branch[-1].name}.weight": advice.last_initializer or advice.initializer}
    init = advised(trace, row).initializer
    if isinstance(init, DeltaOrthogonal) and row.weight is not None:
        fits = _takes(init, row.weight.shape)
        init = init if fits else Orthogonal(gain=init.gain)  # as the note of the adviser says
    return {f"{row.name}.weight": init}


def whole_start(trace: Trace) -> dict[str, Initializer]:
    """Return what the adviser starts each weight from, as few patterns as tell them apart."""
    starts: dict[str, Initializer] = {}
    for row in trace.layers:
        if row.weight is not None:
            starts |= advised_start(trace, row)
    common, _ = Counter(starts.values()).most_common(1)[0]
    patterns = {}
    for name, init in starts.items():
        wide = re.sub(r"\d+\.", "*.", name, count=1)  # residual*.dense1.weight, of all blocks
        alike = all(starts[other] == init for other in fnmatch.filter(starts, wide))
        if init != common:
            patterns[wide if alike else name] = init
    return patterns | {"*.weight": common}


def _takes(init: Initializer, shape: tuple[int, ...]) -> bool:
    try:
        init.std(shape)
    except ValueError:
        return False
    return True


def restart(trace: Trace, row: LayerTrace) -> Remedy:
    """Start a layer from what the adviser says."""
    return Remedy(advised_start(trace, row))


def _fits(trace: Trace, row: LayerTrace) -> bool:
    """Tell whether the weights have about the advised std, by any count of fans."""
    if row.weight is None or row.inputs is None:
        return False
    rms = math.sqrt(mean_square(row.weight))
    if not 0 < rms < math.inf:
        return False
    fan_in = row.weight.size / row.units
    off = math.log(rms / (advised(trace, row).gain / math.sqrt(fan_in)))
    return any(abs(off - factor / 2) < _CLOSE for factor in shape_factors(row.weight.shape))


def _bias_to_zero(row: LayerTrace) -> Remedy:
    return Remedy({f"{row.name}.bias": zeros})


def _is_shifted(row: LayerTrace) -> bool:
    """Tell whether biases outweigh a signal of size 1."""
    return row.bias is not None and mean_square(row.bias) > 1


def rescale(trace: Trace, row: LayerTrace) -> Remedy:
    """Give weights the right scale; where they have it, name other means."""
    if _is_shifted(row):
        return _bias_to_zero(row)
    if not _fits(trace, row):
        return restart(trace, row)
    return Remedy(
        advice=f"{row.name}.weight already has the recommended scale; try fewer or wider layers, "
        "residual blocks, normalization or another activation"
    )


def look_before(_trace: Trace, row: LayerTrace) -> Remedy:
    """Look for the cause before this layer: no start of its own helps."""
    return Remedy(advice=f"look at the data: what arrives at {row.name} is not finite")


def revive(trace: Trace, row: LayerTrace) -> Remedy:
    """Revive dead units, by biases of zero or by weights with mean zero."""
    if row.inputs is not None and not row.inputs.any():
        return Remedy(advice="look at the data or the layers before: all that arrives here is zero")
    if row.bias is not None and float(np.min(row.bias)) < 0:
        return _bias_to_zero(row)
    few = row.units < 20  # one sample finds a healthy layer dead with a probability of 2 ** -units
    again = "draw them with another rng; more units make this unlikely" if few else ""
    return Remedy(advised_start(trace, row), again)


def shrink(trace: Trace, row: LayerTrace) -> Remedy:
    """Bring values back from the flat ends of an activation."""
    return _bias_to_zero(row) if _is_shifted(row) else calm(trace, row)


def calm(trace: Trace, row: LayerTrace) -> Remedy:
    """Start a layer from what the adviser says; where it does, scale the inputs."""
    if _fits(trace, row):
        return Remedy(
            advice=f"scale the inputs to mean 0 and std 1: {row.name}.weight already has the "
            "recommended scale"
        )
    return restart(trace, row)
