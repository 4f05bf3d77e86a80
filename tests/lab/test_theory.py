"""What the lab takes from the package: the numbers and the data are the package's own."""

import numpy as np
import pytest
from lab_data import DATA
from lab_page import ENGINE

from tests.lab.engine import ask, known
from tests.lab.plain import arrays


@pytest.mark.parametrize("name", DATA)
def test_the_page_keeps_what_the_python_makes(name: str) -> None:
    """The samples of the page are, to the bit, those of the lines that the page offers."""
    kept, made = arrays(known()["data"][name]), DATA[name].arrays()
    for part, values in made.items():
        assert np.array_equal(kept[part], values)
    read = ask(
        'const { x, y, test } = lab.get("session").points(given.name); return [x, y, test]',
        name=name,
    )
    assert np.array_equal(np.reshape(read[0], made["x"].shape), made["x"])
    assert read[1] == made["y"].tolist()
    assert np.array_equal(np.reshape(read[2]["x"], made["x_test"].shape), made["x_test"])


@pytest.mark.parametrize("name", DATA)
def test_every_class_is_there(name: str) -> None:
    """Training and test hold all classes, none of them more than twice its share."""
    kept, classes = arrays(known()["data"][name]), known()["data"][name]["classes"]
    for part in ("y", "y_test"):
        counts = np.bincount(kept[part], minlength=classes)
        assert counts.min() > 0
        assert counts.max() <= 2 * len(kept[part]) / classes


def test_the_worker_runs_the_engine() -> None:
    """The files of the engine that pages load are those that the worker is made of."""
    assert set(ask('return lab.get("worker").ENGINE')) == {"theory", *ENGINE}


def test_the_worker_needs_nothing_but_its_text() -> None:
    """In a fresh global scope the text of the worker answers messages: it uses nothing outside."""
    types = ask(
        """
        const worker = lab.get("worker");
        const text = `${lab.source(worker.ENGINE)}\\nlab.get("worker").serve(self);`;
        const vm = process.getBuiltinModule("node:vm");
        const sent = [];
        const self = { postMessage: (message) => sent.push(message.type) };
        vm.runInNewContext(text, { self, performance, setTimeout, atob });
        self.onmessage({ data: { type: "set", settings: [{}], look: {} } });
        return sent;
        """
    )
    assert types == ["started", "snapshot", "paused"]
