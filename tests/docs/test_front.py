"""What the front page says of its two figures, against what their code finds."""

import pytest

from tests.docs.running import run


@pytest.mark.gallery
def test_the_front_page_tells_what_its_figures_show():
    """0.7 and 1.4 times He's std fail, He's own trains; zero is at chance, equal weights above."""
    names = run("index.md", "FuncAnimation").names
    results = {factor: _of(names, factor) for factor in (0.7, 1, 1.4)}
    assert results[1.4] == "training overflows"
    assert int(results[0.7].split("%")[0]) < 20
    assert int(results[1].split("%")[0]) > 75
    zero, equal, he = (int(names["share"][name][:-1]) for name in ("zero", "all equal", "He"))
    assert zero < 15 < equal < 50 < he


def _of(names, factor):
    """Return the outcome of He's std times a factor."""
    return names["outcomes"][f"std: {factor * names['best']:.3f}"][1]
