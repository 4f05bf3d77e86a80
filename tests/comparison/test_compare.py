"""What a comparison runs: cells that depend on nothing but their initializer and seed."""

import math
import re
import sys

import numpy as np
import pytest

import weightinit as wi

STARTS = {"he": wi.he_normal, "xavier": wi.xavier_normal, "zero": wi.zeros}


def train_a_ring(initializer, rng):
    """Train a little network on a ring of points."""
    data_rng, weights_rng = rng.spawn(2)
    x, y = wi.datasets.ring(60, rng=data_rng)
    net = wi.mlp([2, 6, 1]).initialize(initializer, rng=weights_rng)
    return wi.train(net, x, y, epochs=3, batch_size=10, learning_rate=0.3, rng=data_rng)


def score_of(initializer, rng):
    """Return a number that knows the initializer and the stream."""
    return initializer((3, 3), rng=rng).std() + rng.random()


def by_place(comparison):
    """Return the results by label and seed."""
    return {(cell.label, cell.seed): cell.result for cell in comparison.cells}


def test_order_does_not_matter():
    """Initializers and seeds in any order give the same cells, intervals and verdicts."""
    forward = wi.compare(train_a_ring, STARTS, seeds=range(4))
    backward = wi.compare(train_a_ring, dict(reversed(STARTS.items())), seeds=[3, 1, 2, 0])
    assert by_place(forward) == by_place(backward)
    assert set(forward.standings) == set(backward.standings)


def test_company_does_not_matter():
    """A cell is the same whatever else is compared, and whatever it is called."""
    alone = by_place(wi.compare(train_a_ring, {"x": wi.he_normal}, seeds=[2]))
    assert alone["x", 2] == by_place(wi.compare(train_a_ring, STARTS, seeds=3))["he", 2]


def test_workers_do_not_matter():
    """One worker and two give the same bits."""

    def train_once(initializer, rng):  # defined here, so that a worker need not find this file
        x, y = wi.datasets.ring(40, rng=rng)
        net = wi.mlp([2, 4, 1]).initialize(initializer, rng=rng)
        return wi.train(net, x, y, epochs=2, batch_size=10, learning_rate=0.3, rng=rng)

    one, two = (wi.compare(train_once, STARTS, seeds=3, n_jobs=n) for n in (1, 2))
    assert one == two
    assert one.table() == two.table()


def test_more_workers_than_cells_are_not_started():
    """Any number of workers will do, also one that no machine has."""
    for n_jobs in (10**30, -(10**30)):
        assert wi.compare(score_of, STARTS, seeds=1, n_jobs=n_jobs) == wi.compare(
            score_of, STARTS, seeds=1
        )


def test_a_cell_is_one_call():
    """Each cell is `train_once(initializer, np.random.default_rng(seed))`, as one would write."""
    comparison = wi.compare(train_a_ring, STARTS, seeds=[5, 7])
    assert [(cell.label, cell.seed) for cell in comparison.cells] == [
        (label, seed) for label in STARTS for seed in (5, 7)
    ]
    for cell in comparison.cells:
        again = train_a_ring(STARTS[cell.label], np.random.default_rng(cell.seed))
        assert cell.result == again


def test_starts_are_paired():
    """At the same seed all initializers meet the same stream, at other seeds another one."""
    found = by_place(wi.compare(lambda _, rng: rng.random(), STARTS, seeds=3))
    for seed in range(3):
        assert len({found[label, seed] for label in STARTS}) == 1
    assert len(set(found.values())) == 3


def test_a_spawned_stream_is_shared_whatever_the_weights_draw():
    """A stream split off stays common to all starts, though they take unequal randomness."""

    def draw(initializer, rng):
        shared, own = rng.spawn(2)
        initializer((4, 4), rng=own)
        return shared.random()

    found = by_place(wi.compare(draw, STARTS, seeds=2))
    assert len({found[label, 0] for label in STARTS}) == 1


def test_pairs_take_luck_with_the_data_out():
    """What a seed adds to both starts leaves no trace in their difference."""

    def train_once(initializer, rng):
        return 1e3 * rng.random() + initializer((1, 1))[0, 0]

    starts = {"more": wi.Constant(value=2.0), "less": wi.Constant(value=1.0)}
    best, other = wi.compare(train_once, starts, seeds=8).standings
    assert (best.label, other.verdict) == ("more", "worse")
    assert other.difference == pytest.approx((-1, -1), abs=1e3 * np.finfo(float).eps)


FAULTS = {
    "exception": (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
    "nan": (lambda: math.nan, "ValueError: the result of train_once must be a finite .* got nan"),
    "loss": (lambda: wi.History([1.0, math.inf]), "FloatingPointError: the loss of epoch 2 is inf"),
    "accuracy": (
        lambda: wi.History([1.0], [math.nan]),
        "FloatingPointError: the accuracy of epoch 1 is nan",
    ),
    "empty": (wi.History, "ValueError: .* without losses; train for an epoch"),
    "nothing": (lambda: None, "TypeError: .* got None .*; return a History, or one score"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failure_stays_in_its_cell(fault):
    """A cell that fails is told in its place, with seed and message; all others are as ever."""
    fail, told = FAULTS[fault]

    def train_once(initializer, rng):
        planted = initializer == wi.zeros and rng.bit_generator.seed_seq.entropy == 1
        return fail() if planted else train_a_ring(initializer, rng)

    whole, broken = (wi.compare(f, STARTS, seeds=3) for f in (train_a_ring, train_once))
    (cell,) = broken.failures
    assert (cell.label, cell.seed, cell.result) == ("zero", 1, None)
    assert re.search(told, cell.error)
    assert by_place(broken) == by_place(whole) | {("zero", 1): None}


def test_a_diverging_training_is_a_failure():
    """Training that ends in infinity fails with the epoch and the layer that it names."""

    def train_once(initializer, rng):
        x, y = wi.datasets.ring(20, rng=rng)
        net = wi.mlp([2, 4, 1]).initialize(initializer, rng=rng)
        return wi.train(net, x, y, epochs=2, batch_size=5, learning_rate=1e200, rng=rng)

    (cell,) = wi.compare(train_once, [wi.he_normal], seeds=1).cells
    assert re.match("FloatingPointError: training stopped in epoch 1, step", cell.error)


def test_results_are_kept_as_plain_floats():
    """Numbers of NumPy come back as floats, so that a cell is the same after a resumption."""
    history = wi.History([np.float32(0.5)], [np.float64(1.0)])
    curves, score = (
        wi.compare(lambda *_, r=r: r, [wi.zeros], seeds=1).cells[0].result
        for r in (history, np.float32(0.5))
    )
    assert curves == wi.History([0.5], [1.0])
    assert {type(value) for value in (*curves.losses, *curves.accuracies, score)} == {float}


ARGUMENTS = {
    "train_once": (
        {"train_once": wi.History()},
        TypeError,
        r"train_once must be callable as train_once\(initializer, rng\), got History",
    ),
    "one initializer": (
        {"initializers": wi.he_normal},
        TypeError,
        r"a sequence of initializers, .* got VarianceScaling.*; write \[wi.he_normal",
    ),
    "a name": ({"initializers": "he"}, TypeError, "a sequence of initializers, .* got 'he'"),
    "names": (
        {"initializers": ["he"]},
        TypeError,
        r"initializers must hold initializers such as wi.he_normal, got 'he' \(str\)",
    ),
    "nothing": ({"initializers": []}, ValueError, r"initializers must not be empty, got \[\]"),
    "twice": (
        {"initializers": [wi.he_normal, wi.zeros, wi.kaiming_normal]},
        ValueError,
        "labels of initializers must differ, got 'he_normal' twice; .* a mapping",
    ),
    "label": (
        {"initializers": {1: wi.zeros}},
        TypeError,
        "a label in initializers must be a line of text, got 1",
    ),
    "no seed": ({"seeds": 0}, ValueError, "seeds must be an integer >= 1, got 0 .*write seeds=10"),
    "seeds": ({"seeds": 2.5}, TypeError, "seeds must be an integer >= 1, got 2.5"),
    "empty seeds": ({"seeds": []}, ValueError, "one or more different integers, got"),
    "equal seeds": ({"seeds": [3, 4, 3]}, ValueError, r"different integers, got \[3, 4, 3\]"),
    "negative seed": (
        {"seeds": [3, -1]},
        ValueError,
        r"seeds\[1\] must be an integer >= 0, got -1",
    ),
    "float seed": ({"seeds": np.array([1.0])}, TypeError, r"seeds\[0\] must be an integer"),
    "no worker": ({"n_jobs": 0}, ValueError, "n_jobs must not be 0, got 0; .* -1 takes all"),
    "workers": ({"n_jobs": None}, TypeError, "n_jobs must be an integer, got None .*-1 takes all"),
    "progress": ({"progress": np.ones(2)}, TypeError, r"progress must be True or False, got array"),
    "long": (
        {"initializers": "x" * 5000},
        TypeError,
        r"mapping .* got 'x{30,40}...x{30,40}' .str.; write",
    ),
    "no folder": ({"cache_dir": ""}, ValueError, r"cache_dir must be a folder, got '', .*; write"),
    "zero byte": ({"cache_dir": "a\0b"}, ValueError, r"must be a folder, got 'a\\x00b', .*; write"),
    "no text": ({"cache_dir": "\ud800"}, ValueError, r"must be a folder, got '.ud800', .*; write"),
    "folder": ({"cache_dir": 3}, TypeError, r"cache_dir must be the path .* got 3 \(int\)"),
    "file": ({"cache_dir": __file__}, ValueError, "cache_dir must be a folder, got .* is a file"),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_bad_arguments_are_told_before_any_work(case):
    """A bad argument raises before the first training, names itself, and says the way out."""
    changed, error, told = ARGUMENTS[case]
    arguments = {"initializers": [wi.zeros], "seeds": 1, "n_jobs": 1}
    arguments |= {"train_once": lambda *_: pytest.fail("work was done")} | changed
    with pytest.raises(error, match=told):
        wi.compare(**arguments)


@pytest.mark.parametrize(
    "package, arguments, told",
    [
        ("joblib", {}, r"wi.compare needs joblib, .* pip install joblib"),
        ("tqdm", {"progress": True}, r"progress=True needs tqdm, .* pip install tqdm"),
    ],
)
def test_a_missing_package_is_named(package, arguments, told, monkeypatch):
    """Without joblib or tqdm, where they are needed, the error says what to install."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=told):
        wi.compare(score_of, [wi.zeros], seeds=1, **arguments)


def test_progress_counts_cells(capsys):
    """The bar ends with all cells done."""
    wi.compare(score_of, STARTS, seeds=2, progress=True)
    assert "6/6" in capsys.readouterr().err


def test_results_of_two_kinds_are_refused():
    """A History here and a number there cannot be compared, and the error says so."""

    def train_once(initializer, rng):
        return train_a_ring(initializer, rng) if initializer == wi.zeros else 0.5

    with pytest.raises(ValueError, match=r"got a History in some .* name another cache_dir"):
        wi.compare(train_once, STARTS, seeds=1)
