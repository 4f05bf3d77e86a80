"""What was measured: read and written, one line a start, and what it says of the advice."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.sweeps.advice.starts import ADVISED
from tests.sweeps.advice.training import EPOCHS, RATES, SEEDS, TESTED

__all__ = ["FILE", "Hits", "Row", "beats", "read", "rows", "standing", "write"]

#: Where results are kept, for the pages that draw them.
FILE = Path(__file__).parents[3] / "docs" / "about" / "advice.json"

#: Of each combination and start: test images that were classified correctly, by rate and seed.
Hits = Mapping[str, Mapping[str, list[list[int]]]]

POINTS, ERRORS = 0.02, 2.0  # a start is beaten by more than both


def read() -> Hits:
    """Return the results that are kept."""
    return json.loads(FILE.read_text(encoding="utf-8"))["hits"]


def write(hits: Hits, versions: Mapping[str, str]) -> None:
    """Keep results, with the settings and the versions that they came of."""
    made = {"epochs": EPOCHS, "rates": RATES, "seeds": SEEDS, "images": TESTED}
    lines = ",\n".join(
        f" {json.dumps(name)}: {{\n"
        + ",\n".join(f"  {json.dumps(start)}: {json.dumps(of)}" for start, of in starts.items())
        + "}"
        for name, starts in hits.items()
    )
    head = f'"settings": {json.dumps(made)},\n"versions": {json.dumps(dict(versions))}'
    FILE.write_text(f'{{{head},\n"hits": {{\n{lines}}}}}\n', encoding="utf-8")


@dataclass(frozen=True)
class Row:
    """How a start did at its best rate: mean accuracy and its standard error."""

    start: str
    rate: float
    accuracy: float
    error: float


def standing(start: str, hits: list[list[int]]) -> Row:
    """Return how a start did at the rate that was best for it."""
    accuracy = np.array(hits) / TESTED
    means = accuracy.mean(axis=1)
    best = int(means.argmax())
    error = accuracy[best].std(ddof=1) / math.sqrt(accuracy.shape[1])
    return Row(start, RATES[best], float(means[best]), float(error))


def beats(one: Row, other: Row) -> bool:
    """Tell whether a start is better by more than 2 points and 2 standard errors."""
    lead = one.accuracy - other.accuracy
    return lead > max(POINTS, ERRORS * math.hypot(one.error, other.error))


def rows(hits: Hits) -> Iterator[tuple[str, list[Row], Row]]:
    """Yield each combination, how the two advised starts did there, and the best other one."""
    for name, starts in hits.items():
        all_ = {start: standing(start, of) for start, of in starts.items()}
        others = [row for start, row in all_.items() if start not in ADVISED]
        yield name, [all_[start] for start in ADVISED], max(others, key=lambda row: row.accuracy)
