"""Lighthouse, as on a slow phone, finds nothing to improve on a page of each kind."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import CHROMIUM_ARGS, chromium

pytestmark = pytest.mark.site

PAGES = (
    "index.html",
    "theory/xavier.html",
    "auto_gallery/training/plot_train_deep_networks.html",
    "reference/generated/weightinit.he_normal.html",
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
RUNS = 3
LEAST_PERFORMANCE = 98  # 100, but for the noise of the machine


def measure(address: str, folder: Path) -> dict[str, int]:
    """Run Lighthouse once; return the score of each category."""
    report = folder / "report.json"
    command = [
        Path(os.environ["NODE_PATH"], ".bin", "lighthouse"),
        address,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags=--headless=new {' '.join(CHROMIUM_ARGS)}",
    ]
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium() or ""})
    scores = json.loads(report.read_text(encoding="utf-8"))["categories"]
    return {name: round(100 * scores[name]["score"]) for name in CATEGORIES}


@pytest.mark.parametrize("page_name", PAGES)
def test_lighthouse_finds_nothing(
    page_name: str, base_url: str, tmp_path: Path, record_property: pytest.FixtureRequest
) -> None:
    """All scores are 100; performance is the best of three, since noise can only slow a page."""
    runs = []
    while len(runs) < RUNS and (not runs or runs[-1]["performance"] < 100):
        runs.append(measure(f"{base_url}/{page_name}", tmp_path))
    scores = {**runs[0], "performance": max(run["performance"] for run in runs)}
    record_property("lighthouse", {"page": page_name, **scores})
    assert scores.pop("performance") >= LEAST_PERFORMANCE
    assert set(scores.values()) == {100}, scores
