"""A weight that JAX asks for shard by shard, on eight devices of two processes."""

import importlib.util
import json

import pytest

from tests.distributed.processes import run_together

pytestmark = [
    pytest.mark.distributed,
    pytest.mark.skipif(
        importlib.util.find_spec("jax") is None, reason="`nox -s distributed` installs JAX"
    ),
]

SCRIPT = """
import hashlib, json, os
import jax, numpy as np
import weightinit as wi
from jax.sharding import Mesh, NamedSharding, PartitionSpec

jax.distributed.initialize(f"localhost:{os.environ['PORT']}", 2, int(os.environ["RANK"]))
mesh = Mesh(np.array(jax.devices()).reshape(4, 2), ("rows", "columns"))
shape = (512, 384)
whole = wi.he_normal(shape, rng=3, dtype=np.float32)
found = {}
for axes in [("rows", "columns"), ("columns", "rows"), ("rows",), (None, "columns"), ()]:
    weight = jax.make_array_from_callback(
        shape,
        NamedSharding(mesh, PartitionSpec(*axes)),
        lambda index: wi.he_normal.part(shape, index, rng=3, dtype=np.float32),
    )
    shards = weight.addressable_shards
    for shard in shards:
        assert np.array_equal(np.asarray(shard.data), whole[shard.index])
    found[str(axes)] = [
        [str(shard.index), hashlib.sha256(np.asarray(shard.data)).hexdigest()] for shard in shards
    ]
print(json.dumps([jax.device_count(), found]))
"""


def test_shards_of_jax() -> None:
    """Each device gets its part of the whole, and replicas in both processes the same bits."""
    devices = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    told = [json.loads(output) for output in run_together(SCRIPT, 2, **devices)]
    assert [count for count, _ in told] == [8, 8]
    for axes in told[0][1]:
        shards = [shard for _, found in told for shard in found[axes]]
        assert len(shards) == 8
        digests = dict(shards)
        assert all(digests[index] == digest for index, digest in shards)
        assert len(digests) == {"('rows',)": 4, "(None, 'columns')": 2, "()": 1}.get(axes, 8)
