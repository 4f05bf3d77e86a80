"""Check how a start scales: whether activations and their updates grow with width or depth.

>>> import numpy as np
>>> import weightinit as wi
>>> def build(width, rng):
...     return wi.mlp([2, width, 1]).initialize(wi.he_normal, rng=rng)
>>> x, y = wi.datasets.ring(50, rng=0)
>>> found = wi.coordinate_check(build, [32, 128], x, y, steps=1, draws=3, rng=0)
>>> found.slope("dense1", "update").excludes(0.0)  # Adam moves the wider output further
True
"""

from weightinit.scaling.checking import coordinate_check
from weightinit.scaling.result import CoordinateCheck, Slope

__all__ = ["CoordinateCheck", "Slope", "coordinate_check"]
