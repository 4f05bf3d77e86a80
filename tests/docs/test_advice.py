"""What the pages on advice state, against what their code finds."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run
from tests.sweeps.advice.results import ADVISED, beats, read, rows


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


def test_lsuv_is_ahead_where_recommend_says_so():
    """Of plain networks of ten layers or more, LSUV beats the recommended start in several."""
    found = [
        (advised[ADVISED.index("advised, output LeCun")], best)
        for name, advised, best in rows(read())
        if name.startswith("plain") and int(name.split()[-1]) >= 10
    ]
    ahead = [best for ours, best in found if best.start == "LSUV" and beats(best, ours)]
    assert 3 <= len(ahead) < len(found)
    assert "LSUV" in str(wi.recommend("relu", depth=10))


def test_zeros_are_behind_in_most_very_deep_networks_and_ahead_in_none():
    """Of plain networks of 20 layers or more, most learn less from an output of zeros."""
    zero, drawn = map(ADVISED.index, ("advised, output zero", "advised, output LeCun"))
    found = {name: advised for name, advised, _ in rows(read())}
    deep = [name for name in found if name.startswith("plain") and int(name.split()[-1]) >= 20]
    behind = [name for name in deep if beats(found[name][drawn], found[name][zero])]
    assert len(deep) / 2 < len(behind) < len(deep)
    assert not any(beats(of[zero], of[drawn]) for of in found.values())
    silu = found["plain, silu 10"]
    assert not beats(silu[drawn], silu[zero])
