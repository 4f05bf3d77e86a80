"""Build transformers: attention and feed-forward layers in residual blocks."""

from weightinit._checks import check_choice, check_flag, check_integer, check_real
from weightinit._messages import shown
from weightinit.activations import Activation
from weightinit.networks.layers.activation import ActivationLayer
from weightinit.networks.layers.attention import Attention
from weightinit.networks.layers.base import Layer
from weightinit.networks.layers.containers.parallel import Parallel
from weightinit.networks.layers.containers.residual import Residual
from weightinit.networks.layers.containers.tied import Tied
from weightinit.networks.layers.dense import Dense
from weightinit.networks.layers.embedding import Embedding
from weightinit.networks.layers.glu import GLU
from weightinit.networks.layers.normalization.layernorm import LayerNorm
from weightinit.networks.layers.positions import Positions
from weightinit.networks.network import Network

__all__ = ["transformer"]


def transformer(
    vocabulary: int,
    width: int,
    depth: int,
    heads: int,
    *,
    length: int,
    norm: str = "pre",
    feedforward: str = "mlp",
    hidden: int | None = None,
    tied: bool = False,
    causal: bool = True,
    packed: bool = True,
    activation: str | Activation = "gelu_tanh",
    residual_scale: float | None = 1.0,
) -> Network:
    r"""
    Build a transformer that predicts a token at each position, such as the next one.

    A block adds two branches to the stream, attention and a feed-forward network. With f for a
    branch, N for :class:`~weightinit.networks.LayerNorm` and the residual scale a, a branch makes

    .. math:: \text{pre: } x + a f(N(x)), \qquad \text{post: } N(x + a f(x)), \qquad
        \text{peri: } x + a N(f(N(x))).

    Parameters
    ----------
    vocabulary : int
        How many tokens there are, with 0, the padding.
    width : int
        The features of the stream.
    depth : int
        How many blocks, with two branches each.
    heads : int
        The heads of attention; they divide the width.
    length : int
        The positions of a sequence, each with a learned row; fill shorter ones up with 0.
    norm : {"pre", "post", "peri"}, default "pre"
        Where the normalizations stand. Before the logits there is one more, but with "post", whose
        blocks end with one; with "peri" there is one after the positions as well, so that the
        stream is as large as what branches add.
    feedforward : {"mlp", "glu"}, default "mlp"
        A dense layer, an activation and a dense layer; or a gated linear unit between the two.
    hidden : int, optional
        The units between the two dense layers. Left out: ``4 * width``, and ``8 * width // 3`` for
        "glu", whose first weight is twice as wide: both then have about as many weights.
    tied : bool, default False
        Whether the embedding makes the logits as well (:class:`~weightinit.networks.Tied`).
    causal : bool, default True
        Whether a position sees none after it.
    packed : bool, default True
        Whether one weight ``(width, 3 * width)`` makes queries, keys and values, or three weights
        ``(width, width)`` do.
    activation : str or Activation, default "gelu_tanh"
        The activation of the feed-forward network, or of its gate. The default is that of GPT-2:
        it differs from ``"gelu"`` by less than 5e-4, and takes less time here.
    residual_scale : float or None, default 1.0
        The constant :math:`a`; None for a scalar of each branch that is trained.

    Returns
    -------
    Network
        The architecture; give it weights with ``initialize``.

    Raises
    ------
    TypeError, ValueError
        An argument is not as above.

    References
    ----------
    Vaswani et al. (2017), arXiv:1706.03762, for "post"; Xiong et al. (2020), "On layer
    normalization in the transformer architecture", arXiv:2002.04745, for "pre"; Kim et al. (2025),
    "Peri-LN", arXiv:2502.02732.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.transformer(28, width=16, depth=1, heads=2, length=8)
    >>> print(net)
    layer       output   parameters
    input       (8,)
    embedding0  (8, 16)         448
    positions0  (8, 16)         128
    residual0   (8, 16)       1,120
    residual1   (8, 16)       2,160
    norm0       (8, 16)          32
    dense0      (8, 28)         476
    all                       4,364
    >>> net.initialize(wi.Normal(std=0.02), rng=0).predict([[5, 12, 7, 1, 1, 2, 0, 0]]).shape
    (1, 8)
    """
    units = check_integer("width", width, at_least=1)
    blocks = check_integer("depth", depth, at_least=1)
    check_choice("norm", norm, ("peri", "post", "pre"))
    inner = check_integer("heads", heads, at_least=1), check_flag("causal", causal)
    if units % inner[0]:
        raise ValueError(
            f"heads must divide width, got heads={shown(heads)} for width={shown(width)}; make "
            "width a multiple of heads"
        )
    kind = check_choice("feedforward", feedforward, ("glu", "mlp"))
    scale = residual_scale
    if scale is not None:
        scale = check_real("residual_scale", scale, hint="write None for scalars that are trained")
    branches = [
        _attention(units, Attention(*inner), packed=check_flag("packed", packed)),
        _feedforward(units, kind, hidden, activation),
    ]
    block = [layer for f in branches for layer in _normalized(f, norm, scale)]
    first = [Positions(), *([LayerNorm()] if norm == "peri" else [])]
    body = [*first, *block * blocks, *([] if norm == "post" else [LayerNorm()])]
    if check_flag("tied", tied):
        layers: list[Layer] = [Tied(vocabulary, units, body)]
    else:
        layers = [Embedding(vocabulary, units), *body, Dense(vocabulary)]
    return Network(layers, input_shape=(check_integer("length", length, at_least=1),))


def _attention(width: int, attention: Attention, *, packed: bool) -> list[Layer]:
    weighed = Dense(3 * width) if packed else Parallel([Dense(width)] * 3)
    return [weighed, attention, Dense(width)]


def _feedforward(
    width: int, kind: str, hidden: int | None, activation: str | Activation
) -> list[Layer]:
    usual = max(8 * width // 3, 1) if kind == "glu" else 4 * width
    units = usual if hidden is None else check_integer("hidden", hidden, at_least=1)
    if kind == "glu":
        return [Dense(2 * units), GLU(activation), Dense(width)]
    return [Dense(units), ActivationLayer(activation), Dense(width)]


def _normalized(branch: list[Layer], norm: str, scale: float | None) -> list[Layer]:
    """Return the layers that add a branch to the stream."""
    if norm == "post":
        return [Residual(branch, scale), LayerNorm()]
    after = [LayerNorm()] if norm == "peri" else []
    return [Residual([LayerNorm(), *branch, *after], scale)]
