"""The figures of a diagnosis on published networks: recall, false alarms, beside other tools."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.faults.cases import COUNTED, Case, cases, networks, source_of
from benchmarks.faults.labels import comparison, refuted
from weightinit._chances import wilson_interval

__all__ = ["Network", "Share", "beside", "built", "by_source", "share"]


@dataclass(frozen=True)
class Share:
    """How many of how many, with Wilson's interval."""

    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """The interval that holds the probability behind the share, with a confidence of 95 %."""
        return wilson_interval(self.hits, self.of)

    def __str__(self) -> str:
        """Return the share, its interval and the counts."""
        if not self.of:
            return "none"
        low, high = self.interval
        return f"{self.hits / self.of:.2f} [{low:.2f}, {high:.2f}] ({self.hits} of {self.of})"


#: What another tool flags, and what is flagged here.
Pair = tuple[Share, Share]


@dataclass(frozen=True)
class Network:
    """A published network, what is said of it, and how it trained, if it did."""

    name: str
    cases: tuple[Case, ...]
    said: Mapping[str, Any]
    trained: Mapping[str, Any]

    @property
    def label(self) -> str:
        """The label of the source, "faulty" or "healthy"; empty if it is not one of the start."""
        first = self.cases[0]
        return COUNTED.get((first["label"], first["start_at_fault"]), "")

    @property
    def flagged(self) -> bool:
        """Whether most draws have a finding."""
        return 2 * self.said["flagged"] > self.said["draws"]

    @property
    def unlike(self) -> bool:
        """Whether the verdict is another than the label, if there is one."""
        return bool(self.label) and self.flagged != (self.label == "faulty")

    @property
    def comparison(self) -> str:
        """How the recorded start trains, beside the recommended one."""
        return comparison(self.trained) if self.trained else "not trained"

    @property
    def refuted(self) -> bool:
        """Whether training contradicts the label."""
        return bool(self.trained) and refuted(self.label, self.trained)


def built(results: Mapping[str, Any]) -> Iterator[Network]:
    """Yield the networks that were judged, in the order of the table."""
    said, trained = results["published"]["found"], results.get("settled", {}).get("found", {})
    for name, of in networks().items():
        if "draws" in said.get(name, {}):
            yield Network(name, tuple(of), said[name], trained.get(name, {}))


def share(of: Iterable[Network], label: str, *, settled: bool) -> Share:
    """Return how many networks of a label are flagged; settled: without those that are refuted."""
    chosen = [net for net in of if net.label == label and not (settled and net.refuted)]
    return Share(sum(net.flagged for net in chosen), len(chosen))


def by_source(of: list[Network]) -> dict[str, tuple[Share, Share]]:
    """Return recall and false alarms, of labels that stand, by who published the networks."""
    sources = {source_of(net.cases[0]): None for net in of}
    return {
        source: (_settled(of, source, "faulty"), _settled(of, source, "healthy"))
        for source in sources
    }


def _settled(of: list[Network], source: str, label: str) -> Share:
    mine = [net for net in of if source_of(net.cases[0]) == source]
    return share(mine, label, settled=True)


def beside(of: list[Network]) -> dict[str, tuple[Pair, Pair]]:
    """Return by tool, on faulty and on healthy rows, what shares it flags and what shares we do."""
    tools = sorted({tool for case in cases() for tool in case["published"]})
    return {tool: (_pair(of, tool, "faulty"), _pair(of, tool, "healthy")) for tool in tools}


def _pair(of: list[Network], tool: str, label: str) -> Pair:
    rows = [
        (net, case["published"][tool])
        for net in of
        if net.label == label
        for case in net.cases
        if tool in case["published"]
    ]
    theirs = Share(sum(row["flagged"] for _, row in rows), sum(row["runs"] for _, row in rows))
    return theirs, Share(sum(net.flagged for net, _ in rows), len(rows))
