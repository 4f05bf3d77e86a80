"""bfloat16, which ml_dtypes brings: drawn in float32 and rounded, as float16 is."""

import subprocess
import sys

import numpy as np
import pytest

import weightinit as wi
from tests.chance import standard_errors
from tests.initializers.examples import EXAMPLES

ml_dtypes = pytest.importorskip("ml_dtypes", reason="the group `test` has it")
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)

examples = pytest.mark.parametrize("kind", EXAMPLES)


@examples
def test_bfloat16_is_float32_rounded(kind: str) -> None:
    """Every initializer draws in float32 and rounds to the nearest, ties to the even."""
    init, shape = EXAMPLES[kind]
    weights = init(shape, rng=0, dtype=BFLOAT16)
    assert weights.dtype == BFLOAT16
    assert weights.flags.c_contiguous
    bits = init(shape, rng=0, dtype=np.float32).view(np.uint32).astype(np.uint64)
    rounded = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)
    assert np.array_equal(weights.view(np.uint16), rounded)


@examples
@pytest.mark.parametrize("dtype", ["bfloat16", ml_dtypes.bfloat16, BFLOAT16], ids=repr)
def test_any_way_to_say_it(kind: str, dtype: object) -> None:
    """Its name, its type and its dtype are the same, as they are for NumPy's."""
    init, shape = EXAMPLES[kind]
    assert init(shape, rng=0, dtype=dtype).tobytes() == init(shape, rng=0, dtype=BFLOAT16).tobytes()


@pytest.mark.parametrize("name", ["he_normal", "xavier_uniform", "lecun_normal"])
def test_the_std_is_right(name: str) -> None:
    """The std is that of theory, up to chance and 1/2 eps of rounding. False alarms: 1e-6."""
    scheme, shape = getattr(wi, name), (600, 500)
    weights = scheme(shape, rng=0, dtype=BFLOAT16).astype(np.float64)
    chance = standard_errors(3) / np.sqrt(2 * weights.size)
    assert abs(weights.std() / scheme.std(shape) - 1) < chance + 2**-8


@pytest.mark.parametrize(
    "init, message",
    [
        (wi.Constant(value=3.4e38), r"must hold the weights, got bfloat16, .*1.2e-38 and 3.4e\+38"),
        (wi.Constant(value=1e-39), r"must hold the weights, got bfloat16"),
        (wi.Normal(std=1e-3, mean=1.0), r"must tell the weights apart, .*near 1 are 0.0078 apart"),
    ],
    ids=str,
)
def test_weights_beyond_bfloat16(init: wi.Initializer, message: str) -> None:
    """Weights that would overflow, vanish or fall together are an error that says so."""
    with pytest.raises(ValueError, match=message):
        init((2, 2), rng=0, dtype=BFLOAT16)


@pytest.mark.parametrize(
    "dtype",
    [ml_dtypes.float8_e4m3fn, np.dtype(ml_dtypes.int4), BFLOAT16.newbyteorder(), "float8_e5m2"],
    ids=str,
)
def test_its_other_dtypes_are_refused(dtype: object) -> None:
    """What is smaller, an integer, or of another byte order is an error that lists what is not."""
    with pytest.raises(TypeError, match=r"float16, float32 or float64 .* or ml_dtypes.bfloat16, g"):
        wi.he_normal((2, 2), rng=0, dtype=dtype)


def test_streams_and_networks_refuse_it() -> None:
    """What computes in the dtype takes bfloat16 no more than float16, and says what it takes."""
    with pytest.raises(TypeError, match=r"dtype must be float32 or float64, got dtype\(bfloat16\)"):
        wi.streams.normal(np.random.default_rng(0), (2,), BFLOAT16, mean=0.0, std=1.0)
    with pytest.raises(TypeError, match=r"float64 or float32, got bfloat16.*use float32"):
        wi.mlp([2, 1]).initialize(wi.zeros, dtype=BFLOAT16)


def test_the_package_does_not_import_it() -> None:
    """Nobody needs ml_dtypes: it is not imported, and until it is there is no such name."""
    code = (
        "import sys, weightinit as wi\n"
        "try: wi.he_normal((2, 2), dtype='bfloat16')\n"
        "except TypeError as error: print('ml_dtypes' in sys.modules, error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("False dtype must be float16, float32 or float64")
    assert "or ml_dtypes.bfloat16, got 'bfloat16'" in told.stdout
