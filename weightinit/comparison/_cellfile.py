"""The file of a finished cell: its key, its numbers, and a checksum of both.

It is a plain ``.npz``. Anyone who can write to the folder can replace it, so nothing is unpickled,
and no more is read than the file is long.
"""

import hashlib
import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from weightinit.comparison.cells import Result
from weightinit.networks.layers.base import Array
from weightinit.training import History

__all__ = ["checksum", "pack", "unpack"]


def pack(key: str, result: Result) -> bytes:
    """Return the file of a cell."""
    arrays: dict[str, Array] = {"key": np.array(key)}
    if isinstance(result, History):
        arrays["losses"] = np.array(result.losses, dtype=np.float64)
        arrays["accuracies"] = np.array(result.accuracies, dtype=np.float64)
    else:
        arrays["score"] = np.array(result, dtype=np.float64)
    file = io.BytesIO()
    np.savez(file, sha256=np.array(checksum(arrays)), **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def unpack(path: Path, key: str) -> Result:
    """Return the result that a file holds, or raise if it is not that of this key."""
    if not path.is_file():  # to open a pipe would wait for someone to write to it
        raise ValueError("it is no file")
    with zipfile.ZipFile(path) as archive:
        _check_sizes(archive, path.stat().st_size)
    with np.load(path, allow_pickle=False) as npz:
        arrays = dict(npz)
    if str(arrays["key"]) != key:
        raise ValueError("its key is another one")
    if str(arrays.pop("sha256")) != checksum(arrays):
        raise ValueError("it was changed since it was kept: its checksum is another one")
    if "score" in arrays:
        (score,) = _finite(arrays["score"].reshape(-1))
        return score
    losses, accuracies = _finite(arrays["losses"]), _finite(arrays["accuracies"])
    if not losses:
        raise ValueError("it has no losses")
    return History(losses, accuracies)


def checksum(arrays: Mapping[str, Array]) -> str:
    """Return a digest of arrays by name, to notice where one is changed."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _check_sizes(archive: zipfile.ZipFile, size: int) -> None:
    """Raise if an archive, or an array in it, claims to be larger than the file."""
    entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise ValueError("it is compressed, which no cell is")
    if sum(entry.file_size for entry in entries) > size:
        raise ValueError("it claims to hold more than its size")
    for entry in entries:
        with archive.open(entry) as file:
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("it holds arrays of another kind")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if math.prod(shape) * dtype.itemsize > entry.file_size:
            raise ValueError("it claims to hold more than its size")


def _finite(array: np.ndarray[Any, Any]) -> list[float]:
    if array.dtype != np.float64 or array.ndim != 1 or not np.isfinite(array).all():
        raise ValueError("its arrays are not rows of finite float64 numbers")
    values: list[float] = array.tolist()
    return values
