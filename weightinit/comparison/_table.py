"""The standings of a comparison, as plain text and as HTML."""

import html
import textwrap
from collections.abc import Iterator, Sequence

from weightinit._tables import WIDTH, html_table, text_table
from weightinit.comparison._intervals import CONFIDENCE, seeds_needed
from weightinit.comparison.cells import Cell
from weightinit.comparison.standings import Standing

__all__ = ["as_html", "as_text"]

_HEAD = ("", "mean", "quartiles", "failed", "minus the best", "")

_Standings = Sequence[Standing]
_Cells = Sequence[Cell]


def as_text(standings: _Standings, failures: _Cells, measure: str, seeds: Sequence[int]) -> str:
    """Return lines of at most 80 characters: a title, the table and notes on how to read it."""
    for digits in (3, 2, 1):
        table = text_table(_rows(standings, measure, digits))
        if max(map(len, table)) <= WIDTH:
            break
    lines = [_title(standings, measure, seeds), "", *table]
    for note in _notes(standings, failures):
        lines += ["", *textwrap.wrap(note, WIDTH)]
    return "\n".join(lines)


def as_html(standings: _Standings, failures: _Cells, measure: str, seeds: Sequence[int]) -> str:
    """Return the same in HTML."""
    table = html_table(_rows(standings, measure, 3), caption=_title(standings, measure, seeds))
    return table + "".join(f"<p>{html.escape(note)}</p>" for note in _notes(standings, failures))


def _title(standings: _Standings, measure: str, seeds: Sequence[int]) -> str:
    name = measure.capitalize() if measure == "score" else f"Final {measure}"
    better = "less" if measure == "loss" else "more"
    starts = _count(len(standings), "start")
    return f"{name} of {starts} over {_count(len(seeds), 'seed')} ({better} is better)"


def _rows(standings: _Standings, measure: str, digits: int) -> Iterator[Sequence[str]]:
    yield _HEAD
    for standing in standings:
        quartiles = " ".join(_number(q, measure, digits) for q in standing.quartiles or ())
        ends = standing.difference or ()
        yield (
            standing.label,
            "" if standing.mean is None else _number(standing.mean, measure, digits),
            quartiles,
            str(standing.failures),
            " .. ".join(_number(end, measure, min(digits, 2), sign="+") for end in ends),
            standing.verdict,
        )


def _number(value: float, measure: str, digits: int, sign: str = "") -> str:
    if measure == "accuracy":  # which has a scale; of others the digits count, not the places
        return f"{value:{sign}.3f}"
    return f"{value:{sign}#.{digits}g}".rstrip(".")


def _notes(standings: _Standings, failures: _Cells) -> list[str]:
    """Return notes on how to read these numbers, and why runs failed."""
    verdicts = {standing.verdict for standing in standings}
    notes = []
    if any(standing.quartiles for standing in standings):
        notes.append("quartiles: a quarter, half and three quarters of the runs end below these.")
    if any(standing.difference for standing in standings):
        notes.append(
            "minus the best: the mean difference at the same seeds, as intervals that all hold "
            f"with {CONFIDENCE:.0%} confidence."
        )
    if "within noise" in verdicts:
        notes.append("within noise: the interval includes 0, so this start is not shown to differ.")
    if "too few seeds" in verdicts:
        needed = seeds_needed(len(standings) - 1)
        notes.append(
            f"too few seeds: {_count(len(standings), 'start')} need at least {needed} seeds; fewer "
            "may all agree by chance."
        )
    if "ahead" in verdicts:
        notes.append("ahead: better than the best where both finished, but it failed more often.")
    if any(standing.verdict == "failed" and standing.quartiles for standing in standings):
        notes.append("failed: too few of its runs finished to compare it with the best.")
    for label in dict.fromkeys(cell.label for cell in failures):
        failed = [cell for cell in failures if cell.label == label]
        seeds = ", ".join(str(cell.seed) for cell in failed)
        name = "seed" if len(failed) == 1 else "seeds"
        notes.append(f"{label} failed at {name} {seeds}: {failed[0].error}")
    return notes


def _count(n: int, name: str) -> str:
    return f"{n} {name}" if n == 1 else f"{n} {name}s"
