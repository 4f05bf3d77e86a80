"""However arrays are shared among threads, each block is drawn once and from its own stream."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weightinit as wi
from weightinit import _blocks, _laws
from weightinit._blocks import BLOCK, Job, Law

SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
LAWS: dict[str, tuple[Law, np.dtype[Any]]] = {
    "uniform f4": (_laws.uniform(SINGLE, -0.5, 1.0), SINGLE),
    "uniform f8": (_laws.uniform(DOUBLE, -0.5, 1.0), DOUBLE),
    "normal f4": (_laws.normal(0.5, 2.0), SINGLE),
    "normal f8": (_laws.normal(0.5, 2.0), DOUBLE),
    "inverted": (_laws.truncated_normal(SINGLE, 0.5, 2.0, 1.5), SINGLE),
    "rejected f4": (_laws.truncated_normal(SINGLE, 0.5, 2.0, 2.5), SINGLE),
    "rejected f8": (_laws.truncated_normal(DOUBLE, 0.5, 2.0, 0.5), DOUBLE),
}
sizes = st.lists(st.integers(1, 10**9), max_size=20)


def one_by_one(job: Job) -> np.ndarray:
    """Return what fills a job if each block is drawn by itself."""
    found = np.empty_like(job.flat)
    for number in range(math.ceil(found.size / BLOCK)):
        block = found[number * BLOCK : (number + 1) * BLOCK]
        _blocks.fill(job.law, job.key, number, block)
    return found


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
def test_arrays_that_share_threads(threads: int) -> None:
    """All laws at once, long and short arrays, some of an odd size: the bits of block by block."""
    jobs = [
        Job(law._replace(share=1), (place, size, 7), np.full(size, np.nan, dtype))
        for place, (law, dtype) in enumerate(LAWS.values())
        for size in (1, BLOCK - 1, 40 * BLOCK + 3)
    ]
    _blocks.draw(jobs, threads)
    for job in jobs:
        assert job.flat.tobytes() == one_by_one(job).tobytes()


@given(st.lists(st.integers(1, 10**7), max_size=3), st.integers(0, 20))
def test_turns_cover_each_block_once(counts: list[int], helpers: int) -> None:
    """No number is drawn twice or left out; where threads share, each finds a turn to take."""
    law = LAWS["normal f4"][0]
    jobs = [Job(law, (1, 2, 3), np.broadcast_to(SINGLE.type(), size)) for size in counts]
    turns = list(_blocks._turns(jobs, helpers))
    for job in jobs:
        ends = [(first, flat.size) for owner, first, flat in turns if owner is job]
        assert sum(size for _, size in ends) == job.flat.size
        place = 0
        for first, size in ends:
            assert first * BLOCK == place
            place += size
    blocks = sum(math.ceil(job.flat.size / BLOCK) for job in jobs)
    assert len(turns) >= min(blocks, helpers + 1)


@given(sizes, sizes, st.integers(1, 200))
def test_threads_that_pay(uniform: list[int], normal: list[int], most: int) -> None:
    """One for each share of the numbers, no more than the law gains by, and never fewer than one.

    A thread for less than its share would take longer to start than to draw.
    """
    jobs = [
        Job(LAWS[law][0], (1, 2, 3), np.broadcast_to(SINGLE.type(), size))
        for law, counts in (("uniform f4", uniform), ("normal f4", normal))
        for size in counts
    ]
    found = _blocks.workers(jobs, most)
    assert 1 <= found <= most
    shares = sum(job.flat.size / job.law.share for job in jobs)
    assert found == 1 or found <= shares
    assert found <= max((job.law.workers for job in jobs), default=1)
    assert found >= min(most, int(shares), 8)
    for fewer in (jobs[:-1], jobs[1:]):
        assert _blocks.workers(fewer, most) <= found


def test_memory_limits_uniform_numbers() -> None:
    """On however many processors, no more threads draw uniform numbers than memory feeds."""
    huge = np.broadcast_to(SINGLE.type(), 2**40)
    for name, wanted in (("uniform f4", 8), ("uniform f8", 8), ("normal f4", 64)):
        assert _blocks.workers([Job(LAWS[name][0], (1, 2, 3), huge)], 64) == wanted


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_network_is_drawn_as_its_weights_by_themselves(dtype: type) -> None:
    """One generator in the order of parameters, also where a weight is drawn at once."""
    net = wi.mlp([300, 500, 500, 400, 3])
    chosen = {"dense1.weight": wi.orthogonal, "dense2.weight": wi.zeros, "*.weight": wi.he_normal}
    net.initialize(chosen, rng=5, dtype=dtype)
    rng = np.random.default_rng(5)
    for name, init in (
        ("dense0", wi.he_normal),
        ("dense1", wi.orthogonal),
        ("dense2", wi.zeros),
        ("dense3", wi.he_normal),
    ):
        weight = net.parameters[f"{name}.weight"]
        assert np.array_equal(weight, init(weight.shape, rng=rng, dtype=dtype))
        assert weight.base is None or weight.base.size == weight.size
