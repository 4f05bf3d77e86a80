"""Arguments are checked where they arrive: kinds of odd values, each with the error it leads to."""

from collections.abc import Sequence

import numpy as np
import pytest

import weightinit as wi
from tests.soak.calls import NAMESPACE
from tests.soak.known import labels, network, sample
from tests.soak.odd import nested, raising
from weightinit.networks import RNN, Dense, Embedding, Flatten

HUGE = 10**5000  # Python does not write integers of more than 4,300 digits


@pytest.mark.parametrize(
    "code, error, told",
    [
        ("Dense(2).output_shape((-1, 3))", ValueError, r"input_shape\[0\] .* >= 1, got -1"),
        ("Dense(2).output_shape((HUGE,))", ValueError, r"input_shape\[0\] must .*2\*\*63"),
        ("Dense(2).parameter_shapes(3)", TypeError, "input_shape must be a sequence"),
        ("Dense(2).parameter_shapes('3')", TypeError, "input_shape must be .*, got '3'"),
        ("wi.cnn(28, [4], 2)", TypeError, "input_shape must be a sequence .*, got 28"),
        ("wi.Network([Dense(2)], 3)", TypeError, "input_shape must be a sequence .*, got 3"),
        ("wi.mlp([4, 2], 'nonsense')", ValueError, "activation must be .*got 'nonsense'"),
        ("wi.mlp([HUGE, 2])", ValueError, r"sizes\[0\] must be an integer from 1 to 2\*\*63"),
        ("Residual('relu')", TypeError, "branch must be a sequence of layers"),
        ("LayerNorm(1e-320)", ValueError, "epsilon must be a number that float32 holds"),
    ],
)
def test_architectures(code: str, error: type[Exception], told: str) -> None:
    """A shape, a size or a layer that is none is refused where it arrives."""
    with pytest.raises(error, match=told):
        eval(code, NAMESPACE | {"HUGE": HUGE})


@pytest.mark.parametrize(
    "x, error, told",
    [
        ([[1.0, 2.0], [3.0]], ValueError, "x must be an array of real numbers, .*inhomogeneous"),
        (nested(70), ValueError, "x must be an array .*maximum number of dimension"),
        (raising("__array__"), TypeError, "x must be .*NumPy says RuntimeError: odd"),
        (np.ma.masked_array(np.ones((2, 3)), [[0, 0, 1]] * 2), TypeError, "nothing of it masked"),
        (np.array([[1, 2, 3]], object), TypeError, "real numbers, got dtype object"),
        (np.zeros((1, 3), "M8[s]"), TypeError, r"real numbers, got dtype datetime64\[s\]"),
        ({1.0, 2.0}, TypeError, "real numbers, got dtype object"),
    ],
)
def test_batches(x: object, error: type[Exception], told: str) -> None:
    """What NumPy cannot make an array of real numbers is no batch; a mask is not dropped."""
    for use in (network().forward, lambda batch: wi.diagnose(network(), batch)):
        with pytest.raises(error, match=told):
            use(x)
    with pytest.raises(error, match=r"^x must be an array of samples"):
        wi.Monitor(x)


@pytest.mark.parametrize("dtype", [float, np.float32, ">f8", np.longdouble])
def test_batches_of_any_layout(dtype: object) -> None:
    """Byte order, strides, precision and the right to write make no difference."""
    x = sample().astype(dtype)
    repeated = np.repeat(x, 2, axis=0)[::2]
    repeated.flags.writeable = False
    given = repeated.copy()
    expected = network().forward(x.astype(np.float64))
    np.testing.assert_array_equal(network().forward(repeated), expected)
    np.testing.assert_array_equal(repeated, given)


def test_labels_beyond_int64_are_told_as_they_are() -> None:
    """A label is not wrapped around before it is compared, or shown."""
    y = np.array([2**64 - 1, 0, 0, 0, 0], np.uint64)
    with pytest.raises(ValueError, match=r"labels must be from 0 to 1 .*got 18446744073709551615"):
        network().loss_and_gradients(sample(), y)


@pytest.mark.parametrize(
    "code, error, told",
    [
        ("wi.he_normal((3, 4), rng=selfish())", TypeError, "rng must be None"),
        ("wi.he_normal((3, 4), rng=[[1]])", TypeError, "rng must be None"),
        ("wi.he_normal((3, 4), rng=range(10**9))", ValueError, "rng must be None"),
        ("wi.he_normal((3, 4), dtype='f8,,')", TypeError, "dtype must be float16, float32"),
        ("wi.he_normal((3, 4), dtype='a')", TypeError, "dtype must be float16, float32"),
        ("wi.he_normal((1,) * 65)", ValueError, "shape must hold 64 at most"),
        ("wi.he_normal(range(1, 10**9))", ValueError, "shape must hold 64 at most"),
        ("wi.he_normal((HUGE, 2))", ValueError, r"shape\[0\] must be an integer from 1 to"),
        ("wi.compute_fans((3, 4), groups=HUGE)", ValueError, "groups .*about 5001 digits"),
        ("wi.compute_fans((3, 4), in_axis=HUGE)", ValueError, "in_axis .*from -64 to 63"),
        ("wi.Orthogonal(out_axis=range(10**9))", ValueError, "out_axis must hold 64 at most"),
        ("wi.Sparse(nonzeros=HUGE)", ValueError, "nonzeros must be an integer from 1 to"),
        ("wi.Normal(std=HUGE)", ValueError, "std must be a finite real .*5001 digits"),
        ("wi.datasets.ring(HUGE)", ValueError, "n must be an integer from 1 to"),
        ("wi.datasets.sentences(2**62)", ValueError, "n must be an integer from 1 to"),
    ],
)
def test_sizes_and_seeds(code: str, error: type[Exception], told: str) -> None:
    """Values that are too large, too long, or that hold themselves, are refused before any work."""
    with pytest.raises(error, match=told):
        eval(code, NAMESPACE | {"HUGE": HUGE})


@pytest.mark.parametrize("code", ["5", "-6", "1.0", "'0'", "None", "True", "slice(2)", "HUGE"])
def test_sentences_that_there_are_not(code: str) -> None:
    """Only an integer within the data names a sentence; -1 is the last."""
    data = wi.datasets.sentences(5, rng=0)
    assert data.text(-1) == data.text(4)
    with pytest.raises((TypeError, ValueError), match="index must be an integer"):
        data.text(eval(code))


class Counted(Sequence):
    """A sequence of ones, which counts how many of them were read."""

    read = 0

    def __len__(self) -> int:
        return 10**12

    def __getitem__(self, index: int) -> int:
        self.read += 1
        return 1


def test_a_shape_is_read_no_further_than_needed() -> None:
    """Of a sequence without end no more is read than shows that it is too long."""
    shape = Counted()
    with pytest.raises(ValueError, match="shape must hold 64 at most"):
        wi.compute_fans(shape)
    assert shape.read <= 100  # 65, and what the message shows


METHODS = ("repr", "str", "index", "float", "int", "array", "eq", "bool", "iter", "len", "hash")


@pytest.mark.parametrize("method", METHODS)
def test_objects_whose_methods_raise(method: str) -> None:
    """Whatever an object raises, the error is one about the argument."""
    odd = raising(f"__{method}__")
    for name, call in {
        "shape": lambda: wi.compute_fans(odd),
        r"shape\[0\]": lambda: wi.compute_fans((odd, 2)),
        "in_axis": lambda: wi.compute_fans((3, 4), in_axis=odd),
        "gain": lambda: wi.Orthogonal(gain=odd),
        "mode": lambda: wi.VarianceScaling(scale=2.0, mode=odd, distribution="normal"),
        "rng": lambda: wi.he_normal((3, 4), rng=odd),
        "dtype": lambda: wi.he_normal((3, 4), dtype=odd),
        "x": lambda: network().forward(odd),
        "y": lambda: network().loss_and_gradients(sample(), odd),
        "initializer": lambda: network().initialize(odd),
        "layers": lambda: wi.Network(odd, (3,)),
        r"layers\[0\]": lambda: wi.Network([odd], (3,)),
        "model": lambda: wi.diagnose(odd, sample()),
        "trace": lambda: wi.diagnosis.judge(odd),
        "parameters": lambda: Dense(2).forward(odd, sample()),
    }.items():
        with pytest.raises((TypeError, ValueError), match=f"^{name} must be"):
            call()


def test_strings_of_a_subclass_become_plain() -> None:
    """A choice is kept as a plain string, whatever its own equality says, and prints as one."""
    init = wi.VarianceScaling(
        scale=2.0, mode=np.str_("fan_in"), distribution=raising("__eq__", str, "normal")
    )
    assert repr(init) == repr(wi.he_normal)


def test_zero_has_no_sign() -> None:
    """A size of -0.0 is 0.0."""
    assert str(wi.Normal(std=-0.0).std) == "0.0"


@pytest.mark.parametrize(
    "layer, x, mask, error, told",
    [
        (Dense(2), np.ones((5, 4)), None, ValueError, r"parameters\['weight'\] must be of shape"),
        (Dense(2), np.ones(()), None, ValueError, "x must be a batch"),
        (Dense(2), np.full((5, 3), np.inf), None, ValueError, "x must be finite"),
        (Dense(2), np.ones((5, 3)), np.ones(5, bool), ValueError, r"mask must be of the shape"),
        (Dense(2), np.ones((5, 3)), np.ones((5, 3)), TypeError, "mask must be an array of bool"),
        (Embedding(4, 2), [[1, 4]], None, ValueError, "tokens must be from 0 to 3, got 4"),
        (Embedding(4, 2), [[1, -1]], None, ValueError, "tokens must be from 0 to 3, got -1"),
        (Embedding(4, 2), [[1.0]], None, TypeError, "tokens, which are integers"),
        (RNN(), np.ones((5, 3)), None, ValueError, "x must be a batch for RNN.*sequences"),
        (Flatten(), np.ones((0, 3)), None, ValueError, "at least one sample"),
    ],
)
def test_a_layer_checks_what_it_is_given(
    layer: wi.networks.Layer, x: object, mask: object, error: type[Exception], told: str
) -> None:
    """A batch or mask that does not fit a single layer is refused, not broadcast or wrapped."""
    declared = {Dense: (3,), RNN: (4, 3), Embedding: (4,), Flatten: (3,)}[type(layer)]
    shapes = layer.parameter_shapes(declared)
    parameters = {name: np.ones(shape) for name, shape in shapes.items()}
    with pytest.raises(error, match=told):
        layer.forward(parameters, x, mask)


def test_a_layer_computes_with_integers_as_with_floats() -> None:
    """States of a recurrent layer are not cut off to the integers of its input."""
    parameters = {"weight": np.array([[0.5]]), "bias": np.array([0.25])}
    x = np.array([[[1], [2], [3]]])
    whole, floats = (RNN("tanh").forward(parameters, given)[0] for given in (x, x * 1.0))
    np.testing.assert_array_equal(whole, floats)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"weight": None}, r"parameters\['weight'\] must be an array of floats, got dtype object"),
        ({1: 2}, "parameters must hold weight, bias, got .'weight', 'bias', 1"),
        ({"bias": np.ones(3)}, r"parameters\['bias'\] must be of shape \(2,\), got \(3,\)"),
        ({"bias": [1, 2]}, r"parameters\['bias'\] must be an array of floats, got dtype int"),
        ({"bias": [1.0, np.nan]}, r"parameters\['bias'\] must be finite"),
    ],
)
def test_a_layer_checks_its_parameters(change: dict[object, object], told: str) -> None:
    """A layer takes the parameters that it declares, in their shapes, and no others."""
    with pytest.raises((TypeError, ValueError), match=told):
        Dense(2).forward({"weight": np.ones((3, 2)), "bias": np.ones(2)} | change, sample())


def test_a_backward_pass_needs_the_cache_of_its_layer() -> None:
    """What the forward pass of another layer left, or anything else, is no cache."""
    parameters = {"weight": np.ones((3, 2)), "bias": np.ones(2)}
    y, cache = Dense(2).forward(parameters, sample())
    others = {"weight": np.ones((3, 4)), "bias": np.ones(4)}
    with pytest.raises(ValueError, match=r"cache must be what forward .*got one of Dense\(units=2"):
        Dense(4).backward(others, cache, np.ones((5, 4)))
    for odd in (None, sample(), tuple(cache)):
        with pytest.raises(TypeError, match="cache must be what forward returned"):
            Dense(2).backward(parameters, odd, y)
    with pytest.raises(ValueError, match=r"dy must be of shape \(5, 2\), got \(5, 1\)"):
        Dense(2).backward(parameters, cache, y[:, :1])


def test_an_overflow_is_told() -> None:
    """Numbers too large to compute with are an error, with no warning and nothing infinite."""
    x = np.full((5, 3), 1e308)
    net = network().initialize({"*.weight": wi.ones})  # of three such inputs the sum overflows
    for call in (net.forward, net.predict):
        with pytest.raises(
            FloatingPointError, match=r"x and the weights must stay finite.*diagnose"
        ):
            call(x)
    with pytest.raises(FloatingPointError, match="x, y and the weights must stay finite"):
        net.loss_and_gradients(x, labels())
    parameters = {"weight": np.full((3, 2), 1e9), "bias": np.zeros(2)}
    with pytest.raises(FloatingPointError, match="x and parameters must stay finite"):
        Dense(2).forward(parameters, x)
