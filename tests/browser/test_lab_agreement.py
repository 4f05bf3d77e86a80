"""The lab computes what the package does, in the page's own worker; how fast is printed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.lab.agreement import AGREE, STEPS, Comparison
from tests.lab.driving import DRIVE, random_settings

pytestmark = pytest.mark.site

SETTINGS, SEED = 30, 0
IN_PAGE = f"run => ({DRIVE})(receive => lab.get('worker').start(receive), run)"
# Plays for so many milliseconds, and returns how many steps and frames that made.
PLAY = """([setting, patience]) => new Promise(resolve => {
    let frames = 0, begun = 0, steps = 0;
    const engine = lab.get("worker").start(({type, step}) => {
        if (type === "snapshot") [frames, steps] = [frames + 1, step];
        if (type !== "paused") return;
        if (!begun) {
            [begun, frames] = [performance.now(), 0];
            engine.post({type: "play", rate: null});
            setTimeout(() => engine.post({type: "pause"}), patience);
            return;
        }
        const seconds = (performance.now() - begun) / 1000;
        engine.stop();
        resolve({steps: steps / seconds, frames: frames / seconds});
    });
    engine.post({type: "set", settings: [setting], look: {layer: 0, grid: 32}});
})"""
SPEEDS = {
    "2-8-8-1, all 300 points": {"depth": 2, "width": 8, "batch": 300},
    "30 x 32, batches of 30": {"depth": 30, "width": 32, "batch": 30, "start": "orthogonal"},
    "30 x 32, all 300 points": {"depth": 30, "width": 32, "batch": 300, "start": "orthogonal"},
}


@pytest.fixture
def lab(page: Page, home: str) -> Page:
    """Return the page of the lab, served or from a folder."""
    page.goto(f"{home}/lab.html")
    return page


def theory_of(lab: Page) -> dict[str, Any]:
    """Return what the page knows of theory."""
    return json.loads(lab.evaluate("JSON.stringify(lab.get('theory'))"))


def test_the_page_trains_as_the_package_does(
    lab: Page, home: str, record_property: Callable[[str, object], None]
) -> None:
    """After 100 steps of 30 random settings weights, moments, losses agree to 1e-9, counts exactly.

    Where the package's own run, off by one unit in the last place, does not agree with itself,
    fewer steps are compared; at most a third of the settings may be so.
    """
    theory, rows = theory_of(lab), []
    settings = random_settings(theory, SETTINGS if home.startswith("http") else 3, SEED)
    for setting in settings:
        found = Comparison(theory, setting, lambda run: lab.evaluate(IN_PAGE, run)).agreement()
        if found is not None:
            assert found.weights <= AGREE, setting
            assert found.moments <= AGREE, setting
            rows.append(found)
    compared = [row.steps for row in rows if row.finite]
    shorter = sum(steps < STEPS for steps in compared)
    assert 3 * shorter <= len(settings)
    record_property(
        "lab",
        {
            "page": f"agreement, {'served' if home.startswith('http') else 'from a folder'}",
            "settings": len(rows),
            "fewer steps": shorter,
            "worst weight": f"{max(row.weights for row in rows):.1e}",
            "worst moment": f"{max(row.moments for row in rows):.1e}",
        },
    )


@pytest.mark.parametrize("name", SPEEDS)
def test_it_plays(
    page: Page, base_url: str, name: str, record_property: Callable[[str, object], None]
) -> None:
    """A network that plays makes steps and sends frames; how many a second is printed."""
    page.goto(f"{base_url}/lab.html")
    seen = page.evaluate(PLAY, [SPEEDS[name], 3000])
    assert min(seen.values()) > 0
    told = {f"{what} a second": f"{count:.0f}" for what, count in seen.items()}
    record_property("lab_speed", {"page": name, **told})
