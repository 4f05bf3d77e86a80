"""Fixup, ReZero and branches that shrink with their number: the laws that they are made for."""

import math

import numpy as np
import pytest

import weightinit as wi
from tests.chance import standard_errors
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Network, Residual

WIDTH = 32
DEPTHS = (4, 32)


def blocks(depth: int, *, weights: int = 2, width: int = WIDTH) -> Network:
    """Return a residual network without normalization, with so many weights in each branch."""
    branch = [Dense(width), ActivationLayer("relu")] * (weights - 1) + [Dense(width)]
    return Network([Dense(width), *[Residual(branch)] * depth, Dense(3)], (8,))


def slope_of_the_first_update(weights: int, *, scaled: bool) -> float:
    """Return the power of the depth with which one step of SGD moves the sum of the branches.

    The step is that of the weights: a bias at the end of a branch adds as much in each.
    """
    moves = []
    for depth in DEPTHS:
        found = []
        for seed in range(4):
            rng = np.random.default_rng(seed)
            x, y = rng.standard_normal((16, 8)), rng.integers(0, 3, 16)
            net = wi.fixup(blocks(depth, weights=weights), rng=rng).model
            net.parameters["dense1.weight"][:] = wi.lecun_normal((WIDTH, 3), rng=rng)
            inside = [name for name in net.parameters if ".dense" in name and "weight" in name]
            for name in inside:
                if not scaled:
                    net.parameters[name][:] *= depth ** (1 / (2 * weights - 2))
            _, gradients = net.loss_and_gradients(x, y)
            for name in inside:
                net.parameters[name][:] -= 1e-4 * gradients[name]
            steps = net.record(x)
            added = steps["dense1"].x - steps["dense0"].y
            found.append(math.log(np.sqrt(np.mean(added**2))))
        moves.append(np.mean(found))
    return float(np.polyfit(np.log(DEPTHS), moves, 1)[0])


@pytest.mark.parametrize("weights", [2, 3])
def test_a_step_moves_the_branches_of_fixup_equally_at_any_depth(weights: int) -> None:
    """The first update grows with L to the power 0; without the factor on the weights, 1.

    Chance: over other sets of seeds the slopes vary with a std of 0.08, so 1 in a million.
    """
    assert slope_of_the_first_update(weights, scaled=True) == pytest.approx(0, abs=0.4)
    assert slope_of_the_first_update(weights, scaled=False) == pytest.approx(1, abs=0.4)


def test_biases_at_the_ends_of_branches_add_up() -> None:
    """Each gets the same gradient from Fixup, so one step of L of them moves the sum L times."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((16, 8)), rng.integers(0, 3, 16)
    moves = []
    for depth in DEPTHS:
        net = wi.fixup(blocks(depth), rng=0).model
        net.parameters["dense1.weight"][:] = wi.lecun_normal((WIDTH, 3), rng=0)
        _, gradients = net.loss_and_gradients(x, y)
        for place in range(depth):
            name = f"residual{place}.dense1.bias"
            net.parameters[name][:] -= gradients[name]
        steps = net.record(x)
        moves.append(np.linalg.norm(steps["dense1"].x - steps["dense0"].y))
    assert moves[1] / moves[0] == pytest.approx(DEPTHS[1] / DEPTHS[0])


@pytest.mark.parametrize("weights", [1, 2, 3])
def test_fixup_starts_each_part_as_the_paper_says(weights: int) -> None:
    """Last weights and the output are 0, the others L^(-1/(2m-2)) times He's, scalars 1."""
    depth = 9
    net = wi.fixup(blocks(depth, weights=weights, width=200), rng=0).model
    for name, array in net.parameters.items():
        if name.endswith(("bias", f"residual0.dense{weights - 1}.weight")) or name == "1.weight":
            assert not array.any()
        elif name.endswith("scale"):
            assert array == 1
    assert not net.parameters["dense1.weight"].any()
    for place in range(weights - 1):
        weight = net.parameters[f"residual3.dense{place}.weight"]
        wanted = math.sqrt(2 / 200) * depth ** (-1 / (2 * weights - 2))
        within = standard_errors(2) / math.sqrt(2 * weight.size)  # of the std of a normal
        assert weight.std() == pytest.approx(wanted, rel=within)
    assert not net.parameters[f"residual8.dense{weights - 1}.weight"].any()


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("depth", [4, 16])
def test_branches_add_up_to_what_their_number_predicts(power: float, depth: int) -> None:
    """The mean square grows by (1 + g / N^2p)^N on average, with g = 1 for relu.

    It fails by chance with the rate of `tests.chance`, as the mean over many draws is normal.
    """
    predicted = (1 + depth ** (-2 * power)) ** depth
    growths = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        net = wi.scaled_residual(blocks(depth), power=power, rng=rng).model
        steps = net.record(rng.standard_normal((4, 8)))
        growths.append(np.mean(steps["dense1"].x ** 2) / np.mean(steps["dense0"].y ** 2))
    error = np.std(growths, ddof=1) / math.sqrt(len(growths))
    assert abs(np.mean(growths) - predicted) < standard_errors(6) * error


def test_rezero_starts_as_the_identity_and_moves_its_scalars_first() -> None:
    """Blocks pass their input on exactly, and of each block the first step moves the scalar."""
    net = wi.rezero(blocks(5), rng=0).model
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((16, 8)), rng.integers(0, 3, 16)
    steps = net.record(x)
    np.testing.assert_array_equal(steps["dense1"].x, steps["dense0"].y)
    _, gradients = net.loss_and_gradients(x, y)
    moving = {name for name, g in gradients.items() if name.startswith("residual") and g.any()}
    assert moving == {f"residual{place}.scale" for place in range(5)}
    assert wi.skipinit is wi.rezero


@pytest.mark.parametrize("scheme", ["fixup", "rezero", "scaled_residual"])
def test_without_branches_a_scheme_says_what_it_needs(scheme: str) -> None:
    """A chain is refused, with the name of the scheme and a way out; its weights stay."""
    net = wi.mlp([2, 4, 3]).initialize(wi.he_normal, rng=0)
    before = net.copy().parameters
    message = rf"model must have residual blocks for wi\.{scheme}, got one without; add Residual"
    with pytest.raises(ValueError, match=message):
        getattr(wi, scheme)(net)
    for name, array in before.items():
        np.testing.assert_array_equal(net.parameters[name], array)


def test_fixup_refuses_a_branch_that_zeros_would_lock() -> None:
    """ReLU at the end of a branch has slope 0 at 0: the message names it and a way out."""
    locked = Network([Residual([Dense(4), ActivationLayer("relu")]), Dense(2)], (4,))
    with pytest.raises(ValueError, match="end a branch in relu, whose slope at 0 is 0"):
        wi.fixup(locked)
    free = Network([Residual([Dense(4), ActivationLayer("tanh")]), Dense(2)], (4,))
    assert not wi.fixup(free).model.parameters["residual0.dense0.weight"].any()


def test_schemes_take_their_seed_and_leave_other_layers_to_the_adviser() -> None:
    """The same seed gives the same weights; outside of branches they are those of wi.start."""
    first, again = (wi.scaled_residual(blocks(3), rng=1).model.parameters for _ in range(2))
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
    table = {row.name: row.initializer for row in wi.start(blocks(3), rng=0).table}
    for row in wi.rezero(blocks(3), rng=0).table:
        if not row.name.startswith("residual"):
            assert row.initializer == table[row.name]


def test_a_normalization_in_the_branch_keeps_its_gain() -> None:
    """Gains start at 1 and shifts at 0, whatever the scheme."""
    block = Residual([LayerNorm(), Dense(8), ActivationLayer("relu"), Dense(8)])
    net = wi.scaled_residual(Network([*[block] * 4, Dense(2)], (8,)), rng=0).model
    assert (net.parameters["residual0.norm0.gain"] == 1).all()
    assert not net.parameters["residual0.norm0.bias"].any()
