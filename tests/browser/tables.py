"""What was measured, as the tables that end a session, and as JSON beside the built site."""

import json
from pathlib import Path
from typing import Any

from tests.browser.visit import WHOLE_KILOBYTES

PAGE_HEAD = [
    *(
        "pages",
        "number",
        "kB opened",
        "kB in whole",
        "requests",
        "console",
        "failed",
        "foreign",
        "policy",
        "from folder",
    ),
    *("axe light", "axe dark", "figures", "overflow at 360 px", "seconds"),
]
LISTS = ("console", "failed", "foreign", "policy", "from_file", "light", "dark", "figures")


def page_rows(pages: list[dict[str, Any]]) -> list[list[str]]:
    """Return a row a kind of page, with the most that one of them has, and a row a faulty page."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for page in pages:
        kind = page["page"].rpartition("/")[0] or page["page"]
        kinds.setdefault(kind, []).append(page)
    rows = [page_row(kind, of_kind) for kind, of_kind in sorted(kinds.items())]
    faulty = [page_row(f"! {page['page']}", [page]) for page in pages if is_faulty(page)]
    return [PAGE_HEAD, *rows, page_row("all", pages), *faulty]


def page_row(name: str, pages: list[dict[str, Any]]) -> list[str]:
    """Return weight and requests of the heaviest page, the widest overflow, and sums of others."""
    return [
        name,
        str(len(pages)),
        f"{max(page['opened'] for page in pages):.0f}",
        f"{max(page['kilobytes'] for page in pages):.0f}",
        str(max(page["requests"] for page in pages)),
        *(str(sum(len(page[fault]) for page in pages)) for fault in LISTS),
        str(max(page["overflow"] for page in pages)),
        f"{sum(page['seconds'] for page in pages):.0f}",
    ]


def is_faulty(page: dict[str, Any]) -> bool:
    """Tell whether a page breaks a law of test_pages."""
    is_heavy = page["opened"] >= page["limit"] or page["kilobytes"] >= WHOLE_KILOBYTES
    return is_heavy or page["overflow"] > 0 or any(page[fault] for fault in LISTS)


def table(rows: list[list[str]]) -> list[str]:
    """Return the lines of a table; the first row is its head, the first column is text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    ]


def lines(measured: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the lines of all tables."""
    parts = []
    if pages := measured.get("page"):
        parts += ["", *table(page_rows(pages))]
    for runs in (measured[kind] for kind in measured if kind != "page"):
        parts += ["", *table([list(runs[0]), *([str(v) for v in run.values()] for run in runs)])]
    return parts


def save(measured: dict[str, list[dict[str, Any]]], folder: Path) -> None:
    """Write what was measured to a file a kind."""
    folder.mkdir(exist_ok=True)
    for kind, found in measured.items():
        text = json.dumps(found, indent=1)
        (folder / f"{kind}.json").write_text(text + "\n", encoding="utf-8")
