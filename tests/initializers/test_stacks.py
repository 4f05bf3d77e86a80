"""Stacks and groups: each weight of a stack, and each group of a kernel, is started as if alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import weightinit as wi

#: What takes a stack of any layout: how it is made, and the shape of one weight that fits.
KINDS: dict[str, tuple[Callable[..., wi.Initializer], tuple[int, ...]]] = {
    "scaled": (
        lambda **axes: wi.VarianceScaling(
            scale=2.0, mode="fan_avg", distribution="uniform", **axes
        ),
        (3, 4, 6),
    ),
    "orthogonal": (lambda **axes: wi.Orthogonal(gain=2.0, **axes), (3, 4, 6)),
    "delta-orthogonal": (lambda **axes: wi.DeltaOrthogonal(gain=2.0, **axes), (3, 4, 6)),
    "identity": (lambda **axes: wi.Identity(gain=2.0, **axes), (3, 4, 6)),
    "sparse": (lambda **axes: wi.Sparse(nonzeros=2, std=2.0, **axes), (3, 4, 6)),
}
kinds = pytest.mark.parametrize("kind", KINDS)


@kinds
@pytest.mark.parametrize("stack", [(5,), (2, 3), (1,)])
def test_a_stack_has_the_std_of_its_weights(kind: str, stack: tuple[int, ...]) -> None:
    """By theory the weights of a stack are those of one, wherever the stack is."""
    make, shape = KINDS[kind]
    std = make().std(shape)
    front = make(batch_axis=tuple(range(len(stack))))
    assert front.std((*stack, *shape)) == pytest.approx(std, rel=1e-15)
    ends = {"in_axis": 1} if hasattr(front, "in_axis") else {}
    back = make(out_axis=2, batch_axis=tuple(range(3, 3 + len(stack))), **ends)
    assert back.std((*shape, *stack)) == pytest.approx(std, rel=1e-15)
    assert back((*shape, *stack), rng=0).flags.c_contiguous


@pytest.mark.parametrize("kind", ["orthogonal", "delta-orthogonal", "identity"])
def test_a_stack_is_drawn_one_weight_after_the_other(kind: str) -> None:
    """From one generator a stack is the row of weights that single draws give, bit by bit."""
    make, shape = KINDS[kind]
    rng = np.random.default_rng(3)
    row = np.array([make()(shape, rng=rng) for _ in range(6)])
    assert np.array_equal(make(batch_axis=0)((6, *shape), rng=3), row)
    twice = make(batch_axis=(0, 1))((2, 3, *shape), rng=3)
    assert np.array_equal(twice, row.reshape(2, 3, *shape))


def test_each_unit_of_a_stack_has_k_inputs() -> None:
    """In every weight of a stack each unit has k inputs, chosen apart; a unit's theory is exact."""
    init = wi.Sparse(nonzeros=3, batch_axis=0)
    w = init((4, 20, 30), rng=0)
    assert set(np.count_nonzero(w, axis=1).ravel()) == {3}
    assert len({(one != 0).tobytes() for one in w}) == 4
    assert np.array_equal(wi.Sparse(nonzeros=3, out_axis=(0, 2))((4, 20, 30), rng=0), w)
    with pytest.raises(ValueError, match=r"at most the inputs of a unit, .*for 20 inputs"):
        wi.Sparse(nonzeros=21, batch_axis=0)((4, 20, 30))


#: Kernels of 3 groups of 4 channels to 6, in 2-D: shape, axes, and how to get at the groups.
GROUPED: dict[str, tuple[tuple[int, ...], dict[str, Any], Callable[[NDArray], NDArray]]] = {
    "plain": ((3, 3, 4, 18), {"groups": 3}, lambda w: np.stack(np.split(w, 3, axis=3))),
    "of PyTorch": (
        (18, 4, 3, 3),
        {"in_axis": 1, "out_axis": 0, "groups": 3},
        lambda w: w.reshape(3, -1, 4, 3, 3).transpose(0, 3, 4, 2, 1),
    ),
    "transposed of PyTorch": (
        (12, 6, 3, 3),
        {"in_axis": 0, "out_axis": 1, "groups": 3, "transposed": True},
        lambda w: w.reshape(3, 4, 6, 3, 3).transpose(0, 3, 4, 1, 2),
    ),
}
grouped = pytest.mark.parametrize("layout", GROUPED)


@grouped
@pytest.mark.parametrize("kind", ["delta-orthogonal", "identity"])
def test_each_group_is_drawn_as_if_alone(kind: str, layout: str) -> None:
    """A grouped kernel holds, side by side, the kernels that single draws give; the theory too."""
    make, _ = KINDS[kind]
    shape, axes, groups = GROUPED[layout]
    rng = np.random.default_rng(4)
    row = [make()((3, 3, 4, 6), rng=rng) for _ in range(3)]
    assert np.array_equal(groups(make(**axes)(shape, rng=4)), row)
    assert make(**axes).std(shape) == pytest.approx(make().std((3, 3, 4, 6)), rel=1e-15)


@pytest.mark.parametrize("layout", ["plain", "of PyTorch"])
@pytest.mark.parametrize("outputs", [6, 50])
def test_each_group_is_orthogonal(layout: str, outputs: int) -> None:
    """All singular values of each group are the gain, and the theory is the exact rms.

    Rounding puts them off by 8 eps for each row or column at most (test_orthogonal.py).
    """
    _, axes, groups = GROUPED[layout]
    shape = (3, 3, 4, 3 * outputs) if layout == "plain" else (3 * outputs, 4, 3, 3)
    init = wi.Orthogonal(gain=2.0, out_axis=axes.get("out_axis", -1), groups=3)
    w = init(shape, rng=0)
    within = 8 * max(36, outputs) * np.finfo(np.float64).eps
    values = np.linalg.svd(groups(w).reshape(3, 36, outputs), compute_uv=False)
    assert values.ravel() == pytest.approx(np.full(values.size, 2.0), rel=within)
    assert init.std(shape) == pytest.approx(np.sqrt(np.mean(w**2)), rel=within)


def test_a_depthwise_kernel_passes_every_channel() -> None:
    """In a depthwise kernel each channel has a matrix of its own, in both layouts there are."""
    for shape, axes in (
        ((3, 3, 1, 64), {"groups": 64}),
        ((3, 3, 64, 1), {"groups": 64, "transposed": True}),
    ):
        passed = wi.Identity(**axes)(shape)
        assert np.array_equal(passed[1, 1].ravel(), np.ones(64))
        assert np.count_nonzero(passed) == 64
        turned = wi.DeltaOrthogonal(**axes)(shape, rng=0)
        assert np.abs(turned[1, 1].ravel()) == pytest.approx(np.ones(64), rel=1e-14)
        assert len(set(np.sign(turned[1, 1].ravel()))) == 2
        assert np.count_nonzero(turned) == 64
    for init, shape in (
        (wi.Orthogonal(groups=64), (3, 3, 1, 64)),
        (wi.Orthogonal(batch_axis=-2), (3, 3, 64, 1)),
    ):
        lengths = np.linalg.norm(init(shape, rng=0).reshape(9, 64), axis=0)
        assert lengths == pytest.approx(np.ones(64), rel=1e-14)
        assert init.std(shape) == pytest.approx(1 / 3, rel=1e-15)


def test_a_grouped_transposed_kernel_is_orthogonal_as_a_stack() -> None:
    """As the docstring says, each group of such a kernel is orthogonal after a reshape."""
    w = wi.Orthogonal(out_axis=2, batch_axis=0)((3, 4, 6, 3, 3), rng=0).reshape(12, 6, 3, 3)
    groups = GROUPED["transposed of PyTorch"][2](w).reshape(3, -1, 6)
    assert np.linalg.svd(groups, compute_uv=False) == pytest.approx(np.ones((3, 6)), rel=1e-13)


@pytest.mark.parametrize(
    "init, shape, message",
    [
        (wi.Orthogonal(groups=5), (3, 3, 4, 6), r"number of outputs, got groups=5 with 6 outputs"),
        (wi.Orthogonal(batch_axis=-1), (3, 4), r"out_axis and batch_axis must differ"),
        (wi.Orthogonal(batch_axis=0), (3, 4), r"out_axis must leave an axis for the inputs"),
        (wi.Identity(batch_axis=0), (3, 4), r"in_axis and batch_axis must differ"),
        (wi.Identity(batch_axis=0), (4, 4, 3, 3), r"odd kernel sizes .*got 4 on axis 1 of"),
        (wi.DeltaOrthogonal(groups=3), (3, 3, 4, 6), r"4 inputs and 2 outputs in a group of"),
        (wi.DeltaOrthogonal(batch_axis=0), (9, 4, 2), r"4 inputs and 2 outputs in"),
        (wi.Sparse(nonzeros=1, batch_axis=-1), (3, 4), r"out_axis and batch_axis must differ"),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit(init: wi.Initializer, shape: tuple[int, ...], message: str) -> None:
    """What does not go into groups, or leaves nothing for them, is an error before any draw."""
    for function in (init, init.std):
        with pytest.raises(ValueError, match=message):
            function(shape)
