"""Answers for layers in front of an activation, and for the last one of a residual branch."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from weightinit.advice import hidden_reasons as reasons
from weightinit.advice.question import Question
from weightinit.initializers import DeltaOrthogonal, Orthogonal, VarianceScaling, zeros

__all__ = ["Answer", "branch", "conv", "dense", "depthwise", "transposed"]

Answer = dict[str, Any]  #: fields of a Recommendation


def dense(question: Question) -> Answer:
    """Answer for a dense layer."""
    if _takes_isometry(question):
        return _isometry(question, Orthogonal, "pennington2017")
    return _scaled(question, question.base)


def conv(question: Question) -> Answer:
    """Answer for a convolution."""
    if _takes_isometry(question):
        answer = _isometry(question, DeltaOrthogonal, "xiao2018")
        note = (
            "It takes kernels of odd size with no more inputs than outputs. Where channels get "
            "fewer, take wi.Orthogonal with the same gain."
        )
        return answer | {"notes": (note, *answer["notes"])}
    return _scaled(question, question.base)


def depthwise(question: Question) -> Answer:
    """Answer for a depthwise convolution."""
    return _by_fan_in(question, reasons.depthwise())


def transposed(question: Question) -> Answer:
    """Answer for a transposed convolution."""
    return _by_fan_in(question, reasons.transposed())


def _by_fan_in(question: Question, note: str) -> Answer:
    """Answer for kernels whose shape does not tell their fan out."""
    answer = _scaled(question, replace(question.base, mode="fan_in"))
    if _takes_isometry(question) and question.kind != "linear":
        init = VarianceScaling(scale=question.slope_gain**2, mode="fan_in", distribution="normal")
        answer |= {"initializer": init, "source": "schoenholz2016"}
        answer |= {"reason": reasons.slope_one(question), **reasons.fading(question)}
    return answer | {"notes": (note, *answer["notes"])}


def _takes_isometry(question: Question) -> bool:
    return question.deep and question.at_unit_gain.bends_down


def _isometry(question: Question, kind: Callable[..., Any], source: str) -> Answer:
    """Answer for a deep network of activations like tanh, which lengths and angles can pass."""
    answer: Answer = {"initializer": kind(gain=question.slope_gain), "source": source}
    if question.at_unit_gain.deviation > 1 - 1e-6:  # straight: a linear network
        source = "saxe2013" if kind is Orthogonal else source
        return answer | {"reason": reasons.isometric(question), "source": source, "notes": ()}
    return answer | {"reason": reasons.slope_one(question), **reasons.fading(question)}


def _scaled(question: Question, initializer: VarianceScaling) -> Answer:
    reason, source = reasons.for_activation(question)
    answer: Answer = {"initializer": initializer, "reason": reason, "source": source}
    answer["notes"] = reasons.general(question)
    answer["caveats"] = reasons.drift(question) if question.plain else ()
    return answer | branch(question, initializer, answer["notes"])


def branch(question: Question, initializer: VarianceScaling, notes: tuple[str, ...]) -> Answer:
    """Answer for the last layer of a residual branch."""
    if not question.residual:
        return {}
    last: Any = zeros
    if question.normalized and question.depth is not None:
        last = replace(initializer, scale=initializer.scale / question.depth)
    return {"last_initializer": last, "notes": (*notes, reasons.branch(question))}
