"""The tutorial, followed to the letter: as a file, and pasted block by block at the prompt."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

import weightinit as wi

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
TEXT = TUTORIAL.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\{code-cell\} python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
QUIET = {"MPLBACKEND": "agg", "PYTHONWARNINGS": "ignore"}
MINUTE = 60


def as_file(folder: Path) -> str:
    """Return what the blocks print when they are run as one script."""
    script = folder / "first.py"
    script.write_text("\n".join(BLOCKS), encoding="utf-8")
    command, environment = [sys.executable, script.name], os.environ | QUIET
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def at_the_prompt(folder: Path) -> str:
    """Return what a terminal shows when each block is pasted, and Enter pressed once."""
    # the prompt that Python 3.13 draws takes a paste as one piece; that of 3.11 reads lines
    plain = QUIET | {"PYTHON_BASIC_REPL": "1", "TERM": "dumb"}
    python = pexpect.spawn(
        sys.executable, ["-q"], cwd=folder, env=os.environ | plain, encoding="utf-8", timeout=MINUTE
    )
    python.setwinsize(50, 200)
    shown = ""
    for number, block in enumerate(BLOCKS):
        python.sendline(block.rstrip())
        python.sendline(f"print('end of', {number})")
        python.expect(f"\nend of {number}\r")
        shown += python.before
    python.sendeof()
    return shown


@pytest.fixture(
    scope="module",
    params=[
        as_file,
        pytest.param(
            at_the_prompt,
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals"),
        ),
    ],
)
def followed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the tutorial prints, outside the repository."""
    return request.param(tmp_path_factory.mktemp("elsewhere"))


def test_nothing_stops_a_reader(followed):
    """No block fails, and none leaves the prompt waiting for the end of a statement."""
    assert not re.findall(r"^\w*Error\b.*|^Traceback.*", followed, re.MULTILINE)


def test_starts_end_as_told(followed):
    """Zero stays at chance, equal weights stay below half, He reads most, shallow and deep."""
    shares = re.findall(r"(\d+)% of the new digits recognized", followed)
    zero, he, equal, deep = (int(share) for share in shares)
    assert 5 <= zero <= 15
    assert equal < 50
    assert he > 75
    assert deep > 75


def test_gradients_of_zeros_are_zero_but_for_the_last_biases(followed):
    """At zero the one gradient that is not zero is that of the biases of the output."""
    gradients = dict(re.findall(r"^(dense\d\.\w+) +([\d.]+)", followed, re.MULTILINE))
    assert {name for name, size in gradients.items() if float(size)} == {"dense2.bias"}
    assert len(gradients) == 6


def test_equal_units_stay_one(followed):
    """From equal weights one unit is left after training; He starts with 32."""
    assert re.findall(r"^(?:equal|He)[^:\n]*: (\d+)", followed, re.MULTILINE) == ["1", "32"]


def test_diagnosis_finds_the_bad_start_and_not_the_good_one(followed):
    """The bad start makes the signal vanish; in the recommended one nothing is found."""
    assert "vanishing signal" in followed.lower() or "signal vanishes" in followed
    assert "At fault: dense*.weight." in followed
    assert "Tried on a copy: no finding is left" in " ".join(followed.split())
    assert followed.count("he_normal") >= 2
    assert re.search(r"findings: (?:\(\)|\[\])", followed)


def test_weights_are_as_much_too_small_as_the_page_says(followed):
    """Each hidden layer's std is short of He's by the factor that the page evaluates for its shape.

    The std of n normal weights strays by 1 / sqrt(2 n); 4 of these, 1 in 1500 for ten layers, and
    half of the last digit printed.
    """
    printed = re.findall(r"^dense\d +relu .* ([\d.]+)\r?$", followed, re.MULTILINE)
    assert len(printed) == 10
    for layer, share in enumerate(printed):
        shape = (32 if layer else 64, 32)
        assert f"wi.he_normal.std({shape}) / 0.01" in TEXT
        factor = wi.he_normal.std(shape) / 0.01
        chance = 4 / (2 * shape[0] * shape[1]) ** 0.5
        assert float(share) * factor == pytest.approx(1, abs=chance + factor * 0.0005)


def test_needs_nothing_but_the_extra_that_it_installs():
    """Imports are those of the package with its examples; the page names the command for these."""
    imported = set(re.findall(r"^(?:import|from) (\w+)", "\n".join(BLOCKS), re.MULTILINE))
    assert imported == {"matplotlib", "numpy", "sklearn", "weightinit"}
    assert "```{install} examples\n" in TEXT
