"""Parts: what is drawn by itself is what the whole would hold there, to the bit."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import weightinit as wi
from tests.initializers.examples import EXAMPLES, LAYOUTS
from weightinit import _blocks

INSEPARABLE = ["orthogonal", "orthogonal wide", "delta-orthogonal", "sparse"]
SEPARABLE: dict[str, wi.Initializer] = {
    "constant": wi.Constant(value=0.5),
    "uniform": wi.Uniform(low=-0.5, high=1.0),
    "normal": wi.Normal(std=0.5, mean=1.0),
    "truncated": wi.TruncatedNormal(std=0.5, bound=1.5),
    "rejected": wi.TruncatedNormal(std=0.5, bound=2.5),
    "he_normal": wi.he_normal,
    "xavier_uniform": wi.xavier_uniform,
    "truncated fans": wi.VarianceScaling(
        scale=1.0, mode="fan_avg", distribution="truncated_normal", in_axis=0, out_axis=1
    ),
    "identity": wi.Identity(gain=2.0),
}
DTYPES = [np.float16, np.float32, np.float64]
BLOCK = _blocks.BLOCK

shapes = hnp.array_shapes(min_dims=2, max_dims=4, max_side=5).map(
    lambda shape: tuple(2 * size - 1 for size in shape)  # an identity's kernel has a centre
)


@pytest.mark.parametrize("name", SEPARABLE)
@given(st.data())
@settings(max_examples=60)
def test_a_part_is_the_whole_cut(name: str, data: st.DataObject) -> None:
    """Whatever the shape, the index and the dtype; a Generator is then where a call leaves it."""
    init, shape = SEPARABLE[name], data.draw(shapes)
    index = data.draw(hnp.basic_indices(shape))
    dtype = data.draw(st.sampled_from(DTYPES))
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    part = init.part(shape, index, rng=one, dtype=dtype)
    wanted = np.asarray(init(shape, rng=other, dtype=dtype)[index])
    assert (part.shape, part.dtype) == (wanted.shape, wanted.dtype)
    assert part.tobytes() == wanted.tobytes()
    assert part.flags.c_contiguous
    assert one.bit_generator.state == other.bit_generator.state


@pytest.mark.parametrize("name", [name for name in SEPARABLE if name != "identity"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_parts_of_many_blocks(name: str, dtype: type) -> None:
    """Blocks are found by rows, by columns, by steps, backwards and at the short last one."""
    shape = (300, 7, 101)  # 6.5 blocks
    init = SEPARABLE[name]
    whole = init(shape, rng=5, dtype=dtype)
    for index in (
        np.s_[:],
        np.s_[-1],
        np.s_[100:200],
        np.s_[:, 3],
        np.s_[:, :, 7],
        np.s_[::-37, 1:6:2, ::-1],
        np.s_[250:, ..., -1:],
        np.s_[299, 6, 100],
        np.s_[5:5],
    ):
        part = init.part(shape, index, rng=5, dtype=dtype)
        assert part.tobytes() == np.asarray(whole[index]).tobytes()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("groups", [1, 4])
def test_parts_of_an_identity(layout: str, groups: int) -> None:
    """In every layout, with groups on either side."""
    shape, axes = LAYOUTS[layout]
    for transposed in (False, True):
        init = wi.Identity(gain=0.5, groups=groups, transposed=transposed, **axes)
        index = tuple(slice(size // 5, None) for size in shape)
        part = init.part(shape, index, rng=0)
        assert np.array_equal(part, init(shape, rng=0)[index])


@given(st.data())
@settings(max_examples=50)
def test_shards_make_the_whole(data: st.DataObject) -> None:
    """Cut along any mesh, even or not, the shards are the whole once they are put together."""
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=3, min_side=2, max_side=60))
    cuts = [
        [0, *sorted(data.draw(st.sets(st.integers(1, size - 1), max_size=3))), size]
        for size in shape
    ]
    whole = wi.he_normal(shape, rng=2, dtype=np.float32)
    found = np.full(shape, np.nan, np.float32)
    for mesh in itertools.product(*(itertools.pairwise(ends) for ends in cuts)):
        index = tuple(slice(*ends) for ends in mesh)
        found[index] = wi.he_normal.part(shape, index, rng=2, dtype=np.float32)
    assert np.array_equal(found, whole)


@pytest.mark.parametrize(
    "index, blocks",
    [
        (np.s_[:1], 1),
        (np.s_[: BLOCK // 1000], 1),
        (np.s_[: 2 * BLOCK // 1000], 2),
        (np.s_[-1, -1], 1),
        (np.s_[:: 10**6 // 4], 4),
        (np.s_[10:10], 0),
    ],
)
def test_no_block_is_drawn_but_those_touched(
    monkeypatch: pytest.MonkeyPatch, index: Any, blocks: int
) -> None:
    """Of an array of 8 GB a part draws the blocks that it touches, and each of them once."""
    drawn: list[int] = []

    def draw(_law: Any, _key: Any, number: int, block: Any) -> None:
        drawn.append(number)
        block[:] = 0

    monkeypatch.setattr("weightinit._parts.fill", draw)
    wi.Normal(std=1.0).part((10**6, 1000), index, rng=0)
    assert len(drawn) == len(set(drawn)) == blocks


@pytest.mark.parametrize("name", INSEPARABLE)
def test_what_has_no_parts_says_so(name: str) -> None:
    """Weights that depend on each other are refused, with a way out; no number is drawn."""
    init, shape = EXAMPLES[name]
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"no parts .*depend on each other; draw the whole and"):
        init.part(shape, slice(1), rng=generator)
    assert generator.bit_generator.state == np.random.default_rng(0).bit_generator.state


@pytest.mark.parametrize(
    "arguments, error, text",
    [
        ({"index": 4}, ValueError, r"index must be between -4 and 3 on an axis of 4, got 4"),
        ({"index": (0, 0, 0)}, ValueError, r"index must be an index of at most 2 axes"),
        ({"index": (..., ...)}, TypeError, r"index must be an integer, a slice"),
        ({"index": slice(None, None, 0)}, ValueError, r"slices of a step other than 0"),
        ({"index": None}, TypeError, r"index must be an integer, a slice .*got None"),
        ({"index": True}, TypeError, r"index must be an integer, a slice .*got True"),
        ({"index": ([0, 1],)}, TypeError, r"index must be an integer, a slice .*index the part"),
        ({"index": slice("a")}, TypeError, r"index must be an integer, a slice"),
        ({"rng": None}, ValueError, r"rng must be the seed of the whole array, got None.*rng=0"),
        ({"rng": -1}, ValueError, r"rng must be None, a non-negative int"),
        ({"shape": (0, 3)}, ValueError, r"shape"),
        ({"dtype": int}, TypeError, r"dtype must be"),
    ],
)
def test_errors(arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    """A bad index, seed, shape or dtype is an error that names it."""
    given_ = {"shape": (4, 6), "index": 0, "rng": 0} | arguments
    with pytest.raises(error, match=text):
        wi.he_normal.part(given_.pop("shape"), given_.pop("index"), **given_)


def test_memory_is_that_of_the_part() -> None:
    """The corner of a weight of 4 EiB is drawn, in which no process could hold the rest."""
    shape = (2**29, 2**30)
    corner = wi.Normal(std=1.0).part(shape, (slice(-2, None), slice(-3, None)), rng=0)
    assert corner.shape == (2, 3)
    assert math.isfinite(corner.sum())
