"""The figures of the zoo: plants found, false alarms, parameters seen, time and memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.faults.figures import Share
from benchmarks.interop.harm import verdict

__all__ = ["FILE", "PACKAGES", "alarms", "found", "overview", "rows", "table"]

#: Where results are kept, for the page that shows them.
FILE = Path(__file__).parents[2] / "docs" / "about" / "interop.json"
PACKAGES = (
    *("numpy", "weightinit", "torch", "transformers", "timm", "diffusers", "pytorch-tcn"),
    *("jax", "keras", "flax"),
)

Kept = Mapping[str, Any]


def rows(kept: Kept) -> dict[str, Any]:
    """Return what is kept of each model that was judged without an error."""
    judged = kept.get("judging", {}).get("found", {})
    return {name: row for name, row in judged.items() if "crash" not in row}


def plants(kept: Kept, *verdicts: str, kind: str = "") -> list[Mapping[str, Any]]:
    """Return the plants of a kind, or of all, that training gives one of some verdicts."""
    trained = kept.get("harm", {}).get("found", {})
    return [
        plant
        for name, row in rows(kept).items()
        for of, plant in row["plants"].items()
        if plant and kind in ("", of)
        if not verdicts or (name in trained and verdict(trained[name], of) in verdicts)
    ]


def share(of: list[Mapping[str, Any]], key: str) -> Share:
    """Return how many plants have a mark; an error is none."""
    return Share(sum(bool(plant.get(key)) for plant in of), len(of))


def alarms(kept: Kept) -> Share:
    """Return on how many models a draw of the library's own start has a finding."""
    of = rows(kept)
    return Share(sum(any(row["own"]) for row in of.values()), len(of))


def found(kept: Kept) -> Iterator[tuple[str, Share, Share, Share]]:
    """Yield kinds of plants: of all, and of harmful ones, the shares found with the parameter."""
    kinds = {kind for row in rows(kept).values() for kind in row["plants"]}
    for kind in sorted(kinds):
        harmful = plants(kept, "harmful", kind=kind)
        everything = plants(kept, kind=kind)
        yield kind, share(harmful, "found"), share(harmful, "named"), share(everything, "found")


def overview(kept: Kept) -> Iterator[tuple[str, str]]:
    """Yield figures of all models together, and their values."""
    of = rows(kept)
    if not of:
        return
    harmful, harmless = plants(kept, "harmful"), plants(kept, "harmless")
    yield "models judged", f"{len(of)} of {len(kept['judging']['found'])}"
    yield "parameters seen, least", f"{min(row['seen'] for row in of.values()):.3f}"
    seen = [row["seen"] >= 0.99 for row in of.values()]
    yield "models of whose parameters 99 % are seen", str(Share(sum(seen), len(seen)))
    yield "harmful plants found", str(share(harmful, "found"))
    yield "harmful plants found, parameter named", str(share(harmful, "named"))
    yield "harmful plants, parameter named first", str(share(harmful, "named first"))
    yield "all plants found", str(share(plants(kept), "found"))
    yield "harmless plants reported", str(share(harmless, "found"))
    yield "models with a finding on their own start", str(alarms(kept))
    for unit in ("seconds", "MB"):
        ratios = [ratio for row in of.values() if (ratio := beside(row, unit)) is not None]
        if ratios:
            text = f"median {median(ratios):.2f}, most {max(ratios):.2f}"
            yield f"{'time' if unit == 'seconds' else 'memory'} of a trace beside a pass", text


def beside(row: Mapping[str, Any], unit: str) -> float | None:
    """Return how often the cost of a pass a trace costs; None where the pass cost nothing."""
    of_pass, of_trace = row[f"pass {unit}"], row[f"trace {unit}"]
    return of_trace / of_pass if of_pass and of_trace is not None else None


def table(kept: Kept) -> Iterator[str]:
    """Yield the figures, then the kinds of plants, then the models with what is said of them."""
    for name, value in overview(kept):
        yield f"{name:45} {value}"
    for kind, hits, named, everything in found(kept):
        yield f"{kind:24} harmful found {hits}, named {named}; all found {everything}"
    for name, row in kept.get("judging", {}).get("found", {}).items():
        yield from _lines(name, row)


def _lines(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    if "crash" in row:
        yield f"{name}: {row['crash']}"
        return
    placed = [plant for plant in row["plants"].values() if plant]
    cost = ", ".join(
        f"{beside(row, unit):.1f} x {unit}" for unit in ("seconds", "MB") if beside(row, unit)
    )
    yield (
        f"{name}: seen {row['seen']:.3f}; plants found {share(placed, 'found').hits}, named "
        f"{share(placed, 'named').hits} of {len(placed)}; a trace costs {cost}"
    )
    for unseen in row["unseen"]:
        yield f"    not seen: {unseen}"
    for draw, findings in enumerate(row["own"]):
        for problem, _, parameter, severity, evidence in findings:
            yield f"    own start, draw {draw}: {problem} {severity:.2f} {parameter}: {evidence}"
    for kind, plant in row["plants"].items():
        if plant and "crash" in plant:
            yield f"    {kind}: {plant['crash']}"
