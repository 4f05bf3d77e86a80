"""False alarms: networks that start in unusual ways, and train."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import numpy as np

import weightinit as wi
from benchmarks.faults import starts, training
from benchmarks.faults.data import Data
from benchmarks.faults.hosts import Host, cnn, mlp, normalized, residual, rnn
from benchmarks.faults.parallel import mapped
from benchmarks.faults.planting import DRAWS, recommended
from benchmarks.faults.training import Worth
from weightinit.networks import Network

__all__ = ["HEALTHY", "Unusual", "measure", "unusual"]

#: A start is healthy if it reaches this share of what the recommended one does.
HEALTHY = 0.9
Start = Callable[[Network, np.random.Generator, Data], object]


@dataclass(frozen=True, eq=False)
class Unusual:
    """A start of a network that a diagnosis might take for a fault; seen on a batch of a size."""

    label: str
    host: Host
    start: Start
    seed: int
    batch: int = 100

    def network(self, draw: int = 0) -> Network:
        """Return a draw of this start."""
        net = self.host.started(draw)
        self.start(net, np.random.default_rng([self.seed, draw]), self.host.data)
        return net

    def worth(self) -> Worth:
        """Return what the start is worth."""
        nets = [self.network(draw) for draw in DRAWS]
        enough = HEALTHY * recommended(self.host).mean
        return training.worth(nets, self.host.data, self.host.epochs, enough=enough)

    def trains(self) -> bool:
        """Tell whether it trains: to .9 of what the recommended start reaches, if that trains.

        The recommended start trains if it ends above half way between chance and 1.
        """
        well = recommended(self.host).mean
        return well > (1 + self.host.data.chance) / 2 and self.worth().mean >= HEALTHY * well

    def diagnosis(self, draw: int) -> wi.Diagnosis:
        """Return what the judge says of a draw."""
        data = self.host.data
        return wi.diagnose(self.network(draw), data.x[: self.batch], data.y[: self.batch])


def _cases(rng: np.random.Generator) -> Iterator[tuple[str, Start, list[Host]]]:
    """Yield what a start is called, the start, and networks that it suits."""

    def shallow(*phis: str, data: str = "rows") -> list[Host]:
        return [mlp(phi, int(rng.integers(1, 4)), int(rng.integers(24, 97)), data) for phi in phis]

    def deep(*phis: str, low: int = 5, high: int = 20, width: int = 64) -> list[Host]:
        return [mlp(phi, int(rng.integers(low, high + 1)), width) for phi in phis]

    def blocks(phi: str, *, norm: bool = False) -> Host:
        return residual(phi, int(rng.integers(3, 9)), 32, norm=norm)

    same, own = starts.as_recommended, starts.by_pattern
    yield "recommended", same, deep("gelu", "silu", "mish", "selu", "elu", "tanh")
    yield "recommended", same, deep("softsign", "hardtanh", "softplus", "sine", high=9)
    yield "recommended", same, [mlp("relu", 30, 192), mlp("relu", 20, 96), mlp("selu", 15, 64)]
    yield "recommended", same, [normalized("relu", 8, 48), blocks("relu", norm=True)]
    yield "recommended", same, [blocks("relu"), residual("tanh", 20, 32), cnn("tanh", [8, 8, 8])]
    yield "recommended, pixels", same, shallow("relu", "tanh", data="pixels")
    yield "recommended, one-hot inputs", same, shallow("relu", "tanh", data="one_hot")
    yield "recommended, 2-8-8-1", same, [mlp("tanh", 2, 8, "xor"), mlp("relu", 2, 8, "xor")]
    yield "recommended, 10-8-8-1", same, [mlp("tanh", 2, 8, "values"), mlp("relu", 2, 12, "values")]
    yield (
        "default of PyTorch",
        starts.torch_default,
        [*shallow("relu", "tanh"), cnn("relu", [8, 16])],
    )
    yield (
        "default of PyTorch",
        starts.torch_default,
        [mlp("tanh", 2, 8, "xor"), normalized("relu", 3, 48)],
    )
    yield "default of PyTorch", starts.torch_rnn, [rnn("tanh", 24), rnn("tanh", 32)]
    yield (
        "default of Keras",
        starts.glorot,
        [*shallow("relu", "tanh", "gelu"), cnn("relu", [8, 16])],
    )
    yield "default of Keras", starts.glorot, [mlp("sigmoid", 1, 32), rnn("tanh", 24)]
    yield "LSUV", starts.lsuv, [*deep("relu", "tanh", high=10), cnn("relu", [8, 8, 16])]
    yield "tanh with gain 5/3", own(hidden=wi.Normal(std=5 / 3 / 8)), deep("tanh", low=2, high=6)
    yield "orthogonal", own(hidden=wi.orthogonal), deep("tanh", low=3, high=12)
    yield "orthogonal", own(hidden=wi.Orthogonal(gain=math.sqrt(2))), deep("relu", low=3, high=12)
    yield "sparse", own(hidden=wi.Sparse(nonzeros=12, std=0.35)), shallow("tanh", "relu")
    yield (
        "zero output layer",
        own(output=wi.zeros),
        [*shallow("relu", "tanh"), cnn("relu", [8, 16])],
    )
    yield "zero output layer", own(output=wi.zeros), [rnn("tanh", 24), blocks("relu")]
    yield "biases .1", own(hidden_bias=wi.Constant(value=0.1)), shallow("relu", "leaky_relu")
    yield (
        "biases N(0, .1)",
        own(bias=wi.Normal(std=0.1)),
        [*shallow("relu", "tanh"), cnn("tanh", [8, 16])],
    )
    yield "N(0, .1)", own(weight=wi.Normal(std=0.1)), [mlp("relu", 2, 64), mlp("tanh", 2, 64)]
    yield "He before tanh", own(hidden=wi.he_normal), shallow("tanh", "softsign")
    yield "output bias by class", starts.output_at_the_mean, shallow("relu", "tanh")
    yield "Fixup", starts.fixup, [blocks("relu"), blocks("relu")]
    yield "ReZero", starts.rezero, [blocks("relu"), blocks("tanh"), blocks("relu", norm=True)]
    yield "GPT-2", starts.gpt2, [blocks("gelu", norm=True), blocks("relu", norm=True)]
    yield (
        "He in all branches",
        own(last=wi.he_normal),
        [blocks("relu", norm=True), blocks("tanh", norm=True)],
    )
    yield (
        "weights N(0, .5) before a normalization",
        own(hidden=wi.Normal(std=0.5)),
        [normalized("relu", 4, 48)],
    )
    yield (
        "embedding N(0, 1)",
        starts.by_pattern(**{"embedding0.weight": wi.Normal(std=1)}),
        [rnn("tanh", 24)],
    )


def unusual(seed: int) -> Iterator[Unusual]:
    """Yield networks with unusual starts; each recommended start also seen on 8 samples."""
    rng = np.random.default_rng(seed)
    for label, start, on in _cases(rng):
        for host in on:
            key = int(rng.integers(2**32))
            yield Unusual(f"{label}: {host.label}", host, start, key)
            if start is starts.as_recommended:
                yield Unusual(f"{label}, 8 samples: {host.label}", host, start, key, batch=8)


@cache
def started(seed: int) -> tuple[Unusual, ...]:
    """Return the networks of a seed; made once a process, which so trains a host once."""
    return tuple(unusual(seed))


def judged(cell: tuple[int, int]) -> list[dict[str, Any]]:
    """Return a row for each draw of a start: whether it trains, and what is said of it."""
    seed, number = cell
    case = started(seed)[number]
    trains, rows = case.trains(), []
    for draw in DRAWS:
        found = [[f.problem, f.parameter] for f in case.diagnosis(draw).findings]
        rows.append({"start": case.label, "draw": draw, "trains": trains, "findings": found})
    return rows


def measure(*, seed: int, progress: bool) -> dict[str, Any]:
    """
    Judge networks that start in unusual ways, and train.

    Parameters
    ----------
    seed : int
        Which networks.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    dict
        ``rows``, one a draw, those that do not train among them; and ``[flagged, of]`` the draws
        of those that do.
    """
    cells = [(seed, number) for number in range(len(started(seed)))]
    rows = list(chain.from_iterable(mapped(judged, cells, progress=progress)))
    healthy = [row for row in rows if row["trains"]]
    return {"rows": rows, "flagged": [sum(bool(r["findings"]) for r in healthy), len(healthy)]}
