"""What building the site costs: cold over the code that it runs, and after a change."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.speed.timing import row

__all__ = ["rows"]

ROOT = Path(__file__).parents[2]
PAGE = "theory/he.md"
SCRIPTS = "scripts.xml"  # what each script took
_LEFT_OUT = shutil.ignore_patterns("_build", "auto_gallery", "generated", ".*", "__pycache__")
_SECONDS = re.compile(r"Executed notebook in ([\d.]+) seconds")


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for a cold build, one after a change of a page and one after none."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("docs", "gallery", "weightinit", "tests", "benchmarks"):
            shutil.copytree(ROOT / name, copy / name, ignore=_LEFT_OUT)
        for path in ROOT.glob("*.*"):
            if path.is_file():
                shutil.copy(path, copy)
        cold, said = _build(copy)
        code = _code(copy, said)
        cores = os.cpu_count() or 1
        yield row("site, cold", cold, code / cores, over="its code, on all cores", target=1.4)
        page = copy / "docs" / PAGE
        page.write_text(page.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        changed, said = _build(copy)
        own = sum(map(float, _SECONDS.findall(said)))
        yield row("site, one page changed", changed, 8 + own, over="8 s and its code", target=1.0)
        again, _ = _build(copy)
        yield row("site, nothing changed", again, 5.0, over="5 s", target=1.0)


def _build(folder: Path) -> tuple[float, str]:
    """Build the site; return the seconds that it took, and what was said."""
    began = time.perf_counter()
    timed = f"sphinx_gallery_conf.junit={SCRIPTS}"
    command = [sys.executable, "-m", "sphinx", "-n", "-j", "auto", "-b", "html", "-D", timed]
    done = subprocess.run(
        [*command, "docs", "docs/_build/html"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return time.perf_counter() - began, done.stdout


def _code(folder: Path, said: str) -> float:
    """Return the seconds that pages and scripts ran, by their own logs."""
    scripts = ET.parse(folder / "docs" / "_build" / "html" / SCRIPTS).iter("testcase")
    pages = sum(map(float, _SECONDS.findall(said)))
    return pages + sum(float(script.get("time", 0)) for script in scripts)
