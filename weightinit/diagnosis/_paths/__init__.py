"""Signal, gradient and scale, followed from layer to layer beside what a healthy start does.

The bounds of a healthy one are derived in :mod:`weightinit.diagnosis._paths.bounds`.
"""

from weightinit.diagnosis._paths.gradient import backward
from weightinit.diagnosis._paths.scale import scale, slowdown
from weightinit.diagnosis._paths.signal import forward
from weightinit.diagnosis._paths.walk import Point

__all__ = ["Point", "backward", "forward", "scale", "slowdown"]
