"""What is refused of a trace that a caller has filled, and of a network that is none."""

from dataclasses import replace

import numpy as np
import pytest

import weightinit as wi
from tests.soak.known import labels, network, sample
from tests.soak.odd import model_of, raising
from weightinit.diagnosis import judge
from weightinit.tracing import LayerTrace, Trace, trace


def found() -> Trace:
    """Return a trace of a small network."""
    return trace(network(), sample(), labels())


def changed(row: LayerTrace, change: dict[str, object]) -> LayerTrace:
    """Return a row with a field changed, or its weight, its bias or one of their gradients."""
    fields = {}
    for key, value in change.items():
        part = "gradients" if key.endswith("_gradient") else "parameters"
        own, name = (
            dict(fields.get(part, getattr(row, part))),
            f"{row.name}.{key.removesuffix('_gradient')}",
        )
        if name in own:
            own = {k: v for k, v in (own | {name: value}).items() if v is not None}
            fields[part] = own
        else:
            fields[key] = value
    return replace(row, **fields)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"pre_activations": np.ones(4)}, "pre_activations must be a matrix .*got shape"),
        ({"pre_activations": np.ones((0, 4))}, "pre_activations must be a matrix .*got shape"),
        ({"pre_activations": [[1.0]]}, "pre_activations must be an array of floats"),
        ({"pre_activations": np.ones((5, 4), int)}, "pre_activations must be .* of int64"),
        ({"activations": np.ones((5, 3))}, r"activations must be of shape \(5, 4\), got \(5, 3\)"),
        ({"activations_gradient": None}, "activations_gradient must be an array of floats"),
        (
            {"weight": np.ones((4, 3)), "weight_gradient": np.ones((4, 3))},
            "weight must be a matrix, or a kernel, for 4 units",
        ),
        ({"weight_gradient": np.ones((4, 3))}, r"gradients\['dense0.weight'\] must be of shape"),
        ({"weight": None}, "gradients must have the names of parameters"),
        (
            {"bias": np.ones(3), "bias_gradient": np.ones(3)},
            r"bias must be of shape \(4,\), got \(3,\)",
        ),
        ({"inputs": np.ones(3)}, "inputs must be a matrix"),
        ({"activation": "relu"}, "activation must be an Activation, got 'relu'"),
        ({"parameters": raising("__len__", dict, {"a": 1})}, "parameters must have full names"),
        ({"name": 3}, "name must be a string, got 3"),
        ({"pooled": 1}, "pooled must be True or False"),
        ({"parts": (2, 1)}, r"parts must be units of each part, 4 in sum, or empty, got \(2, 1\)"),
        ({"parts": (4, 0)}, "parts must be an integer >= 1"),
        ({"coverage": 0.0}, "coverage must be a finite number > 0"),
        ({"coverage": 2.0}, "coverage must be at most 1"),
        ({"parameters": {"weight": np.ones((3, 4))}}, "parameters must have full names, such as"),
        ({"gradients": {}}, "gradients must have the names of parameters"),
        ({"gradients": 3}, "gradients must be a mapping of names to arrays"),
        ({"samples": np.arange(5)[::-1]}, "samples must be .* in ascending order"),
        ({"kind": None}, "kind must be a string"),
        ({"steps": np.full(5, 10**9)}, "steps must be an array of 5 integers from 0 to 4"),
    ],
)
def test_a_row_whose_arrays_do_not_belong_together(change: dict[str, object], told: str) -> None:
    """A row with an array of another shape or kind is refused, and the message says where."""
    first = found().layers[0]
    with pytest.raises((TypeError, ValueError), match=rf"^{told}.*\(layer 'dense0'|^name must"):
        changed(first, change)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"layers": ()}, "layers must hold 1 or more"),
        ({"layers": 3}, "layers must be a tuple of LayerTrace"),
        ({"layers": ("dense0",)}, r"layers\[0\] must be a LayerTrace"),
        ({"loss": "0.5"}, "loss must be a number"),
        ({"labels": [0, 1]}, "labels must be a row of integers from 0 to 1"),
        ({"labels": np.array([0, 2])}, "labels must be a row of integers from 0 to 1"),
        ({"labels": np.array([-1])}, "labels must be a row of integers from 0 to 1"),
        ({"after": "later"}, "after must be a Trace"),
        ({"inputs": None}, "inputs must be an array"),
        ({"inputs": np.array(1.0)}, "inputs must be a batch of samples"),
        ({"inputs": np.empty((0, 3))}, "inputs must be a batch of samples"),
        ({"labels": None, "targets": [[1.0]] * 5}, "targets must be an array of floats"),
        ({"labels": None, "targets": np.ones((5, 2), int)}, "targets must be an array of floats"),
        ({"labels": None, "targets": np.ones(5)}, "targets must be a finite matrix .* the 5 sam"),
        ({"labels": None, "targets": np.ones((4, 2))}, "targets must be a finite matrix with a r"),
        ({"labels": None, "targets": np.full((5, 2), np.nan)}, "targets must be a finite matrix"),
        ({"targets": np.ones((5, 2))}, "a trace must have labels or targets, got both; leave out"),
    ],
)
def test_a_trace_that_is_none(change: dict[str, object], told: str) -> None:
    """A trace with other things than layers, a loss and labels is refused."""
    with pytest.raises((TypeError, ValueError), match=f"^{told}"):
        replace(found(), **change)


def test_a_trace_that_stops_short_after_a_step() -> None:
    """The trace after a few steps has as many layers as the first."""
    whole = found()
    with pytest.raises(ValueError, match=r"^after must have as many layers, 2"):
        replace(whole, after=replace(whole, layers=whole.layers[1:]))


def test_what_is_not_finite_is_judged() -> None:
    """NaN in a trace is a finding, not an error."""
    first, *others = found().layers
    odd = changed(first, {"weight": np.full_like(first.weight, np.nan)})
    assert judge(replace(found(), layers=(odd, *others))).findings[0].problem == "non-finite"


def test_a_network_is_no_trace() -> None:
    """Judging a network instead of its trace raises, and the message says what does both."""
    with pytest.raises(TypeError, match=r"trace must be a Trace.*wi\.diagnose\(net, x\) records"):
        judge(network())


@pytest.mark.parametrize("framework", ["torch", "keras", "tensorflow", "flax", "jax"])
def test_what_takes_models_of_frameworks_is_named(framework: str) -> None:
    """A model of a framework, of a class of the caller's own, is known by the classes it is of."""
    model = model_of(framework)
    assert type(model).__module__ == "__main__"
    told = rf"model of {framework}, Sequential; wi\.trace, wi\.diagnose and wi\.start take a torch"
    with pytest.raises(TypeError, match=told):
        wi.Monitor(sample()).record(model)
    with pytest.raises(
        TypeError, match=r"model must be a Network, .* got .*wi\.mlp\(\[2, 4, 1\]\)"
    ):
        wi.diagnose(model_of("unheard"), sample())


@pytest.mark.parametrize("role", [np.array([None, 1]), 1, None])
def test_a_role_is_a_name(role: object) -> None:
    """What is no string is no role: it is refused, and not compared."""
    row = wi.trace(wi.mlp([2, 1]).initialize(wi.ones), [[1.0, 2.0]]).layers[0]
    assert (row.named("bias"), row.named("gain")) == ("dense0.bias", "")
    with pytest.raises(TypeError, match=r"role must be a string, got .*write \"weight\""):
        row.named(role)


@pytest.mark.parametrize("method", ["__eq__", "__hash__", "__str__"])
def test_a_string_with_ways_of_its_own_names_the_same_field(method: str) -> None:
    """A subclass of str is read as the text that it holds: it is not asked to compare itself."""
    row = found().layers[0]
    for read, name in ((row.mean_square, "activations"), (row.square, "inputs")):
        assert read(raising(method, str, name)) == read(name)
    assert row.named(raising(method, str, "bias")) == row.named("bias")
