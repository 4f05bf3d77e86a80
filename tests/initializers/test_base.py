"""The call that all initializers share: its arguments, its result, and nothing else touched."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.initializers.examples import EXAMPLES, RANDOM

examples = pytest.mark.parametrize("kind", EXAMPLES)
random_examples = pytest.mark.parametrize("kind", RANDOM)
dtypes = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])


def needs_fans(kind: str) -> bool:
    """Tell whether an example depends on which axes hold inputs and outputs."""
    return hasattr(EXAMPLES[kind][0], "out_axis")


@examples
@dtypes
def test_result(kind: str, dtype: type) -> None:
    """A call makes a new, writable, C-contiguous array of the shape and dtype asked for."""
    init, shape = EXAMPLES[kind]
    weights = init(shape, rng=0, dtype=dtype)
    assert weights.shape == shape
    assert weights.dtype == dtype
    assert weights.flags.c_contiguous
    assert weights.flags.writeable
    assert np.isfinite(weights).all()
    weights[:] = 7
    assert not np.any(init(shape, rng=0, dtype=dtype) == 7)


@examples
def test_float64_is_the_default(kind: str) -> None:
    """Without a dtype the weights are float64, and a dtype may be told in any way of NumPy's."""
    init, shape = EXAMPLES[kind]
    weights = init(shape, rng=0)
    assert weights.dtype == np.float64
    for float64 in ("float64", "f8", np.dtype(float), float):
        assert np.array_equal(init(shape, rng=0, dtype=float64), weights)


@examples
def test_float16_is_float32_cast(kind: str) -> None:
    """Half precision is drawn in single precision and rounded."""
    init, shape = EXAMPLES[kind]
    in_float32 = init(shape, rng=0, dtype=np.float32)
    assert np.array_equal(init(shape, rng=0, dtype=np.float16), in_float32.astype(np.float16))


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if needs_fans(kind)])
@pytest.mark.parametrize("out_axis", [0, 1, 2, -2])
def test_any_layout_is_contiguous(kind: str, out_axis: int) -> None:
    """The result is C-contiguous in every layout."""
    init, _ = EXAMPLES[kind]
    in_axis = {"in_axis": (out_axis + 1) % 4} if hasattr(init, "in_axis") else {}
    moved = replace(init, out_axis=out_axis, **in_axis)
    assert moved((3, 3, 3, 3), rng=0).flags.c_contiguous


@random_examples
def test_seeds(kind: str) -> None:
    """A seed repeats every bit; other seeds, or none, give other weights."""
    init, shape = EXAMPLES[kind]
    weights = init(shape, rng=7)
    assert init(shape, rng=7).tobytes() == weights.tobytes()
    others = [init(shape, rng=8), init(shape, rng=None), init(shape, rng=None)]
    assert len({array.tobytes() for array in [weights, *others]}) == 4


@random_examples
@pytest.mark.parametrize(
    "make",
    [
        np.random.default_rng,
        lambda seed: np.random.Generator(np.random.PCG64(seed)),
        np.random.PCG64,
        np.random.SeedSequence,
        np.int64,
        lambda seed: [seed],
    ],
    ids=["default_rng", "Generator", "BitGenerator", "SeedSequence", "integer", "sequence"],
)
def test_sources_of_randomness(kind: str, make: Any) -> None:
    """Whatever `np.random.default_rng` takes is taken, and stands for the generator it makes."""
    init, shape = EXAMPLES[kind]
    weights = init(shape, rng=np.random.default_rng(make(5)))
    assert np.array_equal(init(shape, rng=make(5)), weights)


@random_examples
def test_a_generator_is_shared(kind: str) -> None:
    """A generator goes on: equal layers drawn from one differ, and repeat as a whole."""
    init, shape = EXAMPLES[kind]
    one, two = np.random.default_rng(1), np.random.default_rng(1)
    network = [init(shape, rng=one) for _ in range(3)]
    assert len({array.tobytes() for array in network}) == 3
    assert [a.tobytes() for a in network] == [init(shape, rng=two).tobytes() for _ in range(3)]


@examples
def test_nothing_else_is_touched(kind: str) -> None:
    """A call changes neither the shape it is given nor NumPy's global random state."""
    init, shape = EXAMPLES[kind]
    sizes = list(shape)
    before = np.random.get_state()[1].copy()  # noqa: NPY002  # what must not change
    weights = init(sizes, rng=0)
    assert sizes == list(shape)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert np.array_equal(init(np.array(sizes, dtype=np.int8), rng=0), weights)


@examples
@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"shape": (3, 0)}, ValueError, r"shape\[1\] must be an integer >= 1, got 0"),
        ({"shape": (3, -1)}, ValueError, r"shape\[1\] must be an integer >= 1, got -1"),
        ({"shape": (3.0, 2)}, TypeError, r"shape\[0\] must be an integer >= 1, got 3.0"),
        ({"shape": (True, 2)}, TypeError, r"shape\[0\] must be an integer >= 1, got True"),
        ({"shape": 3}, TypeError, r"shape must be a sequence of positive integers, got 3"),
        ({"shape": "33"}, TypeError, r"shape must be a sequence of positive integers, got '33'"),
        ({"shape": (2**40, 2**40)}, ValueError, r"shape must be .*2\*\*63 elements"),
        ({"dtype": int}, TypeError, r"dtype must be float16, float32 or float64.*<class 'int'>.*"),
        ({"dtype": bool}, TypeError, r"dtype must be .*<class 'bool'>.*\.astype"),
        ({"dtype": object}, TypeError, r"dtype must be .*<class 'object'>"),
        ({"dtype": complex}, TypeError, r"dtype must be .*<class 'complex'>"),
        ({"dtype": None}, TypeError, r"dtype must be .*got None"),
        ({"dtype": "f99"}, TypeError, r"dtype must be .*got 'f99'"),
        ({"dtype": "longdouble"}, TypeError, r"dtype must be .*got 'longdouble'"),
        ({"dtype": np.dtype(float).newbyteorder()}, TypeError, r"dtype must be .*native byte"),
        ({"rng": -1}, ValueError, r"rng must be None, a non-negative int .*got -1.*rng=0"),
        ({"rng": [1, -1]}, ValueError, r"rng must be .*got \[1, -1\]"),
        ({"rng": 1.0}, TypeError, r"rng must be .*got 1.0 .*default_rng\(0\)"),
        ({"rng": True}, TypeError, r"rng must be .*got True"),
        ({"rng": "0"}, TypeError, r"rng must be .*got '0'"),
        ({"rng": np.random}, TypeError, r"rng must be .*got <module 'numpy.random'"),
    ],
    ids=str,
)
def test_bad_arguments(
    kind: str, arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    """A bad shape, dtype or rng is an error that names it, before a number is drawn."""
    init, shape = EXAMPLES[kind]
    generator = np.random.default_rng(0)
    with pytest.raises(error, match=message):
        init(**{"shape": shape, "rng": generator, **arguments})
    assert generator.bit_generator.state == np.random.default_rng(0).bit_generator.state


@examples
@pytest.mark.parametrize("shape", [(3, 0), (3.0, 2), 3, None])
def test_theory_checks_the_shape_as_well(kind: str, shape: object) -> None:
    """What is no shape for a call is none for the theory."""
    init, _ = EXAMPLES[kind]
    with pytest.raises((TypeError, ValueError), match=r"shape(\[\d\])? must be"):
        init.std(shape)


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if needs_fans(kind)])
@pytest.mark.parametrize("shape", [(), (7,)])
def test_schemes_need_fans(kind: str, shape: tuple[int, ...]) -> None:
    """A shape without fans is an error, in a call and in the theory, that names what will do."""
    init, _ = EXAMPLES[kind]
    for function in (init, init.std):
        with pytest.raises(ValueError, match=r"two axes to have fans, got \(.*wi.zeros.*wi.Normal"):
            function(shape)


@pytest.mark.parametrize(
    "init",
    [
        wi.Constant(value=2.0),
        wi.Uniform(low=0, high=1),
        wi.Normal(std=1.0),
        wi.TruncatedNormal(std=1.0),
    ],
    ids=repr,
)
@pytest.mark.parametrize("shape", [(), (7,), (1, 1), (2, 1, 3)])
def test_distributions_need_none(init: wi.Initializer, shape: tuple[int, ...]) -> None:
    """What does not depend on fans starts a bias, or a scalar, as well."""
    assert init(shape, rng=0).shape == shape
    assert init.std(shape) >= 0


@pytest.mark.parametrize(
    "init, dtype",
    [
        (wi.Constant(value=1e5), np.float16),
        (wi.Constant(value=-1e39), np.float32),
        (wi.Normal(std=1e39), np.float32),
        (wi.Normal(std=1e38), np.float32),
        (wi.Normal(std=1.0, mean=-1e39), np.float32),
        (wi.Normal(std=1e308), np.float64),
        (wi.TruncatedNormal(std=3e38), np.float32),
        (wi.Uniform(low=-3e38, high=3e38), np.float32),
        (wi.Orthogonal(gain=1e39), np.float32),
        (wi.Identity(gain=1e39), np.float32),
        (wi.Sparse(nonzeros=1, std=1e38), np.float32),
        (wi.VarianceScaling(scale=1e80, mode="fan_in", distribution="uniform"), np.float32),
        (wi.Constant(value=1e-9), np.float16),
        (wi.Normal(std=1e-9), np.float16),
        (wi.Normal(std=1e-50), np.float32),
        (wi.Orthogonal(gain=1e-50), np.float32),
        (wi.VarianceScaling(scale=1e-99, mode="fan_in", distribution="normal"), np.float32),
    ],
    ids=str,
)
def test_weights_beyond_the_dtype(init: wi.Initializer, dtype: type) -> None:
    """Weights that would overflow, or all vanish, in the dtype are an error that says so."""
    message = f"dtype must hold the weights, got {np.dtype(dtype)}.*wider dtype"
    with pytest.raises(ValueError, match=message):
        init((2, 2), rng=0, dtype=dtype)


@pytest.mark.parametrize(
    "init,dtype",
    [
        (wi.Uniform(low=1.0, high=1.0 + 1e-9), np.float32),
        (wi.Normal(mean=1.0, std=1e-9), np.float32),
        (wi.Normal(mean=-1.0, std=1e-17), np.float64),
        (wi.TruncatedNormal(mean=100.0, std=0.01), np.float16),
    ],
    ids=str,
)
def test_weights_that_the_dtype_cannot_tell_apart(init: wi.Initializer, dtype: type) -> None:
    """Weights that would all round to their center, and so be equal, are an error that says so."""
    message = f"dtype must tell the weights apart, got {np.dtype(dtype)}.*nearer to 0"
    with pytest.raises(ValueError, match=message):
        init((2, 2), rng=0, dtype=dtype)


def test_more_bytes_than_numpy_can_address() -> None:
    """A shape that has fans but no array can have it is an error before any work is done."""
    shape = (2**31, 2**31)
    assert wi.compute_fans(shape).fan_in == 2**31
    with pytest.raises(ValueError, match=r"fewer than 2\*\*63 bytes in float64.*draw .* in parts"):
        wi.he_normal(shape)


@pytest.mark.parametrize(
    "init",
    [
        wi.Constant(value=6e4),
        wi.Constant(value=1e-4),
        wi.Constant(value=0.0),
        wi.Normal(std=0.0),
        wi.Normal(std=6e3),
        wi.Uniform(low=-3e4, high=3e4),
        wi.TruncatedNormal(std=2.8e4),
        wi.Orthogonal(gain=6e4),
        wi.Orthogonal(gain=0.0),
    ],
    ids=str,
)
def test_weights_at_the_edge_of_the_dtype(init: wi.Initializer) -> None:
    """Weights as large as a dtype can hold, and zeros, are drawn."""
    weights = init((30, 30), rng=0, dtype=np.float16)
    assert np.isfinite(weights).all()
