"""What pages state, against what their code finds."""

import math
import re

import numpy as np
import pytest

import weightinit as wi
from tests.docs.prose import ROOT
from tests.docs.running import run
from weightinit.advice import LAYERS
from weightinit.diagnosis import PROBLEMS

ABSOLUTION = re.compile(
    r"start\s+is\s+(?:sound|healthy|not\s+(?:the\s+cause|to\s+blame))", re.IGNORECASE
)


def test_fifty_blocks_triple_the_variance_each():
    """The variance after 50 blocks is 3**50 times that before, within chance, in five draws.

    The logarithm has the variance V and the mean -V/2; 4 standard deviations: 1 in 3000 for five.
    """
    names = run("theory/reading.md").names
    v = 50 * (8 + 28) / 64 / 3**2
    for factor in names["per_block"]:
        assert abs(50 * math.log(factor / 3) + v / 2) < 4 * math.sqrt(v)
    assert names["growth"]["zero last"][-1] == 1


def test_measuring_holds_the_size_that_a_gain_lets_drift():
    """Scaled by the measured std, 20 layers of GELU end at the rms of GELU over N(0, 1).

    The gain of GELU drifts upwards from inputs of rms 1, and gain 1 is lost. The last mean square
    is one of 128 units, each of relative variance 6.2: 4 standard deviations, 1 in 3000 for five.
    """
    names = run("theory/reading.md").names
    rms, predicted = names["rms"], names["predicted"]
    error = 4 * math.sqrt(6.2 / 128)
    for measured in rms["measured"]:
        assert abs(2 * math.log(measured / predicted["measured"])) < error
    assert 2 * predicted["measured"] < min(rms["gain"]) < max(rms["gain"]) < 10 * predicted["gain"]
    assert predicted["gain"] > 4 * predicted["measured"]
    assert max(rms["gain 1"]) < 1e-5


def test_a_constant_net_has_a_gradient_that_differs_across_inputs_if_classes_differ():
    """Units share a gradient, inputs do not; with equal classes too the errors cancel to rounding.

    A sum of 100 samples, 10 errors each, all below 1, rounds by less than 1000 units of float64.
    """
    names = run("about/common-errors.md").names
    rounding = 1000 * np.finfo(float).eps
    assert names["across_units"] < rounding < 0.5 < names["across_inputs"]
    assert names["cancelled"] < rounding


def test_batch_normalization_lets_the_gradient_grow_and_layer_normalization_holds_it():
    """The factors measured are those of wide layers, as closely as in the script on both."""
    names = run("about/common-errors.md").names
    assert math.isclose(names["limit"] ** 2, math.pi / (math.pi - 1))
    assert names["grown"]["batch"] == pytest.approx(names["limit"], abs=0.03)
    assert names["grown"]["layer"] == pytest.approx(1, abs=0.03)
    caveat = wi.recommend("relu", depth=30, normalized="batch").caveats[0]
    assert math.isclose(caveat.numbers["chi"], names["limit"] ** 2)


@pytest.mark.gallery
def test_activations_stray_as_their_slopes_say():
    """The std of ln q is that predicted, and only activations that amplify leave ReLU's bounds.

    A std of 200 values has a relative error of 1/20; 4 of these: 1 in 15,000 for each of five.
    """
    names = run("theory/diagnosis.md").names
    for name, (predicted, measured) in names["std"].items():
        assert abs(measured / predicted - 1) < 4 / 20, name
    assert all(names["left"][name] < 0.02 for name in ("relu", "selu", "tanh"))
    assert all(names["left"][name] > 0.3 for name in ("gelu", "silu"))


@pytest.mark.parametrize("page", ["diagnose", "diagnose-pytorch", "diagnose-keras", "diagnose-jax"])
def test_no_finding_is_taken_for_no_proof(page):
    """A guide says of an empty report what was looked for, not that the start is sound."""
    text = (ROOT / "docs" / "guides" / f"{page}.md").read_text(encoding="utf-8")
    assert not ABSOLUTION.search(text)


def test_the_guide_names_every_problem_that_it_counts():
    """The table has a row for each problem of the package, and the number is evaluated."""
    text = (ROOT / "docs" / "guides" / "diagnose.md").read_text(encoding="utf-8")
    assert "none of the\n{eval}`len(wi.diagnosis.PROBLEMS)` problems of the table" in text
    table = text.split("## What can be wrong")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([\w -]+) \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(["problem", *PROBLEMS])


@pytest.mark.gallery
def test_hidden_weights_may_be_zero_with_tanh_and_not_with_relu():
    """Best practice: one layer of zeros locks ReLU, and tanh learns; all at zero locks both."""
    ends = run("theory/best-practices.md").names["zero_ends"]
    assert ends["hidden", "tanh"] > 0.9
    assert all(ends["output", phi] > 0.9 for phi in ("relu", "tanh"))
    chance = 0.2  # one class in ten, on 450 images: far above 4 standard errors
    assert (
        max(ends["hidden", "relu"], ends["everything", "relu"], ends["everything", "tanh"]) < chance
    )


def test_chrono_gates_remember_evenly_between_the_ends_stated():
    """Memories of a million gates fill the range that the guide states, evenly but for chance.

    The first tenth is smaller by 1/200, since the memory is u + 1/2 only nearly; 5 standard errors
    of a tenth: 1 in 170,000 for ten of them.
    """
    found = run("guides/own-initializer.md")
    low, high = found.names["ends"]
    steps, tenths = found.names["steps"], found.names["tenths"]
    assert low <= steps.min() < low + 0.01
    assert high - 0.01 < steps.max() <= high
    assert f"between {low:.1f} and {high:.1f} steps" in found.prose
    assert abs(tenths - 0.1).max() < 0.1 / 200 + 5 * math.sqrt(0.1 * 0.9 / len(steps))


def test_the_only_bias_that_is_not_zero_is_that_of_the_forget_gate():
    """The table of starts names the gate with the bias, and no other layer has one to name."""
    layers = [name for name in LAYERS if wi.recommend("tanh", layer=name).bias != wi.zeros]
    assert layers == ["lstm"]
    page = (ROOT / "docs" / "guides" / "choose.md").read_text(encoding="utf-8")
    named = re.findall(
        r"(bias [ \w]*) \{eval\}`f\"\{wi.recommend\('tanh', layer='lstm'\).bias", page
    )
    assert named == ["bias of the forget gate"]


def test_embeddings_have_the_sizes_that_the_table_gives_for_their_readers():
    """Rows of std 1 feed a dense layer; tied rows, times sqrt(width), too, with logits of std 1.

    Each std is one of 51,200 numbers or more, of which those in a row of logits share a vector of
    512: 4 standard errors of the latter, 1 in 15,000.
    """
    names = run("guides/fans.md").names
    sizes, width = names["sizes"], names["width"]
    error = 4 / math.sqrt(2 * width)
    wanted = {
        "std 1": (1, width**0.5),
        "plain": (width**-0.5, 1),
        "normalized": (0.02, 0.02 * width**0.5),
    }
    for name, stds in wanted.items():
        assert sizes[name] == pytest.approx(stds, rel=error), name
    assert names["small"].std == 0.02
    assert sizes["by the shape"][0] < sizes["normalized"][0]
