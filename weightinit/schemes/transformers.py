"""Starts of transformers that bound the first update: T-Fixup and DeepNorm."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from weightinit._checks import RandomSource
from weightinit.initializers import Constant, Initializer, Normal, xavier_normal
from weightinit.networks import (
    Attention,
    Dense,
    Embedding,
    LayerNorm,
    Network,
    Parallel,
    Positions,
    Residual,
    Tied,
)
from weightinit.networks._foreign import check_network
from weightinit.networks.layers.base import Array, Layer
from weightinit.networks.layers.containers.chain import Chain
from weightinit.schemes._rules import Rule, begin
from weightinit.schemes.result import StartReport

__all__ = ["deepnorm", "t_fixup"]


def t_fixup(net: Network, *, rng: RandomSource = None) -> StartReport:
    r"""
    Start a transformer without normalization so that depth does not enlarge its first update.

    In a transformer of N blocks, each of attention and a feed-forward network, weights are drawn by
    Xavier's scheme. Those of values, of the output of attention and of the feed-forward network are
    multiplied by

    .. math:: 0.67\, N^{-1/4}.

    Rows of embeddings, of tokens and positions, have std :math:`(9N)^{-1/4} / \sqrt d`, for d
    features. Queries and keys stay
    as drawn; biases are 0.

    Parameters
    ----------
    net : Network
        A transformer; its parameters are written over, and it needs none yet.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    StartReport
        The network, and a table of what each parameter started from.

    Raises
    ------
    TypeError, ValueError
        `net` is no network, or has no residual branch with attention.

    Notes
    -----
    A step of SGD moves a weight of a branch by its input, and through the weight beside it the
    output: by :math:`N^{-1/2} \lvert x \rvert^2`, where the embeddings make
    :math:`\lvert x \rvert^2` proportional to :math:`N^{-1/2}`. So N blocks together move the output
    by an amount that does not depend on N.

    The factor is that of the paper for an encoder, whose blocks have two branches. It is made for
    blocks without normalization, which would undo the small embeddings: :func:`transformer` has it,
    so build the network of its layers, as below.

    References
    ----------
    Huang et al. (2020), "Improving transformer optimization through better initialization",
    Proceedings of Machine Learning Research 119.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.networks import ActivationLayer, Attention, Dense
    >>> from weightinit.networks import Embedding, Parallel, Positions, Residual
    >>> attention = [Parallel([Dense(8)] * 3), Attention(heads=2), Dense(8)]
    >>> feedforward = [Dense(32), ActivationLayer("relu"), Dense(8)]
    >>> block = [Residual(attention, scale=1.0), Residual(feedforward, scale=1.0)]
    >>> net = wi.Network([Embedding(9, 8), Positions(), *block * 2, Dense(9)], input_shape=(6,))
    >>> for row in wi.t_fixup(net, rng=0).table[2:7:2]:
    ...     print(row.name, row.initializer)
    residual0.parallel0.dense0.weight xavier_normal
    residual0.parallel0.dense1.weight xavier_normal
    residual0.parallel0.dense2.weight xavier_normal x 0.563
    """
    blocks, layers = _blocks(net, "t_fixup")
    rule = _scaled(blocks, 0.67 * layers**-0.25)
    tables: dict[str, Initializer] = {
        name: Normal(std=(9 * layers) ** -0.25 / math.sqrt(net.parameter_shapes[name][-1]))
        for name in _tables(net.chain)
    }
    return begin(net, None, rng, "t_fixup", lambda _: Rule({**tables, **rule.given}, rule.factors))


def deepnorm(net: Network, *, rng: RandomSource = None) -> StartReport:
    r"""
    Start a post-norm transformer so that depth does not enlarge its first update.

    A branch f of a transformer of N blocks makes :math:`\operatorname{LN}(\alpha x + f(x))`. The
    weights of values, of the output of attention and of the feed-forward network are those of
    Xavier's scheme times :math:`\beta`:

    .. math:: \alpha = (2N)^{1/4}, \qquad \beta = (8N)^{-1/4}.

    Queries and keys stay as drawn; biases are 0. As LN divides by the size of its input,
    :math:`x + f(x) / \alpha` is the same, up to the epsilon in LN: the residual scale is
    :math:`1 / \alpha`.

    Parameters
    ----------
    net : Network
        A transformer with ``norm="post"``; its parameters are written over, and it needs none yet.
        Its residual scale is the constant ``(2 * N) ** -0.25``, or trained from there.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    StartReport
        The network, and a table of what each parameter started from.

    Raises
    ------
    TypeError, ValueError
        `net` is no network, has no residual branch with attention, no normalization after a block,
        or another constant as its residual scale.

    Notes
    -----
    A step of SGD, of the weights in branches, moves the output by
    :math:`\sum 2 \beta^2 / \alpha^2 = 1` over the 2N branches, in units of the step: whatever N. A
    step of Adam, which does not see :math:`\beta`, moves it in proportion to :math:`N^{1/2}`, and
    biases and gains add to both.

    References
    ----------
    Wang et al. (2022), "DeepNet: scaling transformers to 1,000 layers", arXiv:2203.00555.

    Examples
    --------
    >>> import weightinit as wi
    >>> sizes = {"width": 8, "depth": 4, "heads": 2, "length": 6}
    >>> net = wi.transformer(9, **sizes, norm="post", residual_scale=(2 * 4) ** -0.25)
    >>> wi.deepnorm(net, rng=0).table[4].initializer
    'xavier_normal x 0.42'
    """
    blocks, layers = _blocks(net, "deepnorm")
    scale, rule = (2 * layers) ** -0.25, _scaled(blocks, (8 * layers) ** -0.25)
    scales: dict[str, Initializer] = {}
    for block in blocks:
        if not isinstance(block.after, LayerNorm):
            raise ValueError(  # noqa: TRY004  it is about what the network is made of
                f"net must have a LayerNorm after each block for wi.deepnorm, got none after "
                f'{block.name}; build wi.transformer(..., norm="post"), or call wi.t_fixup(net)'
            )
        constant = block.residual.scale
        if constant is None:
            scales[f"{block.name}.scale"] = Constant(value=scale)
        elif not math.isclose(constant, scale, rel_tol=1e-6):
            raise ValueError(
                f"net must have the residual scale {scale:.6g} for wi.deepnorm, got {constant:.6g} "
                f"in {block.name}; build it with residual_scale=(2 * {layers}) ** -0.25, or None"
            )
    return begin(net, None, rng, "deepnorm", lambda _: Rule({**scales, **rule.given}, rule.factors))


@dataclass(frozen=True)
class _Block:
    name: str
    residual: Residual
    after: Layer | None


def _blocks(net: Network, scheme: str) -> tuple[list[_Block], int]:
    """Return the residual blocks of a transformer, and how many of them attend; or raise."""
    found = list(_residuals(check_network(net).chain))
    attending = sum(_place(block) is not None for block in found)
    if not attending:
        raise ValueError(
            f"net must have residual branches with attention for wi.{scheme}, got none; build one "
            "with wi.transformer, or call wi.fixup(net)"
        )
    return found, attending


def _residuals(chain: Chain, prefix: str = "") -> Iterator[_Block]:
    layers = list(chain.named.items())
    for (name, layer), behind in itertools.zip_longest(layers, layers[1:]):
        if isinstance(layer, Residual):
            yield _Block(f"{prefix}{name}", layer, behind and behind[1])
        elif isinstance(layer, Tied):
            yield from _residuals(layer.layers, f"{prefix}{name}.")


def _tables(chain: Chain, prefix: str = "") -> Iterator[str]:
    """Yield the names of the rows that tokens and positions look up."""
    for name, layer in chain.named.items():
        if isinstance(layer, Embedding | Positions | Tied):
            yield f"{prefix}{name}.weight"
        if isinstance(layer, Tied):
            yield from _tables(layer.layers, f"{prefix}{name}.")


def _place(block: _Block) -> int | None:
    """Return the place of attention in a branch; None if there is none."""
    layers = block.residual.branch.layers
    return next((i for i, layer in enumerate(layers) if isinstance(layer, Attention)), None)


def _scaled(blocks: list[_Block], factor: float) -> Rule:
    """Return Xavier's scheme for branches, times a factor except for queries and keys."""
    factors: dict[str, float | Array] = {}
    for block in blocks:
        place = _place(block)
        for i, (name, layer) in enumerate(block.residual.branch.named.items()):
            full, ahead = f"{block.name}.{name}", place is not None and i < place
            if isinstance(layer, Dense):  # packed: queries, keys and values side by side
                thirds = np.repeat([1.0, 1.0, factor], layer.units // 3)
                factors[f"{full}.weight"] = thirds if ahead else factor
            elif ahead and isinstance(layer, Parallel):
                names = [f"{full}.{part}.weight" for part in layer.layers.named]
                factors |= dict(zip(names, (1.0, 1.0, factor), strict=True))
    return Rule(dict.fromkeys(factors, xavier_normal), factors)
