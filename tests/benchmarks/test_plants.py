"""The planted faults are what they say, before anything is judged by them.

Nothing here trains to the end: what the diagnosis is worth on them is measured by the session.
"""

import numpy as np
import pytest

from benchmarks.faults import healthy, planting, prediction, starts, training
from benchmarks.faults.data import DATA
from benchmarks.faults.hosts import mlp
from benchmarks.faults.planting import KINDS, Plant, plants
from benchmarks.faults.training import Worth
from weightinit.networks import Network

PLANTS = list(plants(seed=0))


def different(a: Network, b: Network) -> list[str]:
    """Return the names of the parameters that differ."""
    here, there = a.parameters, b.parameters
    return [name for name in here if not np.array_equal(here[name], there[name])]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda p: f"{p.kind.name}, {p.host.label}")
def test_a_plant_changes_what_it_says_and_nothing_else(plant: Plant) -> None:
    """Parameters that differ from the recommended start are those that are named, or data are."""
    net, names = plant.network()
    assert sorted(names) == sorted(different(net, plant.host.started(0)))
    at = {"inputs": ["x", "x_test"], "targets": ["y", "y_test"]}.get(plant.kind.at, [])
    well, spoiled = vars(plant.host.data), vars(plant.data)
    assert [f for f in well if not np.array_equal(well[f], spoiled[f])] == sorted(at)
    assert bool(names) != bool(at)


def test_every_kind_is_planted() -> None:
    """Each kind is in one network at least, no two kinds have one name."""
    assert [kind.name for kind in KINDS] == list(dict.fromkeys(p.kind.name for p in PLANTS))


def test_a_seed_gives_the_same_networks() -> None:
    """The same seed: equal plants, healthy networks and predictions. Another: other ones."""
    for one, other in zip(PLANTS, plants(seed=0), strict=True):
        assert (one.kind, one.seed, one.host.label) == (other.kind, other.seed, other.host.label)
        assert not different(one.network(1)[0], other.network(1)[0])
    for made in (healthy.unusual, prediction.networks):
        for one, other in zip(made(0), made(0), strict=True):
            assert not different(one.network(), other.network())
    assert [p.seed for p in plants(seed=1)] != [p.seed for p in PLANTS]


def test_an_unusual_start_is_none_that_is_recommended() -> None:
    """Each start that is not called recommended changes a parameter."""
    for case in healthy.unusual(0):
        same = case.start is starts.as_recommended
        assert bool(different(case.network(), case.host.started(0))) != same, case.label


def test_draws_are_fresh_weights() -> None:
    """Two draws of one plant differ in a weight, and the fault is of the same size."""
    plant = next(p for p in PLANTS if p.kind.name == "all hidden layers too large")
    factors = []
    for draw in (0, 1):
        net, names = plant.network(draw)
        well = plant.host.started(draw)
        factors.append(net.parameters[names[0]] / well.parameters[names[0]])
    assert different(plant.network(0)[0], plant.network(1)[0])
    np.testing.assert_allclose(np.ptp(factors), 0, atol=1e-12)


def test_a_training_that_overflows_is_worth_a_constant_answer() -> None:
    """Weights of 1e200 overflow at once: the score is that of the most frequent class."""
    host = mlp("relu", 2, 16)
    net = host.started(0)
    net.parameters["dense1.weight"] += 1e200
    score = training.score(net, host.data, rate=0.1, epochs=1, seed=0)
    assert score == np.bincount(host.data.y_test).max() / len(host.data.y_test)


@pytest.mark.parametrize(
    "scores, verdict",
    [
        ((0.95, 0.94, 0.93), "harmless"),
        ((0.50, 0.52, 0.51), "harmful"),
        ((0.90, 0.88, 0.89), "between"),  # too near
        ((0.95, 0.30, 0.95), "between"),  # too uncertain
    ],
)
def test_harm_asks_for_a_gap_and_for_certainty(
    monkeypatch: pytest.MonkeyPatch, scores: tuple[float, ...], verdict: str
) -> None:
    """Harmful: by more than .10 and 3 standard errors; harmless: by at most .03."""
    monkeypatch.setattr(planting, "recommended", lambda _host: Worth(0.1, (0.95, 0.96, 0.94)))
    assert PLANTS[0].harm(Worth(0.1, scores)) == verdict


def test_the_best_rate_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start is worth its best rate; with `enough`, the first rate that reaches it."""
    by_rate = dict(zip(training.RATES, (0.5, 0.7, 0.9, 0.2), strict=True))
    monkeypatch.setattr(training, "score", lambda *_, rate, **__: by_rate[rate])
    nets, data = [mlp("relu", 1, 4).build()] * 2, DATA["rows"]()
    assert training.worth(nets, data, 1) == Worth(training.RATES[2], (0.9, 0.9))
    assert training.worth(nets, data, 1, enough=0.6) == Worth(training.RATES[1], (0.7, 0.7))


def test_data_are_whole() -> None:
    """Samples to learn from and to test on differ, are finite, and are as many as said."""
    for make in DATA.values():
        data = make()
        assert all(np.isfinite(array).all() for array in vars(data).values())
        assert len(data.x) == len(data.y) == len(data.x_test) == len(data.y_test) == 600
        assert 0 <= data.chance < 0.6
