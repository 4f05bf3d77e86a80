"""Notebooks are run as a reader would: each alone, and what fails is told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.site

pytest.importorskip("IPython")
RUN = [sys.executable, "-P", str(Path(__file__).parents[1] / "notebooks.py")]


def run(folder: Path, **notebooks: list[str]) -> subprocess.CompletedProcess:
    """Write notebooks of such cells, and run them."""
    paths = []
    for name, texts in notebooks.items():
        cells = [{"cell_type": "code", "source": text} for text in texts]
        paths.append(folder / f"{name}.ipynb")
        paths[-1].write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return subprocess.run([*RUN, *paths], capture_output=True, text=True, check=False)


def test_what_fails_is_told(tmp_path: Path) -> None:
    """A notebook that raises fails with what it said, one that ends itself fails, others pass."""
    ran = run(
        tmp_path,
        good=["number = 1", "%time number + 1"],
        raises=["print('before')", "1 / 0", "print('after')"],
        dies=["import os", "os._exit(3)"],
    )
    assert ran.returncode == 1
    assert ran.stderr.strip() == "failed: raises.ipynb, dies.ipynb"
    assert "before" in ran.stdout
    assert "division by zero" in ran.stdout
    assert "after" not in ran.stdout


def test_each_is_alone(tmp_path: Path) -> None:
    """A notebook begins in an empty folder, without names, figures, settings of one before it."""
    begins = (
        "import os, sys, matplotlib.pyplot as plt, numpy as np\n"
        "assert not os.listdir() and 'weightinit' not in sys.modules\n"
        "assert not hasattr(np, 'left') and 'left' not in globals()\n"
        "assert plt.rcParams['lines.linewidth'] != 7 and not plt.get_fignums()"
    )
    leaves = (
        "import weightinit\nopen('left', 'w').close()\nleft = np.left = 1\n"
        "plt.rcParams['lines.linewidth'] = 7; plt.plot([1, 2])"
    )
    cells = [begins, leaves, "assert not plt.get_fignums()  # drawn below its cell, and closed"]
    ran = run(tmp_path, **{f"number_{number}": cells for number in range(3)})
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
