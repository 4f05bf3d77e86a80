"""The training loop: seeds, epochs, losses, monitors and data."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.training.runs import WAYS, X, Y, fresh, run


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_same_seed_gives_the_same_history(optimizer: str) -> None:
    """Seed and start decide every loss, every accuracy and every weight; another seed others."""
    first, again = fresh(), fresh()
    assert run(first, optimizer=optimizer) == run(again, optimizer=optimizer)
    np.testing.assert_equal(first.parameters, again.parameters)
    assert run(fresh(), optimizer=optimizer, rng=1) != run(fresh(), optimizer=optimizer)


@pytest.mark.parametrize("options", WAYS, ids=["sgd", "momentum", "adam", "adamw"])
def test_training_learns_the_ring(options: dict[str, Any]) -> None:
    """The loss falls below a quarter of log 2 and nearly all labels are right."""
    net = fresh()
    history = run(net, epochs=200, **options)
    assert history.losses[0] > 0.5
    assert history.losses[-1] < np.log(2) / 4
    assert history.accuracies[-1] > 0.9
    assert np.mean(net.predict(X) == Y) > 0.9


@settings(max_examples=20)
@given(n=st.integers(1, 12), batch_size=st.integers(1, 15))
def test_an_epoch_meets_every_sample_once(n: int, batch_size: int) -> None:
    """The batches of an epoch hold every sample once; the last may be smaller.

    A linear network with a learning rate so small that nothing moves shows what it met: the
    gradient of the bias is the mean over the batch of twice minus the target.
    """
    targets = (2.0 ** np.arange(n))[:, np.newaxis]  # whose sums tell which were in a batch
    net = wi.mlp([1, 1]).initialize(wi.zeros)
    met = []

    def watch(_step: int, _net: wi.Network, _loss: float, gradients: Any) -> None:
        met.append(-gradients["dense0.bias"][0] / 2)

    options = {"epochs": 2, "batch_size": batch_size, "learning_rate": 1e-300, "rng": n}
    wi.train(net, np.zeros((n, 1)), targets, monitor=watch, **options)
    sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    assert len(met) == 2 * len(sizes)
    for epoch in (met[: len(sizes)], met[len(sizes) :]):
        total = sum(mean * size for mean, size in zip(epoch, sizes, strict=True))
        assert round(total) == 2**n - 1


def test_the_loss_of_an_epoch_is_the_mean_over_samples() -> None:
    """A last batch that is smaller counts by its size, not as a whole batch."""
    losses = []
    history = run(
        fresh(), epochs=1, batch_size=70, monitor=lambda _s, _n, loss, _g: losses.append(loss)
    )
    assert history.losses == [pytest.approx((70 * losses[0] + 30 * losses[1]) / 100)]


def test_the_monitor_sees_every_step() -> None:
    """A monitor gets the steps from 1, the network that is trained, and its gradients."""
    seen = []
    net = fresh()
    run(net, monitor=lambda *what: seen.append(what))
    assert [step for step, _, _, _ in seen] == list(range(1, 31))
    assert all(who is net for _, who, _, _ in seen)
    assert all(gradients.keys() == net.parameters.keys() for *_, gradients in seen)


def test_targets_have_no_accuracy() -> None:
    """Float targets train by squared error, and the history has losses alone."""
    net = wi.mlp([2, 8, 1], "tanh").initialize(wi.xavier_normal, rng=0)
    y = np.sin(X.sum(axis=1, keepdims=True))
    history = wi.train(net, X, y, epochs=50, batch_size=10, learning_rate=0.1, rng=0)
    assert history.losses[-1] < history.losses[0] / 4
    assert history.accuracies == []
    assert repr(history).startswith("History(epochs=50, last loss=")


def test_float32_stays() -> None:
    """Training in float32 ends in float32, with either optimizer."""
    for optimizer in ("sgd", "adam", "adamw"):
        net = fresh(dtype=np.float32)
        run(net, optimizer=optimizer, learning_rate=0.01)
        assert {theta.dtype for theta in net.parameters.values()} == {np.dtype(np.float32)}


def test_data_are_left_as_they_are() -> None:
    """Training changes neither samples nor labels."""
    x, y = X.copy(), Y.copy()
    wi.train(fresh(), x, y, epochs=2, batch_size=7, learning_rate=0.1, rng=0)
    np.testing.assert_equal((x, y), (X, Y))


def test_a_bar_shows_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """With progress a bar counts the epochs; without it nothing is printed."""
    pytest.importorskip("tqdm")
    plain = run(fresh())
    assert capsys.readouterr() == ("", "")
    assert run(fresh(), progress=True) == plain
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert f"loss={plain.losses[-1]:.3g}" in shown
