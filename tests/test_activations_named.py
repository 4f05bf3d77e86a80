"""Activations as values: names, aliases, functions of your own, and what is refused."""

import pickle
from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit import activations

names = pytest.mark.parametrize("name", activations.names())


@names
def test_activations_are_values(name: str) -> None:
    """An activation equals, hashes, pickles and prints as what makes it, and cannot be changed."""
    phi = activations.get(name)
    again = eval(repr(phi), vars(activations))
    assert again == phi
    assert hash(again) == hash(phi)
    assert pickle.loads(pickle.dumps(phi)) == phi
    assert [other for other in map(activations.get, activations.names()) if other == phi] == [phi]
    with pytest.raises(FrozenInstanceError):
        phi.name = "other"


def test_the_slope_is_part_of_the_value() -> None:
    """Leaky ReLUs of different slopes differ; an equal slope of another type makes an equal one."""
    leaky = activations.leaky_relu
    assert leaky(0.2) != leaky(0.3)
    assert leaky(1) == leaky(np.float32(1.0))
    assert repr(leaky(1)) == "leaky_relu(1.0)"


def test_the_frequency_is_part_of_the_value() -> None:
    """Sirens of different frequencies differ; one prints as what makes it, and 30 is the usual."""
    siren = activations.siren
    assert siren(1) != siren(30)
    assert siren(30) == siren() == activations.get("SIREN") == eval(repr(siren()), {"siren": siren})
    assert activations.get("sine") is activations.sine
    for odd in (0, -1.0, np.inf, np.nan, "30", None, np.ones(3), 10**5000):
        with pytest.raises(
            (TypeError, ValueError), match=r"omega must be a finite .*siren\(30.0\)"
        ):
            siren(odd)


ALIASES = {
    "linear": "Linear identity Identity",
    "relu": "ReLU Relu RELU",
    "leaky_relu": "LeakyReLU leaky-relu LEAKY_RELU leakyrelu",
    "relu6": "ReLU6 relu_6",
    "selu": "SELU SeLU",
    "elu": "ELU",
    "tanh": "Tanh TANH",
    "sigmoid": "Sigmoid logistic",
    "softplus": "Softplus soft_plus",
    "softsign": "Softsign soft_sign",
    "gelu": "GELU",
    "gelu_tanh": "gelu_new gelu_pytorch_tanh gelu_fast",
    "silu": "SiLU swish Swish",
    "mish": "Mish",
    "hardswish": "Hardswish HardSwish hard_swish hard_silu hardsilu",
    "hardtanh": "Hardtanh hard_tanh",
    "sine": "Sine sin",
    "exponential": "exp Exponential",
}


@names
def test_aliases(name: str) -> None:
    """What frameworks call an activation, in their spelling, stands for it; it keeps its name."""
    for alias in (name, name.upper(), f"{name} ", *ALIASES[name].split()):
        assert activations.get(alias) is activations.get(name)
        assert activations.get(alias).name == name
        assert f"{name}0" in wi.mlp([2, 3, 1], alias).layers


def test_a_string_with_methods_of_its_own_is_its_letters() -> None:
    """A subclass of str is taken by what it spells, whatever its own methods do."""

    def fail(*_: object) -> None:
        raise RuntimeError("no")

    body = dict.fromkeys(("__hash__", "__eq__", "__repr__", "__iter__", "lower"), fail)
    odd = type("Odd", (str,), body)
    assert activations.get(odd("ReLU")) is activations.relu
    assert wi.gain(odd("relu")) == wi.gain("relu")
    assert type(wi.Activation(odd("mine"), np.cos, np.sin).name) is str
    with pytest.raises(ValueError, match=r"activation must be one of .*, got <an object of type"):
        activations.get(odd("gulu"))


def test_an_activation_of_ones_own() -> None:
    """A function with its derivative makes an activation, with whatever parameters they take."""
    power = wi.Activation("power", lambda x, p: x**p, lambda x, p: p * x ** (p - 1), (3,))
    assert repr(power) == "power(3)"
    assert power([2.0]) == [8.0]
    assert power.derivative([2]) == [12.0]
    assert activations.get(power) is power


@pytest.mark.parametrize(
    "function",
    [lambda _: None, lambda x: x[:1], lambda _: 1.0, lambda x: x + 1j, lambda _: "x"],
    ids=["none", "drops", "constant", "complex", "text"],
)
def test_a_function_that_returns_something_else(function: Any) -> None:
    """What does not map an array to one of its shape is told when it is called, by its field."""
    phi = wi.Activation("mine", function, function)
    for call, field in ((phi, "function"), (phi.derivative, "derivative_function")):
        with pytest.raises(TypeError, match=rf"^{field} of mine must be a function .*\(2,\), got"):
            call([1.0, 2.0])


@pytest.mark.parametrize(
    "fields, message",
    [
        ((1, abs, abs), r"name must be a string, got 1 \(int\); write"),
        (("f", 1, abs), r"function must be callable and hashable, got 1 \(int\); write"),
        (("f", abs, None), "derivative_function must be callable and hashable, got None"),
        (
            ("f", abs, abs, 0.2),
            r"parameters must be a tuple of numbers, got 0.2 .*; write \(0.2,\)",
        ),
        (("f", abs, abs, [0.2]), r"parameters must be a tuple of numbers, got \[0.2\]"),
        (("f", abs, abs, ("a",)), r"parameters\[0\] must be a finite real number, got 'a'"),
    ],
)
def test_what_makes_no_activation(fields: tuple[Any, ...], message: str) -> None:
    """A field of another type is told when the activation is made, not when it is used."""
    with pytest.raises(TypeError, match=message):
        wi.Activation(*fields)


def test_an_activation_hashes() -> None:
    """A function that does not hash makes no activation, since those are keys."""

    @dataclass
    class Swish:
        beta: float

        def __call__(self, x: Any) -> Any:
            return x * activations.sigmoid(self.beta * x)

    with pytest.raises(TypeError, match=r"callable and hashable, got .*frozen=True"):
        wi.Activation("swish", Swish(1.0), np.cos)


@pytest.mark.parametrize(
    "x, dtype",
    [
        ([True], "bool"),
        ([1j], "complex128"),
        (["1"], "<U1"),
        ([None], "object"),
        pytest.param(10**5000, "object: <an integer of about 5001 digits>", id="huge"),
    ],
)
@pytest.mark.parametrize("name", ["relu", "gelu"])
def test_what_is_no_number(name: str, x: list[object], dtype: str) -> None:
    """Booleans, complex numbers, strings and objects are no pre-activations."""
    phi = activations.get(name)
    for function in (phi, phi.derivative):
        with pytest.raises(TypeError, match=f"x must be .*real numbers, got dtype {dtype}"):
            function(x)


def nested(depth: int) -> list[Any]:
    """Return lists in lists."""
    return [nested(depth - 1)] if depth else [1.0]


@pytest.mark.parametrize("x", [[[1.0, 2.0], [3.0]], nested(100), np.ma.masked_array([1.0], True)])
def test_what_is_no_array(x: Any) -> None:
    """Ragged rows, lists that are too deep and masks are refused, with the name of the argument."""
    for function in (activations.relu, activations.relu.derivative):
        with pytest.raises((TypeError, ValueError), match=r"^x must be an array of real numbers"):
            function(x)


@pytest.mark.parametrize(
    "activation, error, message",
    [
        ("gulu", ValueError, r"activation must be one of 'linear', 'relu', .*, got 'gulu'"),
        ("none", ValueError, r"activation must be one of 'linear', 'relu', .*, got 'none'"),
        ("", ValueError, r"activation must be one of .*'exponential', got ''"),
        (None, TypeError, r"activation must be an Activation or one of the names .*, got None"),
        (np.tanh, TypeError, r"activation must be an Activation or one of the names .*'tanh'"),
        (activations.leaky_relu, TypeError, r"; call it: leaky_relu\(0.01\)"),
        (activations.siren, TypeError, r"; call it: siren\(30.0\)"),
    ],
)
def test_unknown_activations(activation: object, error: type[Exception], message: str) -> None:
    """What is no activation is an error that lists the names there are."""
    with pytest.raises(error, match=message):
        activations.get(activation)


@pytest.mark.parametrize(
    "slope, error, message",
    [
        (np.nan, ValueError, r"slope must be a finite real number, got nan"),
        (-np.inf, ValueError, r"slope must be a finite real number, got -inf"),
        (
            10**400,
            ValueError,
            r"slope must be a finite real number, got <an integer of",
        ),
        ("0.1", TypeError, r"slope must be a finite real number, got '0.1'"),
        (True, TypeError, r"slope must be a finite real number, got True"),
        (0.1j, TypeError, r"slope must be a finite real number, got 0.1j"),
        (np.ones(3), TypeError, r"slope must .*leaky_relu makes an activation from a slope"),
    ],
)
def test_bad_slopes(slope: object, error: type[Exception], message: str) -> None:
    """A slope that is no finite number is an error, and pre-activations are no slope."""
    with pytest.raises(error, match=message):
        activations.leaky_relu(slope)
