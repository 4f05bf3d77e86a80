"""Which initializer to take, with what gain, why, and after whom."""

from weightinit.advice.recommendation import Recommendation
from weightinit.advice.rules import LAYERS, recommend

__all__ = ["LAYERS", "Recommendation", "recommend"]
