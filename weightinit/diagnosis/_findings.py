"""What a diagnosis says of a cause, or of a symptom that no start mends."""

import dataclasses
import re
from collections.abc import Iterable, Sequence

import numpy as np

from weightinit.diagnosis._suspects import Suspect
from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.diagnosis._symptoms.standardized import call
from weightinit.diagnosis.remedies import Finding, patterns
from weightinit.initializers import zeros
from weightinit.tracing import LayerTrace, Trace

__all__ = ["arrives", "hopeless", "of_cause", "standing", "with_rest"]

_NO_START = (
    "no start of the parameters helps: try wider or fewer layers, residual blocks, normalization "
    "or another activation"
)
_AGAIN = "this draw is unlucky: draw again with another rng; wider layers make that rare"

_LOOK = "look at the data: what arrives at {} is no signal"


def of_cause(trace: Trace, cause: Suspect, brought: Sequence[Symptom], effect: str = "") -> Finding:
    """Return a finding headed by the first of the severe symptoms: one can bring about the next."""
    worst = max(symptom.severity for symptom in brought)
    main = next(symptom for symptom in brought if symptom.severity >= worst / 2)
    where, layer = main.layers[0], cause.owner or main.layers[0]
    return Finding(
        main.problem,
        layer,
        main.evidence if where in (layer, *_words(main)) else f"In {where}: {main.evidence}",
        _named(trace, cause),
        patterns(cause.start, trace.parameters),
        _advice(trace, cause),
        worst,
        _listed(s for s in brought if s is not main),
        effect,
    )


def _words(symptom: Symptom) -> list[str]:
    return re.findall(r"\w+(?:\.\w+)*", symptom.evidence)


def _advice(trace: Trace, cause: Suspect) -> str:
    """Say what to do where no parameter is to be started anew."""
    if cause.how == "inputs":
        return f"standardize the inputs: {call(trace.inputs)}"
    return _AGAIN if cause.how == "draw" else ""


def _named(trace: Trace, cause: Suspect) -> str:
    """Name what is at fault by as few patterns as there are."""
    if cause.how in ("inputs", "draw"):
        return "inputs" * (cause.how == "inputs")
    names = [_to_set(trace, name, cause.how) for name in cause.start]
    return ", ".join(patterns(dict.fromkeys(names, zeros), trace.parameters))


def _to_set(trace: Trace, name: str, how: str) -> str:
    """Return the parameter that is at fault where a weight is computed from several."""
    row = next(row for row in trace.layers if name in row.parameters)
    if row.roles[name] != "weight":
        return name
    finite = np.isfinite(row.parameters[name]).all()  # a direction of zeros, divided by its length
    scale = row.named("length") if how.startswith("scale") and finite else ""
    return scale or row.named("direction") or name


def standing(symptom: Symptom) -> Finding:
    """Return a finding that no parameter mends: its remedy is a change of something else."""
    return Finding(
        symptom.problem,
        symptom.layers[0],
        symptom.evidence,
        symptom.parameter,
        advice=symptom.advice,
        severity=symptom.severity,
    )


def hopeless(facts: Facts, rest: Sequence[Symptom]) -> list[Finding]:
    """Return a finding for what no start mends, the first symptom with the others behind it."""
    if not rest:
        return []
    main, *others = rest
    row = facts.row(main.layers[0])
    said = _NO_START if arrives(row) else _LOOK.format(row.name)
    found = dataclasses.replace(standing(main), advice=main.advice or said)
    return [_followed_by(found, others)]


def with_rest(finding: Finding, rest: Sequence[Symptom]) -> Finding:
    """Put what no start mends behind the depth that makes it likely."""
    return _followed_by(finding, rest) if finding.problem == "risky depth" else finding


def _followed_by(finding: Finding, others: Sequence[Symptom]) -> Finding:
    worst = max([finding.severity, *(symptom.severity for symptom in others)])
    return dataclasses.replace(finding, consequences=_listed(others), severity=worst)


def _listed(shown: Iterable[Symptom]) -> tuple[str, ...]:
    return tuple(f"{symptom.problem} in {symptom.layers[0]}" for symptom in shown)


def arrives(row: LayerTrace) -> bool:
    """Tell whether a layer is given a finite signal."""
    return row.inputs is None or bool(np.isfinite(row.inputs).all() and row.inputs.any())
