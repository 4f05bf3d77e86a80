"""Find out what is wrong with the start of a network, in which layer, and what to use instead.

:func:`judge` reads nothing but a record of one pass, a :class:`~weightinit.tracing.Trace`;
:func:`diagnose` makes that record of a network and judges it.

>>> import weightinit as wi
>>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
>>> finding = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]]).findings[0]
>>> finding.problem, finding.remedy
('frozen', 'start dense0.weight from wi.xavier_uniform')
"""

from weightinit.diagnosis.problems import PROBLEMS
from weightinit.diagnosis.remedies import Finding
from weightinit.diagnosis.result import Diagnosis, LayerReport, diagnose, judge

__all__ = ["PROBLEMS", "Diagnosis", "Finding", "LayerReport", "diagnose", "judge"]
