"""What the page on residual networks explains, against what its code measures."""

import numpy as np
import pytest

import weightinit as wi
from tests.docs.running import run
from weightinit.networks import ActivationLayer, Dense, Network, Residual

pytestmark = pytest.mark.gallery


def test_each_block_multiplies_signal_and_gradient_as_predicted():
    """Both grow by (1 + a^2)^N, within three times the stray that the page derives.

    The median of four draws strays by about half of it.
    """
    found = run("theory/residual.md").names
    for name, (predicted, measured) in found["factors"].items():
        a = found["starts"][name][1]
        variance = found["BLOCKS"] * (4 * a**2 + 7 * a**4) / (found["WIDTH"] * (1 + a**2) ** 2)
        off = np.abs(np.log(np.median(measured, axis=0) / predicted))
        assert (off <= 3 * np.sqrt(variance) + 1e-12).all(), name
    assert 5 < found["stray"] < 12


def test_the_signal_along_the_blocks_follows_its_line():
    """Starts at zero keep the signal exactly, 1/N nearly, and the usual weights make it explode."""
    found = run("theory/residual.md").names
    for name in ("Fixup", "ReZero"):
        assert (found["signals"][name] == 1).all()
    assert (np.abs(found["signals"]["1/N"] - 1) < 0.2).all()
    assert (found["signals"]["usual"][:, -1] > 1e10).all()
    assert ((found["signals"]["1/√N"][:, -1] > 1.3) & (found["signals"]["1/√N"][:, -1] < 6)).all()


def test_starts_at_zero_learn_at_rates_where_shrunk_branches_overflow():
    """The best rate of Fixup and ReZero is higher, and the usual weights overflow at each rate."""
    found = run("theory/residual.md").names
    best = {name: losses.mean(axis=0).argmin() for name, losses in found["losses"].items()}
    assert np.isinf(found["losses"]["usual"]).all()
    for shrunk in ("1/√N", "1/N"):
        assert np.isinf(found["losses"][shrunk][:, -1]).all()
        for zero in ("Fixup", "ReZero"):
            assert best[zero] > best[shrunk]
            assert found["losses"][zero].mean(axis=0).min() < 0.5


def test_a_typical_network_stays_below_the_average():
    """The mean logarithm lies between minus half the variance that the page derives and 0.

    Of twenty networks it strays by a quarter of the stray, nearly one half; one input each.
    """
    found = run("theory/residual.md").names
    sigma = np.log(found["stray"])
    logs = []
    for seed in range(20):
        net = found["starts"]["usual"][0](found["network"](), seed).model
        steps = net.record(found["images"][seed : seed + 1])
        growth = np.mean(steps["dense1"].x ** 2) / np.mean(steps["dense0"].y ** 2)
        logs.append(np.log(growth) - found["BLOCKS"] * np.log(2))
    assert -(sigma**2) / 2 - sigma / 2 < np.mean(logs) < -0.2
    assert 0.6 * sigma < np.std(logs) < 1.4 * sigma


def test_fixup_opens_its_branches_a_step_later():
    """First the output alone, then the last weights of branches, then the weights before them."""
    found = run("theory/residual.md").names
    net = found["starts"]["Fixup"][0](found["network"](4), 0).model
    moved = []
    for _ in range(3):
        _, gradients = net.loss_and_gradients(found["images"][:100], found["classes"][:100])
        moved.append({name for name, g in gradients.items() if g.any() and name.endswith("weight")})
        for name, gradient in gradients.items():
            net.parameters[name] -= 0.01 * gradient
    last = {f"residual{i}.dense1.weight" for i in range(4)}
    assert moved[0] == {"dense1.weight"}
    assert moved[1] == {"dense1.weight", "dense0.weight"} | last
    assert moved[2] == moved[1] | {f"residual{i}.dense0.weight" for i in range(4)}


def test_the_first_update_explains_which_rates_overflow():
    """Powers of the depth as derived, and divergence where the update is large, zero or not."""
    found = run("theory/residual.md").names
    powers = {"1/N": (1, 0.25), "last weights 0 alone": (1, 0.1), "Fixup": (0, 0.1)}
    other = np.log((1 + 1 / 8) / (1 + 1 / 32)) / np.log(4)  # of the other weights, 1/N of it
    powers["1/N, last rates too"] = -other, 0.25
    powers["ReZero"] = 0.5, 0.3  # few random directions in a single draw
    for name, (power, off) in powers.items():
        slopes = np.polyfit(np.log(found["DEPTHS"]), np.log(found["updates"][name]).T, 1)[0]
        assert slopes == pytest.approx([power] * 3, abs=off), name
    size = {name: np.median(values, axis=0)[-1] for name, values in found["updates"].items()}
    assert size["1/N"] == pytest.approx(size["last weights 0 alone"], rel=0.25)
    assert size["Fixup"] < size["ReZero"] < size["1/N"] / 5
    assert size["1/N, last rates too"] < size["1/N"] / 5
    large = ("1/N", "last weights 0 alone")
    assert found["diverged"] == {name: 2 if name in large else 0 for name in powers}


def test_a_lower_rate_of_the_last_weights_mends_1_over_n():
    """With 1/N of their rate a rate ten times the highest without it trains, to a lower loss.

    Of seeds 0 to 2 the losses were 0.11 to 0.17.
    """
    found = run("theory/residual.md").names
    factors = {"residual*.dense1.weight": 1 / found["BLOCKS"]}
    for seed in (0, 1):
        net = found["starts"]["1/N"][0](found["network"](), seed).model
        assert found["train"](net, 0.1, seed, factors) < 0.35


@pytest.mark.parametrize("weights", [3, 4])
def test_the_exponent_of_fixup_holds_for_longer_branches(weights):
    """With m weights a branch the others are N^(-1/(2m - 2)) as large: the update stays."""
    found = run("theory/residual.md").names
    parts = [Dense(32), ActivationLayer("relu")] * (weights - 1) + [Dense(32)]
    moved = []
    for blocks in found["DEPTHS"]:
        net = Network([Dense(32), *[Residual(parts)] * blocks, Dense(10)], (64,))
        moved.append(
            np.median([found["first_update"](wi.fixup(net, rng=s).model) for s in range(4)])
        )
    assert np.polyfit(np.log(found["DEPTHS"]), np.log(moved), 1)[0] == pytest.approx(0, abs=0.3)


def test_the_exercises_are_solved_right():
    """Normalized branches add up linearly, and He in both layers gives e^2, each within a fifth."""
    found = run("theory/residual.md").names
    for blocks, square in found["linear"].items():
        assert square == pytest.approx(1 + blocks, rel=0.2)
    assert np.mean(found["grown"]) == pytest.approx(np.exp(2), rel=0.3)
