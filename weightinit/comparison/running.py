"""Run a comparison: initializers times seeds, one cell after another or side by side."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from weightinit._checks import (
    check_callable,
    check_flag,
    check_integer,
    check_items,
    check_mapping,
)
from weightinit._jobs import check_workers, run_jobs, with_bar
from weightinit._messages import shown
from weightinit.comparison._store import Store
from weightinit.comparison.cells import Cell, TrainOnce, check_label, run_cell
from weightinit.comparison.result import Comparison
from weightinit.initializers import Initializer

__all__ = ["compare"]

_Place = tuple[str, int]  # of a cell: label and seed


def compare(
    train_once: TrainOnce,
    initializers: Sequence[Initializer] | Mapping[str, Initializer],
    *,
    seeds: int | Sequence[int],
    n_jobs: int = 1,
    progress: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
) -> Comparison:
    """
    Train from each initializer with each seed, and say which of them differ by more than chance.

    Parameters
    ----------
    train_once : callable
        Called as ``train_once(initializer, rng)``, once for each initializer and seed, with
        ``rng = np.random.default_rng(seed)``. It returns the `History` of ``wi.train``, or one
        made by hand, or a number, more being better: the accuracy on held-out data for example.
        It must take all randomness from `rng`, and change nothing that it shares with other calls.
    initializers : sequence of Initializer, or mapping of str to Initializer
        What to compare. A sequence is labelled by ``str(initializer)``; labels must differ.
    seeds : int or sequence of int
        The number of seeds, 0, 1, 2, ..., or the seeds themselves.
    n_jobs : int, default 1
        The number of cells that run side by side, as in joblib: -1 takes all processors. Within
        ``joblib.parallel_config(backend="dask")`` they run on that cluster, as many as it has
        threads. The results do not depend on it.
    progress : bool, default False
        Show a bar over the cells, with tqdm.
    cache_dir : path, optional
        A folder for finished cells, a small ``.npz`` each: after an interrupt the same call goes
        on from there. The notes say what identifies a cell.

    Returns
    -------
    Comparison
        Print it for the table; ``.plot()`` draws it.

    Raises
    ------
    TypeError, ValueError
        An argument is not as above; some cells return a `History` and others a number.
    OSError
        `cache_dir` cannot be written to; this is checked before the first cell runs.
    ImportError
        joblib is not installed, or tqdm is not and `progress` asks for it.
    KeyboardInterrupt
        The keyboard interrupts; finished cells are in `cache_dir`.

    Notes
    -----
    **Pairs.** A cell depends on its initializer and seed alone: not on the order, nor on the number
    of workers, nor on what else is compared. All initializers get the same stream at the same
    seed, so what it draws first is the same for all, and luck with the data cancels in the
    difference between two starts. Initializers draw different amounts; to share more than what
    comes before them, split the stream: ``data_rng, weights_rng = rng.spawn(2)``.

    **Failures.** An exception, or a number that is not finite, fails its cell alone. The table
    names its seed and its message; ``train_once(initializer, np.random.default_rng(seed))`` runs it
    again. What ends the whole process, such as lack of memory, ends the comparison.

    **What is kept.** The label, the ``repr`` of the initializer, the seed and the name of
    `train_once` identify a file. The code of `train_once` and its data do not: after a change of
    either, name another folder or empty this one. Failed cells are not kept; they run again. If
    another file is in the place of a cell, or its file was changed, a warning says so and the cell
    runs again; no file is unpickled. If a cell cannot be written, because the disk is full, a
    warning says so, and the comparison still has the cell. Simultaneous runs may share a folder.
    What a killed run leaves there is removed after an hour.

    **Same bits.** A matrix product may round differently on another processor or with another
    number of BLAS threads, and joblib gives its workers fewer. To get the same bits, fix the number
    in `train_once`, or set ``OPENBLAS_NUM_THREADS=1`` in the environment.

    Examples
    --------
    >>> import weightinit as wi
    >>> def train_once(initializer, rng):
    ...     data_rng, weights_rng = rng.spawn(2)
    ...     x, y = wi.datasets.xor(100, rng=data_rng)
    ...     net = wi.mlp([2, 4, 1], "tanh").initialize(initializer, rng=weights_rng)
    ...     return wi.train(net, x, y, epochs=20, batch_size=10, learning_rate=0.5, rng=data_rng)
    >>> comparison = wi.compare(train_once, [wi.zeros, wi.xavier_normal], seeds=6)
    >>> [(standing.label, standing.verdict) for standing in comparison.standings]
    [('xavier_normal', 'best'), ('zeros', 'worse')]
    """
    hint = "write a function that trains once and returns a History or a number"
    check_callable("train_once", train_once, "train_once(initializer, rng)", hint=hint)
    starts, numbers, workers = _starts(initializers), _seeds(seeds), check_workers(n_jobs)
    show = check_flag("progress", progress)
    store = None if cache_dir is None else Store(cache_dir, train_once)
    # Seed by seed, so that an interrupted run leaves whole pairs behind.
    places = [(label, seed) for seed in numbers for label in starts]
    cells = {}
    for label, seed in places:
        if store and (kept := store.load(label, starts[label], seed)):
            cells[label, seed] = kept
    missing = [place for place in places if place not in cells]
    if store and missing:
        store.prepare()
    running = _run(train_once, starts, missing, workers)
    if show:
        running = with_bar(running, "comparing", "cell", done=len(cells), total=len(places))
    for cell in running:
        cells[cell.label, cell.seed] = cell
        if store:
            store.save(cell, starts[cell.label])
    return Comparison(tuple(cells[label, seed] for label in starts for seed in numbers))


def _run(
    train_once: TrainOnce,
    starts: Mapping[str, Initializer],
    places: Sequence[_Place],
    workers: int,
) -> Iterator[Cell]:
    """Yield cells as they finish; raise KeyboardInterrupt where one of them was interrupted."""
    jobs = [(train_once, starts[label], label, seed) for label, seed in places]
    # A batch of one: what finished is handed over, and kept, at once.
    for cell in run_jobs(
        run_cell, jobs, total=len(jobs), workers=workers, use="wi.compare", batch_size=1
    ):
        if cell is None:
            raise KeyboardInterrupt
        yield cell


def _starts(initializers: object) -> dict[str, Initializer]:
    """Return the initializers by label."""
    allowed = "a sequence of initializers, or a mapping from labels to initializers"
    hint = "write [wi.he_normal, wi.xavier_normal]"
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(initializers, Mapping):
        pairs = check_mapping("initializers", initializers, allowed, hint=hint).items()
    else:
        values = check_items("initializers", initializers, allowed, hint=hint)
        pairs = [(None, initializer) for initializer in values]
    starts: dict[str, Initializer] = {}
    for given, initializer in pairs:
        if not isinstance(initializer, Initializer):
            raise TypeError(
                "initializers must hold initializers such as wi.he_normal, got "
                f"{shown(initializer)} ({type(initializer).__name__}); derive your own from "
                "wi.Initializer"
            )
        label = str(initializer) if given is None else given
        label = check_label("a label in initializers", label)
        if label in starts:
            raise ValueError(
                f"labels of initializers must differ, got {shown(label)} twice; leave one out, or "
                "pass a mapping with labels of your own"
            )
        starts[label] = initializer
    if not starts:
        raise ValueError(f"initializers must not be empty, got {shown(initializers)}; {hint}")
    return starts


def _seeds(seeds: object) -> tuple[int, ...]:
    """Return the seeds: the first so many, or those given."""
    hint = "write seeds=10, or seeds=[3, 5, 8]"
    if isinstance(seeds, str | bytes) or not isinstance(seeds, Sequence | np.ndarray):
        return tuple(range(check_integer("seeds", seeds, at_least=1, hint=hint)))
    allowed = "one or more different integers"
    numbers = tuple(
        check_integer(f"seeds[{place}]", seed, at_least=0, hint=hint)
        for place, seed in enumerate(check_items("seeds", seeds, allowed, hint=hint))
    )
    if not numbers or len(set(numbers)) < len(numbers):
        told = f"the same seed twice is the same run twice: {hint}"
        raise ValueError(f"seeds must be {allowed}, got {shown(list(numbers))}; {told}")
    return numbers
