"""Measure cells on all processors, behind a bar."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import tqdm

__all__ = ["each", "mapped"]

Cell = TypeVar("Cell")
Found = TypeVar("Found")


def mapped(
    function: Callable[[Cell], Found], cells: Sequence[Cell], *, progress: bool
) -> list[Found]:
    """Return what a function of a module finds in each cell, from processes of their own."""
    return list(each(function, cells, progress=progress))


def each(
    function: Callable[[Cell], Found], cells: Sequence[Cell], *, progress: bool
) -> Iterator[Found]:
    """Yield the same, each as soon as it and those before it are there."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        found = pool.map(function, cells)
        yield from tqdm.tqdm(found, total=len(cells), unit="run", disable=not progress)
