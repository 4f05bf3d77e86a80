"""The tutorial, followed to the letter by somebody who has the package and its examples."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
TEXT = TUTORIAL.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\{code-cell\} python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the blocks print when they are run as one script, outside the repository."""
    script = tmp_path_factory.mktemp("elsewhere") / "first.py"
    script.write_text("\n".join(BLOCKS), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_starts_end_as_told(followed):
    """Zero stays at chance, equal weights stay below half, He reads most, shallow and deep."""
    zero, he, equal, deep = (int(n) for n in re.findall(r"(\d+)% of the new digits", followed))
    assert 5 <= zero <= 15
    assert equal < 50
    assert he > 75
    assert deep > 75


def test_gradients_of_zeros_are_zero_but_for_the_last_biases(followed):
    """At zero the only gradient is that of the biases of the output."""
    gradients = dict(re.findall(r"'([\w.]+)': ([\d.e-]+)", followed))
    assert {name for name, size in gradients.items() if float(size)} == {"dense2.bias"}
    assert len(gradients) == 6
    layers = {3: "three"}[sum(name.endswith("weight") for name in gradients)]
    assert f"what {layers} layers of zeros could not" in TEXT


def test_equal_units_stay_one(followed):
    """From equal weights one unit is left after training; He starts with 32."""
    assert re.findall(r"(?:after training|He): (\d+)", followed) == ["1", "32"]


def test_diagnosis_finds_the_bad_start_and_not_the_good_one(followed):
    """The bad start makes the signal vanish; the start that is recommended is faultless."""
    assert "Vanishing signal" in followed
    assert followed.count("he_normal") >= 2
    assert "findings: ()" in followed or "findings: []" in followed


def test_needs_nothing_but_the_extra_that_it_installs():
    """Imports are those of the package with its examples; the command line installs that."""
    imported = set(re.findall(r"^(?:import|from) (\w+)", "\n".join(BLOCKS), re.MULTILINE))
    assert imported == {"matplotlib", "numpy", "sklearn", "weightinit"}
    assert 'pip install ".[examples]"' in TEXT
