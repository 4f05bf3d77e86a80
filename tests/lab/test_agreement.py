"""The engine trains as the package does; tests/browser asks more settings of the page's worker."""

from typing import Any

import pytest

from tests.lab.agreement import AGREE, Comparison
from tests.lab.driving import DRIVE, random_settings
from tests.lab.engine import ask, known

IN_NODE = f"""
    const connect = (receive) => {{
        const port = {{ postMessage: receive }};
        lab.get("worker").serve(port);
        return {{ post: (data) => port.onmessage({{ data }}), stop() {{}} }};
    }};
    return ({DRIVE})(connect, given.run);
"""


def in_node(run: dict[str, Any]) -> dict[str, Any]:
    """Run the engine under Node.js."""
    return ask(IN_NODE, run=run)


@pytest.mark.parametrize("number", range(6))
def test_the_engine_trains_as_the_package_does(number: int) -> None:
    """After up to 100 steps weights, moments and losses agree to 1e-9, counts exactly."""
    found = Comparison(known(), random_settings(known(), 6, seed=1)[number], in_node).agreement()
    if found is not None:
        assert found.weights <= AGREE
        assert found.moments <= AGREE
