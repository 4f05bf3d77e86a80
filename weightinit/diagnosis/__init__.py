"""Find what is wrong with the start of a network, in which layer, and what to use instead.

:func:`diagnose` records one pass through a network and judges the record. :func:`judge` judges such
a record, a :class:`~weightinit.tracing.Trace`, of any framework.

>>> import weightinit as wi
>>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
>>> finding = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]]).findings[0]
>>> finding.problem, finding.parameter
('frozen', 'dense*.weight')
"""

from weightinit.diagnosis.assertion import assert_healthy
from weightinit.diagnosis.judging import PROBLEMS, diagnose, judge
from weightinit.diagnosis.layers import LayerReport
from weightinit.diagnosis.remedies import Finding
from weightinit.diagnosis.result import Diagnosis

__all__ = ["PROBLEMS", "Diagnosis", "Finding", "LayerReport", "assert_healthy", "diagnose", "judge"]
