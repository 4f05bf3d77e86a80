"""Plant faults: which kind in which network, and what training says of the harm."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from benchmarks.faults import training
from benchmarks.faults.data import Data
from benchmarks.faults.hosts import Host, hosts
from benchmarks.faults.kinds import Kind
from benchmarks.faults.parts import PARTS
from benchmarks.faults.samples import SAMPLES
from benchmarks.faults.training import Worth
from benchmarks.faults.weights import WEIGHTS
from weightinit.networks import Network

__all__ = ["DRAWS", "KINDS", "MOST", "Plant", "plants", "recommended"]

KINDS = (*WEIGHTS, *PARTS, *SAMPLES)
DRAWS = range(3)
HOSTS_A_KIND = 3
MOST = 99.0  # a severity that JSON holds, where it is infinite
HARMFUL, HARMLESS, ENOUGH = 0.10, 0.03, 0.95


@cache
def recommended(host: Host) -> Worth:
    """Return what the recommended start of a network is worth."""
    nets = [host.started(draw) for draw in DRAWS]
    return training.worth(nets, host.data, host.epochs, enough=ENOUGH)


@dataclass(frozen=True)
class Plant:
    """A kind of fault in a network; its details, such as layer and size, follow from the seed."""

    kind: Kind
    host: Host
    seed: int

    def network(self, draw: int = 0) -> tuple[Network, list[str]]:
        """Return the spoiled network, and the names of the parameters that were changed."""
        net = self.host.started(draw)
        if self.kind.at != "parameters":
            return net, []
        return net, self.kind.spoil(net, np.random.default_rng(self.seed))

    @property
    def data(self) -> Data:
        """The data, spoiled if the fault lies in them."""
        data, at = self.host.data, {"inputs": "x", "targets": "y"}.get(self.kind.at)
        if at is None:
            return data
        fields = (at, f"{at}_test")
        return replace(
            data,
            **{
                f: self.kind.spoil(getattr(data, f), np.random.default_rng(self.seed))
                for f in fields
            },
        )

    def worth(self) -> Worth:
        """Return what the spoiled start is worth."""
        nets = [self.network(draw)[0] for draw in DRAWS]
        enough = recommended(self.host).mean - HARMLESS
        return training.worth(nets, self.data, self.host.epochs, enough=enough)

    def harm(self, spoiled: Worth) -> str:
        """Return "harmful", "harmless" or "between", by the scores after training.

        Harmful: worse by more than .10 and by more than 3 standard errors. Harmless: by at most
        .03.
        """
        well = recommended(self.host)
        gap, error = well.mean - spoiled.mean, np.hypot(well.error, spoiled.error)
        if gap > max(HARMFUL, 3 * error):
            return "harmful"
        return "harmless" if gap <= HARMLESS else "between"


def plants(seed: int) -> Iterator[Plant]:
    """Yield each kind of fault in up to three of the networks that it suits."""
    rng = np.random.default_rng(seed)
    there = list(hosts(rng))
    for kind in KINDS:
        fit = [host for host in there if host.family in kind.families]
        for i in rng.permutation(len(fit))[:HOSTS_A_KIND]:
            yield Plant(kind, fit[i], int(rng.integers(2**32)))
