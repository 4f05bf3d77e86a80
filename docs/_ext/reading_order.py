"""The order in which pages are read: those that compute long first, and shared out evenly.

Sphinx cuts the list of pages into equal shares, and a process that is free takes the next one. In
the order of the alphabet the pages of `theory` are neighbours: one process would compute them all,
while the others had nothing left to do. Here each share computes less than the one before, so that
all processes end at about the same time.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import make_chunks

#: What each page took when the site was last measured: `nox -s bench -- site` writes it.
SECONDS = Path(__file__).with_name("reading_seconds.json")


def deal(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Put the pages into the order in which they are read."""
    known = json.loads(SECONDS.read_text("utf-8"))
    fresh = sum(known.values()) / len(known)  # what a page is taken for that was not measured
    computing = (name for name in docnames if _computes(Path(env.doc2path(name))))
    docnames[:] = order(
        docnames, {name: known.get(name, fresh) for name in computing}, app.parallel
    )


def order(docnames: list[str], seconds: Mapping[str, float], processes: int) -> list[str]:
    """Return the pages so that the shares that Sphinx cuts compute less and less.

    The longest page goes where most is missing, and so on: of n shares the k-th is to have
    n - k + 1 parts of the seconds.
    """
    room = [len(share) for share in make_chunks(docnames, processes)]
    part = sum(seconds.values()) / max(1, sum(range(len(room) + 1)))
    missing = [part * (len(room) - place) for place in range(len(room))]
    shares: list[list[str]] = [[] for _ in room]
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        free = (place for place in range(len(room)) if len(shares[place]) < room[place])
        place = max(free, key=lambda place: missing[place])
        shares[place].append(name)
        missing[place] -= seconds[name]
    others = iter(sorted(set(docnames) - set(seconds)))
    for share, size in zip(shares, room, strict=True):
        share += [next(others) for _ in range(size - len(share))]
    return [name for share in shares for name in share]


def _computes(path: Path) -> bool:
    return path.suffix == ".md" and "{code-cell}" in path.read_text("utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", deal)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
