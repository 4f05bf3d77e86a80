"""Measure what a diagnosis is worth, print the table, and keep the results: ``nox -s faults``.

Names of measurements as arguments measure these alone, and leave the rest as it is kept;
``--seed 7`` draws other networks, and keeps nothing.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.faults import results
from benchmarks.faults.figures import Share, beside, built, by_source, share

#: Modules that measure, in order: what a row of the table needs stands before it.
MEASUREMENTS = ("published", "settled", "plants", "healthy", "prediction")
SEED = 0


def main(arguments: list[str]) -> int:
    """Measure what is asked for, print the table, and keep what came of the usual seed."""
    parser = argparse.ArgumentParser("nox -s faults --", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)}")
    parser.add_argument("--seed", type=int, default=SEED, help="which networks are drawn")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(MEASUREMENTS):
        parser.error(f"no such measurement: {sorted(unknown)}; there are {MEASUREMENTS}")
    found = results.read() if asked.seed == SEED else {}
    for name in asked.names or MEASUREMENTS:
        print(f"measuring: {name}", flush=True)
        module = importlib.import_module(f"benchmarks.faults.{name}")
        found[name] = results.stamped(module.measure(seed=asked.seed, progress=True), asked.seed)
        if asked.seed == SEED:
            results.write(found)
    print(*table(found), sep="\n")
    return 0


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each figure that there are results for."""
    if "published" in found:
        yield from _published(found)
    plants = found.get("plants", {}).get("found", {})
    for name in ("found", "layer right", "parameter right", "remedy cures", "harmless flagged"):
        if name in plants:
            yield f"planted faults: {name:34} {Share(*plants[name])}"
    if "healthy" in found:
        flagged = Share(*found["healthy"]["found"]["flagged"])
        yield f"networks that train: {'false alarms':29} {flagged}"
    if "prediction" in found:
        of = found["prediction"]["found"]
        for name in ("precision", "recall"):
            yield f"prediction of training: {name:26} {Share(*of[name])}"
        yield f"prediction of training: {'AUC of the severity':26} {of['AUC']:.3f}"


def _published(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the figures of published networks, all labels first, then those that stand."""
    of = list(built(found))
    figures = {"recall on faulty": "faulty", "false alarms on healthy": "healthy"}
    for settled, words in ((False, "all labels"), (True, "labels that stand")):
        for name, label in figures.items():
            yield f"published: {name + ', ' + words:39} {share(of, label, settled=settled)}"
    for source, pair in by_source(of).items():
        yield f"  {source:30} recall {pair[0]}; false alarms {pair[1]}"
    for tool, pairs in beside(of).items():
        for label, (theirs, ours) in zip(("faulty", "healthy"), pairs, strict=True):
            if theirs.of:
                yield f"  {label} rows of {tool:16} {tool}: {theirs}; here: {ours}"
    for net in of:
        if net.label and net.flagged != (net.label == "faulty"):
            yield f"  unlike its label: {net.name}, {net.label}; training: {net.comparison}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
