"""The report of a soak: a table by callable, and each fault as code that repeats it."""

from collections import Counter
from collections.abc import Iterable

from tests.soak.outcome import FAULTS, KINDS, Outcome
from tests.soak.plan import Call

__all__ = ["Report"]

_SHOWN = 4  # of the faults of one kind that a callable has


class Report:
    """Counts of what became of calls, and the faults among them."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.faults: dict[tuple[str, str], list[str]] = {}

    def add(self, results: Iterable[tuple[Call, Outcome | None]]) -> None:
        """Count results; a call whose arguments could not be made counts for nothing."""
        for call, outcome in results:
            if outcome is None:
                continue
            self.counts.setdefault(call.target, Counter())[outcome.kind] += 1
            if outcome.kind in FAULTS:
                line = f"{call.code()}\n        # {outcome.kind}: {outcome.why}"
                self.faults.setdefault((call.target, outcome.kind), []).append(line)

    @property
    def total(self) -> Counter[str]:
        """The counts over all callables."""
        return sum(self.counts.values(), Counter())

    @property
    def failed(self) -> bool:
        """Whether any call was a fault of the package."""
        return bool(self.faults)

    def __str__(self) -> str:
        """Return the faults as code, then the table, its sums last."""
        head = f"{'callable':44}" + "".join(f"{kind:>9}" for kind in ("calls", *KINDS))
        rows = [self._row(name, counts) for name, counts in sorted(self.counts.items())]
        table = [head, *rows, self._row("all", self.total)]
        faults = [f"    {line}" for lines in self.faults.values() for line in lines[:_SHOWN]]
        if faults:
            faults = [
                "from tests.soak.calls import NAMESPACE; globals().update(NAMESPACE)",
                *faults,
            ]
        return "\n".join([*faults, "", *table])

    @staticmethod
    def _row(name: str, counts: Counter[str]) -> str:
        numbers = [counts.total(), *(counts[kind] for kind in KINDS)]
        return f"{name[-44:]:44}" + "".join(f"{number or '':>9}" for number in numbers)
