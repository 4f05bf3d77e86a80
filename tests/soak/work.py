"""What one process of a soak does."""

import contextlib
import os
import resource
from collections.abc import Iterable
from pathlib import Path

from tests.soak.calls import targets
from tests.soak.outcome import Outcome, run
from tests.soak.plan import Call

__all__ = ["make", "prepare"]

_MEMORY = 4 * 2**30  # bytes that a process may ask for


def prepare(folder: str) -> None:
    """Bound the memory of this process, and let it write to a folder of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    own = Path(folder) / str(os.getpid())
    own.mkdir()
    os.chdir(own)


def make(calls: Iterable[Call], limit: float) -> list[tuple[Call, Outcome | None]]:
    """Make calls in this process, and keep what they print to themselves."""
    results = []
    note = Path("call").absolute()
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stderr(nowhere),
        contextlib.redirect_stdout(nowhere),
    ):
        for call in calls:
            note.write_text(call.code(), "utf-8")  # to be read if the process dies of it
            results.append((call, run(targets()[call.target], call.base, call.odd, limit)))
    note.unlink()
    return results
