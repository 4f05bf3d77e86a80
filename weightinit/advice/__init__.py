"""Which initializer to take, with what gain, why, and after whom."""

from weightinit.advice.feedforward import initialize
from weightinit.advice.question import Statement, initializer_for
from weightinit.advice.recommend import LAYERS, Recommendation, recommend

__all__ = [
    "LAYERS",
    "Recommendation",
    "Statement",
    "initialize",
    "initializer_for",
    "recommend",
]
