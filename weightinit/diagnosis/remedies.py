"""Findings and their remedies: the start that the adviser recommends for the layer."""

import fnmatch
import functools
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from weightinit.activations import Activation, linear
from weightinit.advice import Recommendation, recommend
from weightinit.initializers import DeltaOrthogonal, Initializer, Orthogonal, VarianceScaling, zeros
from weightinit.tracing import LayerTrace, Trace

__all__ = [
    "Finding",
    "advised",
    "advised_start",
    "advised_weight",
    "ask",
    "each_start",
    "patterns",
    "whole_start",
]


@dataclass(frozen=True)
class Finding:
    """
    One thing that is wrong with the start of a network, with its consequences.

    Parameters
    ----------
    problem : str
        Which of ``weightinit.diagnosis.PROBLEMS``.
    layer : str
        The layer to change, or the first of them.
    evidence : str
        What was measured, beside what a healthy start would show: a sentence or two.
    parameter : str
        What is at fault, by its name, ``norm1.gain``, or by a pattern for several,
        ``dense*.weight``; ``inputs``, ``targets`` or ``labels``; empty where it is the
        architecture, or the luck of one draw.
    start : mapping of str to Initializer
        The parameters to start anew, by the names and patterns that ``net.initialize`` takes, and
        what :func:`recommend` says for them. Empty where no start helps.
    advice : str
        What to do besides, or instead.
    severity : float
        How many orders of magnitude the worst layer lies outside its bounds: the log to base 10 of
        what was measured over the bound. Infinite where nothing is left.
    consequences : tuple of str
        What else goes away with the same remedy, such as ``vanishing gradient in dense2``.
    effect : str
        What became of the network when the remedy was tried on a copy; empty if it was not.
    code : tuple of str
        Of a model of another framework: lines that start these parameters so, in its words.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
    >>> finding = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]]).findings[0]
    >>> finding.problem, finding.parameter, list(finding.start)
    ('frozen', 'dense*.weight', ['dense0.weight', 'dense1.weight'])
    >>> finding.remedy.partition(";")[0]
    'start dense0.weight from wi.xavier_uniform'
    >>> _ = net.initialize({**finding.start, "*.weight": wi.xavier_uniform}, rng=0)
    """

    problem: str
    layer: str
    evidence: str
    parameter: str = ""
    start: Mapping[str, Initializer] = field(default_factory=dict, hash=False)
    advice: str = ""
    severity: float = math.inf
    consequences: tuple[str, ...] = ()
    effect: str = ""
    code: tuple[str, ...] = ()

    @property
    def remedy(self) -> str:
        """What to do, in words; initializers are written as expressions of this package."""
        named: dict[Initializer, list[str]] = {}
        for name, init in self.start.items():
            named.setdefault(init, []).append(name)
        parts = [f"start {', '.join(names)} from wi.{init}" for init, names in named.items()]
        return "; ".join([*parts, self.advice] if self.advice else parts)


@functools.lru_cache(maxsize=1024)
def ask(activation: Activation, layer: str, **asked: Any) -> Recommendation:
    """Return what :func:`recommend` says, which is asked once for layers that are alike."""
    return recommend(activation, layer=layer, **asked)


def advised(trace: Trace, row: LayerTrace) -> Recommendation:
    """Ask the adviser about a layer: its kind, its activation and the depth of the network there.

    Depth counts time steps in a recurrent layer, blocks in a residual branch, and elsewhere the
    hidden layers of this kind outside of branches.
    """
    phi = row.activation or linear
    if row is trace.layers[-1]:
        return ask(phi, "output")
    if row.steps is not None:
        return ask(phi, "rnn", depth=int(row.steps.max(initial=0)) + 1)
    if row.weight is None or row.block:
        blocks = [other for other in trace.layers if other.weight is None]
        norm = next(b.normalized for b in blocks if b.name == (row.block or row.name))
        kind = "dense" if row.weight is None else row.kind
        return ask(phi, kind, depth=len(blocks), residual=True, normalized=norm)
    hidden = trace.layers[:-1]
    level = [r for r in hidden if r.weight is not None and not r.block and r.kind == row.kind]
    return ask(phi, row.kind, depth=len(level), normalized=row.normalized)


def advised_start(trace: Trace, row: LayerTrace) -> Mapping[str, Initializer]:
    """Return what the adviser starts a layer from; for a block, the last weight in its branch."""
    block = row.name if row.weight is None else row.block
    last = trace.ends.get(block)
    if last and row.name in (block, last.name):
        branch = (r for r in trace.layers if r.block == block and r.weight is not None)
        inside = next((r for r in branch if r.activation), row)  # whose activation is the branch's
        advice = advised(trace, inside)
        init = advice.last_initializer or advice.initializer
        if init == zeros and last.activation and not last.activation.derivative(0.0):
            blocks = sum(r.weight is None for r in trace.layers)  # a ReLU would lock the zeros up
            init = VarianceScaling(
                scale=advice.gain**2 / blocks, mode="fan_in", distribution="normal"
            )
        return {last.named("weight"): init}
    return {row.named("weight"): advised_weight(trace, row)}


def advised_weight(trace: Trace, row: LayerTrace) -> Initializer:
    """Return what the adviser starts the weight of a layer from, wherever the layer stands."""
    init = advised(trace, row).initializer
    if isinstance(init, DeltaOrthogonal) and row.weight is not None:
        fits = _takes(init, row.weight.shape)
        return init if fits else Orthogonal(gain=init.gain)  # as the note of the adviser says
    return init


def each_start(trace: Trace) -> dict[str, Initializer]:
    """Return what the adviser starts each weight from, by its name; a tied one counts once."""
    starts: dict[str, Initializer] = {}
    for row in trace.layers:
        if row.named("weight") in row.parameters:
            starts |= advised_start(trace, row)
    return starts


def whole_start(trace: Trace) -> dict[str, Initializer]:
    """Return what the adviser starts each weight from, as few patterns as tell them apart."""
    starts = each_start(trace)
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


def patterns(start: Mapping[str, Initializer], names: Iterable[str]) -> dict[str, Initializer]:
    """Return as few patterns as name these parameters, and none of the others.

    Examples
    --------
    >>> from weightinit import he_normal
    >>> from weightinit.diagnosis.remedies import patterns
    >>> names = [f"dense{i}.weight" for i in range(5)]
    >>> list(patterns(dict.fromkeys(names[1:4], he_normal), names))
    ['dense[1-3].weight']
    """
    by_init: dict[Initializer, list[str]] = {}
    for name, init in start.items():
        by_init.setdefault(init, []).append(name)
    found: dict[str, Initializer] = {}
    free = set(names)  # of what no earlier pattern names: the first one that fits counts
    for init, group in sorted(by_init.items(), key=lambda item: len(item[1])):
        found |= dict.fromkeys(_cover(group, free - set(group)), init)
        free -= set(group)
    return found


def _cover(group: Sequence[str], others: Collection[str]) -> Iterator[str]:
    """Yield patterns that name a group, and none of the others."""
    left = list(group)
    for pattern in (*(p for name in group for p in _wide(name)), *_ranges(group), *group):
        met = fnmatch.filter(left, pattern)
        if (len(met) > 1 or pattern in left) and not fnmatch.filter(others, pattern):
            yield pattern
            left = [name for name in left if name not in met]


def _wide(name: str) -> Iterator[str]:
    """Yield a name with a star for each number, then for the first number alone."""
    yield re.sub(r"\d+", "*", name)
    yield re.sub(r"\d+", "*", name, count=1)


def _ranges(names: Iterable[str]) -> Iterator[str]:
    """Yield patterns for names whose last numbers follow each other, ten at most: dense1[0-4]."""
    runs: dict[tuple[str, str], list[int]] = {}
    for name in names:
        if number := re.fullmatch(r"(.*?)(\d)(\D*)", name):
            runs.setdefault((number[1], number[3]), []).append(int(number[2]))
    for (before, after), digits in runs.items():
        low, high = min(digits), max(digits)
        if high - low + 1 == len(digits) > 1:
            yield f"{before}[{low}-{high}]{after}"
