"""Same seed, same bits: with every version of NumPy and on every kind of processor."""

import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest

# Digests of arrays of less than a block and of six, in the order of the bytes of most machines;
# of the normal numbers that are computed in float32, the first.
DRAWS = """
import hashlib, json, sys
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
vector = {"normal", "he_normal", "geometric"}
digests, values = {}, {}
for name, init in schemes.items():
    for dtype in ("f2", "f4", "f8"):
        small, large = (
            init(shape, rng=3, dtype=dtype).astype("<" + dtype)
            for shape in ((9, 5), (600, 300))
        )
        if dtype != "f8" and name in vector:
            values[f"{name} {dtype}"] = [*small.ravel().tolist(), *large.ravel()[-4000:].tolist()]
        else:
            digest = hashlib.sha256(small.tobytes() + large.tobytes())
            digests[f"{name} {dtype}"] = digest.hexdigest()[:16]
print(json.dumps([digests, values]))
"""

# As NumPy 2.0.0, 2.4.6 and 2.5.5 draw them on x86-64 with glibc. A change of one of these is a
# change of everybody's weights: it belongs in the changelog.
RECORDED = {
    "uniform f2": "80a8cb40d36ae1ab",
    "uniform f4": "d355e925436aa329",
    "uniform f8": "085419455552120d",
    "normal f8": "c2bd711fc63803cc",
    "truncated f2": "3edc97e1c5e1e084",
    "truncated f4": "050cddefa91b88fb",
    "truncated f8": "6e5444c475ca85d0",
    "narrow f2": "a2c03949d46935da",
    "narrow f4": "8ed8dc6e955c4afc",
    "narrow f8": "2af16502baf7ea60",
    "he_normal f8": "450146689b954f80",
    "xavier_uniform f2": "c20c05eeea4e04a9",
    "xavier_uniform f4": "302a04a330f30388",
    "xavier_uniform f8": "c61bc0ed0952414e",
    "lecun_truncated f2": "e2d665be0a10a003",
    "lecun_truncated f4": "06c6af0d170477fd",
    "lecun_truncated f8": "9caad47410460559",
    "geometric f8": "5b43186a78502764",
    "sparse f2": "c44a5a6d15d4e064",
    "sparse f4": "c493773c2f31dd63",
    "sparse f8": "c2f891b1162d3443",
}
RECORDED_VALUES = {
    "normal f2": [1.21191406, 0.41650391, 2.06640625, 0.71679688],
    "normal f4": [1.21195495, 0.41648024, 2.06730676, 0.71672857],
    "he_normal f2": [0.1998291, -0.55029297, 1.00585938, -0.26708984],
    "he_normal f4": [0.19983302, -0.55014771, 1.00626647, -0.26707086],
    "geometric f2": [0.23144531, -0.63720703, 1.16601562, -0.30932617],
    "geometric f4": [0.23146501, -0.63723177, 1.16555047, -0.30934608],
}

# NumPy's vector instructions err by up to 4 roundings in log and 2 in sin and cos, where those of
# the C library err by 1 at most. Of r = sqrt(-2 log u) < 6.8, half of the first remains: with the
# roundings of four products, 9 halves of 2^-23 r at most, of a std of 1.
LAST_BITS = 4.5 * 2**-23 * 6.8


def drawn(**settings: str) -> tuple[dict[str, str], dict[str, list[float]]]:
    """Return the digests and the values as a new Python finds them."""
    command = [sys.executable, "-c", DRAWS]
    environment = os.environ | settings
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    digests, values = json.loads(run.stdout)
    return digests, values


@pytest.fixture(scope="module")
def here() -> tuple[dict[str, str], dict[str, list[float]]]:
    """Return the digests and the values with all that this processor can do."""
    return drawn()


def assert_near(values: dict[str, list[float]], wanted: dict[str, list[float]]) -> None:
    """Compare values of a std below 1, which may differ in their last bits."""
    assert values.keys() == wanted.keys()
    for name, row in wanted.items():
        rounding = 2.0**-9 if name.endswith("f2") else 2.0**-23  # of a value below 4
        tolerance = LAST_BITS + rounding
        assert values[name][: len(row)] == pytest.approx(row, rel=0, abs=tolerance), name


@pytest.mark.skipif(
    (platform.machine(), platform.libc_ver()[0]) != ("x86_64", "glibc"),
    reason="normal numbers far out come from the logarithm of the C library",
)
def test_versions_of_numpy_do_not_show(here: tuple) -> None:
    """The weights of a seed are those that were recorded, whatever NumPy draws them."""
    digests, values = here
    assert digests == RECORDED
    assert_near(values, RECORDED_VALUES)


def test_processors_do_not_show(here: tuple) -> None:
    """The weights of a seed do not depend on which vector instructions NumPy finds.

    Normal numbers that are computed in float32 do, by their last bits.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not found:
        pytest.skip("NumPy uses no instructions here that could be turned off")
    digests, values = drawn(NPY_DISABLE_CPU_FEATURES=" ".join(found))
    assert digests == here[0]
    assert_near(values, here[1])
