"""A weight that PyTorch holds as a DTensor, on two processes."""

import importlib.util
import json

import pytest

from tests.distributed.processes import run_together

pytestmark = [
    pytest.mark.distributed,
    pytest.mark.skipif(
        importlib.util.find_spec("torch") is None, reason="`nox -s distributed` installs PyTorch"
    ),
]

SCRIPT = """
import hashlib, json, os
import numpy as np, torch
import torch.distributed as dist
from torch.distributed.tensor import DTensor, Replicate, Shard, init_device_mesh
from torch.distributed.tensor._utils import compute_local_shape_and_global_offset
import weightinit as wi

os.environ |= {"MASTER_ADDR": "localhost", "MASTER_PORT": os.environ["PORT"], "WORLD_SIZE": "2"}
dist.init_process_group("gloo")
mesh = init_device_mesh("cpu", (2,))
shape = (301, 200)
whole = torch.from_numpy(wi.xavier_uniform(shape, rng=3, dtype=np.float32))
digests = []
for placement in (Shard(0), Shard(1), Replicate()):
    sizes, offsets = compute_local_shape_and_global_offset(shape, mesh, [placement])
    index = tuple(slice(begin, begin + size) for begin, size in zip(offsets, sizes))
    local = torch.from_numpy(wi.xavier_uniform.part(shape, index, rng=3, dtype=np.float32))
    weight = DTensor.from_local(local, mesh, [placement], shape=shape, stride=(shape[1], 1))
    full = weight.full_tensor()
    assert torch.equal(full, whole), placement
    digests.append(hashlib.sha256(local.numpy()).hexdigest())
print(json.dumps(digests))
dist.destroy_process_group()
"""


def test_shards_of_pytorch() -> None:
    """Gathered, the parts of both processes are the whole; replicas are the same bits."""
    one, other = (json.loads(output) for output in run_together(SCRIPT, 2))
    assert [a == b for a, b in zip(one, other, strict=True)] == [False, False, True]
