"""What `wi.diagnose` is worth on planted faults: found, named, and cured."""

import fnmatch
from functools import cache
from typing import Any

import weightinit as wi
from benchmarks.faults import training
from benchmarks.faults.data import Data
from benchmarks.faults.parallel import mapped
from benchmarks.faults.planting import MOST, Plant, plants, recommended
from weightinit import Diagnosis
from weightinit.diagnosis import Finding

__all__ = ["measure"]

#: A remedy cures if the score is within this of the recommended start's.
CURED = 0.05


def names_it(pattern: str, planted: list[str]) -> bool:
    """Tell whether a name of a finding, or one of its patterns, fits a planted parameter."""
    parts = pattern.split(", ")
    return any(fnmatch.fnmatchcase(name, part) for name in planted for part in parts)


def is_cured(plant: Plant, found: Diagnosis) -> dict[str, Any]:
    """Follow the report literally, train, and look again."""
    net, data = plant.network()[0], plant.data
    x, x_test = found.prepared(data.x), found.prepared(data.x_test)
    better = Data(x, data.y, x_test, data.y_test)
    mended = found.mended(net)
    enough = recommended(plant.host).mean - CURED
    worth = training.worth([mended], better, plant.host.epochs, enough=enough).mean
    again = wi.diagnose(mended, *better.batch)
    left = [[f.problem, f.parameter] for f in again.findings]
    return {"cured": worth >= enough and not left, "mended": worth, "left": left}


def _row(finding: Finding) -> list[Any]:
    return [finding.problem, finding.layer, finding.parameter, min(finding.severity, MOST)]


@cache
def planted(seed: int) -> tuple[Plant, ...]:
    """Return the plants of a seed; made once a process, which so trains a host once."""
    return tuple(plants(seed))


def judged(cell: tuple[int, int]) -> dict[str, Any]:
    """Return one row: what was planted, what training and what the diagnosis say of it."""
    seed, number = cell
    plant = planted(seed)[number]
    net, names = plant.network()
    spoiled = plant.worth()
    found = wi.diagnose(net, *plant.data.batch)
    at = names or [plant.kind.at]
    first = found.findings[0] if found.findings else None
    layers = {name.rpartition(".")[0] for name in at}
    row = {
        "kind": plant.kind.name,
        "host": plant.host.label,
        "seed": plant.seed,
        "planted": at,
        "recommended": recommended(plant.host).mean,
        "spoiled": spoiled.mean,
        "verdict": plant.harm(spoiled),
        "found": not found.healthy,
        "findings": [_row(finding) for finding in found.findings],
        "layer": first is not None and (first.layer in layers or not names),
        "parameter": first is not None and names_it(first.parameter, at),
    }
    if first is not None and row["verdict"] == "harmful" and plant.kind.at != "targets":
        row |= is_cured(plant, found)
    return row


def measure(*, seed: int, progress: bool) -> dict[str, Any]:
    """
    Plant faults of every kind in fresh networks, and judge them.

    Parameters
    ----------
    seed : int
        Which networks, and where and how large the faults in them are.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    dict
        ``rows``, one a plant, and the counts ``[hits, of]`` of each figure.
    """
    cells = [(seed, number) for number in range(len(planted(seed)))]
    rows = mapped(judged, cells, progress=progress)
    return {"rows": rows, **counts(rows)}


def counts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return hits and cases of each figure."""
    harmful = [row for row in rows if row["verdict"] == "harmful"]
    harmless = [row for row in rows if row["verdict"] == "harmless"]
    found = [row for row in harmful if row["found"]]
    tried = [row for row in harmful if "cured" in row or not row["found"]]

    def share(of: list[dict[str, Any]], key: str) -> list[int]:
        return [sum(bool(row.get(key)) for row in of), len(of)]

    return {
        "found": share(harmful, "found"),
        "layer right": share(found, "layer"),
        "parameter right": share(found, "parameter"),
        "remedy cures": share(tried, "cured"),
        "harmless flagged": share(harmless, "found"),
        "not counted": len(rows) - len(harmful) - len(harmless),
    }
