"""Train from what `recommend` advises and from other starts: ``nox -s advice``.

Names of combinations as arguments measure these alone and keep nothing.
"""

import multiprocessing
import os
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version

import tqdm

from tests.sweeps.advice.combinations import COMBINATIONS
from tests.sweeps.advice.results import FILE, beats, rows, write
from tests.sweeps.advice.starts import STARTS
from tests.sweeps.advice.training import RATES, SEEDS, hits

_PACKAGES = ("numpy", "scikit-learn", "weightinit")


def main(names: list[str]) -> int:
    """Measure, print the table, and keep the results if all were measured."""
    if unknown := set(names) - set(COMBINATIONS):
        print(f"no such combination: {sorted(unknown)}; there are", *COMBINATIONS, sep="\n    ")
        return 2
    measured = measure(names or list(COMBINATIONS))
    print(*table(measured), sep="\n")
    if not names:
        write(measured, {"python": platform.python_version()} | {p: version(p) for p in _PACKAGES})
        print(f"kept in {FILE}")
    return 0


def measure(names: list[str]) -> dict[str, dict[str, list[list[int]]]]:
    """Return the hits of every start, rate and seed, from processes of their own."""
    cells = [(n, s, rate, seed) for n in names for s in STARTS for rate in RATES for seed in SEEDS]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        found = pool.map(hits, *zip(*cells, strict=True), chunksize=len(SEEDS))
        left = iter(tqdm.tqdm(found, total=len(cells), unit="run"))
        return {n: {s: [[next(left) for _ in SEEDS] for _ in RATES] for s in STARTS} for n in names}


def table(measured: dict[str, dict[str, list[list[int]]]]) -> list[str]:
    """Return a line for each combination: both advised starts and the best other one."""
    lines = [f"{'':26} zero  LeCun  best other"]
    for name, advised, best in rows(measured):
        marks = [f"{row.accuracy:5.3f}{'*' if beats(best, row) else ' '}" for row in advised]
        lines.append(f"{name:26} {' '.join(marks)} {best.accuracy:5.3f} {best.start}")
    return [*lines, "* beaten by more than 2 points and 2 standard errors"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
