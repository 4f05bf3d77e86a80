"""A comparison on a real Dask cluster: two worker processes, one of which is killed."""

import contextlib
import os
import re
import signal
import threading
import time
from pathlib import Path

import joblib
import pytest

import weightinit as wi

pytestmark = pytest.mark.distributed
distributed = pytest.importorskip("distributed", reason="`nox -s distributed` installs it")

STARTS = {"he": wi.he_normal, "xavier": wi.xavier_normal, "zero": wi.zeros}
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "compare.md"
PATIENCE = 60  # seconds, for what takes one or two


@contextlib.contextmanager
def cluster():
    """Start a scheduler and two worker processes, and let joblib use them."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as local,
        distributed.Client(local) as client,
        joblib.parallel_config(backend="dask"),
    ):
        yield client


def slow_training(folder):
    """Return a `train_once` that writes when it begins and ends a cell, and in which process."""

    def train_once(initializer, rng):
        name = f"{initializer}-{rng.bit_generator.seed_seq.entropy}-{os.getpid()}"
        (folder / f"{name}.begun").touch()
        time.sleep(0.3)
        x, y = wi.datasets.ring(40, rng=rng)
        net = wi.mlp([2, 4, 1]).initialize(initializer, rng=rng)
        history = wi.train(net, x, y, epochs=2, batch_size=10, learning_rate=0.3, rng=rng)
        (folder / f"{name}.ended").touch()
        return history

    return train_once


def cells_of(folder, pid, state):
    """Return the names of the cells that a process has begun or ended."""
    return {path.name.rsplit("-", 1)[0] for path in folder.glob(f"*-{pid}.{state}")}


def kill_in_mid_run(folder, pid):
    """Kill a worker in its second cell."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if len(cells_of(folder, pid, "begun")) > len(cells_of(folder, pid, "ended")) > 0:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.01)


def test_a_killed_worker_loses_nothing(tmp_path):
    """With a worker killed in the middle of a cell, every cell is there and as in one process."""
    on_cluster, alone = tmp_path / "cluster", tmp_path / "alone"
    on_cluster.mkdir()
    alone.mkdir()
    with cluster() as client:
        victim, other = client.run(os.getpid).values()
        killer = threading.Thread(target=kill_in_mid_run, args=(on_cluster, victim))
        killer.start()
        comparison = wi.compare(
            slow_training(on_cluster), STARTS, seeds=5, cache_dir=tmp_path / "cells"
        )
        killer.join()
        assert victim not in client.run(os.getpid).values()
    lost = cells_of(on_cluster, victim, "begun") - cells_of(on_cluster, victim, "ended")
    assert len(lost) == 1
    assert cells_of(on_cluster, other, "ended")
    assert comparison == wi.compare(slow_training(alone), STARTS, seeds=5)
    assert not comparison.failures
    assert len(list((tmp_path / "cells").glob("*.npz"))) == len(comparison.cells)


def test_a_failing_cell_fails_alone_on_a_cluster():
    """On a cluster, too, an exception is told in its place and stops no other cell."""

    def train_once(initializer, rng):
        if initializer == wi.zeros:
            raise ValueError("zeros do not train")
        return rng.random()

    with cluster():
        comparison = wi.compare(train_once, STARTS, seeds=2)
    assert comparison == wi.compare(train_once, STARTS, seeds=2)
    assert {cell.error for cell in comparison.failures} == {"ValueError: zeros do not train"}


def test_the_guide_runs_on_a_cluster(tmp_path, monkeypatch):
    """The guide's code for a cluster runs as it stands, and finds what its page shows."""
    monkeypatch.chdir(tmp_path)
    text = GUIDE.read_text(encoding="utf-8")
    cells = re.findall(r"```\{code-cell\} python\n(.*?)```", text, flags=re.DOTALL)
    (on_cluster,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    names = {"__name__": "__main__"}
    exec(re.sub(r"^:.*", "", "\n".join(cells), flags=re.MULTILINE), names)  # without options
    alone = names["comparison"]
    exec(on_cluster, names)
    assert names["comparison"] == alone
    assert names["comparison"] is not alone
