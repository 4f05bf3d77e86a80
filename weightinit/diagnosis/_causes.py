"""From symptoms to causes, by trial: a cause is what cannot be left as it is.

All suspects are mended on a copy, and the copy is judged; those that stand out among their like are
tried alone before. Where it is healthy the mends are taken back one by one, the least suspicious
first, as long as it stays healthy. What is left are the
causes: each of them alone brings symptoms back when all others are mended (delta debugging: Zeller
and Hildebrandt 2002, doi:10.1109/32.988498).
"""

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from weightinit.diagnosis._findings import arrives, hopeless, of_cause, standing, with_rest
from weightinit.diagnosis._suspects import Suspect, of_inputs, suspects
from weightinit.diagnosis._symptoms import STANDING, symptoms
from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.diagnosis._symptoms.samples_alike import differing_shares, samples_alike_beside
from weightinit.diagnosis._symptoms.standardized import standardized
from weightinit.diagnosis.remedies import Finding, each_start
from weightinit.networks.layers.base import Array
from weightinit.tracing import Trace
from weightinit.tracing._probe import Probe

__all__ = ["Verdict", "find"]

#: A departure from which on a copy is mended, although nothing shows: a factor of 2.
_DOUBTFUL = math.log10(2)

_DRAWS = 4  # of a whole recommended start, before chance is ruled out


class Verdict(NamedTuple):
    """What was found, and what the remedies make of the parameters and the inputs."""

    findings: tuple[Finding, ...]
    mended: Mapping[str, Array]
    standardize: bool


@dataclass(frozen=True, eq=False)
class _Trial:
    """A network on trial: its batch, its trace as it is, and a mend for each suspect."""

    probe: Probe
    trace: Trace
    mends: Mapping[str, Array]
    reference: Mapping[str, float] = field(default_factory=dict)
    judged: dict[frozenset[int], tuple[list[Symptom], float]] = field(default_factory=dict)

    def parameters(self, mended: Collection[Suspect]) -> dict[str, Array]:
        names = [name for suspect in mended for name in suspect.start]
        return self.trace.parameters | {name: self.mends[name] for name in names}

    def judge(self, mended: Collection[Suspect]) -> tuple[list[Symptom], float]:
        """Return the symptoms that are left, and the first loss, with these suspects mended."""
        key = frozenset(map(id, mended))
        if key not in self.judged:
            probe = self.probe
            if any(suspect.how == "inputs" for suspect in mended):
                probe = probe.with_inputs(standardized(probe.inputs))
            trace = probe.record(self.parameters(mended))
            self.judged[key] = self.symptoms(Facts(trace)), trace.loss
        return self.judged[key]

    def symptoms(self, facts: Facts) -> list[Symptom]:
        """Return the symptoms, and whether samples are more alike than in the mended copy."""
        found = symptoms(facts)
        beside = samples_alike_beside(facts, self.reference)
        known = any(symptom.problem == "samples alike" for symptom in found)
        return [*found, beside] if beside and not known else found

    def problems(self, mended: Collection[Suspect]) -> set[str]:
        """Return the problems that a mend could still remove."""
        return {s.problem for s in self.judge(mended)[0]} - STANDING


def find(probe: Probe | None, facts: Facts) -> Verdict:
    """Return the findings of a trace; without a probe nothing is tried."""
    found = symptoms(facts)
    stands = [standing(s) for s in found if s.problem in STANDING]
    accused = [*suspects(facts.trace), *of_inputs(facts)]
    if probe is None:
        tried = [s for s in found if s.problem not in STANDING]
        return Verdict(_sorted([*stands, *_untried(facts, tried, accused)]), {}, False)
    if len(found) == len(stands) and not any(s.departure > _DOUBTFUL for s in accused):
        return Verdict(_sorted(stands), {}, standardize=False)
    trial = _prepare(probe, facts, accused)
    if not trial.problems(()):
        return Verdict(_sorted(stands), {}, standardize=False)
    odd = [suspect for suspect in accused if suspect.odd]
    if odd and not trial.problems(odd):
        accused = odd  # nothing else needs a mend
    else:
        trial, accused = _with_luck(trial, accused)
    left = trial.problems(accused)
    causes = _needed(trial, accused, left)
    findings = [f for cause in causes if (f := _finding(trial, causes, cause, left))]
    rest = [s for s in trial.judge(causes)[0] if s.problem in left]
    if rest and any(finding.problem == "risky depth" for finding in stands):
        stands = [with_rest(finding, rest) for finding in stands]
        rest = []
    findings += hopeless(facts, rest)
    return Verdict(
        _sorted([*stands, *findings]),
        trial.parameters(causes) if causes else {},
        any(cause.how == "inputs" for cause in causes),
    )


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: -finding.severity))


def _draw(trace: Trace, accused: Sequence[Suspect], seed: int) -> dict[str, Array]:
    """Draw each accused parameter from what the adviser says."""
    rng, parameters = np.random.default_rng(seed), trace.parameters
    return {
        name: init(parameters[name].shape, rng=rng, dtype=parameters[name].dtype)
        for suspect in accused
        for name, init in suspect.start.items()
    }


def _prepare(probe: Probe, facts: Facts, accused: list[Suspect]) -> _Trial:
    """Mend all suspects, and look at what a good start makes of this very batch."""
    trial = _Trial(probe, facts.trace, _draw(facts.trace, accused, seed=0))
    if facts.broken is None:
        healthy = Facts(probe.look(trial.parameters(accused)))
        trial = dataclasses.replace(trial, reference=differing_shares(healthy))
    trial.judged[frozenset()] = trial.symptoms(facts), facts.trace.loss
    return trial


def _with_luck(trial: _Trial, accused: list[Suspect]) -> tuple[_Trial, list[Suspect]]:
    """Where mends leave something, try whole recommended starts: the draw may be unlucky."""
    fewest = trial.problems(accused)
    if not fewest:
        return trial, accused
    best, layer = (trial, accused), trial.judge(accused)[0][0].layers[0]
    luck = Suspect(each_start(trial.trace), layer, 0.0, "draw", 0.0)
    for seed in range(1, _DRAWS + 1):
        again = [*accused, luck]
        drawn = _draw(trial.trace, again, seed)
        other = _Trial(trial.probe, trial.trace, drawn, trial.reference)
        other.judged[frozenset()] = trial.judge(())
        if len(problems := other.problems(again)) < len(fewest):
            best, fewest = (other, again), problems
        if not fewest:
            break
    return best


def _needed(trial: _Trial, accused: Sequence[Suspect], left: set[str]) -> list[Suspect]:
    """Take mends back, the least suspicious first, as long as no more problems come back."""
    kept = list(accused)
    for suspect in sorted(accused, key=lambda s: s.suspicion):
        fewer = [other for other in kept if other is not suspect]
        if trial.problems(fewer) <= left:
            kept = fewer
    return kept


def _finding(
    trial: _Trial, causes: Sequence[Suspect], cause: Suspect, left: set[str]
) -> Finding | None:
    """Return what a cause brings about when all others are mended."""
    others = [other for other in causes if other is not cause]
    brought = [s for s in trial.judge(others)[0] if s.problem not in left | STANDING]
    if not brought:
        return None
    found = of_cause(trial.trace, cause, brought, _effect(trial, cause))
    return dataclasses.replace(found, code=trial.probe.code(cause.start))


def _effect(trial: _Trial, cause: Suspect) -> str:
    """Say what becomes of the network when this remedy alone is tried."""
    before, loss = trial.judge(())
    after, then = trial.judge([cause])
    gone = [s.problem for s in before if s.problem not in {t.problem for t in after}]
    if not after:
        told = "no finding is left"
    elif gone:
        told = f"{' and '.join(gone)} {'is' if len(gone) == 1 else 'are'} gone"
    else:
        told = "the others still hide what it mends"
    if math.isfinite(then) and f"{then:.3g}" != f"{loss:.3g}":
        told += f", the first loss is {then:.3g} instead of {loss:.3g}"
    return told


def _untried(facts: Facts, found: Sequence[Symptom], accused: Sequence[Suspect]) -> list[Finding]:
    """Accuse the farthest departure that can have caused each symptom; nothing is tried.

    A bias makes no signal fade, so a weight is asked first.
    """
    trace = facts.trace
    place = {row.name: i for i, row in enumerate(trace.layers)}
    by_cause: dict[int, list[Symptom]] = {}
    left: list[Symptom] = []
    for symptom in found:
        here = place[symptom.layers[0]]
        back = "gradient" in symptom.problem or symptom.problem == "frozen"
        able = [i for i, suspect in enumerate(accused) if back or place[suspect.layer] <= here]
        if "vanishing" in symptom.problem:
            able.sort(key=lambda i: accused[i].how == "bias")
        if able and arrives(trace.layers[here]):
            by_cause.setdefault(able[0], []).append(symptom)
        else:
            left.append(symptom)
    findings = hopeless(facts, left)
    return findings + [of_cause(trace, accused[i], shown) for i, shown in by_cause.items()]
