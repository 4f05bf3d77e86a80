"""Train networks of several sizes for a few steps, and record how far each layer moves."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from weightinit._arrays import check_sizes
from weightinit._checks import (
    RandomSource,
    check_callable,
    check_flag,
    check_instance,
    check_integer,
    check_mapping,
    check_positive,
    check_rng,
)
from weightinit._jobs import with_bar
from weightinit._messages import listed, shown
from weightinit.networks import Network
from weightinit.scaling.result import CoordinateCheck
from weightinit.training import train

__all__ = ["coordinate_check"]

#: From a width and a generator to a network with weights, and perhaps its rate factors.
_Build = Callable[[int, np.random.Generator], Network | tuple[Network, Mapping[str, float]]]

_BUILD_HINT = "write def build(width, rng): return wi.mlp([8, width, 3]).initialize(..., rng=rng)"


def coordinate_check(
    build: _Build,
    widths: Sequence[int],
    x: ArrayLike,
    y: ArrayLike,
    *,
    steps: int = 4,
    learning_rate: float = 0.01,
    optimizer: str = "adam",
    draws: int = 5,
    axis: str = "width",
    rng: RandomSource = None,
    progress: bool = False,
) -> CoordinateCheck:
    r"""
    Measure how activations and their first updates grow with the width of a network, or its depth.

    For each width n and each draw a network is built and trained for a few steps on one batch. Of
    each layer with parameters the root mean square of its outputs h at the start, and of their
    change, are compared over the widths:

    .. math:: \operatorname{rms}(h_0) \propto n^{s}, \qquad
        \operatorname{rms}(h_k - h_0) \propto n^{t} .

    For a learning rate to carry over to wider networks no update may grow, :math:`t \le 0`, and for
    a layer to learn in them its update must not vanish, :math:`t \ge 0`.

    Parameters
    ----------
    build : callable
        Called as ``build(width, rng)``; returns a network with weights, or a pair of it and factors
        for learning rates, such as the ``rate_factors`` of :func:`mu_parametrization`.
    widths : sequence of int
        The widths n, ascending, at least two; or the depths, with ``axis="depth"``.
    x : array_like, shape (samples, ...)
        The batch.
    y : array_like, shape (samples,) or (samples, d)
        Its labels or targets.
    steps : int, default 4
        The number k of steps, each over the whole batch.
    learning_rate : float, default 0.01
        The learning rate of a factor of 1.
    optimizer : {"adam", "adamw", "sgd"}, default "adam"
        As for :func:`train`.
    draws : int, default 5
        How many networks of each width, at least 2.
    axis : str, default "width"
        What `widths` are, for table and figure.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes. Each network has a stream of its own.
    progress : bool, default False
        Show a bar over the networks, with tqdm.

    Returns
    -------
    CoordinateCheck
        Print it for the table; ``.slopes`` are its numbers, ``.plot()`` draws it.

    Raises
    ------
    TypeError, ValueError
        An argument is none of the above, `build` returns something else, or the networks have no
        layer in common.
    FloatingPointError
        A network overflows: take a lower learning rate.
    ImportError
        `progress` is asked for and tqdm is not installed.

    Notes
    -----
    A slope is fitted for each draw, by least squares over the logarithms, and the mean over
    draws gets a bootstrap interval, as in :func:`~weightinit.compare`. Layers that some
    networks lack, such as the last blocks of the deeper ones, are left out. An update of
    exactly 0, as by one step below an output that starts at zero, has no slope: it is nan.

    Give data that can be learned. With labels at random the updates answer mostly to the outputs
    that networks begin with, which in muP are smaller in wider ones, and slopes look negative.

    References
    ----------
    Yang et al. (2022), "Tensor programs V", arXiv:2203.03466, appendix D.1.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.standard_normal((32, 8)), rng.integers(0, 3, 32)
    >>> def build(width, rng):
    ...     net = wi.mlp([8, width, width, 3])
    ...     base = wi.mlp([8, 32, 32, 3])
    ...     return net, wi.mu_parametrization(net, base=base, rng=rng).rate_factors
    >>> found = wi.coordinate_check(build, [32, 64, 128], x, y, draws=3, rng=0)
    >>> max(abs(slope.value) for slope in found.slopes if slope.quantity == "update") < 0.25
    True
    """
    check_callable("build", build, "build(width, rng)", hint=_BUILD_HINT)
    sizes = check_sizes("widths", widths, hint="write [32, 64, 128, 256]", at_least=2)
    if any(b <= a for a, b in itertools.pairwise(sizes)):
        raise ValueError(f"widths must ascend, got {shown(sizes)}; sort them, each once")
    number = check_integer("draws", draws, at_least=2, hint="write draws=5")
    count = check_integer("steps", steps, at_least=1, hint="write steps=4")
    rate = check_positive("learning_rate", learning_rate, hint="write learning_rate=0.01")
    check_instance("axis", axis, str, "a string", hint='write "depth"')
    generator, show = check_rng(rng), check_flag("progress", progress)
    options = {"epochs": count, "learning_rate": rate, "optimizer": optimizer}
    streams = generator.spawn(number * len(sizes))
    runs = (_moves(build, n, (x, y), stream, options) for n, stream in _pairs(sizes, streams))
    total = len(streams)
    bar = with_bar(runs, "coordinate check", "network", done=0, total=total) if show else runs
    return CoordinateCheck(axis, sizes, *_gathered(list(bar), number, len(sizes)))


def _pairs(
    sizes: Sequence[int], streams: Sequence[np.random.Generator]
) -> Iterator[tuple[int, np.random.Generator]]:
    """Yield each size with a stream of its own, draw by draw."""
    for place, stream in enumerate(streams):
        yield sizes[place % len(sizes)], stream


def _moves(
    build: _Build, size: int, data: tuple[Any, Any], stream: np.random.Generator, options: Any
) -> dict[str, tuple[float, float]]:
    """Return of each layer of a network the size of its outputs, and of their change."""
    net, factors = _built(build(size, stream))
    x, y = data
    before = _outputs(net, x)
    train(net, x, y, batch_size=len(x), rate_factors=factors or None, **options)
    after = _outputs(net, x)
    return {name: (_rms(h), _rms(after[name] - h)) for name, h in before.items()}


def _built(made: Any) -> tuple[Network, dict[Any, Any]]:
    """Return the network that the caller has built, and its rate factors."""
    told = "a Network, or a pair of it and factors for learning rates"
    net, factors = made if isinstance(made, tuple) and len(made) == 2 else (made, {})
    if not isinstance(net, Network):
        raise TypeError(f"build(width, rng) must return {told}, got {shown(made)}; {_BUILD_HINT}")
    return net, check_mapping("build(width, rng)[1]", factors, told, hint=_BUILD_HINT)


def _outputs(net: Network, x: ArrayLike) -> dict[str, NDArray[Any]]:
    """Return the outputs of each layer that has parameters of its own."""
    return {name: step.y for name, step in net.record(x).items() if step.parameters}


def _rms(array: NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))


def _gathered(
    found: Sequence[Mapping[str, tuple[float, float]]], draws: int, widths: int
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return sizes and updates of the layers that the networks share, by draw and width."""
    common = [name for name in found[0] if all(name in moves for moves in found)]
    if not common:
        raise ValueError(
            "build must make networks with a layer in common, got none by name in "
            f"{listed(found[0])} and {listed(found[-1])}; begin or end them alike"
        )
    both = np.array([[moves[name] for name in common] for moves in found])
    table = both.reshape(draws, widths, len(common), 2)
    sizes, updates = (
        {name: table[:, :, place, kind] for place, name in enumerate(common)} for kind in (0, 1)
    )
    return sizes, updates
