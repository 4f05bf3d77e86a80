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
from benchmarks.faults.parallel import each
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
        module = importlib.import_module(f"benchmarks.interop.{name}")
        models = asked.names or list(zoo.entries())
        measured = each(partial(module.measured, seed=asked.seed), models, progress=True)
        for model, row in zip(models, measured, strict=True):
            kept = results.read(FILE) if asked.seed == SEED else kept
            kept[name] = _with(kept.get(name, {}), model, row, asked.seed)
            if asked.seed == SEED:
                results.write(kept, FILE)  # at once: hours may follow
    print(*table(kept), sep="\n")
    return 0


def _with(measurement: dict[str, Any], model: str, row: Any, seed: int) -> dict[str, Any]:
    """Return a measurement with the row of one more model, in the order of the zoo."""
    found = measurement.get("found", {}) | {model: row}
    ordered = {entry: found[entry] for entry in zoo.entries() if entry in found}
    return results.stamped(ordered, seed, PACKAGES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
