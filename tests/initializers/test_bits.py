"""Same seed, same bits: with every version of NumPy and on every kind of processor."""

import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest

# The digests of arrays of two blocks each, in the order of the bytes of most machines.
DIGESTS = """
import hashlib, json
import weightinit as wi
schemes = {
    "uniform": wi.Uniform(low=-0.5, high=1.0),
    "normal": wi.Normal(std=0.5, mean=1.0),
    "truncated": wi.TruncatedNormal(std=0.5),
    "narrow": wi.TruncatedNormal(std=0.5, bound=0.7),
    "he_normal": wi.he_normal,
    "xavier_uniform": wi.xavier_uniform,
    "lecun_truncated": wi.VarianceScaling(
        scale=1.0, mode="fan_in", distribution="truncated_normal"
    ),
    "geometric": wi.VarianceScaling(scale=2.0, mode="fan_geo_avg", distribution="normal"),
    "sparse": wi.Sparse(nonzeros=7),
}
digests = {
    f"{name} {dtype}": hashlib.sha256(init((600, 300), rng=3, dtype=dtype).astype("<" + dtype))
    for name, init in schemes.items()
    for dtype in ("f2", "f4", "f8")
}
print(json.dumps({name: digest.hexdigest()[:16] for name, digest in digests.items()}))
"""

# As NumPy 2.0.0, 2.4.6 and 2.5.5 draw them on x86-64 with glibc. A change of one of these is a
# change of everybody's weights: it belongs in the changelog.
RECORDED = {
    "uniform f2": "5365d08e98ccae09",
    "uniform f4": "7b909b3e3683ecae",
    "uniform f8": "808af92001908d7b",
    "normal f2": "775f85f3220a8a20",
    "normal f4": "07f0a3fe80763eca",
    "normal f8": "641c7064276be9a8",
    "truncated f2": "8313280d82ad0fcd",
    "truncated f4": "5996b81aa1ee4f7b",
    "truncated f8": "5f96c29f5ec60c4c",
    "narrow f2": "767a8bd741cd417e",
    "narrow f4": "5229f70f194c1dfc",
    "narrow f8": "6f1937e2851933b0",
    "he_normal f2": "18ffd371bb57ad84",
    "he_normal f4": "a1437d4c41898e74",
    "he_normal f8": "ed6c438fa07e50ab",
    "xavier_uniform f2": "91e3e22cbe8c3999",
    "xavier_uniform f4": "420cc9eb0f194042",
    "xavier_uniform f8": "ac4076b85ecd33ad",
    "lecun_truncated f2": "c91e557d5e27a07c",
    "lecun_truncated f4": "d440033a448363e8",
    "lecun_truncated f8": "3d25efd3814f2553",
    "geometric f2": "8ee1df467dee1bb0",
    "geometric f4": "72caea596fdc6717",
    "geometric f8": "8939c2caf2c92c80",
    "sparse f2": "87096fc6e4018bac",
    "sparse f4": "c93000dfb5dfeda4",
    "sparse f8": "ce35ca73626e14ac",
}


def drawn(**settings: str) -> dict[str, str]:
    """Return the digests as a new Python finds them."""
    command = [sys.executable, "-c", DIGESTS]
    environment = os.environ | settings
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    """Return the digests with all that this processor can do."""
    return drawn()


@pytest.mark.skipif(
    (platform.machine(), platform.libc_ver()[0]) != ("x86_64", "glibc"),
    reason="normal numbers far out come from the logarithm of the C library",
)
def test_versions_of_numpy_do_not_show(here: dict[str, str]) -> None:
    """The weights of a seed are those that were recorded, whatever NumPy draws them."""
    assert here == RECORDED


def test_processors_do_not_show(here: dict[str, str]) -> None:
    """The weights of a seed do not depend on which vector instructions NumPy finds."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not found:
        pytest.skip("NumPy uses no instructions here that could be turned off")
    assert drawn(NPY_DISABLE_CPU_FEATURES=" ".join(found)) == here
