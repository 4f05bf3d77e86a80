"""What a diagnosis is, how it is made, and how it prints."""

import html
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from weightinit._checks import check_instance
from weightinit._tables import html_table, number, text_table, wrapped
from weightinit.diagnosis._bounds import Point
from weightinit.diagnosis.problems import LOOK, Facts
from weightinit.diagnosis.remedies import Finding, advised
from weightinit.networks import Network
from weightinit.tracing import LayerStats, LayerTrace, Trace, measure, trace
from weightinit.tracing.measures import distinct_units

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Diagnosis", "LayerReport", "diagnose", "judge"]


_HEAD = ("layer", "phi", "units", "unlike", "mean", "std", "grad rms", "dead", "flat", "W/good")

_HEALTHY = "Nothing wrong was found."
_KEY = (
    "unlike: units that are no copies. mean, std: of activations. flat: saturated. "
    "W/good: std of the weights, over that of the start that suits the activation."
)


@dataclass(frozen=True, kw_only=True)
class LayerReport(LayerStats):
    """
    Facts about one layer, a row of the table of a :class:`~weightinit.Diagnosis`.

    Parameters
    ----------
    name : str
        The layer, such as ``dense0``.
    units : int
        How many units it has.
    mean, std, second_moment, gradient_rms, dead, saturated : float
        As for :class:`~weightinit.tracing.LayerStats`.
    distinct : int
        The same; where a layer starts at zero, what a few small steps show.
    correlation : float
        The same.
    activation : str
        The activation behind it; empty if there is none.
    weight_std, wanted_std : float
        Of the weights, and of those that suit the activation; nan where there are none.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.Constant(value=0.5), rng=0)
    >>> layer = wi.diagnose(net, [[1.0, 2.0], [0.5, 1.0]]).layers[0]
    >>> layer.units, layer.distinct, layer.wanted_std
    (4, 1, 1.0)
    """

    activation: str
    weight_std: float
    wanted_std: float


@dataclass(frozen=True)
class Diagnosis:
    """
    What is wrong with the start of a network; made by :func:`weightinit.diagnose`.

    Parameters
    ----------
    layers : tuple of LayerReport
        Facts by layer.
    findings : tuple of Finding
        What was found, worst first; empty where nothing was.
    notes : tuple of str
        Risks that no start removes.
    forward, backward : tuple of tuple of Point
        How signal and gradient fare, path by path: the network itself, each residual branch, the
        time of each recurrent layer.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 64, 64, 3], "tanh").initialize(wi.xavier_uniform, rng=0)
    >>> x = np.random.default_rng(0).standard_normal((50, 2))
    >>> wi.diagnose(net, x).healthy
    True
    """

    layers: tuple[LayerReport, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    forward: tuple[tuple[Point, ...], ...]
    backward: tuple[tuple[Point, ...], ...]

    @property
    def healthy(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        """Return a table of the layers, and the findings, within 80 columns."""
        table = text_table(_rows(self.layers, 16), left=2)
        return "\n".join([*table, *wrapped(_KEY), "", *self._story()])

    def _story(self) -> list[str]:
        """Return the findings and notes, in lines."""
        count = len(self.findings)
        lines = [f"{count} finding{'s' * (count > 1)}, worst first:" if count else _HEALTHY]
        for position, finding in enumerate(self.findings, 1):
            lines.append(f"{position}. {finding.problem} in {finding.layer}")
            evidence = finding.evidence[:1].upper() + finding.evidence[1:]
            lines += wrapped(f"{evidence}.", "   ")
            lines += wrapped(f"Remedy: {finding.remedy}.", "   ")
        for note in self.notes:
            lines += wrapped(f"Note: {note}.")
        return lines

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        items = "".join(
            f"<li><strong>{html.escape(f.problem)}</strong> in "
            f"<code>{html.escape(f.layer)}</code>: {html.escape(f.evidence)}.<br>"
            f"Remedy: {html.escape(f.remedy)}.</li>"
            for f in self.findings
        )
        story = f"<ol>{items}</ol>" if items else f"<p>{_HEALTHY}</p>"
        notes = "".join(f"<p>Note: {html.escape(note)}.</p>" for note in self.notes)
        return html_table(_rows(self.layers, 80)) + story + notes

    def plot(self) -> "Figure":
        """
        Draw how signal and gradient fare from layer to layer, beside theory.

        Returns
        -------
        matplotlib.figure.Figure
            Two panels: second moment of the activations, squared norm of the gradient; shaded is
            what the bounds allow a network of these widths.

        Raises
        ------
        ImportError
            Matplotlib is not installed.

        Examples
        --------
        >>> import numpy as np
        >>> import weightinit as wi
        >>> net = wi.mlp([64, 64, 64, 10]).initialize(wi.he_normal, rng=0)
        >>> figure = wi.diagnose(net, np.random.default_rng(0).normal(size=(50, 64))).plot()
        >>> len(figure.axes)
        2
        """
        from weightinit.diagnosis._figure import draw  # noqa: PLC0415  # loads matplotlib

        problems = ", ".join(finding.problem for finding in self.findings) or "nothing wrong"
        figure: Figure = draw(self.forward, self.backward, problems)
        return figure


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
    branch that ends with zero are not reported.

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
        What was found: ``.findings``, worst first, empty where nothing was; ``.layers``, the
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
    ends. With inputs of variance near 1 and at least ten times as wide as deep, a network of ReLU,
    tanh or SELU that is started as :func:`recommend` says has no finding, but for rare draws; deep
    ones of GELU or SiLU may have one, as the caveats of :func:`recommend` say.

    No finding means that no problem of the table showed in this batch, not that the start is sound:
    too small weights before a :class:`~weightinit.networks.LayerNorm` change neither the signal nor
    the gradient that passes, and yet such a network may stay at chance.

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
        `trace` is no Trace.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import judge
    >>> net = wi.mlp([2, 8, 3]).initialize(wi.zeros)
    >>> judge(wi.trace(net, [[1.0, 2.0], [0.5, -1.0]])).findings[0].problem
    'frozen'
    """
    hint = "wi.diagnose(net, x) records one of a Network, and judges it"
    check_instance("trace", trace, Trace, "a Trace", hint=hint)
    facts = Facts(trace)
    found = [problem(facts) for problem in LOOK.values()]
    later = (trace.after or trace).layers
    return Diagnosis(
        layers=tuple(_report(trace, *rows) for rows in zip(trace.layers, later, strict=True)),
        findings=tuple(finding for finding in found if finding),
        notes=tuple(_notes(facts)),
        forward=tuple(map(tuple, facts.forward)),
        backward=tuple(map(tuple, facts.backward)),
    )


def _report(trace: Trace, row: LayerTrace, later: LayerTrace) -> LayerReport:
    """Return the facts about a layer; `later` is the same after small steps, if there were any."""
    facts = dict(vars(measure(row)))
    if later is not row:
        facts["distinct"] = distinct_units(later)
    weight_std = wanted_std = math.nan
    if row.weight is not None:
        with np.errstate(all="ignore"):  # what is not finite has a finding of its own
            weight_std = float(row.weight.std())
        if row.inputs is not None:
            wanted_std = advised(trace, row).initializer.std(row.weight.shape)
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


def _rows(layers: tuple[LayerReport, ...], longest: int) -> Iterator[tuple[str, ...]]:
    """Yield the head of the table and a row a layer; of longer names the end tells layers apart."""
    yield _HEAD
    for layer in layers:
        ratio = layer.weight_std / layer.wanted_std
        yield (
            _short(layer.name, longest),
            _short(layer.activation or "-", 7),
            str(layer.units),
            str(layer.distinct),
            number(layer.mean),
            number(layer.std),
            number(layer.gradient_rms),
            f"{layer.dead:.0%}",
            f"{layer.saturated:.0%}",
            "-" if math.isnan(ratio) else number(ratio),
        )


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else f"…{text[1 - width :]}"
