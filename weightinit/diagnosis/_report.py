"""How a diagnosis prints: the findings, what to paste, and a table of the layers."""

import html
import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from weightinit._tables import WIDTH, html_table, number, text_table, wrapped
from weightinit.diagnosis._symptoms import LOOK
from weightinit.diagnosis.layers import LayerReport
from weightinit.diagnosis.remedies import Finding
from weightinit.initializers import Initializer

__all__ = ["Report"]

_HEAD = (
    "layer",
    "activation",
    "units",
    "copies",
    "signal",
    "gradient",
    "dead",
    "saturated",
    "weights",
)
_LEGEND = (
    "copies     units that repeat an earlier one",
    "signal     root mean square of the activations over the batch",
    "gradient   root mean square of the loss gradient, before the activation",
    "dead       units whose slope is 0 on every sample",
    "saturated  values on the flat ends of tanh and the like, slope below 1%",
    "weights    their std over the recommended one",
)
_HEALTHY = f"None of the {len(LOOK)} problems that diagnose looks for shows in this batch."
_CHECKED = "Checked: "
_UNSEEN = 5  # parameters that were not judged are named; `unseen` has all
_PASTE = "To start the network as recommended:"


@dataclass(frozen=True)
class Report:
    """
    What a diagnosis prints.

    Parameters
    ----------
    layers : tuple of LayerReport
        Facts by layer.
    findings : tuple of Finding
        The most severe first.
    notes, checked, unseen : tuple of str
        Risks, what was judged, and parameters that were not, each with the reason.
    start : mapping of str to Initializer
        What to start a network of this package from.
    seen : float
        The share of the parameters that was judged.
    """

    layers: tuple[LayerReport, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    start: Mapping[str, Initializer]
    checked: tuple[str, ...]
    unseen: tuple[str, ...]
    seen: float

    def text(self) -> str:
        """Return lines of at most 80 letters; code stands at their beginning, ready to paste."""
        lines = [self._title()]
        for told in self._judged():
            lines += wrapped(told)
        for place, finding in enumerate(self.findings, 1):
            lines += ["", f"{place}. {_heading(finding)}"]
            lines += [line for part in _parts(finding) for line in wrapped(part, "   ")]
            lines += finding.code
        if self.start:
            lines += ["", _PASTE, *_code(self.start)]
        for note in self.notes:
            lines += ["", *wrapped(f"Note: {note}")]
        return "\n".join([*lines, "", *text_table(_rows(self.layers, 16), left=2), "", *_LEGEND])

    def html(self) -> str:
        """Return the same for a notebook."""
        items = "".join(
            f"<li><strong>{html.escape(_heading(finding))}</strong><br>"
            f"{'<br>'.join(map(html.escape, _parts(finding)))}{_pre(finding.code)}</li>"
            for finding in self.findings
        )
        parts = [f"<p>{html.escape(told)}</p>" for told in (self._title(), *self._judged())]
        parts += [f"<ol>{items}</ol>"] * bool(items)
        parts += [f"<p>{_PASTE}</p>{_pre(_code(self.start))}"] * bool(self.start)
        parts += [f"<p>Note: {html.escape(note)}</p>" for note in self.notes]
        legend = "\n".join(_LEGEND)
        return "".join([*parts, html_table(_rows(self.layers, 80)), f"<pre>{legend}</pre>"])

    def _title(self) -> str:
        if not self.findings:
            return _HEALTHY
        count = f"{len(self.findings)} problems" if len(self.findings) > 1 else "1 problem"
        order = ", the most severe first" if len(self.findings) > 1 else ""
        return f"{count} in {len(self.layers)} layer{'s' * (len(self.layers) > 1)}{order}:"

    def _judged(self) -> Iterator[str]:
        """Yield what was judged where nothing was found, and what was not judged at all."""
        if self.checked and not self.findings:
            yield _CHECKED + ", ".join(self.checked)
        if self.unseen:
            told = f"Not judged, {100 * (1 - self.seen):.2g} % of the parameters: "
            rest = len(self.unseen) - _UNSEEN
            yield told + "; ".join(self.unseen[:_UNSEEN]) + f"; and {rest} more" * (rest > 0) + "."


def _pre(lines: Sequence[str]) -> str:
    code = html.escape("\n".join(lines))
    return f"<pre><code>{code}</code></pre>" * bool(code)


def _heading(finding: Finding) -> str:
    beyond = (
        "nothing is left" if math.isinf(finding.severity) else f"severity {finding.severity:.1f}"
    )
    return f"{finding.problem.capitalize()} in {finding.layer} ({beyond})"


def _parts(finding: Finding) -> Iterator[str]:
    """Yield the paragraphs of a finding: what was measured, what follows from it, what to do."""
    yield finding.evidence
    if finding.parameter:
        yield f"At fault: {finding.parameter}."
    if finding.consequences:
        yield f"With it goes: {', '.join(finding.consequences)}."
    tried = f" Tried on a copy: {finding.effect}." if finding.effect else ""
    yield f"Remedy: {finding.remedy}.{tried}"


def _code(start: Mapping[str, Initializer]) -> list[str]:
    """Return the call that starts a network so; it breaks at spaces, all of them in brackets."""
    entries = [f"{json.dumps(pattern)}: wi.{init}" for pattern, init in start.items()]
    call = f"net.initialize({{{', '.join(entries)}}}, rng=0)"
    return textwrap.wrap(
        call, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _rows(layers: Sequence[LayerReport], longest: int) -> Iterator[tuple[str, ...]]:
    """Yield the head of the table and a row a layer; of longer names the end tells layers apart."""
    yield _HEAD
    for layer in layers:
        ratio = layer.weight_std / layer.wanted_std
        yield (
            _short(layer.name, longest),
            (layer.activation or "-")[: len("activation")],
            str(layer.units),
            str(layer.units - layer.distinct),
            number(math.sqrt(layer.second_moment)),
            number(layer.gradient_rms),
            f"{layer.dead:.0%}",
            f"{layer.saturated:.0%}",
            "-" if math.isnan(ratio) else number(ratio),
        )


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else f"…{text[1 - width :]}"
