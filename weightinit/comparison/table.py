"""The standings of a comparison, set as plain text and as HTML."""

import html
import textwrap
from collections.abc import Sequence

from weightinit.comparison.cells import Cell
from weightinit.comparison.intervals import CONFIDENCE, seeds_needed
from weightinit.comparison.standings import Standing

__all__ = ["as_html", "as_text"]

_WIDTH = 80
_HEAD = ("", "mean", "quartiles", "failed", "minus the best", "")

_Standings = Sequence[Standing]
_Cells = Sequence[Cell]
_Row = tuple[str, ...]


def as_text(standings: _Standings, failures: _Cells, measure: str, seeds: Sequence[int]) -> str:
    """Return lines of at most 80 characters: a title, the table, and what there is to know."""
    for digits, gap in ((3, 2), (3, 1), (2, 1), (1, 1)):
        rows = [_HEAD, *(_row(standing, measure, digits) for standing in standings)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
        left = _WIDTH - sum(widths[1:]) - gap * (len(widths) - 1)
        if left >= min(widths[0], 16):  # longer labels stand on lines of their own
            break
    widths[0] = min(widths[0], left)
    lines = [_title(standings, measure, seeds), ""]
    for row in rows:
        lines.extend(_lines(row, widths, " " * gap))
    for note in _notes(standings, failures):
        lines.extend(["", *textwrap.wrap(note, _WIDTH)])
    return "\n".join(lines)


def as_html(standings: _Standings, failures: _Cells, measure: str, seeds: Sequence[int]) -> str:
    """Return the same as an HTML table with its notes below."""

    def cells(row: _Row) -> str:
        first, *others = (html.escape(text) for text in row)
        return f'<th scope="row">{first}</th>' + "".join(f"<td>{text}</td>" for text in others)

    head = "".join(f'<th scope="col">{text}</th>' if text else "<td></td>" for text in _HEAD)
    body = "".join(f"<tr>{cells(_row(standing, measure, 3))}</tr>" for standing in standings)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in _notes(standings, failures))
    caption = html.escape(_title(standings, measure, seeds))
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{notes}"
    )


def _title(standings: _Standings, measure: str, seeds: Sequence[int]) -> str:
    name = measure if measure == "score" else f"final {measure}"
    better = "less" if measure == "loss" else "more"
    starts = _count(len(standings), "start")
    return f"{name} ({better} is better) of {starts} over {_count(len(seeds), 'seed')}"


def _row(standing: Standing, measure: str, digits: int) -> _Row:
    mean = "" if standing.mean is None else _number(standing.mean, measure, digits)
    quartiles = " ".join(_number(q, measure, digits) for q in standing.quartiles or ())
    ends = standing.difference or ()
    difference = " .. ".join(_number(end, measure, min(digits, 2), sign="+") for end in ends)
    failed = str(standing.failures)
    return standing.label, mean, quartiles, failed, difference, standing.verdict


def _number(value: float, measure: str, digits: int, sign: str = "") -> str:
    if measure == "accuracy":  # which has a scale; of others the digits count, not the places
        return f"{value:{sign}.3f}"
    return f"{value:{sign}#.{digits}g}".rstrip(".")


def _lines(row: _Row, widths: Sequence[int], gap: str) -> list[str]:
    """Return a row in one line, or in two if its label is too long to stand beside the numbers."""
    label = textwrap.shorten(row[0], _WIDTH, placeholder="...") or row[0]
    columns = [text.rjust(width) for text, width in zip(row[1:-1], widths[1:-1], strict=True)]
    alone = len(label) > widths[0]
    first = "" if alone else label
    line = gap.join([first.ljust(widths[0]), *columns, row[-1]]).rstrip()
    return [label[:_WIDTH], line] if alone else [line]


def _notes(standings: _Standings, failures: _Cells) -> list[str]:
    """Return what a reader of these numbers has to know, a sentence or two each."""
    verdicts = {standing.verdict for standing in standings}
    notes = []
    if any(standing.difference for standing in standings):
        notes.append(
            f"minus the best: mean difference at the same seeds, {CONFIDENCE:.0%} intervals that "
            "hold together."
        )
    if "too few seeds" in verdicts:
        needed = seeds_needed(len(standings) - 1)
        notes.append(
            f"too few seeds: {_count(len(standings), 'start')} take {needed} seeds or more; with "
            "fewer, all may agree by chance."
        )
    if "ahead" in verdicts:
        notes.append("ahead: better than the best where both finished, but it failed more often.")
    for label in dict.fromkeys(cell.label for cell in failures):
        failed = [cell for cell in failures if cell.label == label]
        seeds = ", ".join(str(cell.seed) for cell in failed)
        name = "seed" if len(failed) == 1 else "seeds"
        notes.append(f"{label} failed at {name} {seeds}: {failed[0].error}")
    return notes


def _count(n: int, name: str) -> str:
    return f"{n} {name}" if n == 1 else f"{n} {name}s"
