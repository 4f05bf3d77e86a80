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
from benchmarks.faults.figures import Network, beside, built, by_source
from benchmarks.faults.overview import overview

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


def table(kept: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each figure that there are results for, then those by source and tool."""
    for what, name, value in overview(kept):
        yield f"{what:40} {name:20} {value}"
    if "published" in kept:
        yield from _details(list(built(kept)))


def _details(of: list[Network]) -> Iterator[str]:
    """Yield the figures by source, those of other tools, and the networks unlike their labels."""
    for source, (recall, alarms) in by_source(of).items():
        yield f"{source}: recall {recall}, false alarms {alarms}"
    for tool, pairs in beside(of).items():
        for label, (theirs, ours) in zip(("faulty", "healthy"), pairs, strict=True):
            if theirs.of:
                yield f"{label} rows of {tool}: {theirs}, here {ours}"
    for net in of:
        if net.unlike:
            yield f"unlike its label: {net.name}, {net.label}; training: {net.comparison}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
