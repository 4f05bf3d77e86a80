"""From a trace to a diagnosis."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from weightinit.diagnosis import fading, problems
from weightinit.diagnosis.arrivals import check_trace
from weightinit.diagnosis.facts import Facts
from weightinit.diagnosis.finding import Finding
from weightinit.diagnosis.result import Diagnosis, LayerReport
from weightinit.diagnosis.theory import wanted
from weightinit.networks.network import Network
from weightinit.tracing import LayerTrace, Trace, measure, trace
from weightinit.tracing.measures import distinct_units

__all__ = ["diagnose", "judge"]

# In the order of PROBLEMS.
_WORST_FIRST: tuple[Callable[[Facts], Finding | None], ...] = (
    problems.non_finite,
    problems.frozen,
    problems.symmetric_units,
    problems.dead_units,
    fading.exploding_signal,
    fading.vanishing_signal,
    fading.exploding_gradient,
    fading.vanishing_gradient,
    problems.saturated_units,
    problems.first_loss_too_high,
)


def diagnose(net: Network, x: ArrayLike, y: ArrayLike | None = None) -> Diagnosis:
    r"""
    Find out what is wrong with the start of a network, in which layer, and what to use instead.

    One pass forward and one back over a batch; a few small steps on a copy of the weights where
    something starts at zero. Ten problems are looked for:

    =================== ==========================================================================
    problem             what it means
    =================== ==========================================================================
    non-finite          a weight, an output or a gradient is nan or infinite
    frozen              no weight has a gradient: only the output bias can move
    symmetric units     hidden units are copies, with equal weights and equal gradients
    dead units          units are off on every sample, more of them than chance turns off
    exploding signal    the second moment of the activations grows beyond its bounds
    vanishing signal    it falls below them
    exploding gradient  the squared norm of the gradient grows beyond its bounds, going back
    vanishing gradient  it falls below them
    saturated units     too many values lie where tanh and the like are flat
    first loss too high the loss is far above the log of the number of classes
    =================== ==========================================================================

    What goes through :math:`l` layers of :math:`n_k` units may be multiplied by factors between

    .. math:: \frac{1}{8l}\, e^{-V/2 - 4 \sqrt V} \quad \text{and} \quad 8l\, e^{4 \sqrt V},
        \qquad V = \sum_{k \le l} \frac{5}{n_k}

    before it counts as fading or exploding, and besides by what the shapes of the weights make of
    starts that count fan in, fan out or their mean. Zero biases, a zero output layer and a residual
    branch that ends with zero are healthy.

    Parameters
    ----------
    net : Network
        The network, with weights; they are not changed.
    x : array_like, shape (n, ...)
        A batch of samples; about a hundred will do.
    y : array_like, shape (n,) or (n, d), optional
        Labels or targets. Left out: the gradients are those of a fixed pull at the outputs, as for
        :func:`trace`, and the first loss is not judged.

    Returns
    -------
    Diagnosis
        What was found: ``.findings``, worst first, empty for a healthy network; ``.layers``, the
        facts by layer; ``print`` shows both, ``.plot()`` the way of signal and gradient.

    Raises
    ------
    RuntimeError
        The network has no weights yet.
    TypeError, ValueError
        `net` is no network or has no layer with a weight; `x` or `y` do not fit it.

    Notes
    -----
    Where the numbers come from: :math:`5/n` is how much the second moment of a layer of n ReLU
    units strays, relative and squared (Hanin and Rolnick 2018); tanh at its critical start loses
    :math:`2l` in l layers (Schoenholz et al. 2017); good starts differ by 2 in variance, at both
    ends. With inputs of variance near 1 and at least ten times as wide as deep, a network that is
    started well has no finding.

    References
    ----------
    Hanin and Rolnick (2018), "How to start training", arXiv:1803.01719; Schoenholz et al. (2017),
    "Deep information propagation", arXiv:1611.01232.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = np.random.default_rng(0).standard_normal((100, 64))
    >>> net = wi.mlp([64, 128, 128, 128, 10]).initialize(wi.he_normal, rng=0)
    >>> wi.diagnose(net, x).findings
    ()
    >>> _ = net.initialize(wi.Normal(std=0.01), rng=0)
    >>> for finding in wi.diagnose(net, x).findings:
    ...     print(finding.problem, "in", finding.layer, "-", finding.remedy)
    vanishing signal in dense0 - start dense0.weight from wi.he_normal
    vanishing gradient in dense2 - start dense2.weight from wi.he_normal
    """
    return judge(trace(net, x, y))


def judge(trace: Trace) -> Diagnosis:
    """
    Find out what is wrong from a trace alone, of whatever framework.

    Parameters
    ----------
    trace : Trace
        What went through a network, forwards and back.

    Returns
    -------
    Diagnosis
        As from :func:`weightinit.diagnose`.

    Raises
    ------
    TypeError, ValueError
        `trace` is no Trace, or its arrays do not belong together.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import judge
    >>> net = wi.mlp([2, 8, 3]).initialize(wi.zeros)
    >>> judge(wi.trace(net, [[1.0, 2.0], [0.5, -1.0]])).findings[0].problem
    'frozen'
    """
    trace = check_trace(trace)
    facts = Facts(trace)
    found = [problem(facts) for problem in _WORST_FIRST]
    later = (trace.after or trace).layers
    return Diagnosis(
        layers=tuple(map(_report, trace.layers, later)),
        findings=tuple(finding for finding in found if finding),
        notes=tuple(_notes(facts)),
        forward=tuple(map(tuple, facts.forward)),
        backward=tuple(map(tuple, facts.backward)),
    )


def _report(row: LayerTrace, later: LayerTrace) -> LayerReport:
    """Return the facts about a layer; `later` is the same after small steps, if there were any."""
    facts = dict(vars(measure(row)))
    if later is not row:
        facts["distinct"] = distinct_units(later)
    weight_std = wanted_std = math.nan
    if row.weight is not None:
        with np.errstate(all="ignore"):  # what is not finite has a finding of its own
            weight_std = float(row.weight.std())
        if row.inputs is not None:
            wanted_std = wanted(row.activation).std(row.weight.shape)
    phi = "" if row.activation is None else repr(row.activation)
    return LayerReport(**facts, activation=phi, weight_std=weight_std, wanted_std=wanted_std)


def _notes(facts: Facts) -> list[str]:
    """Say what is no fault of the start, but a risk."""
    variance = facts.variance
    if variance <= 1:
        return []
    note = (
        "the network is deep for its width: 5/width, summed over layers and time steps, is "
        f"{variance:.2g}, so that "
        f"chance alone strays by a factor of about {math.exp(min(math.sqrt(variance), 99)):.2g} "
        "from seed to seed, and the bounds here are that much wider"
    )
    return [note]
