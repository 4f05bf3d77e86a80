"""The script that the lab offers for copying: it runs, and does what the page does."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.lab.engine import ask

#: Addresses that have, together, each kind of start, data set and optimizer.
SETTINGS = {
    "usual": "v1",
    "alone": "v1&a=he_normal&b=none",
    "odd": "v1&a=zeros,1:std:0.3&b=constant,0:he_uniform&bias=0.1",
    "lsuv": "v1&data=xor&act=relu&a=lsuv,2:zeros&b=lsuv&bias=0.5",
    "digits": "v1&data=digits&depth=1&opt=adam&rate=0.01&a=small&b=orthogonal",
    "advice": "v1&data=spirals&act=gelu&opt=momentum&a=recommended,1:recommended&b=std1",
    "blobs": "v1&data=blobs&depth=30&width=3&a=std:0.05&b=xavier_uniform",
}
STEPS = 20


def script(address: str, steps: int = STEPS) -> str:
    """Return the script for an address, after so many steps."""
    return ask(
        """const f = lab.get("fragment");
        return lab.get("python").script(f.settings(f.parse(given.address)), given.steps);""",
        address=address,
        steps=steps,
    )


def run(text: str) -> tuple[dict[str, Any], str]:
    """Run a script; return its names, and what it printed."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(text, names)  # a script that the page writes
    return names, printed.getvalue()


@pytest.mark.parametrize("name", SETTINGS)
def test_a_script_runs(name: str) -> None:
    """A script runs to its end, has the networks of the address, and says how each has learned."""
    names, printed = run(script(SETTINGS[name]))
    setting = ask("return lab.get('fragment').parse(given.a);", a=SETTINGS[name])
    data = ask("return lab.get('session').points(given.data);", data=setting["data"])
    assert names["a"].parameters["dense0.weight"].shape == (names["x"].shape[1], setting["width"])
    assert len(names["a"].parameters) == 2 * (setting["depth"] + 1)
    assert ("b" in names) == bool(setting["b"])
    assert printed.count("right") == 1 + bool(setting["b"])
    # the page keeps hundredths of the plane and quarters of the grey, exactly
    assert np.array_equal(names["x"].ravel(), data["x"])
    assert np.array_equal(names["y"], data["y"])


def test_the_starts_are_those_of_the_address() -> None:
    """One layer differs, biases are drawn for hidden layers, and the rest is as it was asked."""
    names, _ = run(script(SETTINGS["odd"]).partition("for name, net in")[0])
    a, b = names["a"].parameters, names["b"].parameters
    assert not a["dense0.weight"].any()
    assert not a["dense2.weight"].any()
    assert a["dense1.weight"].std() > 0
    assert np.unique(b["dense1.weight"]).size == np.unique(b["dense2.weight"]).size == 1
    assert np.unique(b["dense0.weight"]).size > 1
    assert [a[f"dense{i}.bias"].any() for i in range(3)] == [True, True, False]


def test_it_trains_as_long_as_the_page_has() -> None:
    """The epochs of the script make the steps that the page has made, to the nearest epoch."""
    assert "epochs=7, batch_size=30" in script("v1&batch=30", 70)
    assert "epochs=70, batch_size=300" in script("v1&batch=300", 70)


def test_the_advice_is_the_package_s() -> None:
    """The recommended start is written as the package recommends it for this activation."""
    advised = wi.recommend("gelu", depth=10).initializer
    names, _ = run(script(SETTINGS["advice"]).partition("for name, net in")[0])
    expected = wi.mlp([2, 8, 8, 1], "gelu").initialize(advised, rng=0).parameters
    found = names["a"].parameters
    assert all(np.array_equal(found[key], expected[key]) for key in ("dense0.weight",))
