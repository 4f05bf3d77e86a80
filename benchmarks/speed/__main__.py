"""Measure what this package costs beside its peers, and print the table: ``nox -s bench``.

Names of groups measure these alone, and leave the rest as it is kept.
"""

import argparse
import importlib
import os
import platform
import sys

from benchmarks.faults import results
from benchmarks.speed.figures import CURVES, FILE, GROUPS, PACKAGES, table

MEASURED = GROUPS | CURVES


def main(arguments: list[str]) -> int:
    """Measure what is asked for, print the table, and keep it for the page that shows it."""
    parser = argparse.ArgumentParser("nox -s bench --", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(MEASURED))
    asked = parser.parse_args(arguments).groups
    if unknown := set(asked) - set(MEASURED):
        parser.error(f"no such group: {sorted(unknown)}; there are {list(MEASURED)}")
    for group in asked or MEASURED:
        print(f"measuring: {group}", flush=True)
        rows = list(importlib.import_module(f"benchmarks.speed.{group}").rows())
        kept = results.read(FILE)
        kept[group] = results.stamped({row["name"]: row for row in rows}, 0, PACKAGES)
        kept[group]["machine"] = f"{os.cpu_count()} cores of {platform.machine()}"
        results.write({name: kept[name] for name in MEASURED if name in kept}, FILE)
    print(*table(results.read(FILE)), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
