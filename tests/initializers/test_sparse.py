"""Sparse weights: the same number of inputs for each unit, chosen fairly."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from tests.chance import FALSE_ALARM, assert_law, assert_moments
from tests.initializers.examples import as_matrix

LAYOUTS = [
    ((50, 40), -1),
    ((3, 3, 6, 10), -1),
    ((10, 6, 3, 3), 0),
    ((20, 2, 5), (1, 2)),
    ((5, 1), -1),
]
DTYPES = (np.float16, np.float32, np.float64)


@pytest.mark.parametrize("shape, out_axis", LAYOUTS, ids=str)
@pytest.mark.parametrize("nonzeros", [1, 3, 5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_each_unit_has_k_inputs(
    shape: tuple[int, ...], out_axis: int, nonzeros: int, dtype: type
) -> None:
    """Each output unit has exactly k weights that are not zero, in any layout.

    False alarms: one float32 draw in 2^23 is 0 itself, which makes 2e-4 for all cases together.
    """
    weights = wi.Sparse(nonzeros=nonzeros, out_axis=out_axis)(shape, rng=0, dtype=dtype)
    counts = np.count_nonzero(as_matrix(weights, out_axis), axis=0)
    assert set(counts.tolist()) == {nonzeros}


def test_all_inputs_make_it_dense() -> None:
    """As many non-zeros as inputs leave no zero."""
    assert wi.Sparse(nonzeros=8)((8, 30), rng=0).all()


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_every_choice_is_as_likely(k: int) -> None:
    """Each set of k inputs out of 6 is chosen equally often (chi-square).

    False alarms: 1e-6 for each k, in the limit of many units; each set is expected 500 times.
    """
    choices = {choice: number for number, choice in enumerate(combinations(range(6), k))}
    units = 500 * len(choices)
    chosen = wi.Sparse(nonzeros=k)((6, units), rng=0).T != 0
    found = np.bincount(
        [choices[tuple(np.flatnonzero(unit))] for unit in chosen], minlength=len(choices)
    )
    assert stats.chisquare(found).pvalue > FALSE_ALARM


@pytest.mark.parametrize("dtype", DTYPES)
def test_values_are_normal(dtype: type) -> None:
    """The weights that are not zero are normal, of the std asked for.

    False alarms: 1e-6 for all dtypes together.
    """
    weights = wi.Sparse(nonzeros=15, std=0.3)((784, 3000), rng=0, dtype=dtype).T
    values = weights[weights != 0].astype(np.float64)
    assert_law(values, stats.norm(0, 0.3), checks=2 * len(DTYPES))
    assert_moments(values, stats.norm(0, 0.3), checks=2 * len(DTYPES))


def test_the_first_value_is_as_good_as_the_last() -> None:
    """Where a value sits among the inputs says nothing about it: each row has the same law.

    False alarms: 1e-6 for all rows together.
    """
    weights = wi.Sparse(nonzeros=2)((8, 20_000), rng=0)
    for row in weights:
        assert_law(row[row != 0], stats.norm(), checks=8)


def test_theory() -> None:
    """Over all n weights of a unit the std is std sqrt(k / n), zeros included."""
    init = wi.Sparse(nonzeros=4, std=3.0, out_axis=0)
    assert init.std((10, 4, 3, 3)) == pytest.approx(3.0 * math.sqrt(4 / 36), rel=1e-15)
    assert wi.Sparse(nonzeros=9, std=3.0).std((9, 2)) == 3.0


def test_from_one_seed_std_multiplies() -> None:
    """Another std makes the same choice, and the same weights times it."""
    plain = wi.Sparse(nonzeros=3)((8, 9), rng=0)
    assert np.array_equal(wi.Sparse(nonzeros=3, std=0.25)((8, 9), rng=0), 0.25 * plain)
    assert not wi.Sparse(nonzeros=3, std=0.0)((8, 9), rng=0).any()


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"nonzeros": 0}, ValueError, r"nonzeros must be an integer >= 1, got 0"),
        ({"nonzeros": 2.0}, TypeError, r"nonzeros must be an integer >= 1, got 2.0"),
        ({"nonzeros": True}, TypeError, r"nonzeros must be an integer >= 1, got True"),
        ({"nonzeros": 2, "std": -1.0}, ValueError, r"std must be a finite number >= 0, got -1.0"),
        ({"nonzeros": 2, "std": math.nan}, ValueError, r"std must be a finite .*got nan"),
        ({"nonzeros": 2, "out_axis": None}, TypeError, r"out_axis must be an integer or a seq"),
    ],
)
def test_bad_parameters(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """A number of inputs is a positive integer, a std is no less than 0."""
    with pytest.raises(error, match=message):
        wi.Sparse(**arguments)


def test_more_non_zeros_than_inputs() -> None:
    """A unit with too few inputs is an error, in a call and in the theory, with a way out."""
    init = wi.Sparse(nonzeros=5)
    message = (
        r"nonzeros must be at most the inputs of a unit, got nonzeros=5 for 4 inputs.*wi.Normal"
    )
    for function in (init, init.std):
        with pytest.raises(ValueError, match=message):
            function((4, 100))
