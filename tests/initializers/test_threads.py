"""Same seed, same bits: however many threads draw and multiply."""

import json
import os
import subprocess
import sys

import pytest

# The hash of every array of a few that are large enough to be shared among threads.
HASHES = """
import hashlib, json, os
if {cores}:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])
import weightinit as wi
arrays = {{
    f"{{name}} {{shape}} {{dtype}}": getattr(wi, name)(shape, rng=0, dtype=dtype)
    for name, shape in [
        ("orthogonal", (300, 300)),
        ("orthogonal", (1000, 700)),
        ("orthogonal", (70, 500)),
        ("delta_orthogonal", (3, 3, 200, 300)),
        ("he_normal", (800, 600)),
        ("xavier_uniform", (800, 600)),
    ]
    for dtype in ("float32", "float64")
}}
arrays["truncated"] = wi.TruncatedNormal(std=1.0)((800, 600), rng=0)
arrays["sparse"] = wi.Sparse(nonzeros=3)((800, 600), rng=0)
print(json.dumps({{name: hashlib.sha256(a).hexdigest() for name, a in arrays.items()}}))
"""


def hashes(*, blas_threads: int, cores: int) -> dict[str, str]:
    """Return the hashes as a new Python finds them; 0 cores means all there are."""
    number = str(blas_threads)
    settings = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    command = [sys.executable, "-c", HASHES.format(cores=cores)]
    environment = os.environ | dict.fromkeys(settings, number)
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def alone() -> dict[str, str]:
    """Return the hashes with BLAS on one thread."""
    return hashes(blas_threads=1, cores=0)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_of_blas_do_not_show(alone: dict[str, str], threads: int) -> None:
    """Weights are the same to the last bit however many threads NumPy's linear algebra has."""
    assert hashes(blas_threads=threads, cores=0) == alone


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cannot take cores away here")
def test_cores_do_not_show(alone: dict[str, str]) -> None:
    """Weights are the same to the last bit on one core as on all there are."""
    assert hashes(blas_threads=1, cores=1) == alone
