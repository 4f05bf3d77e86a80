"""Keras on PyTorch is recorded and judged as Keras on JAX, with the same weights."""

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.parity.needs import needs

needs("keras", "jax", "torch")
pytestmark = pytest.mark.parity

WHOLE = ["mlp", "cnn", "attention", "pair"]  # where each backend sees all parameters
NAMES = [*WHOLE, "dropout", "recurrent"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what each backend makes of the models, in a process of its own."""
    found = {}
    for backend in ("torch", "jax"):
        file = tmp_path_factory.mktemp(backend) / "found"
        command = [sys.executable, "-m", "tests.parity.keras_models", str(file)]
        environment = os.environ | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
        root = Path(__file__).parents[2]
        subprocess.run(command, check=True, cwd=root, env=environment)
        found[backend] = pickle.loads(file.read_bytes())
    return found


def near(a: Any, b: Any, scale: float) -> None:
    """Check that two arrays are equal to 1e-5, some hundred roundings of float32, of a scale."""
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * scale)


def largest(arrays: Any) -> float:
    """Return the largest entry of some arrays."""
    return max((float(np.abs(array).max()) for array in arrays), default=0.0)


def as_jax(kind: str, array: Any) -> Any:
    """Return an array of a row as JAX reads it, which turns transposed kernels around."""
    return array[::-1, ::-1] if kind == "transposed" and array.ndim == 4 else array


@pytest.mark.parametrize("name", WHOLE)
def test_the_rows_are_those_of_keras_on_jax(measured: dict[str, Any], name: str) -> None:
    """The same weights give the same rows: names, roles, activations, values and gradients."""
    ours, theirs = (measured[backend][name]["trace"] for backend in ("torch", "jax"))
    assert ours["seen"] == theirs["seen"] == 1
    assert ours["unseen"] == theirs["unseen"] == ()
    assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-5)
    assert [row["name"] for row in ours["rows"]] == [row["name"] for row in theirs["rows"]]
    slope = largest(g for row in theirs["rows"] for g in row["gradients"].values())
    for a, b in zip(ours["rows"], theirs["rows"], strict=True):
        for key, value in b.items():
            if key == "inputs_gradient" and a[key] is None:
                assert np.array_equal(a["inputs"], b["inputs"])  # of the batch itself
            elif isinstance(value, np.ndarray):
                near(a[key], value, largest([value]))
            elif key == "parameters":
                turned = {part: as_jax(a["kind"], array) for part, array in a[key].items()}
                assert all(np.array_equal(turned[part], value[part]) for part in value)
            elif key == "gradients":  # some are zero but for roundings: that of a bias of keys
                for part in value:
                    near(as_jax(a["kind"], a[key][part]), value[part], slope)
            else:
                assert a[key] == value, key


def test_dropout_hides_no_row(measured: dict[str, Any]) -> None:
    """Backends drop different entries, and what else is told of the rows is the same."""
    told = ("name", "kind", "block", "after", "normalized", "roles", "activation")
    ours, theirs = (
        [[row[key] for key in told] for row in measured[backend]["dropout"]["trace"]["rows"]]
        for backend in ("torch", "jax")
    )
    assert ours == theirs
    assert measured["torch"]["dropout"]["trace"]["unseen"] == ()
    assert (
        measured["torch"]["dropout"]["trace"]["loss"]
        != measured["torch"]["attention"]["trace"]["loss"]
    )


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("case", ["findings", "planted"])
def test_the_findings_are_those_of_keras_on_jax(
    measured: dict[str, Any], name: str, case: str
) -> None:
    """The same problems are found in the same parameters, with the same lines to paste."""
    assert measured["torch"][name][case] == measured["jax"][name][case]


@pytest.mark.parametrize("name", NAMES)
def test_a_large_kernel_is_found_and_its_lines_mend_it(measured: dict[str, Any], name: str) -> None:
    """A kernel that is 100 times too large is named, and no finding is left after its lines."""
    found = measured["torch"][name]
    assert found["planted"]
    assert not found["findings"]
    assert not found["mended"]


@pytest.mark.parametrize("name", NAMES)
def test_a_start_begins_at_the_best_constant(measured: dict[str, Any], name: str) -> None:
    """The first loss after `wi.start` is that of the shares of the labels, to 1e-6."""
    found = measured["torch"][name]
    assert found["started"] == pytest.approx(found["constant"], abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_model_changes(measured: dict[str, Any], name: str) -> None:
    """After a trace and a diagnosis all variables are as before."""
    assert measured["torch"][name]["kept"]


def test_a_weight_in_a_loop_is_named(measured: dict[str, Any]) -> None:
    """What the loop of a recurrent layer reads has no row of its own, and is told as not seen."""
    trace = measured["torch"]["recurrent"]["trace"]
    [told] = trace["unseen"]
    assert told == (
        "lstm.lstm_cell.recurrent_kernel (float32 (8, 32)): a loop over time steps reads it"
    )
    assert [row["name"] for row in trace["rows"]] == ["table", "lstm.lstm_cell", "out"]
