"""Find out what is wrong with the start of a network, in which layer, and what to use instead.

:func:`trace` records what goes through a network, :func:`judge` reads nothing but that record,
and :func:`diagnose` does both.

>>> import weightinit as wi
>>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
>>> finding = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]]).findings[0]
>>> finding.problem, finding.remedy
('frozen', 'start dense0.weight from wi.xavier_uniform')
"""

from weightinit.diagnosis.finding import PROBLEMS, Finding
from weightinit.diagnosis.judging import diagnose, judge
from weightinit.diagnosis.measures import LayerReport
from weightinit.diagnosis.recording import trace
from weightinit.diagnosis.records import LayerTrace, Trace
from weightinit.diagnosis.result import Diagnosis

__all__ = [
    "PROBLEMS",
    "Diagnosis",
    "Finding",
    "LayerReport",
    "LayerTrace",
    "Trace",
    "diagnose",
    "judge",
    "trace",
]
