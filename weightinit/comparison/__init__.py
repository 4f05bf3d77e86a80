"""Comparison: the same training from several starts, over several seeds, judged by its spread."""

from weightinit.comparison.cells import Cell
from weightinit.comparison.result import Comparison
from weightinit.comparison.running import compare
from weightinit.comparison.standings import Standing

__all__ = ["Cell", "Comparison", "Standing", "compare"]
