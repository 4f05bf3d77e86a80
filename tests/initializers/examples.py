"""Initializers to test with: one example of each kind, and a strategy that draws any."""

import math

import numpy as np
from hypothesis import strategies as st

import weightinit as wi

#: One of each kind, with the shape of a weight that fits it.
EXAMPLES: dict[str, tuple[wi.Initializer, tuple[int, ...]]] = {
    "constant": (wi.Constant(value=0.5), (4, 6)),
    "uniform": (wi.Uniform(low=-0.5, high=1.0), (4, 6)),
    "normal": (wi.Normal(std=0.5, mean=1.0), (4, 6)),
    "truncated": (wi.TruncatedNormal(std=0.5, bound=1.5), (4, 6)),
    "scaled normal": (wi.he_normal, (3, 3, 4, 6)),
    "scaled uniform": (wi.xavier_uniform, (3, 3, 4, 6)),
    "orthogonal": (wi.Orthogonal(gain=2.0), (3, 3, 4, 6)),
    "orthogonal wide": (wi.Orthogonal(), (4, 6)),
    "delta-orthogonal": (wi.DeltaOrthogonal(gain=0.5), (3, 3, 4, 6)),
    "identity": (wi.Identity(gain=2.0), (3, 3, 4, 6)),
    "sparse": (wi.Sparse(nonzeros=2), (4, 6)),
    "siren": (wi.siren(), (4, 6)),
    "siren first": (wi.SirenFirst(), (2, 6)),
    "stacked": (wi.Stacked(initializer=wi.he_normal, parts=3), (3, 3, 4, 6)),
    "stacked orthogonal": (wi.Stacked(initializer=wi.orthogonal, parts=2, axis=0), (8, 4)),
    "forget bias": (wi.ForgetBias(value=2.0), (8,)),
    "chrono": (wi.Chrono(longest=20), (8,)),
    "ring": (wi.Ring(low=0.5, high=0.9), (6, 6)),
    "zero": (wi.ZerO(), (3, 3, 4, 6)),
}
SEEDLESS = {"constant", "identity", "forget bias", "zero"}
RANDOM = [name for name in EXAMPLES if name not in SEEDLESS]

#: Layouts of a weight with 32 inputs, 48 outputs and a field of 15: shape and axes.
LAYOUTS: dict[str, tuple[tuple[int, ...], dict[str, object]]] = {
    "dense": ((480, 720), {}),
    "height, width, in, out": ((3, 5, 32, 48), {}),
    "out, in, height, width": ((48, 32, 3, 5), {"in_axis": 1, "out_axis": 0}),
    "in, out, length": ((32, 48, 15), {"in_axis": 0, "out_axis": 1}),
    "in, heads, units": ((480, 12, 60), {"in_axis": 0, "out_axis": (1, 2)}),
}

_numbers = st.floats(allow_nan=False, allow_infinity=False)
_sizes = st.floats(0, allow_infinity=False)
_bounds = st.floats(0, exclude_min=True, allow_infinity=False)
_axes = st.integers(-5, 4) | st.lists(st.integers(-5, 4), min_size=1, max_size=3)
_cells = st.sampled_from(["lstm", "gru"])
_inner = st.sampled_from([wi.zeros, wi.he_normal, wi.orthogonal, wi.Normal(std=0.5)])
_intervals = (
    st.lists(st.floats(-(2.0**1022), 2.0**1022), min_size=2, max_size=2, unique=True)
    .map(sorted)
    .filter(lambda ends: ends[0] < ends[1])
)


def initializers() -> st.SearchStrategy[wi.Initializer]:
    """Draw an initializer of any kind, with any parameters that it allows."""
    choices = {
        "mode": st.sampled_from(["fan_in", "fan_out", "fan_avg", "fan_geo_avg"]),
        "distribution": st.sampled_from(["normal", "uniform", "truncated_normal"]),
    }
    groups = st.integers(1, 2**63 - 1)
    outs = {"out_axis": _axes, "batch_axis": st.just(()) | _axes}
    ends = outs | {"in_axis": _axes, "groups": groups, "transposed": st.booleans()}
    return st.one_of(
        st.builds(wi.Constant, value=_numbers),
        _intervals.map(lambda ends: wi.Uniform(low=ends[0], high=ends[1])),
        st.builds(wi.Normal, std=_sizes, mean=_numbers),
        st.builds(wi.TruncatedNormal, std=_sizes, mean=_numbers, bound=_bounds),
        st.builds(wi.VarianceScaling, scale=_sizes, **choices, **ends),
        st.builds(wi.Orthogonal, gain=_sizes, **outs, groups=groups),
        st.builds(wi.DeltaOrthogonal, gain=_sizes, **ends),
        st.builds(wi.Identity, gain=_sizes, **ends),
        st.builds(wi.Stacked, initializer=_inner, parts=groups, axis=st.integers(-5, 4)),
        st.builds(wi.ForgetBias, value=_numbers, cell=_cells),
        st.builds(wi.Chrono, longest=st.integers(3, 2**63 - 1), cell=_cells),
        st.tuples(_sizes, _sizes).map(sorted).map(lambda ends: wi.Ring(low=ends[0], high=ends[1])),
        st.builds(wi.siren, omega=st.floats(1e-100, 1e100)),
        st.builds(wi.SirenFirst, **outs, in_axis=_axes),
        st.builds(wi.ZerO, **outs, in_axis=_axes),
        st.builds(wi.Sparse, nonzeros=st.integers(1, 2**63 - 1), std=_sizes, **outs),
    )


def as_matrix(kernel: np.ndarray, out_axis: int | tuple[int, ...] = -1) -> np.ndarray:
    """Read a kernel as a matrix: a row for each input of a unit, a column for each output."""
    axes = out_axis if isinstance(out_axis, tuple) else (out_axis,)
    last = np.moveaxis(kernel, axes, range(-len(axes), 0))
    return last.reshape(-1, math.prod(last.shape[-len(axes) :]))
