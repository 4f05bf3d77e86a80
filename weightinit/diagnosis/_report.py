"""How a diagnosis prints: the findings, what to paste, and a table of the layers."""

import html
import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from weightinit._tables import WIDTH, html_table, number, text_table, wrapped
from weightinit.diagnosis._symptoms import LOOK
from weightinit.diagnosis.layers import LayerReport
from weightinit.diagnosis.remedies import Finding
from weightinit.initializers import Initializer

__all__ = ["as_html", "as_text"]

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
_PASTE = "To start the network as recommended:"

_Layers = Sequence[LayerReport]
_Findings = Sequence[Finding]
_Start = Mapping[str, Initializer]


def as_text(
    layers: _Layers,
    findings: _Findings,
    notes: Sequence[str],
    start: _Start,
    checked: Sequence[str],
) -> str:
    """Return lines of at most 80 letters; code stands at their beginning, ready to paste."""
    lines = [_title(layers, findings)]
    lines += wrapped(_CHECKED + ", ".join(checked)) * bool(checked and not findings)
    for place, finding in enumerate(findings, 1):
        lines += ["", f"{place}. {_heading(finding)}"]
        lines += [line for part in _parts(finding) for line in wrapped(part, "   ")]
    if start:
        lines += ["", _PASTE, *_code(start)]
    for note in notes:
        lines += ["", *wrapped(f"Note: {note}")]
    return "\n".join([*lines, "", *text_table(_rows(layers, 16), left=2), "", *_LEGEND])


def as_html(
    layers: _Layers,
    findings: _Findings,
    notes: Sequence[str],
    start: _Start,
    checked: Sequence[str],
) -> str:
    """Return the same for a notebook."""
    items = "".join(
        f"<li><strong>{html.escape(_heading(finding))}</strong><br>"
        f"{'<br>'.join(map(html.escape, _parts(finding)))}</li>"
        for finding in findings
    )
    code, legend = html.escape("\n".join(_code(start))), "\n".join(_LEGEND)
    parts = [f"<p>{_title(layers, findings)}</p>"]
    parts += [f"<p>{_CHECKED}{', '.join(checked)}</p>"] * bool(checked and not findings)
    parts += [f"<ol>{items}</ol>"] * bool(items)
    parts += [f"<p>{_PASTE}</p><pre><code>{code}</code></pre>"] * bool(start)
    parts += [f"<p>Note: {html.escape(note)}</p>" for note in notes]
    return "".join([*parts, html_table(_rows(layers, 80)), f"<pre>{legend}</pre>"])


def _title(layers: _Layers, findings: _Findings) -> str:
    if not findings:
        return _HEALTHY
    count = f"{len(findings)} problems" if len(findings) > 1 else "1 problem"
    order = ", the most severe first" if len(findings) > 1 else ""
    return f"{count} in {len(layers)} layer{'s' * (len(layers) > 1)}{order}:"


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


def _code(start: _Start) -> list[str]:
    """Return the call that starts a network so; it breaks at spaces, all of them in brackets."""
    entries = [f"{json.dumps(pattern)}: wi.{init}" for pattern, init in start.items()]
    call = f"net.initialize({{{', '.join(entries)}}}, rng=0)"
    return textwrap.wrap(
        call, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _rows(layers: _Layers, longest: int) -> Iterator[tuple[str, ...]]:
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
