"""Answers for layers whose start the activation does not decide, or not alone."""

from weightinit.advice import hidden_reasons
from weightinit.advice import other_reasons as reasons
from weightinit.advice.hidden import Answer, branch
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


def attention(question: Question) -> Answer:
    """Answer for the projections of attention, which no activation follows."""
    layout = (
        "For weights (model, heads, units) say where inputs and outputs are: "
        "replace(initializer, in_axis=0, out_axis=(1, 2))."
    )
    notes = (
        layout,
        *(hidden_reasons.general(question) if question.normalized else ()),
    )
    return {
        "initializer": lecun_normal,
        "reason": reasons.scores(),
        "source": "vaswani2017",
        "notes": notes,
    } | branch(question, lecun_normal, notes)


def embedding(question: Question) -> Answer:
    """Answer for a table of vectors that are looked up."""
    if question.normalized:
        return {
            "initializer": _SMALL_ROWS,
            "reason": reasons.small_rows(float(_SMALL_ROWS.std)),
            "source": "radford2019",
        }
    note = (
        "A feedforward layer behind it expects a mean square of 1: multiply the rows by "
        "sqrt(units), or draw from wi.Normal(std=1.0)."
    )
    return {
        "initializer": _UNIT_ROWS,
        "reason": reasons.unit_rows(_UNIT_ROWS),
        "source": "vaswani2017",
        "notes": (note,),
    }


def rnn(question: Question) -> Answer:
    """Answer for the weights from state to state, which every time step multiplies by."""
    answer: Answer = {"input_initializer": question.base}
    if question.kind in ("relu", "leaky_relu"):
        reason = reasons.copied_state(question, identity.gain)
        return answer | {"initializer": identity, "reason": reason, "source": "le2015"}
    bends = question.at_unit_gain.bends_down
    g = question.slope_gain if bends else question.base.scale**0.5
    return answer | {
        "initializer": Orthogonal(gain=g),
        "reason": reasons.same_matrix(g),
        "source": "saxe2013",
        "caveats": () if bends else hidden_reasons.drift(question, way_out="Take tanh or relu."),
    }


def lstm(question: Question) -> Answer:
    """Answer for the gates of an LSTM, whose activations are fixed."""
    return {
        "initializer": orthogonal,
        "input_initializer": xavier_uniform,
        "bias": ones,
        "reason": reasons.forget_gate(ones.value),
        "source": "jozefowicz2015",
        "notes": (reasons.gates(orthogonal), reasons.chrono(question)),
    }


def output(_question: Question) -> Answer:
    """Answer for the last layer of the network."""
    note = (
        "The layers below get their first gradient in the second step. The bias may start at the "
        "logarithm of the class frequencies, or at the mean of the targets."
    )
    return {
        "initializer": zeros,
        "reason": reasons.fair_guess(),
        "source": "zhang2019",
        "notes": (note,),
    }
