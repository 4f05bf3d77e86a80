"""What a comparison says: who is the best, who is not shown to be worse, and how it is printed."""

import html.parser
import sys

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weightinit as wi
from weightinit.comparison import Cell, Comparison


def made_of(scores):
    """Return the comparison of these rows of scores; None stands for a failure."""
    return Comparison(
        tuple(
            Cell(label, seed, value, "" if value is not None else "ValueError: broken")
            for label, row in scores.items()
            for seed, value in enumerate(row)
        )
    )


def verdicts(comparison):
    """Return the verdicts by label, best first."""
    return {standing.label: standing.verdict for standing in comparison.standings}


RNG = np.random.default_rng(0)
A = RNG.normal(size=8)


def test_more_is_better_of_scores_and_less_of_losses():
    """The best has the largest score or accuracy, or the smallest loss; the rest are worse."""
    low, high = [0.1 + a / 100 for a in A], [0.9 + a / 100 for a in A]
    curves = {
        label: [wi.History([value], accuracies and [value]) for value in row]
        for label, row in (("low", low), ("high", high))
        for accuracies in ([],)
    }
    right = {label: [wi.History(h.losses, h.losses) for h in row] for label, row in curves.items()}
    for scores, measure, best in (
        ({"low": low, "high": high}, "score", "high"),
        (right, "accuracy", "high"),
        (curves, "loss", "low"),
    ):
        comparison = made_of(scores)
        worse = ({"low", "high"} - {best}).pop()
        assert comparison.measure == measure
        assert verdicts(comparison) == {best: "best", worse: "worse"}


def test_accuracy_counts_only_where_all_have_it():
    """One History without accuracies, and all are judged by their losses."""
    cells = {"a": [wi.History([1.0], [0.5])], "b": [wi.History([2.0])]}
    comparison = made_of(cells)
    assert (comparison.measure, comparison.scores) == ("loss", {"a": {0: 1.0}, "b": {0: 2.0}})


def test_the_last_epoch_counts():
    """What is compared is the last number of a curve."""
    assert made_of({"a": [wi.History([3.0, 1.0, 2.0])]}).scores == {"a": {0: 2.0}}


def test_standings_are_those_of_numpy():
    """Mean and quartiles are NumPy's, failures are counted."""
    (standing,) = made_of({"a": [*A, None]}).standings
    assert standing.mean == pytest.approx(A.mean())
    assert standing.quartiles == pytest.approx(tuple(np.quantile(A, (0.25, 0.5, 0.75))))
    assert standing.failures == 1


def test_a_start_within_noise_is_called_so():
    """A start that wins and loses against the best by turns is within noise."""
    turns = np.tile([0.4, -0.5], 4)
    assert verdicts(made_of({"a": A, "b": A + turns}))["b"] == "within noise"


def test_equal_starts_are_within_noise():
    """Starts of equal scores are the best and within noise of it."""
    assert verdicts(made_of({"a": A, "b": A})) == {"a": "best", "b": "within noise"}


def test_the_truly_best_is_rarely_called_worse():
    """Of five equal starts over ten seeds each one is called worse in at most 2.5 % of cases.

    Bonferroni over the four others, from one side; one point for the bootstrap, as in the test of
    the intervals; 5 standard errors of 600 draws, exceeded by chance in one of a million.
    """
    draws = np.random.default_rng(3).normal(size=(600, 5, 10))
    called = [
        verdicts(made_of({str(i): row for i, row in enumerate(rows)}))["0"] == "worse"
        for rows in draws
    ]
    assert np.mean(called) <= 0.025 + 0.01 + 5 * (0.035 * 0.965 / 600) ** 0.5


def test_few_seeds_give_no_verdict():
    """With five seeds the largest difference is no proof, with six it may be one."""
    for n, verdict in ((1, "too few seeds"), (5, "too few seeds"), (6, "worse")):
        comparison = made_of({"a": [1.0] * n, "b": [0.0] * n})
        assert verdicts(comparison)["b"] == verdict
        assert ("2 starts need at least 6 seeds" in comparison.table()) == (n < 6)


def test_failures_rank_behind():
    """A start that fails more often is never the best; where both finished it may be ahead."""
    scores = {"sure": A, "fast": [*(A + 9)[:7], None], "dead": [None] * 8}
    comparison = made_of(scores)
    assert verdicts(comparison) == {"sure": "best", "fast": "ahead", "dead": "failed"}
    lines = comparison.table().splitlines()
    assert "ahead: better than the best where both finished, but it failed more often." in lines
    assert "fast failed at seed 7: ValueError: broken" in lines
    assert "dead failed at seeds 0, 1, 2, 3, 4, 5, 6, 7: ValueError: broken" in lines


def test_a_start_that_failed_too_often_is_not_compared():
    """Where failures leave too few of enough seeds, the verdict is that it failed."""
    often = made_of({"a": A, "b": [1.0] * 5 + [None] * 3})
    assert verdicts(often)["b"] == "failed"
    assert "failed: too few of its runs finished to compare it with the best." in str(often)
    assert verdicts(made_of({"a": A, "b": [1.0] * 6 + [None] * 2}))["b"] != "failed"


def test_pairs_are_of_seeds_that_both_finished():
    """The difference is over the seeds at which both finished, whichever those are."""
    a, b = [*A, 5.0, None], [*(A - 1), None, 0.0]
    other = made_of({"a": a, "b": b}).standings[1]
    assert other.difference == pytest.approx((-1, -1))


def test_all_failed_is_said():
    """If nothing finished the table says so, and there is nothing to draw."""
    comparison = made_of({"a": [None], "b": [None]})
    assert verdicts(comparison) == {"a": "failed", "b": "failed"}
    assert "a failed at seed 0: ValueError: broken" in comparison.table()
    with pytest.raises(ValueError, match="nothing to draw: all cells failed; print the comparison"):
        comparison.plot()


def test_no_cells_are_no_comparison():
    """A comparison of nothing is refused."""
    with pytest.raises(ValueError, match=r"cells must not be empty; wi.compare makes them"):
        Comparison(())


@pytest.mark.parametrize(
    "cells, error, told",
    [
        (
            "abc",
            TypeError,
            r"cells must be a sequence of Cell, got 'abc' .str.; wi.compare makes them",
        ),
        (None, TypeError, "cells must be a sequence of Cell, got None"),
        ([Cell("a", 0, 1.0), 2.0], TypeError, r"cells must hold nothing but Cell, got 2.0 .float."),
        (Cell("a", 0, 1.0), TypeError, "cells must be a sequence of Cell, got Cell"),
        (
            [Cell("a", 0, 1.0), Cell("a", 1, 1.0), Cell("b", 1, 1.0)],
            ValueError,
            "one for each label and seed, got none for 'b' at seed 0",
        ),
        (
            [Cell("a", 0, 1.0), Cell("a", 0, 2.0)],
            ValueError,
            "one for each label and seed, got 2 for 'a' at seed 0",
        ),
    ],
)
def test_only_whole_comparisons_are_made(cells, error, told):
    """A comparison is of cells alone, one for each label and seed; anything else is refused."""
    with pytest.raises(error, match=told):
        Comparison(cells)


def test_cells_may_come_in_a_list():
    """A list of cells makes the comparison that a tuple makes."""
    cells = [Cell("a", 0, 1.0), Cell("b", 0, 2.0)]
    assert Comparison(cells) == Comparison(tuple(cells))
    assert hash(Comparison(cells)) == hash(Comparison(tuple(cells)))


@pytest.mark.parametrize(
    "fields, error, told",
    [
        (("a", 0), ValueError, "either a result or an error, got result=None and error=''"),
        (("a", 0, 1.0, "broken"), ValueError, "either a result or an error, got result=1.0 and"),
        ((1, 0, 1.0), TypeError, "^label must be a line of text, got 1"),
        (("a", 1.5, 1.0), TypeError, "seed must be an integer >= 0, got 1.5"),
        (("a", -1, 1.0), ValueError, "seed must be an integer >= 0, got -1"),
        (("a", 0, "good"), TypeError, "must be a finite real number, got 'good'"),
        (("a", 0, np.nan), ValueError, "must be a finite real number, got nan"),
        (("a", 0, wi.History()), ValueError, "without losses"),
        (("a", 0, wi.History([np.inf])), FloatingPointError, "the loss of epoch 1 is inf"),
        (("a", 0, None, 3), TypeError, "error must be a text, got 3"),
    ],
)
def test_a_cell_has_a_result_or_an_error(fields, error, told):
    """A cell that is made by hand is checked as those of a comparison are."""
    with pytest.raises(error, match=told):
        Cell(*fields)


LABELS = st.text(
    st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=120
).filter(str.strip)
SCORES = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, width=32))


@given(st.dictionaries(LABELS, st.tuples(*[SCORES] * 6), min_size=1, max_size=4), st.booleans())
def test_lines_have_80_characters(scores, curves):
    """No line of the table is longer than 80 characters, whatever labels and numbers."""
    if curves:
        scores = {
            label: [None if value is None else wi.History([value]) for value in row]
            for label, row in scores.items()
        }
    assert max(map(len, made_of(scores).table().splitlines())) <= 80


def test_the_table_reads_well():
    """The table in full, as it is printed."""
    row = [wi.History([0.1], [0.5 + i / 50]) for i in range(6)]
    worse = [wi.History([0.1], [0.25]) for i in range(6)]
    assert str(made_of({"he_normal": row, "zeros": worse})) == (
        "Final accuracy of 2 starts over 6 seeds (more is better)\n"
        "\n"
        "            mean          quartiles  failed    minus the best\n"
        "he_normal  0.550  0.525 0.550 0.575       0                    best\n"
        "zeros      0.250  0.250 0.250 0.250       0  -0.338 .. -0.262  worse\n"
        "\n"
        "quartiles: a quarter, half and three quarters of the runs end below these.\n"
        "\n"
        "minus the best: the mean difference at the same seeds, as intervals that all\n"
        "hold with 95% confidence."
    )


def test_repr_is_one_line():
    """The repr says how many of what."""
    assert repr(made_of({"a": [1.0, None]})) == "Comparison(1 starts, 2 seeds, 1 failures)"


def test_html_is_escaped_and_closed():
    """A label that looks like markup stays text, and every element is closed."""
    markup = made_of({"<b>&": [1.0, 2.0], "c": [1.0, None]})._repr_html_()
    assert '<th scope="row">&lt;b&gt;&amp;</th>' in markup
    opened = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag, _):
            opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Reader().feed(markup)
    assert not opened


@pytest.fixture
def draw():
    """Return the function that draws a comparison."""
    return lambda scores, **options: made_of(scores).plot(**options)


def test_plot_draws_medians_bands_and_runs(draw):
    """Curves are medians within quartiles; each dot is a run; the label says what is seen."""
    rows = np.abs(RNG.normal(size=(5, 4)))
    fig = draw(
        {"a": [wi.History(list(row)) for row in rows], "b": [wi.History([1.0, 2.0]), *[None] * 4]}
    )
    curves, finals = fig.axes
    x, y = curves.lines[0].get_data()
    np.testing.assert_array_equal(x, [1, 2, 3, 4])
    np.testing.assert_allclose(y, np.median(rows, axis=0))
    np.testing.assert_array_equal(finals.lines[0].get_xdata(), rows[:, -1])
    assert [tick.get_text() for tick in finals.get_yticklabels()] == ["a", "b"]
    assert [text.get_text() for text in finals.texts] == ["4 failed"]
    assert fig.get_label().startswith("Loss by epoch, and final loss of each run, 5 seeds. Means:")


def test_plot_of_scores_has_no_curves(draw):
    """Plain scores are drawn as dots alone, zeros included."""
    (ax,) = draw({"a": [0.0, 1.0], "b": [0.0, 0.0]}).axes
    assert [len(line.get_xdata()) for line in ax.lines] == [2, 2, 2, 2]


def test_plot_takes_colors(draw):
    """Colours are those given, and a label without one is told."""
    (ax,) = draw({"a": [1.0]}, colors={"a": "C5"}).axes
    assert mpl.colors.same_color(ax.lines[0].get_color(), "C5")
    with pytest.raises(ValueError, match=r"a colour for each label, got none for \['a'\]"):
        draw({"a": [1.0]}, colors={})
    with pytest.raises(TypeError, match="a mapping from labels to colours, got 'abc'"):
        draw({"a": [1.0]}, colors="abc")


def test_plot_names_the_missing_package(monkeypatch):
    """Without matplotlib the error says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    told = r"Comparison.plot needs matplotlib, .* pip install matplotlib"
    with pytest.raises(ImportError, match=told):
        made_of({"a": [1.0]}).plot()
