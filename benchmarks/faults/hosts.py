"""Networks that are started as `wi.recommend` says: faults are planted in them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

import weightinit as wi
from benchmarks.faults.data import DATA, Data
from weightinit.networks import (
    RNN,
    ActivationLayer,
    Dense,
    Embedding,
    LayerNorm,
    Network,
    Residual,
)

__all__ = ["Host", "cnn", "hosts", "mlp", "normalized", "residual", "rnn"]

Starts = Mapping[str, wi.Initializer]
_SIZES = {"wide": (784, 10), "one_hot": (256, 10), "values": (10, 1), "xor": (2, 1)}


@dataclass(frozen=True, eq=False)
class Host:
    """
    An architecture, its recommended start, its data and how long it is trained.

    Parameters
    ----------
    label : str
        What it is, in words.
    family : str
        Which faults suit it.
    build : callable
        Makes the network, without weights.
    starts : mapping of str to Initializer
        What :func:`weightinit.recommend` says, by patterns.
    data_name : str
        One of ``DATA``.
    epochs : int
        How often it sees all samples.
    phi : str
        The activation of its hidden layers.
    """

    label: str
    family: str
    build: Callable[[], Network]
    starts: Starts
    data_name: str
    epochs: int
    phi: str

    @property
    def data(self) -> Data:
        """Its samples."""
        return DATA[self.data_name]()

    def started(self, draw: int) -> Network:
        """Return a fresh draw of the recommended start."""
        return self.build().initialize(self.starts, rng=draw)


def _output(phi: str) -> wi.Initializer:
    return wi.recommend(phi, layer="output").initializer


def mlp(phi: str, depth: int, width: int, data: str = "rows", family: str = "mlp") -> Host:
    """Return a multilayer perceptron."""
    inputs, outputs = _SIZES.get(data, (64, 10))
    start = wi.recommend(phi, depth=depth).initializer
    return Host(
        f"{phi} {inputs}-{depth} x {width}-{outputs}",
        family,
        lambda: wi.mlp([inputs, *[width] * depth, outputs], phi),
        {f"dense{depth}.weight": _output(phi), "*.weight": start},
        data,
        10 if depth < 8 else 15,
        phi,
    )


def cnn(phi: str, channels: list[int]) -> Host:
    """Return a convolutional network for images."""
    start = wi.recommend(phi, layer="conv", depth=len(channels)).initializer
    return Host(
        f"{phi} cnn {channels}",
        "cnn",
        lambda: wi.cnn((8, 8, 1), channels, 10, phi),
        {"dense0.weight": _output(phi), "*.weight": start},
        "images",
        10,
        phi,
    )


def rnn(phi: str, hidden: int) -> Host:
    """Return a recurrent network that reads sentences of ten words."""
    advice = wi.recommend(phi, layer="rnn", depth=10)
    lookup = wi.recommend(phi, layer="embedding").initializer
    vocabulary = int(DATA["sentences"]().x.max()) + 1
    layers = [Embedding(vocabulary, hidden), RNN(phi), Dense(2)]
    return Host(
        f"{phi} rnn {hidden}",
        "rnn",
        lambda: Network(layers, (None,)),
        {
            "embedding0.weight": lookup,
            "rnn0.weight": advice.initializer,
            "*.weight": _output(phi),
        },
        "sentences",
        40,
        phi,
    )


def residual(phi: str, blocks: int, width: int, *, norm: bool = False, ends: bool = False) -> Host:
    """Return residual blocks, with a normalization in front or an activation at the end.

    Outside of the blocks they are linear: what they learn of shells goes through the branches.
    """
    inside = [Dense(width), ActivationLayer(phi), Dense(width)]
    branch = [LayerNorm()] * norm + inside + [ActivationLayer(phi)] * ends
    layers = [Dense(width), *[Residual(branch)] * blocks, Dense(3)]
    kind = "layer" if norm else False
    advice = wi.recommend(phi, depth=blocks, residual=True, normalized=kind)
    starts = {
        "dense*.weight": wi.recommend("linear").initializer,
        "*.dense1.weight": advice.last_initializer,
        "*.weight": advice.initializer,
    }
    if ends:  # zero would lock a relu: all blocks share what they add instead
        starts = {"residual*.scale": wi.Constant(value=1 / blocks), **starts}
        starts["*.dense1.weight"] = advice.initializer
    prefix = "pre-norm " * norm
    suffix = f" ending in {phi}" * ends
    return Host(
        f"{prefix}residual {phi} {blocks} x {width}{suffix}",
        "pre-norm" if norm else "ends" if ends else "residual",
        lambda: Network(layers, (4,)),
        starts,
        "shells",
        20,
        phi,
    )


def normalized(phi: str, depth: int, width: int) -> Host:
    """Return dense layers, each with a layer normalization behind it."""
    level = [Dense(width), LayerNorm(), ActivationLayer(phi)]
    start = wi.recommend(phi, depth=depth, normalized="layer").initializer
    return Host(
        f"layer norm {phi} {depth} x {width}",
        "norm",
        lambda: Network([*level * depth, Dense(10)], (64,)),
        {f"dense{depth}.weight": _output(phi), "*.weight": start},
        "rows",
        10,
        phi,
    )


def hosts(rng: np.random.Generator) -> Iterator[Host]:
    """Yield two fresh networks of each family: activation, depth and width are drawn."""

    def one_of(*choices: object) -> object:
        return choices[rng.integers(len(choices))]

    for phi in ("relu", "tanh", str(one_of("leaky_relu", "elu", "gelu", "silu"))):
        yield mlp(phi, int(rng.integers(2, 6)), one_of(32, 48, 64, 96))
    for phi in ("relu", "tanh"):
        yield mlp(phi, int(rng.integers(8, 13)), one_of(48, 64, 96), family="deep")
        yield mlp(phi, int(rng.integers(1, 3)), one_of(10, 16, 20), "wide", "wide")
        yield cnn(phi, one_of([8, 16], [12, 12], [8, 8, 16]))
        yield rnn(phi, one_of(16, 24, 32))
        yield residual(phi, int(rng.integers(3, 9)), one_of(32, 48))
        yield residual(phi, int(rng.integers(3, 9)), one_of(32, 48), norm=True)
        yield normalized(phi, int(rng.integers(3, 8)), one_of(32, 48, 64))
    yield residual("relu", int(rng.integers(3, 7)), 32, ends=True)
    yield replace(residual("relu", 30, 32), family="tall")
    yield mlp("sigmoid", int(rng.integers(1, 3)), one_of(32, 64), family="sigmoid")
    yield mlp("tanh", 2, one_of(24, 32), "values", "values")
    yield mlp("relu", 2, one_of(24, 32), "values", "values")
