"""Which initializer, for which layer, with what gain."""

from collections.abc import Callable

from weightinit._checks import check_choice
from weightinit.advice.hidden import Answer, conv, dense, depthwise, transposed
from weightinit.advice.others import attention, embedding, lstm, output, rnn
from weightinit.advice.question import DEEPEST, Question
from weightinit.advice.recommendation import Recommendation
from weightinit.gains import ActivationLike
from weightinit.initializers import zeros

__all__ = ["LAYERS", "recommend"]

_RULES: dict[str, Callable[[Question], Answer]] = {
    "dense": dense,
    "conv": conv,
    "depthwise": depthwise,
    "transposed": transposed,
    "embedding": embedding,
    "rnn": rnn,
    "lstm": lstm,
    "attention": attention,
    "output": output,
}

#: The kinds of layers that :func:`recommend` knows.
LAYERS = tuple(_RULES)


def recommend(
    activation: ActivationLike,
    *,
    layer: str = "dense",
    depth: int | None = None,
    residual: bool = False,
    normalized: bool = False,
) -> Recommendation:
    r"""
    Recommend how the parameters of a layer should start, and say why.

    ============ ===================================================================================
    layer        weights
    ============ ===================================================================================
    dense, conv  what :func:`initialize` draws for the activation. From depth 10 on, for tanh and
                 its like (odd, and flatter away from zero): orthogonal, delta-orthogonal in a
                 convolution, with the gain :math:`1 / \phi'(0)`
    depthwise,   the same scale, by fan in
    transposed
    rnn          orthogonal from state to state, the identity for relu
    lstm         orthogonal for each gate, a bias of 1 on the forget gate
    attention    LeCun's: variance :math:`1 / n_\text{in}`
    embedding    std :math:`1 / \sqrt{\text{units}}`, or 0.02 with a normalization behind it
    output       zero
    ============ ===================================================================================

    Parameters
    ----------
    activation : str, Activation or callable
        The activation :math:`\phi` behind the layer, as for :func:`gain`. It makes no difference
        to an embedding, an LSTM, attention or the output.
    layer : str, default "dense"
        What the weights belong to: a row of the table.
    depth : int or None, default None
        How many layers a signal passes one behind the other: time steps in an ``rnn`` or
        ``lstm``, residual branches if there are any. None: unknown, and not great. Above a
        million, numbers are those of a million.
    residual : bool, default False
        Whether the layer lies in a residual branch.
    normalized : bool, default False
        Whether layers are normalized (batch, layer or group normalization).

    Returns
    -------
    Recommendation
        The initializer and what else starts where, the reason, the source, and what to beware of.

    Raises
    ------
    TypeError, ValueError
        `activation` has no gain (see :func:`gain`), `layer` is none of the above, `depth` is not
        an integer >= 1, or a flag is not a bool.

    Notes
    -----
    Caveats come from the theory of wide layers with inputs of mean square 1. They are given where
    the mean square of the gradient changes by more than a factor of 100 over the depth (50 if it
    is not given), or a small deviation of the signal's mean square grows by more than a factor of
    10.

    References
    ----------
    He et al. (2015), arXiv:1502.01852; Glorot and Bengio (2010), PMLR 9:249-256; Pennington et al.
    (2017), arXiv:1711.04735; Xiao et al. (2018), arXiv:1806.05393; Zhang et al. (2019),
    arXiv:1901.09321. Each recommendation names its own.

    Examples
    --------
    >>> import weightinit as wi
    >>> print(wi.recommend("relu"))
    for         dense, relu
    weights     he_normal, gain 1.414
    bias        zeros
    because     relu passes on 0.5 of a mean square of 1, and the gain 1.414 makes
                up for it: variance 2 / fan_in
    after       he2015
    >>> net = wi.mlp([64, 128, 10])
    >>> start = {
    ...     "dense1.weight": wi.recommend("relu", layer="output").initializer,
    ...     "*.weight": wi.recommend("relu").initializer,
    ... }
    >>> loss, _ = net.initialize(start, rng=0).loss_and_gradients([[0.5] * 64], [3])
    >>> loss  # log 10
    2.302585
    """
    rule = _RULES[check_choice("layer", layer, _RULES)]
    question = Question(activation, depth, residual, normalized)
    answer: Answer = {"bias": zeros, **rule(question)}
    if question.depth != question.asked_depth:
        note = f"A depth above {DEEPEST:,} is counted as {DEEPEST:,} in all numbers."
        answer["notes"] = (*answer.get("notes", ()), note)
    return Recommendation(
        activation=question.name,
        layer=layer,
        depth=question.asked_depth,
        residual=question.residual,
        normalized=question.normalized,
        **answer,
    )
