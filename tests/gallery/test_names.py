"""Each public name has an example in the gallery, or a reason why not."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gallery.running import GALLERY, SCRIPTS

ROOT = Path(__file__).parents[2]
REFERENCE = sorted((ROOT / "docs" / "reference").glob("*.rst"))

#: Classes that no script makes, and the name that returns or holds one.
MADE_BY = {
    "Activation": "activations.get",
    "Comparison": "compare",
    "CoordinateCheck": "coordinate_check",
    "Diagnosis": "diagnose",
    "FailureRates": "failure_rates",
    "Fans": "compute_fans",
    "Finding": "diagnose",
    "Identity": "identity",
    "Recommendation": "recommend",
    "StartReport": "mu_parametrization",
    "datasets.Sentences": "datasets.sentences",
    "datasets.Text": "datasets.text",
    "diagnosis.LayerReport": "diagnose",
    "meanfield.FixedPoint": "meanfield.fixed_point",
    "meanfield.Moments": "meanfield.moments",
    "monitoring.LayerRecord": "Monitor",
    "networks.Chain": "networks.Residual",
    "networks.Flatten": "cnn",
    "networks.GRU": "gru",
    "networks.LSTM": "lstm",
    "networks.MaxPool2D": "cnn",
    "networks.Step": "Network",
    "risk.wilson_interval": "failure_rates",
    "scaling.Slope": "coordinate_check",
    "schemes.ParameterStart": "mu_parametrization",
    "tracing.LayerTrace": "trace",
    "tracing.Trace": "trace",
    "training.AdamW": "train",
    "training.Sgd": "train",
}

#: Names without an example, and the page that shows them instead.
ON_A_PAGE = {
    "DeltaOrthogonal": "guides/fans.md",
    "assert_healthy": "guides/test-your-network.md",
    "delta_orthogonal": "theory/isometry.md",
    "networks.Parallel": "theory/attention.md",
    "tracing.measure": "theory/what-differs.md",
}

#: Names that no script and no page uses, and why.
WITHOUT = {
    "GradientCheck": "what check_gradients returns",
    "Initializer": "the base class: nobody makes one",
    "Sparse": "kept for parity with PyTorch's; no question of the site is about it",
    "check_gradients": "for layers that you write yourself; a tool for tests, with nothing to draw",
    "datasets.spirals": "a harder task than the ring, with the same answers",
    "datasets.xor": "an easier task than the ring, with the same answers",
    "diagnosis.judge": "what diagnose does with a trace, for frameworks that are not known",
    "meanfield.is_odd": "yes or no about an activation: nothing to draw",
    "meanfield.slope_at_zero": "one number of an activation: nothing to draw",
    "networks.Layer": "the base class: nobody makes one",
    "tracing.LayerStats": "what tracing.measure returns",
}


def reference() -> Iterator[str]:
    """Yield the names that have a page in the reference, as attributes of the package."""
    for path in REFERENCE:
        text = path.read_text(encoding="utf-8")
        module = re.search(r"currentmodule:: weightinit\.?(\S*)", text)
        prefix = f"{module[1]}." if module and module[1] else ""
        for table in re.findall(r"autosummary::\n((?: {3}.*\n|\n)+)", text):
            yield from (prefix + name for name in re.findall(r"^ {3}(\w\S*)$", table, re.MULTILINE))


def written(text: str) -> Iterator[str]:
    """Yield what a script uses of the package: in code, or as a link that its page makes a card."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("wi."):
            yield ast.unparse(node).removeprefix("wi.")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("weightinit"):
            module = f"{node.module}.".removeprefix("weightinit.")
            yield from (module + alias.name for alias in node.names)
    yield from re.findall(r":\w+:`~?weightinit\.([\w.]+)`", text)


@pytest.fixture(scope="module")
def used() -> set[str]:
    """Return the names that scripts use."""
    texts = ((GALLERY / path).read_text(encoding="utf-8") for path in SCRIPTS)
    found = {name for text in texts for name in written(text)}
    return found | {name.removeprefix("networks.") for name in found}


def test_each_name_has_an_example(used):
    """A script uses each name of the reference, or what makes it; exceptions have a reason."""
    names = set(reference())
    assert len(names) > 100
    shown = used | {name for name, maker in MADE_BY.items() if maker in used}
    lost = sorted(names - shown - {*ON_A_PAGE, *WITHOUT})
    assert not lost, f"{lost}: add each to a script whose question it answers, or give a reason"


def test_exceptions_are_names_that_no_script_uses(used):
    """No list holds a name that is not public, or that a script uses by now."""
    listed = [*MADE_BY, *ON_A_PAGE, *WITHOUT]
    assert len(set(listed)) == len(listed)
    assert set(listed) <= set(reference())
    assert not set(listed) & used
    assert set(MADE_BY.values()) <= used


def test_the_first_page_of_the_reference_lists_each_name():
    """Who looks a name up there finds it, in the group of the page that has it."""
    first = (ROOT / "docs" / "reference" / "index.rst").read_text(encoding="utf-8")
    assert sorted(re.findall(r":obj:`~?([\w.]+)`", first)) == sorted(reference())


@pytest.mark.parametrize("name, place", ON_A_PAGE.items())
def test_a_page_shows_what_no_script_does(name, place):
    """The page that stands for a script uses the name."""
    text = (ROOT / "docs" / place).read_text(encoding="utf-8")
    assert re.search(rf"\b{name.rpartition('.')[2]}\b", text)
