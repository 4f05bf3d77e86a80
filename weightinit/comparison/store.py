"""Finished cells in a folder, so that an interrupted comparison goes on where it was.

A cell is a plain ``.npz`` of floats beside its key, a line of JSON. Nothing is ever unpickled.
"""

import hashlib
import json
import os
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np

from weightinit.comparison.cells import Cell, Result, TrainOnce
from weightinit.initializers import Initializer
from weightinit.training import History

__all__ = ["Store"]

_FORMAT = 1


class Store:
    """The folder that keeps finished cells of one task, a file each."""

    def __init__(self, folder: str | os.PathLike[str], train_once: TrainOnce) -> None:
        try:
            self.folder = Path(folder)
        except TypeError:
            raise TypeError(
                f"cache_dir must be the path of a folder, got {folder!r} "
                f"({type(folder).__name__}); write a string or a pathlib.Path"
            ) from None
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(
                f"cache_dir must be a folder, got {os.fspath(folder)!r}, which is a file; "
                "name a new folder, it is made"
            )
        self.task = str(getattr(train_once, "__qualname__", type(train_once).__qualname__))

    def load(self, label: str, initializer: Initializer, seed: int) -> Cell | None:
        """Return the cell if it is kept; warn of a file that does not hold it."""
        key = self._key(label, initializer, seed)
        path = self._path(key, label, seed)
        if not path.exists():
            return None
        try:
            return Cell(label, seed, _read(path, key))
        except Exception as error:  # noqa: BLE001  a bad file can be bad in any way
            warnings.warn(
                f"{path} is not a finished cell of this comparison ({error}); the cell runs again "
                "and replaces the file",
                stacklevel=3,
            )
            return None

    def save(self, cell: Cell, initializer: Initializer) -> None:
        """Keep the result of a cell; a file is there whole or not at all."""
        key = self._key(cell.label, initializer, cell.seed)
        arrays = {"key": np.array(key)}
        if isinstance(cell.result, History):
            arrays["losses"] = np.array(cell.result.losses, dtype=np.float64)
            arrays["accuracies"] = np.array(cell.result.accuracies, dtype=np.float64)
        else:
            arrays["score"] = np.array(cell.result, dtype=np.float64)
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(suffix=".part", dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]  # none is its own keyword
            Path(part).replace(self._path(key, cell.label, cell.seed))
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise

    def _key(self, label: str, initializer: Initializer, seed: int) -> str:
        """Return all that tells this cell from others, for a person to read."""
        parts = {
            "format": _FORMAT,
            "train_once": self.task,
            "label": label,
            "initializer": repr(initializer),
            "seed": seed,
        }
        return json.dumps(parts)

    def _path(self, key: str, label: str, seed: int) -> Path:
        readable = re.sub(r"[^A-Za-z0-9.=-]+", "_", label)[:40]
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        return self.folder / f"{readable}-seed{seed}-{digest}.npz"


def _read(path: Path, key: str) -> Result:
    """Return the result that a file holds, or raise if it is not that of this key."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        if str(arrays["key"]) != key:
            raise ValueError("its key is another one")
        if "score" in arrays:
            (score,) = _finite(arrays["score"].reshape(-1))
            return score
        losses, accuracies = _finite(arrays["losses"]), _finite(arrays["accuracies"])
        if not losses:
            raise ValueError("it has no losses")
        return History(losses, accuracies)


def _finite(array: np.ndarray) -> list[float]:
    if array.dtype != np.float64 or array.ndim != 1 or not np.isfinite(array).all():
        raise ValueError("its arrays are not rows of finite float64 numbers")
    values: list[float] = array.tolist()
    return values
