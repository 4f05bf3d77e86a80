"""Tables in plain text and HTML, and the number format of reports."""

import html
import textwrap
from collections.abc import Iterable, Sequence

__all__ = ["WIDTH", "html_table", "number", "text_table", "wrapped"]

#: The columns of a terminal, which no report passes.
WIDTH = 80


def number(value: float) -> str:
    """Write a number in at most six characters, and a sign.

    Examples
    --------
    >>> from weightinit._tables import number
    >>> number(0.12345), number(123456.0), number(-1e-9)
    ('0.12', '1e+05', '-1e-09')
    """
    return f"{value:.2g}" if value == 0 or 1e-3 <= abs(value) < 100 else f"{value:.0e}"


def text_table(rows: Iterable[Sequence[str]], *, left: int = 1) -> list[str]:
    r"""Return one line per row, at most `WIDTH` characters wide, with fitted columns.

    The first `left` columns and one with an empty head stand to the left, the others to the right.
    A first cell too long to stand beside the others gets a line of its own.

    Examples
    --------
    >>> from weightinit._tables import text_table
    >>> print(*text_table([("layer", "std"), ("dense0", "0.5")]), sep="\n")
    layer   std
    dense0  0.5
    """
    head, *_ = table = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    rest = sum(widths[1:]) + len(gap) * (len(widths) - 1)
    widths[0] = min(widths[0], max(WIDTH - rest, 0))
    lines = []
    for first, *others in table:
        if len(first) > widths[0]:
            lines.append(first if len(first) <= WIDTH else f"{first[: WIDTH - 3]}...")
            first = ""  # noqa: PLW2901  # it is written
        cells = [
            cell.ljust(width) if column < left or not head[column] else cell.rjust(width)
            for column, (cell, width) in enumerate(zip([first, *others], widths, strict=True))
        ]
        lines.append(gap.join(cells).rstrip())
    return lines


def html_table(rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """Return a table for a notebook: the first row is its head, the first column names the rows.

    Examples
    --------
    >>> from weightinit._tables import html_table
    >>> html_table([("", "a"), ("b", "<")]).partition("<tbody>")[2]
    '<tr><th scope="row">b</th><td>&lt;</td></tr></tbody></table>'
    """
    head, *body = ([html.escape(cell) for cell in row] for row in rows)
    top = "".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in head)
    lines = (
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others)
        for first, *others in body
    )
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    inside = "</tr>".join([*lines, ""])
    return f"<table>{title}<thead><tr>{top}</tr></thead><tbody>{inside}</tbody></table>"


def wrapped(text: str, indent: str = "") -> list[str]:
    """Return a sentence in lines of at most `WIDTH` characters."""
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
