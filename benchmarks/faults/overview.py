"""The figures of all measurements, as far as there are results."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.faults.figures import Share, built, share

__all__ = ["overview"]

_PLANTS = ("found", "layer right", "parameter right", "remedy cures", "harmless flagged")


def overview(kept: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what was judged, the figure, and its value with its interval."""
    if "published" in kept:
        of = list(built(kept))
        for settled, words in ((False, "all labels"), (True, "labels that stand")):
            for name, label in (("recall", "faulty"), ("false alarms", "healthy")):
                yield f"published networks, {words}", name, str(share(of, label, settled=settled))
    if "plants" in kept:
        for name in _PLANTS:
            yield "planted faults", name, str(Share(*kept["plants"]["found"][name]))
    if "healthy" in kept:
        flagged = str(Share(*kept["healthy"]["found"]["flagged"]))
        yield "draws of unusual starts that train", "false alarms", flagged
    if "prediction" in kept:
        found = kept["prediction"]["found"]
        for name in ("precision", "recall"):
            yield "prediction of training", name, str(Share(*found[name]))
        yield "prediction of training", "AUC of the severity", f"{found['AUC']:.2f}"
