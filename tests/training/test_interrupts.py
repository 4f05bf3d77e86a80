"""Interrupts: what stopped training leaves is whole."""

import ctypes
import signal
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.interrupts import every_interrupt
from tests.training.runs import OPTIMIZERS, X, fresh, run
from weightinit import _uninterrupted
from weightinit.training import adam, loop, optimizers


def stop_at(step: int) -> Callable[..., None]:
    """Return a monitor that presses Ctrl-C at a step."""

    def press(now: int, *_: object) -> None:
        if now == step:
            raise KeyboardInterrupt

    return press


def test_an_interrupt_returns_what_was_learned() -> None:
    """Ctrl-C in the third epoch returns the first two; the network keeps its steps."""
    net = fresh()
    history = run(net, epochs=100, monitor=stop_at(25))
    assert history.interrupted
    assert history.losses == run(fresh(), epochs=2).losses
    assert "epochs=2" in repr(history)
    assert repr(history).endswith("interrupted)")
    assert not np.array_equal(net.parameters["dense0.weight"], fresh().parameters["dense0.weight"])


def trajectory(kind: str, steps: int) -> tuple[dict[str, Any], Callable[[], None], list[str]]:
    """Return parameters, a function that makes a step of them, and their values after each."""
    gradients = {"w": np.array([[1.0, -2.0]]), "b": np.array([0.5])}

    def start() -> tuple[dict[str, Any], Callable[[], None]]:
        theta = {"w": np.ones((1, 2)), "b": np.zeros(1)}
        optimizer = OPTIMIZERS[kind](theta)
        return theta, lambda: optimizer.update(gradients)

    theta, step = start()
    states = [str(theta)]
    for _ in range(steps):
        step()
        states.append(str(theta))
    return *start(), states


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_step_is_whole_or_not_made(kind: str) -> None:
    """Interrupted before any instruction of a step, all is as before it or after it.

    That holds of what the optimizer remembers as well: the steps that follow are those of a run
    without interrupts. A signal, an exception from another thread and a debugger come there alone.
    """
    ends = set()
    for interrupted in every_interrupt(optimizers, adam, _uninterrupted):
        theta, step, states = trajectory(kind, 4)
        step()
        interrupted(step)
        done = states.index(str(theta))
        ends.add(done)
        for after in states[done + 1 :]:
            step()
            assert str(theta) == after
    assert ends == {1, 2}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no raise() that Python can call")
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_signal_within_a_step_waits_for_its_end(
    kind: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """A real SIGINT between any two operations on arrays is met when the step is whole."""
    default = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may ignore it
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, default))
    send = (ctypes.CDLL(None)["raise"], int(signal.SIGINT))
    moment, calls = 0, [()]
    while moment <= len(calls):
        theta, step, states = trajectory(kind, 1)

        def with_signal(whole: list[Any]) -> None:
            calls[:] = whole
            _uninterrupted.uninterrupted([*whole[:moment], send, *whole[moment:]])  # noqa: B023

        with monkeypatch.context() as patch:
            patch.setattr(optimizers, "uninterrupted", with_signal)
            with pytest.raises(KeyboardInterrupt):
                step()
        assert str(theta) == states[1]
        moment += 1
    assert moment > 2 * len(theta)


def test_an_interrupt_at_any_line_leaves_a_whole_step() -> None:
    """Interrupted at any line, training leaves what its docstring says it does."""
    batches, options = 2, {"optimizer": "adam", "batch_size": 50, "epochs": 2}
    whole, states, seen = fresh(), [], []
    states.append(str(whole.parameters))
    reference = run(whole, monitor=lambda *_: states.append(str(whole.parameters)), **options)
    assert len(set(states)) == 1 + 2 * batches
    for interrupted in every_interrupt(loop, optimizers, adam, _uninterrupted, between="line"):
        net, rng, calls = fresh(), np.random.default_rng(0), []
        history = interrupted(
            lambda net=net, rng=rng, calls=calls: run(
                net, rng=rng, monitor=lambda step, *_: calls.append(step), **options
            )
        )
        steps = states.index(str(net.parameters))
        assert calls in (list(range(1, steps + 1)), list(range(1, steps)))
        shuffled = [np.random.default_rng(0) for _ in range(3)]
        for epochs, generator in enumerate(shuffled):
            for _ in range(epochs):
                generator.permutation(len(X))
        shuffles = [g.bit_generator.state for g in shuffled].index(rng.bit_generator.state)
        assert steps <= shuffles * batches <= steps + batches
        seen.append(history)
        if history is not None:
            epochs = len(history.losses)
            assert history.losses == reference.losses[:epochs]
            assert history.accuracies == reference.accuracies[:epochs]
            assert epochs * batches <= steps <= (epochs + 1) * batches
    assert {len(history.losses) for history in seen if history} == {0, 1, 2}
    assert seen[-1] == reference
    assert all(history.interrupted for history in seen[:-1] if history)
