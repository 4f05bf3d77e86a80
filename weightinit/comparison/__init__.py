"""Compare starts: the same training from several initializers, each over several seeds."""

from weightinit.comparison.cells import Cell
from weightinit.comparison.result import Comparison
from weightinit.comparison.running import compare
from weightinit.comparison.standings import Standing

__all__ = ["Cell", "Comparison", "Standing", "compare"]
