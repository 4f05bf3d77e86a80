"""What a diagnosis says of the published networks, over several draws of their starts."""

from collections import Counter
from typing import Any

import weightinit as wi
from benchmarks.faults.building import build, obstacle, starts
from benchmarks.faults.cases import convolves, draws_of, networks
from benchmarks.faults.parallel import mapped
from benchmarks.faults.stand_ins import data_of

__all__ = ["DRAWS", "SAMPLES", "SLOW_DRAWS", "diagnosis", "measure"]

DRAWS, SLOW_DRAWS = 10, 3  # of networks that convolve
SAMPLES = 100


def measure(*, seed: int, progress: bool) -> dict[str, Any]:
    """Return for each network what was found in how many draws, or why it is not built."""
    of = networks()
    reasons = {name: obstacle(cases[0]) for name, cases in of.items()}
    cells = [
        (name, seed, draw)
        for name, cases in of.items()
        if not reasons[name]
        for draw in range(SLOW_DRAWS if convolves(cases[0]) else DRAWS)
    ]
    found = dict(zip(cells, mapped(_findings, cells, progress=progress), strict=True))
    measured: dict[str, Any] = {}
    for name in of:
        if reasons[name]:
            measured[name] = {"not built": reasons[name]}
            continue
        draws = [problems for (other, *_), problems in found.items() if other == name]
        counts = Counter(problem for problems in draws for problem in set(problems))
        flagged = sum(map(bool, draws))
        measured[name] = {
            "draws": len(draws),
            "flagged": flagged,
            "findings": dict(sorted(counts.items())),
        }
    return measured


def diagnosis(name: str, seed: int, draw: int) -> wi.Diagnosis:
    """Return what is said of one draw of the weights and the data of a network."""
    case = networks()[name][0]
    data_rng, weights_rng = draws_of(name, seed, draw).spawn(2)
    x, y = data_of(case, SAMPLES, data_rng)
    return wi.diagnose(build(case).initialize(starts(case), rng=weights_rng), x, y)


def _findings(cell: tuple[str, int, int]) -> list[str]:
    """Return the problems of a draw."""
    return [finding.problem for finding in diagnosis(*cell).findings]
