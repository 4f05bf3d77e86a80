"""Check how a start scales: whether activations and their updates grow with width or depth."""

from weightinit.scaling.checking import coordinate_check
from weightinit.scaling.result import CoordinateCheck, Slope

__all__ = ["CoordinateCheck", "Slope", "coordinate_check"]
