"""Stacked: each block of a packed weight is drawn as if alone."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import weightinit as wi
from tests.chance import assert_moments
from tests.initializers.examples import EXAMPLES

BLOCKS = ["constant", "normal", "scaled normal", "orthogonal", "delta-orthogonal", "sparse", "zero"]


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_blocks_are_what_single_draws_give(kind: str, axis: int) -> None:
    """From one generator the blocks are the weights that single draws give, bit by bit."""
    init, block = EXAMPLES[kind]
    shape = list(block)
    shape[axis] *= 3
    one, other = np.random.default_rng(2), np.random.default_rng(2)
    packed = wi.Stacked(initializer=init, parts=3, axis=axis)(shape, rng=one)
    alone = [init(block, rng=other) for _ in range(3)]
    assert packed.tobytes() == np.ascontiguousarray(np.concatenate(alone, axis)).tobytes()
    assert one.bit_generator.state == other.bit_generator.state


def test_each_gate_is_orthogonal() -> None:
    """Each of the four gates has orthonormal rows, to 8 eps a row; the packed scheme gives none."""
    within = 8 * 24 * np.finfo(np.float64).eps
    packed = wi.Stacked(initializer=wi.orthogonal, parts=4)((24, 96), rng=0)
    for gate in np.split(packed, 4, axis=1):
        assert gate @ gate.T == pytest.approx(np.eye(24), abs=within)
    for gate in np.split(wi.orthogonal((24, 96), rng=0), 4, axis=1):
        assert np.linalg.svd(gate, compute_uv=False).max() < 1
        assert np.linalg.svd(gate, compute_uv=False).min() < 0.5


def test_queries_keys_and_values_have_their_own_variance() -> None:
    """Xavier sees n + n for each of three, not n + 3n: twice the variance. False alarms: 1e-6."""
    from scipy import stats

    init = wi.Stacked(initializer=wi.xavier_normal, parts=3)
    assert init.std((300, 900)) == wi.xavier_normal.std((300, 300))
    assert init.std((300, 900)) == pytest.approx(math.sqrt(2) * wi.xavier_normal.std((300, 900)))
    for block in np.split(init((300, 900), rng=0), 3, axis=1):
        assert_moments(block, stats.norm(scale=math.sqrt(2 / 600)), checks=3)


@given(st.data())
@settings(max_examples=60)
def test_a_part_is_the_whole_cut(data: st.DataObject) -> None:
    """Whatever the blocks, the axis and the index; a Generator is then where a call leaves it."""
    inner = data.draw(st.sampled_from([wi.he_normal, wi.ones, wi.Uniform(low=0, high=1)]))
    parts = data.draw(st.integers(1, 4))
    shape = list(data.draw(hnp.array_shapes(min_dims=2, max_dims=3, max_side=4)))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    shape[axis] *= parts
    index = data.draw(hnp.basic_indices(tuple(shape)))
    init = wi.Stacked(initializer=inner, parts=parts, axis=axis)
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    part = init.part(shape, index, rng=one, dtype=np.float32)
    wanted = np.asarray(init(shape, rng=other, dtype=np.float32)[index])
    assert (part.shape, part.tobytes()) == (wanted.shape, wanted.tobytes())
    assert part.flags.c_contiguous
    assert one.bit_generator.state == other.bit_generator.state


def test_blocks_without_parts_say_so() -> None:
    """Where the initializer of the blocks has no parts, a stack of them has none."""
    init = wi.Stacked(initializer=wi.orthogonal, parts=2)
    with pytest.raises(ValueError, match=r"Orthogonal\(\) has no parts"):
        init.part((4, 8), 0, rng=0)


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        (
            {"initializer": "he"},
            TypeError,
            r"initializer must be an initializer, got 'he'.*wi.orth",
        ),
        ({"initializer": wi.Orthogonal}, TypeError, r"initializer must be an initializer"),
        ({"parts": 0}, ValueError, r"parts must be an integer >= 1, got 0"),
        ({"parts": 2.0}, TypeError, r"parts must be an integer >= 1, got 2.0"),
        ({"axis": (0, 1)}, TypeError, r"axis must be an integer"),
        ({"axis": 64}, ValueError, r"axis must be an integer from -64 to 63, got 64"),
    ],
)
def test_bad_parameters(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """What is no initializer, no number of blocks or no axis is an error that names it."""
    with pytest.raises(error, match=message):
        wi.Stacked(**{"initializer": wi.orthogonal, "parts": 2} | arguments)


@pytest.mark.parametrize(
    "init, shape, message",
    [
        (wi.Stacked(initializer=wi.zeros, parts=3), (4, 8), r"parts must divide .*parts=3 for 8"),
        (wi.Stacked(initializer=wi.zeros, parts=2, axis=2), (4, 8), r"axis must lie between -2"),
        (wi.Stacked(initializer=wi.he_normal, parts=2), (8,), r"shape must have at least two axes"),
    ],
)
def test_shapes_that_do_not_fit(init: wi.Initializer, shape: tuple, message: str) -> None:
    """A shape that cannot be cut, or whose blocks do not fit, is an error; nothing is drawn."""
    generator = np.random.default_rng(0)
    for function in (lambda: init(shape, rng=generator), lambda: init.std(shape)):
        with pytest.raises(ValueError, match=message):
            function()
    assert generator.bit_generator.state == np.random.default_rng(0).bit_generator.state
