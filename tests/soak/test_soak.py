"""The soak itself finds what is planted, and a slice of it finds nothing in the package."""

import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import weightinit as wi
from tests.soak import calls, known
from tests.soak.calls import NAMESPACE, Target, targets, unknown
from tests.soak.outcome import FAULTS, run
from tests.soak.plan import plan
from tests.soak.report import Report

LIMIT = 5.0  # seconds of the processor for a call


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where a comparison may keep its cells."""
    monkeypatch.chdir(tmp_path)


def foreign(x: object) -> object:
    """Fail as Python does."""
    return x.nothing


def by_numpy(x: object) -> object:
    """Fail in NumPy, with a ValueError that nobody here has raised."""
    return np.ones(3) + np.ones(len(x))


def warning(x: object) -> object:
    """Warn."""
    warnings.warn("odd", stacklevel=1)
    return x


def silent(x: object) -> object:
    """Make NaN of what is none."""
    return [np.array([len(x), np.nan])]


def passing(x: object) -> object:
    """Hand NaN on."""
    return x


def changing(x: object) -> object:
    """Change what was given."""
    x[0] = 7.0


def endless(x: object) -> object:
    """Go on for longer than anyone waits."""
    while time.process_time() < 1e9:
        pass
    return x


@pytest.mark.parametrize(
    "function, code, kind, why",
    [
        (foreign, "[1.0]", "unclear", "foreign: AttributeError"),
        (by_numpy, "[1.0, 2.0]", "unclear", "raised by no statement of the package: ValueError"),
        (warning, "[1.0]", "unclear", "UserWarning: odd"),
        (silent, "[1.0]", "silent", "NaN in the answer"),
        (passing, "np.array([nan])", "answer", ""),
        (changing, "[1.0]", "changed", "an argument was changed"),
        (changing, "np.ones(3)", "changed", "an argument was changed"),
        (endless, "[1.0]", "slow", "stopped after 0.2 s"),
    ],
)
def test_what_is_planted_is_found(
    function: object, code: str, kind: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind of fault is found in a function that has it, and NaN handed on is none."""
    monkeypatch.setitem(NAMESPACE, "planted", function)
    target = Target("wi.planted", "", "planted", "", {"x": ["[0.0]"]})
    outcome = run(target, {"x": "[0.0]"}, {"x": code}, limit=0.2)
    assert (outcome.kind, outcome.why[: len(why)]) == (kind, why)


@pytest.mark.parametrize(
    "text, name, clear",
    [
        ("x must be a batch, got 3; write x[:32]", "x", True),
        ("x must be a batch\nof samples", "x", False),
        ("x must be a batch" + 400 * "!", "x", False),
        ("the batch must be larger", "x", False),
        ("the batch must be of shape (x, 3), not 'x'", "x", False),
        ("x is odd", "x", False),
    ],
)
def test_a_clear_message(
    text: str, name: str, clear: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message is clear if it names the argument and what is allowed, on one short line."""
    monkeypatch.setattr("tests.soak.outcome._PACKAGE", str(Path(__file__).parent))

    def refusing(**_: object) -> None:
        raise ValueError(text)

    monkeypatch.setitem(NAMESPACE, "planted", refusing)
    target = Target("wi.planted", "", "planted", "", {name: ["1"]})
    assert run(target, {name: "1"}, {}, LIMIT).kind == ("clear" if clear else "unclear")


def test_everything_public_is_called() -> None:
    """Every public function and class is among what is called, and so are methods of values."""
    names = {name.partition(".__call__")[0] for name in targets()}
    for module in calls.faces():
        path = module.__name__.replace("weightinit", "wi", 1)
        for public in module.__all__:
            value = getattr(module, public)
            if callable(value) and not getattr(value, "__abstractmethods__", None):
                same = [name for name in names if _evaluated(name) is value]
                assert same, f"{path}.{public}"
    assert {"wi.he_normal.std", "wi.Normal.std", "wi.networks.Dense.forward"} <= names


def _evaluated(name: str) -> object:
    try:
        return eval(name, NAMESPACE)
    except AttributeError:
        return None


def test_what_nobody_knows_how_to_call_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public function with a parameter of unknown name is told of; one of known names runs."""

    def novelty(shape: object, colour: object) -> None:
        """Take a parameter that none has yet."""

    def usual(shape: object, rng: object) -> None:
        """Take parameters that others have."""

    monkeypatch.setattr(wi, "__all__", [*wi.__all__, "novelty", "usual"])
    monkeypatch.setattr(wi, "novelty", novelty, raising=False)
    monkeypatch.setattr(wi, "usual", usual, raising=False)
    targets.cache_clear()
    assert "wi.novelty: no valid value is known of colour" in unknown()
    assert targets()["wi.usual"].values == {n: known.BY_NAME[n] for n in ("shape", "rng")}
    monkeypatch.undo()
    targets.cache_clear()


def test_a_seed_repeats_its_calls() -> None:
    """The same seed plans the same calls, another one others."""
    assert plan(3, 50) == plan(3, 50) != plan(4, 50)


def test_a_slice_of_the_soak() -> None:
    """Some thousand calls with odd arguments are answered, or refused clearly."""
    assert not unknown()
    report = Report()
    for call in plan(seed=0, count=2000):
        report.add([(call, run(targets()[call.target], call.base, call.odd, LIMIT))])
    assert not report.failed, str(report)
    assert not any(report.total[kind] for kind in FAULTS)
    assert report.total["answer"] > 300
    assert report.total["clear"] > 1000
