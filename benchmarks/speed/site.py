"""What building the site costs: cold over the code that it runs, and after a change."""

import json
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
PAGE = "docs/theory/he.md"
SCRIPT = "gallery/distributions/plot_truncate_a_normal.py"
SCRIPTS = "scripts.xml"  # what each script took
#: Pages and scripts, and the seconds of each that ran.
Code = dict[str, dict[str, float]]
_LEFT_OUT = shutil.ignore_patterns("_build", "auto_gallery", "generated", ".*", "__pycache__")
#: What each page takes, by which docs/_ext/reading_order.py shares pages out.
SECONDS = ROOT / "docs" / "_ext" / "reading_seconds.json"
_PAGE = re.compile(r"/docs/(\S+)\.md: Executed notebook in ([\d.]+) seconds")


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for a cold build, one after each of two changes, and one after none."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("docs", "gallery", "weightinit", "tests", "benchmarks"):
            shutil.copytree(ROOT / name, copy / name, ignore=_LEFT_OUT)
        for path in ROOT.glob("*.*"):
            if path.is_file():
                shutil.copy(path, copy)
        cold, code = _build(copy)
        over = {"over": "its code, on all cores", "target": 1.4}
        SECONDS.write_text(f"{json.dumps(code['pages'], indent=1)}\n", encoding="utf-8")
        yield row("site, cold", cold, _seconds(code) / (os.cpu_count() or 1), **over) | {
            "code": code
        }
        for name, changed in (("page", PAGE), ("script", SCRIPT)):
            with (copy / changed).open("a", encoding="utf-8") as file:
                file.write("\n")
            took, code = _build(copy)
            allowed = 8 + _seconds(code)
            yield row(f"site, one {name} changed", took, allowed, over="8 s and its code", target=1)
        again, _ = _build(copy)
        yield row("site, nothing changed", again, 5.0, over="5 s", target=1)


def _build(folder: Path) -> tuple[float, Code]:
    """Build the site; return the seconds that it took, and those of each page and script."""
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
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the site was not built; its log ends with\n{done.stdout[-3000:]}")
    return time.perf_counter() - began, _code(folder, done.stdout)


def _code(folder: Path, said: str) -> Code:
    """Return the seconds of the pages and of the scripts that ran, by their own logs."""
    cases = ET.parse(folder / "docs" / "_build" / "html" / SCRIPTS).iter("testcase")
    scripts = {case.get("classname", ""): float(case.get("time", 0)) for case in cases}
    pages = sorted((name, float(seconds)) for name, seconds in _PAGE.findall(said))
    ran = {name: round(seconds, 1) for name, seconds in sorted(scripts.items()) if seconds}
    return {"pages": {name: round(seconds, 1) for name, seconds in pages}, "scripts": ran}


def _seconds(code: Code) -> float:
    return sum(sum(by_name.values()) for by_name in code.values())
