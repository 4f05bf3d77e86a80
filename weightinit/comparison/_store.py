"""Keep finished cells in a folder, so that an interrupted comparison can go on.

joblib.Memory and diskcache keep pickles, and loading a pickle runs code.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import warnings
from pathlib import Path

from weightinit._messages import message, shown
from weightinit.comparison._cellfile import pack, unpack
from weightinit.comparison.cells import Cell, TrainOnce
from weightinit.initializers import Initializer

__all__ = ["Store"]

_FORMAT = 2
_PART = re.compile(r".*\.[0-9a-f]{16}\.part", re.DOTALL)
_ABANDONED = 3600  # seconds; to write a cell takes a moment


class Store:
    """The folder that keeps finished cells of one task, a file each."""

    def __init__(self, folder: str | os.PathLike[str], train_once: TrainOnce) -> None:
        try:
            self.folder = Path(folder)
        except TypeError:
            hint = "write a string or a pathlib.Path"
            raise TypeError(message("cache_dir", folder, "the path of a folder", hint)) from None
        told = f"cache_dir must be a folder, got {shown(os.fspath(folder))}"
        if not os.fspath(folder) or "\0" in os.fspath(folder) or not _is_encodable(folder):
            raise ValueError(f"{told}, which cannot be one; write '.' for the current folder")
        if os.path.isfile(folder):  # noqa: PTH113  Path.is_file raises where it may not look
            raise ValueError(f"{told}, which is a file; name a new folder, it is made")
        self.task = str(getattr(train_once, "__qualname__", type(train_once).__qualname__))

    def load(self, label: str, initializer: Initializer, seed: int) -> Cell | None:
        """Return the cell if it is kept; warn if its file holds something else."""
        key = self._key(label, initializer, seed)
        path = self._path(key, label, seed)
        if not os.path.exists(path):  # noqa: PTH110  Path.exists raises where it may not look
            return None
        try:
            return Cell(label, seed, unpack(path, key))
        except Exception as error:  # noqa: BLE001  a bad file can be bad in any way
            warnings.warn(
                f"{path} is not a finished cell of this comparison ({error}); the cell runs again, "
                "and takes that place if it can",
                stacklevel=3,
            )
            return None

    def prepare(self) -> None:
        """Make the folder, check that it can be written to, and clear what killed runs left."""
        trial = self.folder / f"trial.{secrets.token_hex(8)}.part"
        try:
            self._put(trial, bytes(4096))
            now = trial.stat().st_mtime  # by the clock of those who share the folder
            trial.unlink()
            parts = [path for path in self.folder.iterdir() if _PART.fullmatch(path.name)]
        except OSError as error:
            raise OSError(
                error.errno,
                "cache_dir must be a folder that can be written to, got "
                f"{shown(str(self.folder))} ({error.strerror}); name another, or make room",
            ) from error
        for path in parts:
            with contextlib.suppress(OSError):  # others may be at it
                if now - path.stat().st_mtime > _ABANDONED:
                    path.unlink()

    def save(self, cell: Cell, initializer: Initializer) -> None:
        """Keep a cell that has a result; warn if that fails, since nothing else is lost."""
        key = self._key(cell.label, initializer, cell.seed)
        path = self._path(key, cell.label, cell.seed)
        try:
            if cell.result is not None:
                self._put(path, pack(key, cell.result))
        except Exception as error:  # noqa: BLE001  whatever it is, the comparison goes on
            warnings.warn(
                f"{path} could not be written ({error}); the comparison has this cell, but the "
                "next call runs it again",
                stacklevel=3,
            )

    def _put(self, path: Path, content: bytes) -> None:
        """Write a file so that it appears whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # some disks say only now that they are full
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    def _key(self, label: str, initializer: Initializer, seed: int) -> str:
        """Return all that distinguishes this cell from others, in readable form."""
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
        return self.folder / f"{readable}-seed{str(seed)[:20]}-{digest}.npz"


def _is_encodable(folder: str | os.PathLike[str]) -> bool:
    """Tell whether the file system can write the name; of half a surrogate pair it cannot."""
    try:
        os.fsencode(folder)
    except UnicodeEncodeError:
        return False
    return True
