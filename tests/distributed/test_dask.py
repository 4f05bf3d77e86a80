"""A weight that Dask draws chunk by chunk, on a cluster of two worker processes."""

from typing import Any

import numpy as np
import pytest

import weightinit as wi

pytestmark = pytest.mark.distributed
distributed = pytest.importorskip("distributed", reason="`nox -s distributed` installs Dask")
da = pytest.importorskip("dask.array", reason="`nox -s distributed` installs Dask")

SHAPE = (500, 700)


def chunk(block_info: dict[Any, Any], seed: int) -> np.ndarray:
    """Draw the chunk whose place Dask tells."""
    index = tuple(slice(*ends) for ends in block_info[None]["array-location"])
    return wi.he_normal.part(SHAPE, index, rng=seed, dtype=np.float32)


def test_chunks_of_dask() -> None:
    """However it is cut, the array is the whole, from workers that drew its chunks apart."""
    whole = wi.he_normal(SHAPE, rng=3, dtype=np.float32)
    with (
        # ":0" is any free port: sessions that run side by side would all ask for 8787
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        for chunks in ((100, 350), (500, 100), (77, 201)):
            cut = da.core.normalize_chunks(chunks, SHAPE)
            weight = da.map_blocks(chunk, seed=3, chunks=cut, dtype=np.float32, meta=whole[:0, :0])
            assert np.array_equal(weight.compute(), whole)
        assert len(client.scheduler_info()["workers"]) == 2
