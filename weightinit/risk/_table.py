"""How failure rates print: a table of counts, rates and intervals."""

import html
from collections.abc import Iterator, Mapping

from weightinit._chances import wilson_interval
from weightinit._tables import html_table, text_table, wrapped

__all__ = ["as_html", "as_text", "percent"]

_HEAD = ("problem", "draws", "rate", "95 % interval")


def as_text(counts: Mapping[str, int], draws: int) -> str:
    """Return lines of at most 80 letters: a title, a row for each problem, a note."""
    return "\n".join(
        [_title(counts, draws), "", *text_table(_rows(counts, draws)), "", *wrapped(_note(draws))]
    )


def as_html(counts: Mapping[str, int], draws: int) -> str:
    """Return the same for a notebook."""
    table = html_table(_rows(counts, draws), caption=_title(counts, draws))
    return f"{table}<p>{html.escape(_note(draws))}</p>"


def percent(share: float) -> str:
    """Write a share as a percentage, in three digits."""
    return f"{100 * share:.3g} %"


def _title(counts: Mapping[str, int], draws: int) -> str:
    bad = next(iter(counts.values()))
    return f"{bad:,} of {draws:,} draws had a problem"


def _rows(counts: Mapping[str, int], draws: int) -> Iterator[tuple[str, ...]]:
    yield _HEAD
    for problem, count in counts.items():
        low, high = wilson_interval(count, draws)
        yield problem, f"{count:,}", percent(count / draws), f"{percent(low)} to {percent(high)}"


def _note(draws: int) -> str:
    high = wilson_interval(0, draws)[1]
    return (
        "Intervals are Wilson's. A problem that is not listed showed in no draw; its rate may "
        f"still be up to {percent(high)}."
    )
