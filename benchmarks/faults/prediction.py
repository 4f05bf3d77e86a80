"""How well a diagnosis predicts what training comes to: random networks, random scales."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

import weightinit as wi
from benchmarks.faults import training
from benchmarks.faults.hosts import Host, mlp
from benchmarks.faults.kinds import log_uniform
from benchmarks.faults.parallel import mapped
from benchmarks.faults.planting import MOST, recommended
from benchmarks.faults.training import Worth
from benchmarks.faults.weights import scaled
from weightinit.networks import Network

__all__ = ["Scaled", "measure", "networks"]

PHIS = ("relu", "tanh", "leaky_relu", "elu", "selu", "gelu", "silu", "softsign", "hardtanh")
NETWORKS = 80


@dataclass(frozen=True)
class Scaled:
    """A network with all its weights at a multiple of the recommended start."""

    host: Host
    scale: float

    def network(self) -> Network:
        """Return the network that is judged and trained."""
        net = self.host.started(0)
        scaled(net, [name for name in net.parameters if name.endswith(".weight")], self.scale)
        return net

    def worth(self) -> Worth:
        """Return what it is worth at the first rate that reaches the bar, or at the best."""
        return training.worth([self.network()], self.host.data, self.host.epochs, enough=self.bar)

    @property
    def bar(self) -> float:
        """What tells training from not: half way from chance to what the recommended start gets."""
        return (self.host.data.chance + recommended(self.host).mean) / 2


def networks(seed: int) -> Iterator[Scaled]:
    """Yield networks of random activation, depth, width and scale."""
    rng = np.random.default_rng(seed)
    for i in range(NETWORKS):
        depth, width = int(rng.integers(1, 21)), int(log_uniform(rng, 16, 129))
        yield Scaled(mlp(PHIS[i % len(PHIS)], depth, width), log_uniform(rng, 0.4, 2.5))


@cache
def drawn(seed: int) -> tuple[Scaled, ...]:
    """Return the networks of a seed; made once a process."""
    return tuple(networks(seed))


def judged(cell: tuple[int, int]) -> dict[str, Any]:
    """Return one row: what training comes to, and what was predicted."""
    seed, number = cell
    case = drawn(seed)[number]
    found = wi.diagnose(case.network(), *case.host.data.batch)
    worth, bar = case.worth().mean, case.bar
    return {
        "host": case.host.label,
        "scale": case.scale,
        "worth": worth,
        "recommended": recommended(case.host).mean,
        "fails": worth < bar,
        "flagged": not found.healthy,
        "severity": min(found.severity, MOST),
    }


def measure(*, seed: int, progress: bool) -> dict[str, Any]:
    """
    Compare the diagnosis of random networks with what training comes to.

    Parameters
    ----------
    seed : int
        Which networks.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    dict
        ``rows``, one a network; precision and recall of "there is a finding", as ``[hits, of]``,
        and the area under the curve of the severity, for "does not train": a best score below half
        way from chance to the recommended start's.
    """
    cells = [(seed, number) for number in range(NETWORKS)]
    rows = mapped(judged, cells, progress=progress)
    fails, flagged = (np.array([row[key] for row in rows]) for key in ("fails", "flagged"))
    both = int(np.sum(fails & flagged))
    return {
        "rows": rows,
        "precision": [both, int(flagged.sum())],
        "recall": [both, int(fails.sum())],
        "AUC": float(roc_auc_score(fails, [row["severity"] for row in rows])),
    }
