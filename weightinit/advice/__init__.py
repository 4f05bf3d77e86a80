"""Which initializer to take, with what gain, why, and after whom."""

from weightinit.advice.feedforward import initialize
from weightinit.advice.question import DEEP, initializer_for
from weightinit.advice.recommend import LAYERS, Recommendation, recommend

__all__ = [
    "DEEP",
    "LAYERS",
    "Recommendation",
    "initialize",
    "initializer_for",
    "recommend",
]
