"""What the page on normalization explains, against what its code measures."""

import numpy as np
import pytest

from tests.docs.running import run

pytestmark = pytest.mark.gallery

PAGE = "theory/normalization.md"


def test_the_size_is_hidden_from_signal_and_gradient():
    """Gradients of He's weights and of ten times He's are the same, but for epsilon.

    A variance of the pre-activations of 1/3 or more, and an epsilon of 1e-5: 2e-5 a layer.
    """
    back = run(PAGE).names["back"]
    for name in ("batch", "layer", "RMS"):
        np.testing.assert_allclose(back[name, 1], back[name, 10], rtol=16 * 5e-5)


def test_batch_normalization_multiplies_the_gradient():
    """By sqrt(pi / (pi - 1)) a layer, where layer and RMS normalization hold it.

    The logarithm of the growth over 15 layers of 256 units strays by about sqrt(15 * 5 / 256) / 2
    in a draw, 0.27, and a fifteenth of that a layer; the median of three stays below 4 of these.
    """
    found = run(PAGE).names
    for (name, _), measured in found["pace"].items():
        assert np.log(measured) == pytest.approx(np.log(found["limits"][name]), abs=4 * 0.27 / 15)
    assert min(found["pace"]["batch", k] for k in (1, 10)) > 1.15
    assert max(found["pace"][name, k] for name in ("layer", "RMS") for k in (1, 10)) < 1.08


def test_the_first_turn_falls_with_the_square_of_the_size():
    """Weights k times as large turn 1 / k^2 as far, to what epsilon makes of the smallest."""
    found = run(PAGE).names
    for k, turn in found["turns"].items():
        predicted = np.degrees(np.arctan(found["at_he"] / k**2))
        assert turn == pytest.approx(predicted, rel=1e-3)


def test_a_rate_times_the_square_of_the_size_undoes_it():
    """With it the loss after three epochs is that of He's weights; without, it rises with the size.

    Epsilon, 1e-5 beside a variance of 0.1 or so at 0.3 times He, is all that differs.
    """
    found = run(PAGE).names
    at_one = found["own_rate"][:, list(found["FACTORS"]).index(1)]
    np.testing.assert_allclose(found["own_rate"], np.outer(at_one, np.ones(4)), rtol=0.02)
    assert (np.diff(found["same_rate"], axis=1) > 0.05).all()


def test_squared_norms_grow_by_the_squared_steps():
    """Weight and bias together grow by the sum of the squared steps, whichever normalization.

    Epsilon lets a gradient point a little along the weights, most where these are small.
    """
    found = run(PAGE).names["grown"]
    for (_, k), (first, last, predicted) in found.items():
        assert last - first == pytest.approx(predicted - first, rel=0.01)
        assert (last > 2 * first) == (k == 0.1)


def test_the_exercises():
    """Adam turns weights ten times as large a tenth as far; decay settles on one size."""
    found = run(PAGE).names
    assert found["adam_turns"][1] / found["adam_turns"][0] == pytest.approx(0.1, rel=0.01)
    assert found["settled"] == pytest.approx([found["balance"]] * 2, rel=0.01)
