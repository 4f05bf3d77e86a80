"""A finding: one thing that is wrong."""

from dataclasses import dataclass

__all__ = ["PROBLEMS", "Finding"]

#: All problems, worst first: what stops all learning before what slows it down.
PROBLEMS = (
    "non-finite",
    "frozen",
    "symmetric units",
    "dead units",
    "exploding signal",
    "vanishing signal",
    "exploding gradient",
    "vanishing gradient",
    "saturated units",
    "first loss too high",
)


@dataclass(frozen=True)
class Finding:
    """
    One thing that is wrong with the start of a network.

    Parameters
    ----------
    problem : str
        Which of ``weightinit.diagnosis.PROBLEMS``.
    layer : str
        The layer to change, or the first of them: the problem may show in others.
    evidence : str
        What was measured, in numbers, beside what a healthy network would show.
    remedy : str
        What to do: an initializer of this package, as an expression, or that initialization is not
        the cause.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
    >>> finding = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]]).findings[0]
    >>> finding.problem, finding.layer, finding.remedy
    ('frozen', 'dense0', 'start dense0.weight from wi.xavier_uniform')
    """

    problem: str
    layer: str
    evidence: str
    remedy: str
