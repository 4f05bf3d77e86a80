"""What the pages on advice state, against what their code finds."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run


@pytest.mark.gallery
def test_the_price_of_a_zero_output():
    """It is behind at the lowest rate by far more than its error, and less the larger it starts.

    Four standard errors of five seeds each, 1 in 500 at most by Student's t with four degrees of
    freedom; the first loss lies below its bound by more than ten errors of 100 draws.
    """
    names = run("theory/output-layer.md").names
    ends = [np.array(of) for of in names["after_five"].values()]
    means = [of.mean() for of in ends]
    assert means == sorted(means)
    error = math.hypot(*(ends[i].std(ddof=1) / math.sqrt(len(ends[i])) for i in (0, -1)))
    assert means[-1] - means[0] > 4 * error
    slowest, *_, fastest = names["rates"]
    behind = {
        rate: names["needed"](rate, "zero") - names["needed"](rate, "LeCun")
        for rate in names["rates"]
    }
    assert behind[slowest] >= 3
    assert behind[fastest] <= 1
    assert names["first"]["zero"] == pytest.approx(math.log(10), rel=1e-12)
    assert math.log(10) + 0.3 < names["first"]["LeCun"] < math.log(10) + 0.5


@pytest.mark.gallery
def test_the_zero_output_dips_as_its_layers_narrow():
    """At the lowest rate the accuracy falls after the first epoch, and with it the directions."""
    names = run("theory/output-layer.md").names
    of = names["curves"][names["rates"][0], "zero"].mean(axis=0)
    assert of[:5].min() < of[0] - 0.03
    zero, drawn = (
        {step: np.mean(found, axis=0) for step, found in names["followed"][name].items()}
        for name in ("zero", "LeCun")
    )
    assert drawn[5][0] > 100 * zero[5][0]
    assert zero[152][1] < drawn[152][1]


def test_the_page_names_what_was_measured():
    """The page on advice counts the networks of its file, and lists those that are beaten."""
    found = run("about/advice.md")
    names = found.names
    assert f"Of {len(names['measured'])} networks" in found.prose.replace("**", "")
    for name in names["beaten"][names["default"]]:
        assert f"{name} (by " in found.prose


def test_the_guide_to_choosing_gives_what_is_recommended():
    """Its table holds each activation once, with the gains that `recommend` gives."""
    rows = run("guides/choose.md").names["rows"]
    told = [name for names in rows.values() for name in names]
    assert sorted(told) == sorted(f"`{name}`" for name in wi.activations.names())
    for (_, deep), names in rows.items():
        for name in names:
            gain = wi.recommend(name.strip("`"), depth=50).gain
            assert deep.startswith(f"gain {gain:.3g}")
