"""What training refuses, and where it stops: settings, arrays, numbers that overflow."""

import dataclasses
import importlib
import sys
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.training.runs import X, Y, fresh, run
from weightinit.training import Adam, Sgd

FROZEN = np.ones(1)
FROZEN.flags.writeable = False


@pytest.mark.parametrize(
    "learning_rate, told",
    [
        # Squared error of a linear network: each step multiplies the weights.
        (1e10, r"stopped in epoch \d+, step \d+: .*dense\d.*smaller learning_rate than 1e\+10"),
        (1e300, r"stopped in epoch 1, step \d+: .*dense\d"),
    ],
)
def test_a_loss_that_overflows_stops_with_its_place(learning_rate: float, told: str) -> None:
    """When numbers overflow, training stops and names epoch, step, layer and a way out."""
    net = wi.mlp([2, 4, 1], "linear").initialize(wi.xavier_normal, rng=0)
    y = X.sum(axis=1, keepdims=True)
    with pytest.raises(FloatingPointError, match=told):
        wi.train(net, X, y, epochs=100, batch_size=10, learning_rate=learning_rate, rng=0)


def test_the_first_layer_that_overflows_is_named() -> None:
    """The message names the layer where the first number overflowed, not the last."""
    net = wi.mlp([2, 4, 4, 1], "linear").initialize(wi.ones)
    net.parameters["dense1.weight"][:] = 1e308
    with pytest.raises(FloatingPointError, match="epoch 1, step 1: the output of layer dense1"):
        run(net)
    net.parameters["dense2.bias"][:] = np.nan
    net.parameters["dense1.weight"][:] = 1
    with pytest.raises(
        FloatingPointError, match=r"dense2\.bias of layer dense2 is the first weight"
    ):
        run(net)


def test_a_last_step_that_overflows_is_found() -> None:
    """An epoch never ends with weights that are not finite, even where its losses were."""
    net = wi.mlp([1, 1]).initialize(wi.zeros)
    options = {"epochs": 1, "batch_size": 1, "learning_rate": 1e300}
    with pytest.raises(FloatingPointError, match=r"dense0\.weight of layer dense0 is the first"):
        wi.train(net, [[1e10]], [[1e10]], **options)


def test_without_tqdm_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where tqdm is missing, asking for a bar raises before any step, and says what to install."""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    net = fresh()
    with pytest.raises(ImportError, match=r"pip install tqdm.*leave progress"):
        run(net, progress=True)
    np.testing.assert_equal(net.parameters, fresh().parameters)
    with pytest.raises(ImportError):
        importlib.import_module("tqdm")  # the patch does what it should


@pytest.mark.parametrize(
    "options, error, told",
    [
        ({"epochs": 0}, ValueError, "epochs must be an integer >= 1"),
        ({"batch_size": 0}, ValueError, "batch_size must be an integer >= 1"),
        ({"batch_size": 2.5}, TypeError, "batch_size must be an integer >= 1"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be a finite number > 0"),
        ({"learning_rate": np.inf}, ValueError, "learning_rate must be a finite real number"),
        ({"momentum": 1.0}, ValueError, "momentum must be below 1, got 1.0; 0.9 is usual"),
        ({"momentum": -0.1}, ValueError, "momentum must be a finite number >= 0"),
        ({"momentum": 0.9, "optimizer": "adam"}, ValueError, "momentum belongs to optimizer='sgd'"),
        ({"optimizer": "rmsprop"}, ValueError, "one of 'adam', 'adamw', 'sgd', got 'rmsprop'"),
        ({"weight_decay": 0.1}, ValueError, "weight_decay belongs to optimizer='adamw', got 0.1"),
        ({"weight_decay": -1, "optimizer": "adamw"}, ValueError, "weight_decay must be .* >= 0"),
        ({"rate_factors": 0.1}, TypeError, "rate_factors must be a mapping of patterns"),
        ({"rate_factors": {"*": -1.0}}, ValueError, r"rate_factors\['\*'\] must be .* >= 0"),
        (
            {"rate_factors": {"conv*": 1}},
            ValueError,
            "pattern 'conv\\*' of rate_factors; there are",
        ),
        ({"rng": "seed"}, TypeError, "rng must be"),
        ({"monitor": 3}, TypeError, "monitor must be callable"),
        (
            {"monitor": "x" * 5000},
            TypeError,
            "monitor must be callable .* got 'x{30,40}...x{30,40}' .str.; write",
        ),
        ({"progress": 1}, TypeError, "progress must be True or False, got 1"),
        ({"progress": np.ones(2)}, TypeError, r"progress must be True or False, got array"),
    ],
)
def test_settings_are_checked(options: dict[str, Any], error: type[Exception], told: str) -> None:
    """A setting that makes no sense raises before any step."""
    net = fresh()
    with pytest.raises(error, match=told):
        run(net, **options)
    np.testing.assert_equal(net.parameters, fresh().parameters)


@pytest.mark.parametrize(
    "parameters, error, told",
    [
        (np.ones(1), TypeError, r"parameters must be a mapping .* got array\(\[1.\]\) \(ndarray\)"),
        (
            {"w": [1.0]},
            TypeError,
            r"parameters\['w'\] must be a NumPy array of floats, got \[1.0\]",
        ),
        ({"w": np.ones(1, int)}, TypeError, r"must be a NumPy array of floats, got array\(\[1\]\)"),
        ({"w": FROZEN}, ValueError, r"parameters\['w'\] must be writeable, got a read-only array"),
    ],
)
def test_only_arrays_of_floats_are_stepped(
    parameters: Any, error: type[Exception], told: str
) -> None:
    """An optimizer refuses what it cannot change in place when it is made."""
    for optimizer in (Sgd, Adam):
        with pytest.raises(error, match=told):
            optimizer(parameters, 0.1)


@pytest.mark.parametrize(
    "learning_rate, momentum, error, told",
    [
        (0, 0, ValueError, "learning_rate must be a finite number > 0"),
        ("fast", 0, TypeError, "learning_rate must be a finite real number, got 'fast'"),
        (0.1, 1, ValueError, "momentum must be below 1, got 1; 0.9 is usual"),
        (0.1, None, TypeError, "momentum must be a finite real number"),
    ],
)
def test_settings_of_an_optimizer_are_checked(
    learning_rate: Any, momentum: Any, error: type[Exception], told: str
) -> None:
    """An optimizer that is made by hand checks its settings as training does."""
    with pytest.raises(error, match=told):
        Sgd({"w": np.ones(1)}, learning_rate, momentum)


@pytest.mark.parametrize(
    "gradients, error, told",
    [
        (
            3,
            TypeError,
            r"gradients must be a mapping .* got 3 \(int\); take net.loss_and_gradients",
        ),
        ({"a": np.ones(2)}, ValueError, r"gradients must be named \['a', 'b'\], got \['a'\]"),
        ({"a": np.ones(2), "b": [1.0]}, TypeError, r"gradients\['b'\] must be a NumPy array"),
        ({"a": np.ones(2), "b": np.ones(2)}, ValueError, r"of shape \(1,\), got \(2,\)"),
        ({"a": np.ones(2), "b": np.ones(())}, ValueError, r"of shape \(1,\), got \(\)"),
        ({"a": np.ones(2), "b": np.ones(1, complex)}, TypeError, "a NumPy array of floats"),
    ],
)
def test_a_bad_gradient_changes_nothing(gradients: Any, error: type[Exception], told: str) -> None:
    """Gradients that do not fit are told before any parameter moves, whichever is wrong."""
    theta = {"a": np.ones(2), "b": np.ones(1)}
    for optimizer in (Sgd(theta, 0.1), Sgd(theta, 0.1, 0.9), Adam(theta, 0.1)):
        with pytest.raises(error, match=told):
            optimizer.update(gradients)
    np.testing.assert_equal(theta, {"a": np.ones(2), "b": np.ones(1)})


@pytest.mark.parametrize("last", [FROZEN, np.ones(2), "frozen"], ids=["read-only", "shape", "text"])
def test_a_parameter_that_cannot_move_stops_the_others(last: Any) -> None:
    """An array put among the parameters after the start is refused before any of them moves."""
    theta = {"a": np.ones(2), "b": np.ones(1)}
    optimizer = Sgd(theta, 0.1)
    theta["b"] = last
    with pytest.raises((TypeError, ValueError), match=r"parameters\['b'\] must be"):
        optimizer.update({"a": np.ones(2), "b": np.ones(1)})
    np.testing.assert_equal(theta["a"], np.ones(2))


@dataclasses.dataclass(frozen=True)
class Careless(wi.networks.Dense):
    """A layer whose gradient for the bias has an axis too many."""

    def _gradients(self, parameters: Any, cache: Any, dy: Any) -> Any:
        found = super()._gradients(parameters, cache, dy)
        return found | {"bias": found["bias"][np.newaxis]}


def test_a_layer_that_makes_a_mistake_stops_the_step() -> None:
    """A gradient of the wrong shape, from a layer of somebody, stops training before a step."""
    net = wi.Network([Careless(4), wi.networks.Dense(1)], (2,)).initialize(wi.he_normal, rng=0)
    before = str(net.parameters)
    with pytest.raises(ValueError, match=r"gradients\['dense0.bias'\] must be of shape \(4,\)"):
        run(net)
    assert str(net.parameters) == before


@pytest.mark.parametrize("last", [FROZEN, np.ones(2)], ids=["read-only", "shape"])
def test_a_monitor_that_replaces_an_array_stops_the_training(last: Any) -> None:
    """What a monitor puts among the parameters is looked at before the next step."""
    steps = []

    def replace(step: int, net: wi.Network, *_: object) -> None:
        steps.append(step)
        net.parameters["dense1.bias"] = last

    with pytest.raises(ValueError, match=r"parameters\['dense1.bias'\] must be"):
        run(fresh(), monitor=replace)
    assert steps == [1]


def test_an_overflow_does_not_stop_a_step_halfway() -> None:
    """Where the caller's NumPy raises at overflow, a step is whole all the same."""
    theta = {"a": np.full(1, 1e308), "b": np.ones(1)}
    with np.errstate(all="raise"):
        Sgd(theta, 10.0).update({"a": np.full(1, -1e308), "b": np.ones(1)})
    np.testing.assert_equal(theta, {"a": np.array([np.inf]), "b": np.array([-9.0])})


def test_only_networks_are_trained() -> None:
    """Something else than a network raises, and the message says how to build one."""
    with pytest.raises(TypeError, match=r"net must be a Network.*wi\.mlp"):
        wi.train([2, 4, 1], X, Y, epochs=1, batch_size=10, learning_rate=0.1)
