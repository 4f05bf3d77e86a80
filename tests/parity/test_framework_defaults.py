"""What layers draw by default is what the page says of them; else run `nox -s frameworks`.

False alarms: 1e-6 for all parts of all layers.
"""

import math

import pytest
from scipy import stats

from tests.chance import FALSE_ALARM, standard_errors
from tests.parity.needs import needs

needs("torch", "jax", "keras", "flax")
from benchmarks.frameworks import defaults, kept
from benchmarks.frameworks.kinds import kind
from benchmarks.frameworks.layers import FRAMEWORKS
from tests.parity.drawing import NAMES, assert_drawn

pytestmark = pytest.mark.parity

KEPT = kept.read(kept.DEFAULTS)
ROWS = [(name, row) for name, module in FRAMEWORKS.items() for row in module.layers(8, 8)]
CHECKS = len(KEPT["found"]) * len(defaults.SIZES)


def test_the_page_shows_the_installed_releases() -> None:
    """What is kept was measured in the releases that are here, and holds all of their layers."""
    assert KEPT["versions"] == kept.versions(defaults.PACKAGES)
    assert list(dict.fromkeys((of["framework"], of["row"]) for of in KEPT["found"])) == ROWS


@pytest.mark.parametrize("framework, row", ROWS)
def test_layers_draw_what_the_page_says(framework: str, row: str) -> None:
    """At both sizes, each part of a layer has the law, the kind and the fan that are kept."""
    said = {
        of["part"]: of for of in KEPT["found"] if (of["framework"], of["row"]) == (framework, row)
    }
    FRAMEWORKS[framework].seed(1)
    for position, (inputs, outputs) in enumerate(defaults.SIZES):
        layer = FRAMEWORKS[framework].layers(inputs, outputs)[row]
        found = defaults.collect(layer)
        assert {of["layer"] for of in said.values()} == {layer.name}
        assert list(found) == list(said)
        for name, part in found.items():
            here = said[name]
            assert part.law == here["law"]
            assert part.terms == here["sizes"][position]["terms"]
            assert kind(part.pieces) == here["kind"]
            names = {**NAMES, "terms": part.terms, "inputs": inputs, "outputs": outputs}
            assert_drawn(eval(part.law, names), part.pieces, checks=CHECKS)
            assert_as_kept(here["kind"], defaults.statistics(part), here["sizes"][position])


def assert_as_kept(kind: str, found: dict[str, float], said: dict[str, float]) -> None:
    """Compare std and bound with those on the page; a constant is the same number.

    Of two samples the std differs by at most that of normal draws; of n draws the largest misses
    the bound by a share t with a probability of (1 - p t)^n, for a density p at the bound.
    """
    if kind == "constant":
        assert (found["mean"], found["std"]) == (said["mean"], said["std"])
        return
    fewest = min(found["draws"], said["draws"])
    assert abs(found["std"] / said["std"] - 1) <= standard_errors(2 * CHECKS) / math.sqrt(fewest)
    if density := {"uniform": 1.0, "truncated normal": 4 * stats.norm.pdf(2) / 0.9545}.get(kind):
        missed = math.log(4 * CHECKS / FALSE_ALARM) / (density * fewest)
        assert abs(found["largest"] / said["largest"] - 1) <= missed
