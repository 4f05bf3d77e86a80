"""Diagnose a network: record a pass through it, find symptoms in the record, and their causes."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._checks import check_instance
from weightinit.diagnosis._causes import find
from weightinit.diagnosis._symptoms import LOOK
from weightinit.diagnosis._symptoms.facts import Facts
from weightinit.diagnosis.layers import report
from weightinit.diagnosis.remedies import whole_start
from weightinit.diagnosis.result import Diagnosis
from weightinit.networks import Network
from weightinit.tracing import Trace
from weightinit.tracing._probe import Probe
from weightinit.tracing.any_model import probe_of

__all__ = ["PROBLEMS", "diagnose", "judge"]

#: All problems: those that can cause others first.
PROBLEMS = tuple(LOOK)


def diagnose(
    model: Any, x: Any, y: ArrayLike | None = None, *, loss: Callable[..., Any] | None = None
) -> Diagnosis:
    r"""
    Find what is wrong with the start of a network: the problem, the layer and what to use instead.

    It takes one pass forward and one back over a batch; and where something starts at zero, a few
    small steps on a copy of the weights. It looks for these problems:

    =================== ==========================================================================
    problem             what it means
    =================== ==========================================================================
    non-finite          a weight, an output or a gradient is nan or infinite
    frozen              no weight has a gradient: only the output bias can change
    stuck branch        no weight of a residual branch has a gradient, nor will have soon
    unscaled inputs     the inputs are far from size 1, or one mean or column rules them
    symmetric units     hidden units are copies, with equal weights and equal gradients
    dead units          units are off on the whole batch, more of them than chance explains
    exploding signal    the mean square of the activations grows beyond its bounds
    vanishing signal    it falls below them
    exploding gradient  the squared norm of the gradient grows beyond its bounds, going back
    vanishing gradient  it falls below them
    units alike         units move together: their weights are copies, or have a mean far from 0
    samples alike       next to nothing of what a layer hands on differs between samples
    saturated units     too many values lie where tanh and the like, or gates, are flat
    first loss too high the loss is above what random outputs of a good start cost
    risky depth         many a draw of so deep and narrow a network is born dead
    unscaled targets    targets of a regression are far from size 1
    odd labels          labels of one class alone, or labels given as floats
    =================== ==========================================================================

    Where something shows, it asks for the cause: all parameters that differ from what
    :func:`recommend` says, and the inputs, are mended on a copy, the copy is judged, and mends are
    taken back one by one as long as it stays healthy. What is left is at fault: a weight, a bias, a
    gain, a residual scale, or the inputs. There is one finding a cause. A remedy that did not help
    the copy is not given.

    Through :math:`l` layers of :math:`n_k` units a healthy signal or gradient may change by factors
    between

    .. math:: \frac{e^{-V/2 - 4 \sqrt V}}{\max(8l, 100)} \quad \text{and} \quad 8l\, e^{4 \sqrt V},
        \qquad V = \sum_{k \le l} \frac{5}{n_k},

    for ReLU; each activation has a number of its own instead of 5. Besides, the shapes of the
    weights may do what they make of a start that counts the fan in, the fan out or their mean (in
    the first layer: the fan in or the mean), and a signal may fade as theory says of its
    activation. Small weights outside of branches count as a vanishing signal, and those in a branch
    as a vanishing gradient, where they slow learning down by more than 100. Zero biases, a zero
    output layer and a residual branch that ends with zero are good practice, and not reported.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The network, with weights; it stays as it is, as for :func:`trace`.
    x : array_like, shape (n, ...), or tuple or dict of such
        A batch of samples; about a hundred will do.
    y : array_like, shape (n,) or (n, d), optional
        Labels or targets. Without them the gradients are those of a fixed pull at the outputs, as
        for :func:`trace`, and the first loss is not judged.
    loss : callable, optional
        Of a model of another framework: from its outputs and `y` to the loss, in the framework.

    Returns
    -------
    Diagnosis
        Print it for the findings, code that starts the network as recommended, and the facts by
        layer. ``.findings``, ``.start`` and ``.layers`` hold the same as values;
        ``.plot()`` draws signal and gradient.

    Raises
    ------
    RuntimeError
        The network has no weights yet.
    TypeError, ValueError
        `model` is no network or has no layer with a weight; `x` or `y` do not fit it.

    Notes
    -----
    Where the numbers come from: :math:`5/n` is the relative variance of the mean square after a
    layer of n ReLU units (Hanin and Rolnick 2018); tanh at its critical start loses a factor of
    :math:`2l` in l layers (Schoenholz et al. 2017); good starts differ by 2 in variance, at both
    ends. A network of ReLU, tanh or SELU that starts as :func:`recommend` says, at least ten times
    as wide as deep and with inputs of variance near 1, has no finding, except for rare draws; deep
    ones of GELU or SiLU may have one, as the caveats of :func:`recommend` say.

    An empty report means that none of these problems shows in this batch, within the bounds. It
    does not prove the start sound: a fault that stays within them goes unseen, and so does what
    training alone shows, such as a learning rate that is too large. In a network that is deep for
    its width the bounds are wide, and ``notes`` says so.

    References
    ----------
    Hanin and Rolnick (2018), "How to start training", arXiv:1803.01719; Schoenholz et al. (2017),
    "Deep information propagation", arXiv:1611.01232.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = np.random.default_rng(0).standard_normal((100, 64))
    >>> net = wi.mlp([64, *[128] * 6, 10]).initialize(wi.he_normal, rng=0)
    >>> wi.diagnose(net, x).findings
    ()
    >>> _ = net.initialize(wi.Normal(std=0.01), rng=0)
    >>> for finding in wi.diagnose(net, x).findings:
    ...     print(finding.problem, "in", finding.layer, "-", finding.parameter)
    vanishing signal in dense0 - dense*.weight
    """
    probe = probe_of(model, x, y, loss)
    record = probe.record()
    found = _judged(record, probe)
    if isinstance(model, Network) and any(finding.start for finding in found.findings):
        return dataclasses.replace(found, start=whole_start(record))
    return found


def judge(trace: Trace) -> Diagnosis:
    """
    Find what is wrong from a trace alone, recorded in any framework.

    Parameters
    ----------
    trace : Trace
        What went through a network, forwards and back.

    Returns
    -------
    Diagnosis
        As from :func:`weightinit.diagnose`, but without a ``start`` of the whole network.

    Raises
    ------
    TypeError, ValueError
        `trace` is no Trace.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import judge
    >>> net = wi.mlp([2, 8, 3]).initialize(wi.zeros)
    >>> judge(wi.trace(net, [[1.0, 2.0], [0.5, -1.0]])).findings[0].problem
    'frozen'
    """
    hint = "wi.diagnose(net, x) records a Network and judges the record"
    check_instance("trace", trace, Trace, "a Trace", hint=hint)
    return _judged(trace, None)


def _judged(trace: Trace, probe: Probe | None) -> Diagnosis:
    """Return the diagnosis of a trace; remedies are tried if there is something to try them on."""
    facts = Facts(trace)
    with np.errstate(all="ignore"):
        verdict = find(probe, facts)
    later = (trace.after or trace).layers
    return Diagnosis(
        layers=tuple(report(trace, *rows) for rows in zip(trace.layers, later, strict=True)),
        findings=verdict.findings,
        notes=tuple(_notes(facts)),
        forward=tuple(map(tuple, facts.forward)),
        backward=tuple(map(tuple, facts.backward)),
        checked=tuple(_checked(trace)),
        unseen=trace.unseen,
        seen=trace.seen,
        cure=verdict.mended,
        standardizes=verdict.standardize,
    )


def _checked(trace: Trace) -> Iterator[str]:
    """Yield what there was to judge."""
    parts = {role for row in trace.layers for role in row.roles.values()}
    kinds = {
        "weight": "scale and mean of each weight",
        "bias": "biases",
        "shift": "biases",
        "gain": "gains",
        "scale": "residual scales",
    }
    yield from dict.fromkeys(told for part, told in kinds.items() if part in parts)
    if trace.inputs.dtype.kind == "f":
        yield "inputs"
    if math.isfinite(trace.loss):
        yield "first loss"


def _notes(facts: Facts) -> list[str]:
    """Name risks that no start removes."""
    variance = facts.variance
    if variance <= 1:
        return []
    factor = math.exp(min(math.sqrt(variance), 99))
    note = (
        "this network is deep for its width. In ReLU layers of these widths chance alone changes "
        f"the mean square of the signal by a factor of about {factor:.2g} from one draw to the "
        "next. The bounds allow for it, so smaller faults pass."
    )
    return [note]
