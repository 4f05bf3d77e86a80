"""Call everything public with odd arguments: ``nox -s soak``, or ``python -m tests.soak``."""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tests.soak.calls import targets, unknown
from tests.soak.plan import plan
from tests.soak.report import Report
from tests.soak.work import make, prepare

_CHUNK = 250  # calls that one task makes


def main() -> int:
    """Make the calls, print what became of them; return 1 if any is a fault, 2 if none was made."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # a comparison may keep its cells there
        if told := unknown():
            print("It is not known how to call (tests/soak/known.py):", *told, sep="\n    ")
            return 2
        return _soak(options, folder)


def _soak(options: argparse.Namespace, folder: str) -> int:
    calls = plan(options.seed, options.calls)
    print(f"{len(calls):,} calls of {len(targets())} callables, seed {options.seed}; time limit")
    print(f"{options.limit:g} s of the processor for each call", flush=True)
    report, began = Report(), time.monotonic()
    chunks = [calls[start : start + _CHUNK] for start in range(0, len(calls), _CHUNK)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, context, prepare, (folder,)) as pool:
        running = [pool.submit(make, chunk, options.limit) for chunk in chunks]
        try:
            for done, future in enumerate(running, 1):
                report.add(future.result())
                if done % 40 == 0:
                    seconds = time.monotonic() - began
                    print(f"{done / len(chunks):4.0%} {seconds:4.0f} s", flush=True)
        except BrokenProcessPool:
            print("A process died in one of these calls:")
            for note in Path(folder).glob("*/call"):
                print("   ", note.read_text("utf-8"))
            return 1
    print(report)
    print(f"{time.monotonic() - began:.0f} s, seed {options.seed}")
    return int(report.failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=120_000, help="how many calls to make")
    parser.add_argument("--seed", type=int, default=0, help="which calls, and in which order")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many processes")
    parser.add_argument("--limit", type=float, default=5.0, help="seconds a call may take")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
