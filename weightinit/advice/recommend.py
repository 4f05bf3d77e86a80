"""What is recommended for a layer, and the table of rules."""

import math
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from weightinit._checks import check_choice
from weightinit._messages import shown
from weightinit.advice._other_layers import attention, embedding, lstm, output, rnn
from weightinit.advice._statement import Statement
from weightinit.advice.feedforward import Answer, conv, dense, depthwise, transposed
from weightinit.advice.question import DEEPEST, Question
from weightinit.gains import ActivationLike
from weightinit.initializers import (
    Constant,
    DeltaOrthogonal,
    Identity,
    Initializer,
    Normal,
    Orthogonal,
    VarianceScaling,
    zeros,
)

__all__ = ["LAYERS", "Recommendation", "recommend"]


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """
    How the parameters of a layer should start, and why: what :func:`recommend` returns.

    Recommendations are values: they compare, hash and pickle, and print as a short report.

    Parameters
    ----------
    activation : str
        The activation that was asked about, by its name.
    layer : str
        The kind of layer that was asked about.
    depth : int or None
        The depth that was asked about.
    residual : bool
        Whether it was asked about a residual branch.
    normalized : bool or str
        Whether it was asked about normalized layers, and by which normalization.
    initializer : Initializer
        What the weights start from; of a recurrent layer, the weights from state to state.
    bias : Initializer
        What the biases start from; in an LSTM, those of the forget gate.
    reason : Statement
        Why, in a sentence that keeps its numbers.
    source : str
        Whose idea it is: a key of the bibliography.
    input_initializer : Initializer or None
        Of a recurrent layer, what the weights from input to state start from.
    last_initializer : Initializer or None
        With residual connections, what the last layer of each branch starts from.
    alternative : Initializer or None
        Of the output layer, another start that is in use; its price is in the notes.
    notes : tuple of Statement
        How to use it.
    caveats : tuple of Statement
        Where it does not suffice.

    Examples
    --------
    >>> import weightinit as wi
    >>> advice = wi.recommend("gelu", depth=12, residual=True)
    >>> advice.initializer.std((768, 3072)), advice.last_initializer
    (0.05533651, Constant(value=0.0))
    >>> wi.recommend("relu").reason.numbers
    {'kept': 0.5, 'gain': 1.41421356, 'variance': 2.0}
    """

    activation: str
    layer: str
    depth: int | None
    residual: bool
    normalized: bool | str
    initializer: Initializer
    bias: Initializer
    reason: Statement
    source: str
    input_initializer: Initializer | None = None
    last_initializer: Initializer | None = None
    alternative: Initializer | None = None
    notes: tuple[Statement, ...] = ()
    caveats: tuple[Statement, ...] = ()

    @property
    def gain(self) -> float:
        """The factor of `initializer` on a std that is 1 / sqrt(fan), or on a matrix."""
        match self.initializer:
            case VarianceScaling(scale=scale):
                return math.sqrt(scale)
            case Orthogonal(gain=gain) | DeltaOrthogonal(gain=gain) | Identity(gain=gain):
                return gain
            case Normal() as normal:  # of a lookup, whose fan in is 1
                return float(normal.std)
            case Constant(value=value):
                return value
        raise TypeError(f"no gain is known of {shown(self.initializer)}")

    def __str__(self) -> str:
        """Return a report that fits 80 columns."""
        return "\n".join(
            textwrap.fill(
                f"{head:<12}{text}", 79, subsequent_indent=" " * 12, break_on_hyphens=False
            )
            for head, text in self._lines()
        )

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "for", self._question()
        yield "weights", f"{self.initializer}, gain {self.gain:.4g}"
        if self.input_initializer is not None:
            yield "from input", str(self.input_initializer)
        if self.last_initializer is not None:
            yield "last layer", f"{self.last_initializer}, of each branch"
        if self.alternative is not None:
            yield "or else", str(self.alternative)
        yield "bias", str(self.bias)
        yield "because", self.reason
        yield "after", self.source
        yield from (("note", note) for note in self.notes)
        yield from (("caveat", caveat) for caveat in self.caveats)

    def _question(self) -> str:
        asked = [self.layer, self.activation]
        if self.depth is not None:
            asked.append(f"depth {self.depth}")
        asked += ["residual"] * self.residual
        if self.normalized:
            asked.append("normalized" if self.normalized is True else f"{self.normalized} norm")
        return ", ".join(asked)


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
    normalized: bool | str = False,
) -> Recommendation:
    r"""
    Recommend how the parameters of a layer should start, and say why.

    ============ ===================================================================================
    layer        weights
    ============ ===================================================================================
    dense        what :func:`initialize` draws for the activation. From depth 20 on: orthogonal,
                 with the same gain; from 10 on for tanh and its like (odd, and flatter away from
                 zero)
    conv         the same. From depth 10 on, for tanh and its like: delta-orthogonal
    depthwise,   the same scale, by fan in
    transposed
    rnn          orthogonal from state to state, the identity for relu
    lstm         orthogonal for each gate, a bias of 1 on the forget gate
    attention    LeCun's: variance :math:`1 / n_\text{in}`
    embedding    std :math:`1 / \sqrt{\text{units}}`, or 0.02 with a normalization after it
    output       LeCun's; the alternative is zero
    ============ ===================================================================================

    Parameters
    ----------
    activation : str, Activation or callable
        The activation :math:`\phi` after the layer, as for :func:`gain`. It makes no difference
        to an embedding, an LSTM, attention or the output.
    layer : str, default "dense"
        What the weights belong to: a row of the table.
    depth : int or None, default None
        How many layers a signal passes in a row: time steps in an ``rnn`` or
        ``lstm``, residual branches if there are any. None: unknown, and not great. Above a
        million, numbers are those of a million.
    residual : bool, default False
        Whether the layer lies in a residual branch.
    normalized : bool or {"layer", "batch"}, default False
        Whether layers are normalized, and how: layer normalization (group and RMS normalization
        count as such) or batch normalization. They do different things to a gradient, so that
        caveats about depth need the name; True says that it is unknown.

    Returns
    -------
    Recommendation
        The initializer and what else starts where, the reason, the source, and what to beware of.

    Raises
    ------
    TypeError, ValueError
        `activation` has no gain (see :func:`gain`), `layer` is none of the above, `depth` is not
        an integer >= 1, or a flag is none of the above.

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
    >>> output = wi.recommend("relu", layer="output")
    >>> str(output.initializer), str(output.alternative)
    ('lecun_normal', 'zeros')
    >>> net = wi.mlp([64, 128, 10])
    >>> start = {"dense1.weight": output.alternative, "*.weight": wi.recommend("relu").initializer}
    >>> loss, _ = net.initialize(start, rng=0).loss_and_gradients([[0.5] * 64], [3])
    >>> loss  # log 10
    2.302585
    """
    rule = _RULES[check_choice("layer", layer, _RULES)]
    question = Question(activation, depth, residual, normalized)
    answer: Answer = {"bias": zeros, **rule(question)}
    if question.depth and question.depth > DEEPEST:
        note = "A depth above {most:,} is counted as {most:,} in all numbers."
        answer["notes"] = (*answer.get("notes", ()), Statement(note, most=DEEPEST))
    return Recommendation(
        activation=question.name,
        layer=layer,
        depth=question.depth,
        residual=question.residual,
        normalized=question.normalized,
        **answer,
    )
