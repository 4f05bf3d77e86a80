"""Plant faults in models of other frameworks, judge them, print the table: ``nox -s interop``.

Names of models as arguments measure these alone, and leave the rest as it is kept; ``--only harm``
trains and does not judge, ``--only judging`` the reverse; ``--seed 7`` plants elsewhere, and keeps
nothing.
"""

import argparse
import importlib
import sys
from functools import partial
from typing import Any

from benchmarks.faults import results
from benchmarks.faults.parallel import mapped
from benchmarks.interop import zoo
from benchmarks.interop.figures import FILE, PACKAGES, table

#: What is measured, in order: what judges a plant and what it costs.
MEASUREMENTS = ("judging", "harm")
SEED = 0


def main(arguments: list[str]) -> int:
    """Measure what is asked for, print the table, and keep what came of the usual seed."""
    parser = argparse.ArgumentParser("nox -s interop --", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="MODEL")
    parser.add_argument("--only", choices=MEASUREMENTS)
    parser.add_argument("--seed", type=int, default=SEED, help="where faults are planted")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(zoo.entries()):
        parser.error(f"no such model: {sorted(unknown)}; there are {list(zoo.entries())}")
    for module, why in zoo.missing().items():
        print(f"not there: {module} ({why})")
    kept: dict[str, Any] = {}
    for name in [asked.only] if asked.only else MEASUREMENTS:
        print(f"measuring: {name}", flush=True)
        found = _measured(name, asked.names or list(zoo.entries()), asked.seed)
        kept = results.read(FILE) if asked.seed == SEED else kept
        found = kept.get(name, {}).get("found", {}) | found
        found = {entry: found[entry] for entry in zoo.entries() if entry in found}
        kept[name] = results.stamped(found, asked.seed, PACKAGES)
        if asked.seed == SEED:
            results.write(kept, FILE)
    print(*table(kept), sep="\n")
    return 0


def _measured(name: str, models: list[str], seed: int) -> dict[str, Any]:
    """Return what a module finds of each model."""
    module = importlib.import_module(f"benchmarks.interop.{name}")
    found = mapped(partial(module.measured, seed=seed), models, progress=True)
    return dict(zip(models, found, strict=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
