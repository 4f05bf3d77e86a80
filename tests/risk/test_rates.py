"""How often a start fails: the counts, their agreement with theory, and the width that cures."""

import dataclasses
import sys

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.chance import FALSE_ALARM
from weightinit.diagnosis import PROBLEMS
from weightinit.networks import LayerNorm
from weightinit.risk import _width, born_dead_bound, wilson_interval

LINE = np.linspace(-np.sqrt(3), np.sqrt(3), 20)[:, np.newaxis]

#: Of networks of so many units and hidden layers, after He and on a line: the share born dead, in
#: an earlier simulation, taken to be of 1,000 networks each.
TABLE = {(2, 10): 0.910, (3, 20): 0.899, (4, 50): 0.951, (5, 50): 0.767}


def narrow(width: int, depth: int, inputs: int = 1) -> wi.Network:
    """Return an architecture of ReLUs, one output."""
    return wi.mlp([inputs, *[width] * depth, 1])


def simulated(width: int, depth: int, networks: int) -> int:
    """Count the networks with a layer that is off at both ends of the line, with NumPy alone."""
    rng = np.random.default_rng(width)
    h = np.tile([[1.0], [-1.0]], (networks, 1, 1))
    for _ in range(depth):
        W = rng.standard_normal((networks, h.shape[2], width)) * np.sqrt(2 / h.shape[2])
        h = np.maximum(h @ W, 0)
    return int(np.sum(~h.any(axis=(1, 2))))


def test_the_counts_are_those_of_the_draws() -> None:
    """Each draw counts once for any problem, and once for each that it has."""
    rates = wi.failure_rates(narrow(3, 6), wi.he_normal, LINE, draws=30, rng=3)
    found = [rates.start.problems(draw) for draw in range(30)]
    assert rates.counts["any problem"] == sum(map(bool, found)) > 0
    for problem in PROBLEMS:
        assert rates.counts.get(problem, 0) == sum(problem in of for of in found)
        assert rates.rate(problem) == rates.counts.get(problem, 0) / 30
        assert rates.interval(problem) == wilson_interval(rates.counts.get(problem, 0), 30)
    assert len(set(found)) > 1  # draws differ


def test_workers_do_not_matter_and_neither_does_the_rest() -> None:
    """The same seed gives the same counts on two workers; another seed gives other draws."""
    one, two = (
        wi.failure_rates(narrow(3, 6), wi.he_normal, LINE, draws=30, rng=0, n_jobs=n)
        for n in (1, 2)
    )
    assert one == two
    other = wi.failure_rates(narrow(3, 6), wi.he_normal, LINE, draws=30, rng=1)
    found, others = ([r.start.problems(i) for i in range(30)] for r in (one, other))
    assert found != others


def test_one_generator_gives_new_draws_each_time() -> None:
    """A shared generator advances, as anywhere in the package."""
    rng = np.random.default_rng(0)
    one, two = (wi.failure_rates(narrow(2, 2), wi.zeros, LINE, draws=1, rng=rng) for _ in "ab")
    assert one.start.key != two.start.key


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_is_changed(dtype: type) -> None:
    """The weights of the network, the batch and the labels stay, and later changes do not count."""
    net = narrow(2, 3).initialize(wi.he_normal, rng=5, dtype=dtype)
    before = {name: array.copy() for name, array in net.parameters.items()}
    x, y = LINE.copy(), np.arange(20) % 2
    rates = wi.failure_rates(net, wi.xavier_normal, x, y, draws=3, rng=0)
    for name, array in net.parameters.items():
        assert array.dtype == dtype
        assert np.array_equal(array, before[name])
    assert np.array_equal(x, LINE)
    found = rates.start.problems(0)
    x[:] = np.nan
    assert rates.start.problems(0) == found


def test_zeros_freeze_every_draw_and_a_good_start_none() -> None:
    """A start that nothing is random in fails always or, with patterns for a healthy one, never."""
    net, x = wi.mlp([16, 32, 32, 3]), np.random.default_rng(0).standard_normal((40, 16))
    assert wi.failure_rates(net, wi.zeros, x, draws=4, rng=0).rate("frozen") == 1
    healthy = {"dense2.weight": wi.zeros, "*.weight": wi.Orthogonal(gain=np.sqrt(2))}
    rates = wi.failure_rates(net, healthy, x, draws=4, rng=0)
    assert rates.counts == {"any problem": 0}
    assert rates.rate() == 0


def test_frozen_is_born_dead() -> None:
    """A draw is frozen if and only if a whole layer is off on the batch."""
    start = wi.failure_rates(narrow(3, 12), wi.he_normal, LINE, draws=1, rng=0).start
    dead = []
    for draw in range(60):
        seed = np.random.SeedSequence(start.key, spawn_key=(draw,))
        net = narrow(3, 12).initialize(wi.he_normal, rng=np.random.default_rng(seed))
        steps = net.record(LINE).values()
        dead.append(any(not step.y.any() for step in steps))
        assert dead[-1] == ("frozen" in start.problems(draw))
        assert dead[-1] == (np.ptp(net.forward(LINE)) == 0)
    assert 0 < sum(dead) < 60


def test_for_one_input_the_bound_is_the_probability() -> None:
    """For a single sample the count is binomial with the bound of Lu et al., to 1e-6."""
    draws, net = 250, narrow(2, 3, inputs=4)
    rates = wi.failure_rates(net, wi.he_normal, np.ones((1, 4)), draws=draws, rng=0)
    bound = born_dead_bound([2] * 3)
    assert stats.binomtest(rates.counts["frozen"], draws, bound).pvalue > FALSE_ALARM


@pytest.mark.parametrize("width, depth", [(2, 10), (3, 20)])
def test_rates_agree_with_a_simulation(width: int, depth: int) -> None:
    """The count agrees with networks of NumPy alone, by Fisher's exact test at 1e-6 in all."""
    networks, draws = 20_000, 60
    rates = wi.failure_rates(narrow(width, depth), wi.he_normal, LINE, draws=draws, rng=0)
    count, dead = rates.counts["frozen"], simulated(width, depth, networks)
    table = [[count, draws - count], [dead, networks - dead]]
    assert stats.fisher_exact(table).pvalue > FALSE_ALARM / 2


@pytest.mark.parametrize("width, depth", TABLE)
def test_born_dead_agrees_with_what_was_known(width: int, depth: int) -> None:
    """The share of 20,000 is that of the table by Fisher's test at 1e-6 in all, and in the bound.

    The bound holds for the probability: the count is tested against it, at 1e-6 as well.
    """
    networks = 20_000
    dead = simulated(width, depth, networks)
    known = round(1000 * TABLE[width, depth])
    table = [[dead, networks - dead], [known, 1000 - known]]
    assert stats.fisher_exact(table).pvalue > FALSE_ALARM / len(TABLE)
    bound = born_dead_bound([width] * depth)
    beyond = stats.binomtest(dead, networks, bound, alternative="greater").pvalue
    assert beyond > FALSE_ALARM / len(TABLE)


def test_a_width_passes_if_its_draws_are_clean() -> None:
    """The width found passes, the one below does not, on the very draws of the search."""
    rates = wi.failure_rates(narrow(2, 3), wi.he_normal, LINE, draws=5, rng=0)
    width = rates.width_for("frozen", at_most=0.05)
    assert width > 2
    for n, passes in ((width, True), (width - 1, False)):
        rare = _width.is_rare(rates.start, n, 73, lambda problems: "frozen" in problems)
        assert rare == passes


@pytest.mark.parametrize("needed", [1, 2, 3, 7, 8, 100, 101])
@pytest.mark.parametrize("first", [1, 2, 8, 100, 300])
def test_the_search_finds_the_smallest(needed: int, first: int) -> None:
    """Wherever it begins, it ends at the smallest that is good, or says that there is none."""
    found = _width.smallest(lambda n: n >= needed, first, 200)
    assert found == needed
    assert _width.smallest(lambda n: n >= needed, first, needed) == needed
    assert _width.smallest(lambda n: n >= needed, first, max(needed - 1, 1)) in {None, 1}


def test_all_hidden_widths_are_scaled_alike() -> None:
    """Proportions stay, rounded up; inputs, outputs, activations and depth as well."""
    net = _width._widened(wi.mlp([3, 2, 5, 4, 1], "tanh"), 3)
    assert repr(net) == repr(wi.mlp([3, 3, 8, 6, 1], "tanh"))


def test_width_does_not_cure_a_wrong_scale() -> None:
    """Where no width passes the answer is None."""
    rates = wi.failure_rates(narrow(2, 3), wi.zeros, LINE, draws=2, rng=0)
    assert rates.width_for(widest=8) is None


def test_width_is_for_mlps() -> None:
    """Other networks are refused: the message names the layer and what to do."""
    x = np.random.default_rng(0).standard_normal((4, 3))
    dense = wi.mlp([3, 4, 2]).chain.layers
    normalized = wi.Network([dense[0], LayerNorm(), *dense[1:]], (3,))
    rates = wi.failure_rates(normalized, wi.he_normal, x, draws=1, rng=0)
    with pytest.raises(ValueError, match=r"needs an MLP.* got norm0 besides.* wi.failure_rates"):
        rates.width_for()
    rates = wi.failure_rates(wi.mlp([3, 2]), wi.he_normal, x, draws=1, rng=0)
    with pytest.raises(ValueError, match=r"needs an MLP.* without a hidden layer"):
        rates.width_for()


ARGUMENTS = {
    "no draw": ({"draws": 0}, ValueError, "draws must be an integer >= 1, got 0 .*; write draws="),
    "draws": ({"draws": 2.0}, TypeError, "draws must be an integer >= 1, got 2.0"),
    "rng": ({"rng": "a"}, TypeError, "rng must be .*, got 'a'"),
    "no worker": ({"n_jobs": 0}, ValueError, "n_jobs must not be 0, got 0; .* -1 takes all"),
    "progress": ({"progress": 1}, TypeError, "progress must be True or False, got 1"),
    "net": ({"net": 3}, TypeError, "net must be a Network, got 3 .* wi.mlp"),
    "initializer": ({"initializer": "he"}, TypeError, "initializer must be an initializer, .*'he'"),
    "pattern": ({"initializer": {"a*": wi.zeros}}, ValueError, "no parameter fits the pattern"),
    "shape": ({"x": np.ones((2, 7))}, ValueError, "x must "),
    "labels": ({"y": [0]}, ValueError, "y must "),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_bad_arguments_are_told(case: str) -> None:
    """A bad argument raises, names itself and its value, and says the way out."""
    changed, error, told = ARGUMENTS[case]
    arguments = {"net": narrow(2, 2), "initializer": wi.zeros, "x": LINE, "draws": 1} | changed
    with pytest.raises(error, match=told) as caught:
        wi.failure_rates(**arguments)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "arguments, error, told",
    [
        ({"problem": "dead"}, ValueError, "problem must be one of 'any problem', 'non-finite'"),
        ({"problem": 3}, TypeError, "problem must be one of"),
        ({"at_most": 0.0}, ValueError, "at_most must be from 0.001 to below 1, got 0.0 .*bound"),
        ({"at_most": "1 %"}, TypeError, "at_most must be a finite real number"),
        ({"widest": 0}, ValueError, "widest must be an integer >= 1, got 0"),
    ],
)
def test_bad_questions_are_told(arguments, error, told) -> None:
    """A problem that there is not, or a bound that no search can show, is refused."""
    rates = wi.failure_rates(narrow(2, 2), wi.zeros, LINE, draws=1, rng=0)
    with pytest.raises(error, match=told):
        rates.width_for(**arguments)
    if "problem" in arguments:
        with pytest.raises(error, match=told):
            rates.rate(**arguments)


def test_the_table_says_what_was_counted() -> None:
    """Text and HTML hold each problem with count, rate and interval, within 80 columns."""
    start = wi.failure_rates(narrow(2, 2), wi.zeros, LINE, draws=1, rng=0).start
    counts = {"any problem": 870, "frozen": 860, "first loss too high": 10}
    rates = wi.FailureRates(1000, counts, start)
    lines = str(rates).splitlines()
    assert lines[0] == "870 of 1,000 draws had a problem"
    assert max(map(len, lines)) <= 80
    low, high = wilson_interval(860, 1000)
    row = next(line for line in lines if line.startswith("frozen")).split("  ")
    assert row[-1].strip() == f"{100 * low:.3g} % to {100 * high:.3g} %"
    assert "0.383 %" in " ".join(lines)  # what may hide behind none of 1,000
    for cell in ("first loss too high", "870", "86 %", "1 %"):
        assert cell in str(rates)
        assert cell in rates._repr_html_()
    assert dataclasses.replace(rates) == rates


def test_the_figure_shows_rates_and_intervals() -> None:
    """A dot and a bar for each problem, at its rate and over its interval."""
    start = wi.failure_rates(narrow(2, 2), wi.zeros, LINE, draws=1, rng=0).start
    figure = wi.FailureRates(50, {"any problem": 20, "frozen": 10}, start).plot()
    (ax,) = figure.axes
    drawn = [tuple(line.get_xdata()) for line in ax.lines]
    assert drawn == [wilson_interval(20, 50), (0.4,), wilson_interval(10, 50), (0.2,)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["any problem", "frozen"]
    assert "frozen 20 %" in figure.get_label()


def test_progress_counts_draws(capsys: pytest.CaptureFixture[str]) -> None:
    """The bar ends with all draws done."""
    wi.failure_rates(narrow(2, 2), wi.zeros, LINE, draws=3, rng=0, progress=True)
    assert "3/3" in capsys.readouterr().err


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without joblib the error says what to install."""
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(ImportError, match=r"wi.failure_rates needs joblib, .* pip install joblib"):
        wi.failure_rates(narrow(2, 2), wi.zeros, LINE, draws=1)


def test_what_stands_whatever_the_weights_is_not_counted() -> None:
    """The depth of a network is no failure of a draw: a live draw of a risky one has no problem."""
    x = np.random.default_rng(0).standard_normal((40, 2))
    rates = wi.failure_rates(narrow(3, 6, inputs=2), wi.he_normal, x, draws=20, rng=0)
    assert "risky depth" not in rates.counts
    assert rates.rate() < 1
