"""Each public name has an example in the gallery."""

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
    """A script uses each name of the reference, or what makes it."""
    names = set(reference())
    assert len(names) > 100
    shown = used | {name for name, maker in MADE_BY.items() if maker in used}
    lost = sorted(names - shown)
    assert not lost, f"{lost}: add each to a script whose question it answers"


def test_what_is_made_is_public_and_made_by_a_script(used):
    """The names in the list are public, no script uses them, and scripts use what makes them."""
    assert set(MADE_BY) <= set(reference())
    assert not set(MADE_BY) & used
    assert set(MADE_BY.values()) <= used


def test_the_first_page_of_the_reference_lists_each_name():
    """Who looks a name up there finds it, in the group of the page that has it."""
    first = (ROOT / "docs" / "reference" / "index.rst").read_text(encoding="utf-8")
    assert sorted(re.findall(r":obj:`~?([\w.]+)`", first)) == sorted(reference())
