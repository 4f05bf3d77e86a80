"""What the pages about diagnosis, monitor and comparison state, against what their code finds."""

import re
import subprocess
import sys

import numpy as np
import pytest

import weightinit as wi
from tests.docs.prose import ROOT
from tests.docs.running import run

GUIDE = "guides/diagnose.md"


@pytest.mark.gallery
def test_the_published_network_is_mended():
    """Each draw is found faulty; some stay at chance, and all learn after the remedy.

    12 fresh seeds: 8 as published stayed at chance, and each mended one read more than half. That
    none of four stays there, or all do, has a probability of 1 in 5, were the draws not fixed.
    """
    names = run(GUIDE).names
    assert all(diagnosis.findings[0].problem == "vanishing signal" for diagnosis in names["found"])
    assert 0 < len(names["stuck"]) < len(names["draws"])
    for (start, draw), share in names["right"].items():
        at_chance = start == "as published" and draw in names["stuck"]
        least = 0.5 if start == "mended" else 0.2  # a tenth is chance
        assert share < 0.2 if at_chance else share > least, (start, draw)
    for draw in names["draws"]:
        last = {name: np.mean(names["losses"][name, draw][-47:]) for name in names["colors"]}
        assert last["mended"] < last["as published"], draw


@pytest.mark.gallery
def test_a_layer_of_the_published_network_keeps_half():
    """Four standard errors: 1 in 15,000."""
    names = run(GUIDE).names
    assert abs(names["kept"] - names["predicted"]) < 4 * names["strays"]


@pytest.mark.gallery
def test_units_die_in_training_and_not_before():
    """What AutoTrainer saw follows: before training half of a layer and more is alive."""
    names = run(GUIDE).names
    assert max(names["off"][draw, "before"] for draw in names["draws"]) < 0.6
    assert min(names["off"][draw, "after"] for draw in names["stuck"]) > 0.85


@pytest.mark.gallery
def test_either_remedy_leaves_no_finding():
    """After the start, in the mended copy and with prepared inputs an empty tuple is printed."""
    printed = run(GUIDE).printed.splitlines()
    assert printed.count("()") == 3


@pytest.mark.gallery
def test_each_culprit_of_the_guide_is_named():
    """One thing is spoiled in each network; it is found, and nothing else."""
    names = run(GUIDE).names
    named = {
        case: [finding.parameter for finding in diagnosis.findings]
        for case, diagnosis in names["culprits"].items()
    }
    assert named == {
        "biases at -50": ["dense2.bias"],
        "gains at 0.001": ["norm1.gain"],
        "branch times 1000": ["residual2.scale"],
        "pixels in 0 to 255": ["inputs"],
        "targets near 30,000": ["targets"],
        "samples by class": ["labels"],
        "nothing": [],
    }
    assert all(
        diagnosis.findings[0].remedy for case, diagnosis in names["culprits"].items() if named[case]
    )


@pytest.mark.gallery
def test_narrow_layers_are_born_dead_as_often_as_theory_allows():
    """Fewer than the bound of Lu et al. say, but for chance: 4 standard errors, 1 in 30,000."""
    names = run(GUIDE).names
    rate, bound = names["rates"].rate("frozen"), wi.risk.born_dead_bound([4] * 8)
    assert 0 < rate < bound + 4 * (bound * (1 - bound) / 60) ** 0.5


@pytest.mark.gallery
def test_what_goes_unseen_does_harm():
    """Nothing is found in 35 networks; rates, labels and a scale within the bounds cost accuracy.

    Chance is one class in ten of 497 images: 0.2 is 7 standard errors above. The narrow networks
    lose 25 points at 0.7 x He; a mean of five differs by 7 at one standard error.
    """
    names = run(GUIDE).names
    ends = {case: np.transpose(pairs) for case, pairs in names["ends"].items()}
    assert all(not found.any() for found, _ in ends.values())
    right = {case: shares.mean() for case, (_, shares) in ends.items()}
    assert right["nothing wrong"] > 0.85
    for case in ("learning rate too large", "learning rate too small", "labels mixed up"):
        assert right[case] < 0.2, case
    assert right["one layer divided by 30"] > right["nothing wrong"] - 0.1
    assert names["grown"]["one layer divided by 30"] > 4  # five fresh seeds: 6.3 to 6.5
    assert right["16 units a layer, 0.7 x He"] < right["16 units a layer, He"]
    assert 0.65 < names["column"]["16 units a layer, 0.7 x He"] < 0.75


def test_healthy_walks_stay_in_the_band_and_wrong_scales_leave_it_where_theory_says():
    """None of 20 walks after He leaves; at 1.3 x He the median leaves where the mean crosses.

    The mean of ln q crosses where 2 l ln 1.3 - 5 l / 200 passes the bound. There ln q has a std of
    0.95 and gains 0.34 a layer on the bound: a median of 20 walks strays by 0.8 layers.
    """
    leaves = run("theory/diagnosis.md", "leaves = {}").names["leaves"]
    assert np.isinf(leaves["He"]).all()
    assert np.isfinite(leaves["0.7 x He"]).all()
    layer = np.arange(1, 60)
    bound = np.log(8 * layer) + 4 * np.sqrt(layer / 20)
    crossing = layer[layer * (2 * np.log(1.3) - 2.5 / 100) > bound][0]
    assert abs(np.median(leaves["1.3 x He"]) - crossing) <= 4


def test_the_test_of_the_guide_fails_with_the_report_and_passes_when_mended(tmp_path):
    """Run by pytest on the module of the page it shows the report; with the std of He it passes."""
    page = "guides/test-your-network.md"
    found = run(page)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (snippet,) = re.findall(
        r"^```python\n(# test_start.py\n.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    ends = {}
    for name, std in (("faulty", 0.0125), ("mended", (2 / 128) ** 0.5)):
        folder = tmp_path / name
        folder.mkdir()
        module = found.names["module"].replace("std=0.0125", f"std={std}")
        (folder / "model.py").write_text(module, encoding="utf-8")
        (folder / "test_start.py").write_text(snippet, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_start.py"]
        ends[name] = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False
        )
    assert (ends["faulty"].returncode, ends["mended"].returncode) == (1, 0), ends
    x = np.random.default_rng(0).standard_normal((128, 64))
    report = str(wi.diagnose(found.names["names"]["make_model"](), x))
    shown = re.findall(r"^E +(?:AssertionError: )?(\S.*)$", ends["faulty"].stdout, re.MULTILINE)
    assert shown == [line.strip() for line in report.splitlines() if line]
    assert (
        "weightinit" not in ends["faulty"].stdout.partition("AssertionError")[2].partition("E  ")[0]
    )
    assert "assertion.py" not in ends["faulty"].stdout


def test_the_commands_of_the_guide_end_as_it_says():
    """The faulty model is found with status 1, the better one passes, an error is the user's."""
    found = run("guides/test-your-network.md")
    assert "exit status 1" in found.printed
    assert "\n0\n" in found.printed
    assert "NameError: name 'undefined_name' is not defined" in found.printed
    assert [finding["problem"] for finding in found.names["facts"]["findings"]] == [
        "vanishing signal"
    ]
    assert found.names["facts"]["passed"] is False
