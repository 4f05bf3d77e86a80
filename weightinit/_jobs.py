"""Run independent jobs side by side with joblib, and show a bar over them."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from weightinit._checks import check_integer
from weightinit._extras import import_extra

__all__ = ["check_workers", "run_jobs", "with_bar"]


def check_workers(n_jobs: object) -> int:
    """Return the number of workers, which may be negative, as in joblib."""
    hint = "1 runs one job at a time, -1 takes all processors"
    workers = check_integer("n_jobs", n_jobs, at_least=None, at_most=None, hint=hint)
    if workers == 0:
        raise ValueError(f"n_jobs must not be 0, got 0; {hint}")
    return workers


def run_jobs(
    function: Callable[..., Any],
    arguments: Iterable[tuple[Any, ...]],
    *,
    total: int,
    workers: int,
    use: str,
    batch_size: int | str = "auto",
) -> Iterator[Any]:
    """Return what a function gives for each tuple of arguments, in the order they finish."""
    joblib = import_extra("joblib", use=use)
    needed = min(workers, max(total, 1))
    run = joblib.Parallel(n_jobs=needed, batch_size=batch_size, return_as="generator_unordered")
    finished: Iterator[Any] = run(itertools.starmap(joblib.delayed(function), arguments))
    return finished


def with_bar(finished: Iterator[Any], what: str, unit: str, *, done: int, total: int) -> Any:
    """Show a bar over jobs as they finish, with tqdm."""
    without = ", or leave progress out"
    tqdm = import_extra("tqdm", use="progress=True", otherwise=without)
    return tqdm.tqdm(finished, desc=what, unit=unit, initial=done, total=total)
