"""Layers whose start the activation does not decide, or not alone: each rule, each sentence."""

import math

from weightinit.advice import _depth as depth
from weightinit.advice._statement import Statement
from weightinit.advice.feedforward import Answer, branch
from weightinit.advice.question import Question
from weightinit.initializers import (
    Normal,
    Orthogonal,
    VarianceScaling,
    identity,
    lecun_normal,
    ones,
    orthogonal,
    xavier_uniform,
    zeros,
)

__all__ = ["attention", "embedding", "lstm", "output", "rnn"]

_UNIT_ROWS = VarianceScaling(scale=1.0, mode="fan_out", distribution="normal")
_SMALL_ROWS = Normal(std=0.02)
_WIDTH = 768  # for numbers that depend on one
_CLASSES = 10

_SMALL_INPUTS = Statement(
    "The state adds up what the input weights make of each step. Le et al. start these smaller, "
    "from wi.Normal(std=0.001), which suits many steps."
)


def rnn(question: Question) -> Answer:
    """Answer for the weights from state to state, which every time step multiplies by."""
    answer: Answer = {"input_initializer": question.base}
    if question.kind in ("relu", "leaky_relu"):
        reason = question.say(
            "with recurrent weights of {gain:g} on the diagonal and 0 elsewhere, {name} copies "
            "a positive state, and its gradient, from step to step unchanged",
            gain=identity.gain,
        )
        return answer | {
            "initializer": identity,
            "reason": reason,
            "source": "le2015",
            "notes": (_SMALL_INPUTS,),
        }
    bends = question.bends_down
    g = question.slope_gain if bends else math.sqrt(question.base.scale)
    reason = Statement(
        "every step multiplies by the same matrix, whose singular values are all {gain:.4g} if it "
        "is orthogonal, and lie between 0 and {largest:.4g} if it is normal",
        gain=g,
        largest=2 * g,
    )
    return answer | {
        "initializer": Orthogonal(gain=g),
        "reason": reason,
        "source": "saxe2013",
        "caveats": () if bends else depth.caveats(question, way_out="Take tanh or relu."),
    }


def lstm(question: Question) -> Answer:
    """Answer for the gates of an LSTM, whose activations are fixed."""
    reason = Statement(
        "a forget gate of bias {bias:g} remembers {memory:.3g} steps, one of bias 0 {without:.3g}, "
        "and orthogonal weights stretch no direction of the state",
        bias=ones.value,
        memory=_memory(ones.value),
        without=_memory(0.0),
    )
    gates = Statement(
        "Draw each of the four gates separately and put them side by side, with the bias on the "
        "forget gate alone and zeros on the others. The gates of a matrix (h, 4 h) drawn at once "
        "have squared singular values of {share:g} on average, and not 1.",
        share=orthogonal.std((1, 4)) ** 2,  # of the squared length of a row
    )
    steps = "T" if question.depth is None else str(question.layers)
    chrono = Statement(
        "To remember up to {steps} steps, start the bias from wi.Chrono(longest={steps}), which "
        "spreads the memories of the units up to there (tallec2018).",
        steps=steps,
    )
    few = question.depth is not None and question.layers <= 2  # there is nothing to draw from
    return {
        "initializer": orthogonal,
        "input_initializer": xavier_uniform,
        "bias": ones,
        "reason": reason,
        "source": "jozefowicz2015",
        "notes": (gates,) if few else (gates, chrono),
    }


def _memory(bias: float) -> float:
    """Return the steps in which a gate f = sigmoid(bias) lets a state fall to 1 / e."""
    return 1 / math.log1p(math.exp(-bias))


def embedding(question: Question) -> Answer:
    """Answer for a table of vectors that are looked up."""
    if question.normalized:
        std = float(_SMALL_ROWS.std)
        reason = Statement(
            "a lookup sums nothing, so that its fan in is 1, and the normalization after it "
            "divides the size out; tied to the output, rows of std {std:g} make logits of std "
            "{logits:.2g} at width {width}, nearly a fair guess",
            std=std,
            logits=std * math.sqrt(_WIDTH),
            width=_WIDTH,
        )
        return {"initializer": _SMALL_ROWS, "reason": reason, "source": "radford2018"}
    std = _UNIT_ROWS.std((1, _WIDTH))
    reason = Statement(
        "a lookup sums nothing, so that its fan in is 1 and not the vocabulary; std 1 / "
        "sqrt(units), {std:.2g} for {width}, gives rows of a length of about {length:.3g}: tied to "
        "the output, whose fan in is units, they make logits of std 1",
        std=std,
        width=_WIDTH,
        length=std * math.sqrt(_WIDTH),
    )
    note = Statement(
        "A feedforward layer after it expects a mean square of 1: multiply the rows by "
        "sqrt(units), as Vaswani et al. (2017) do, or draw from wi.Normal(std=1.0)."
    )
    return {
        "initializer": _UNIT_ROWS,
        "reason": reason,
        "source": "lecun1998",
        "notes": (note,),
    }


def attention(question: Question) -> Answer:
    """Answer for the projections of attention, which no activation follows."""
    reason = Statement(
        "queries and keys of mean square 1 give scores q k / sqrt(units) of std 1, which takes the "
        "gain 1 by fan in; Xavier counts the outputs of query, key and value drawn side by side "
        "and gives the variance {xavier:g} / fan_in",
        xavier=2 / (1 + 3),  # fans in units of the model's width
    )
    layout = Statement(
        "For weights (model, heads, units) say where inputs and outputs are: "
        "replace(initializer, in_axis=0, out_axis=(1, 2))."
    )
    notes = (layout, *(depth.notes(question) if question.normalized else ()))
    return {
        "initializer": lecun_normal,
        "reason": reason,
        "source": "vaswani2017",
        "notes": notes,
    } | branch(question, lecun_normal, notes, each=1.0)


def output(_question: Question) -> Answer:
    """Answer for the last layer of the network."""
    excess = lecun_normal.scale / 2
    reason = Statement(
        "the layers below learn from the first step on, and logits of variance {variance:g} put "
        "the first loss at most {excess:g} above that of a fair guess, the logarithm of the number "
        "of classes, {loss:.4g} for {classes}",
        variance=lecun_normal.scale,  # for inputs of mean square 1
        excess=excess,  # E log sum exp(z) <= log E sum exp(z)
        loss=math.log(_CLASSES),
        classes=_CLASSES,
    )
    price = Statement(
        "Zeros give a fair guess exactly. They pass no gradient on in the first step, and little "
        "until they have grown: at low learning rates that costs epochs, in deep networks most "
        "(theory: the output layer). Take them if the first outputs must be exactly zero."
    )
    bias = Statement(
        "The bias may start at the logarithm of the class frequencies, or at the mean of the "
        "targets."
    )
    return {
        "initializer": lecun_normal,
        "alternative": zeros,
        "reason": reason,
        "source": "lecun1998",
        "notes": (price, bias),
    }
