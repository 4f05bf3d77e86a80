"""Training: what it promises about seeds, steps, interrupts and numbers that overflow."""

import ctypes
import dataclasses
import importlib
import mmap
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightinit as wi
from tests.interrupts import every_interrupt
from weightinit import _uninterrupted
from weightinit.training import Adam, AdamW, Optimizer, Sgd, adam, loop, optimizers

X, Y = wi.datasets.ring(100, rng=0)
EPSILON = np.finfo(float).eps


def fresh(activation: str = "tanh", **options: Any) -> wi.Network:
    """Return a small network for the ring, always with the same weights."""
    return wi.mlp([2, 8, 1], activation).initialize(wi.xavier_normal, rng=0, **options)


def run(net: wi.Network, **options: Any) -> wi.History:
    """Train on the ring, with settings that suit it."""
    defaults: dict[str, Any] = {"epochs": 3, "batch_size": 10, "learning_rate": 0.5, "rng": 0}
    return wi.train(net, X, Y, **(defaults | options))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_same_seed_gives_the_same_history(optimizer: str) -> None:
    """Seed and start decide every loss, every accuracy and every weight; another seed others."""
    first, again = fresh(), fresh()
    assert run(first, optimizer=optimizer) == run(again, optimizer=optimizer)
    np.testing.assert_equal(first.parameters, again.parameters)
    assert run(fresh(), optimizer=optimizer, rng=1) != run(fresh(), optimizer=optimizer)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": lambda theta: Sgd(theta, 0.1),
    "momentum": lambda theta: Sgd(theta, 0.1, momentum=0.9),
    "adam": lambda theta: Adam(theta, 0.1),
    "adamw": lambda theta: AdamW(theta, 0.1, rate_factors={"*": 0.5}),
}

WAYS = [
    {"learning_rate": 0.5},
    {"learning_rate": 0.1, "momentum": 0.9},
    {"learning_rate": 0.02, "optimizer": "adam"},
    {"learning_rate": 0.02, "optimizer": "adamw"},
]


@pytest.mark.parametrize("options", WAYS, ids=["sgd", "momentum", "adam", "adamw"])
def test_training_learns_the_ring(options: dict[str, Any]) -> None:
    """The loss falls below a quarter of log 2 and nearly all labels are right."""
    net = fresh()
    history = run(net, epochs=200, **options)
    assert history.losses[0] > 0.5
    assert history.losses[-1] < np.log(2) / 4
    assert history.accuracies[-1] > 0.9
    assert np.mean(net.predict(X) == Y) > 0.9


def test_a_step_of_sgd_is_its_formula() -> None:
    """One epoch of one batch moves each weight by minus the learning rate times its gradient."""
    net, reference = fresh(), fresh()
    loss, gradients = reference.loss_and_gradients(X, Y)
    history = run(net, epochs=1, batch_size=len(X))
    assert history.losses == [loss]
    assert history.accuracies == [np.mean(reference.predict(X) == Y)]
    for name, theta in reference.parameters.items():
        np.testing.assert_array_equal(net.parameters[name], theta - 0.5 * gradients[name])


@pytest.mark.parametrize("watched", [False, True])
@pytest.mark.parametrize("options", WAYS, ids=["sgd", "momentum", "adam", "adamw"])
def test_a_lookup_is_trained_as_its_whole_gradient_says(
    options: dict[str, Any], watched: bool
) -> None:
    """Training steps only in the rows that a batch touches, to the bits of the whole gradient.

    A monitor changes nothing of it, and is given the whole gradient.
    """
    tokens = np.random.default_rng(0).integers(0, 50, (12, 5))
    y = np.arange(12) % 2
    net = wi.rnn(50, 4, 2).initialize(wi.xavier_normal, rng=0, dtype=np.float32)
    plain = net.copy()
    kind = {"sgd": Sgd, "adam": Adam, "adamw": AdamW}[options.get("optimizer", "sgd")]
    optimizer = kind(plain.parameters, *(options[key] for key in options if key != "optimizer"))
    gradients, met = [], []
    for _ in range(4):
        gradients.append(plain.loss_and_gradients(tokens, y)[1])
        optimizer.update(gradients[-1])
    monitor = (lambda *what: met.append(what[3])) if watched else None
    wi.train(net, tokens, y, epochs=4, batch_size=12, monitor=monitor, **options)
    np.testing.assert_equal(net.parameters, plain.parameters)
    np.testing.assert_equal(met, gradients if watched else [])


@pytest.mark.parametrize("options", WAYS, ids=["sgd", "momentum", "adam", "adamw"])
def test_a_rate_factor_is_a_learning_rate_of_its_own(options: dict[str, Any]) -> None:
    """A parameter with a factor moves as with that times the rate; the first pattern counts."""
    factors = {"dense0.bias": 0.0, "dense0.*": 0.25}
    start, together, slow = fresh(), fresh(), fresh()
    run(together, epochs=1, batch_size=len(X), rate_factors=factors, **options)
    rate = 0.25 * options["learning_rate"]
    run(slow, epochs=1, batch_size=len(X), **options | {"learning_rate": rate})
    for name, theta in together.parameters.items():
        if name == "dense0.bias":
            expected = start.parameters[name]
        elif name == "dense0.weight":
            expected = slow.parameters[name]
        else:
            plain = fresh()
            run(plain, epochs=1, batch_size=len(X), **options)
            expected = plain.parameters[name]
        np.testing.assert_array_equal(theta, expected)


def test_decay_does_not_depend_on_the_gradient() -> None:
    """A step of AdamW is that of Adam, less rate times decay times the parameter, exactly."""
    start, gradients = np.array([2.0, -4.0, 0.5]), {"w": np.array([3.0, 1e-6, 0.0])}
    decayed, plain = {"w": start.copy()}, {"w": start * (1 - 0.125 * 0.5)}
    AdamW(decayed, 0.125, weight_decay=0.5).update(gradients)
    Adam(plain, 0.125).update(gradients)
    np.testing.assert_array_equal(decayed["w"], plain["w"])


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_parameters_of_one_shape_are_stepped_as_if_alone(kind: str) -> None:
    """That parameters of a shape compute in the same arrays shows in none of their values."""
    rng = np.random.default_rng(0)
    starts, gradients = rng.normal(size=(2, 3, 4)), rng.normal(size=(3, 2, 3, 4))
    together = dict(zip("ab", starts.copy(), strict=True))
    optimizer = OPTIMIZERS[kind](together)
    for pair in gradients:
        optimizer.update(dict(zip("ab", pair, strict=True)))
    for name, start, own in zip("ab", starts, gradients.swapaxes(0, 1), strict=True):
        alone = {name: start.copy()}
        optimizer = OPTIMIZERS[kind](alone)
        for gradient in own:
            optimizer.update({name: gradient})
        np.testing.assert_array_equal(together[name], alone[name])


FAULTS = """
import resource
import numpy as np
from weightinit.training import _memory
if {kept}:
    _memory.keep_freed_memory()
counts = []
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(2**21, np.uint8)
    counts.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(counts[0] if not {kept} else counts[2])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are not changed")
def test_what_a_step_frees_the_next_one_has() -> None:
    """An array of 2 MB comes with a page fault for each page at first, and later with hardly any.

    Fresh processes show it, since whatever frees an array before changes what the C library does.
    """
    for kept in (False, True):
        command = [sys.executable, "-c", FAULTS.format(kept=kept)]
        found = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        pages = 2**21 // mmap.PAGESIZE
        assert found < pages / 10 if kept else found >= pages


@given(
    gradients=st.lists(st.floats(-10, 10), min_size=1, max_size=6),
    momentum=st.floats(0, 0.99),
)
def test_momentum_sums_past_gradients(gradients: list[float], momentum: float) -> None:
    """A weight moves by -lr times the sum over past gradients of momentum ** age, step by step."""
    theta = {"w": np.zeros(1)}
    sgd = Sgd(theta, 0.1, momentum)
    for g in gradients:
        sgd.update({"w": np.array([g])})
    moved = -0.1 * sum(
        momentum ** (t - s) * gradients[s] for t in range(len(gradients)) for s in range(t + 1)
    )
    # At most 21 terms of at most 1, each rounded a few times.
    np.testing.assert_allclose(theta["w"], moved, rtol=0, atol=100 * EPSILON)


@given(scale=st.floats(1e-3, 1e3), sign=st.sampled_from([-1, 1]))
def test_adam_steps_by_the_learning_rate(scale: float, sign: int) -> None:
    """With a constant gradient each step of Adam is the learning rate, whatever the gradient."""
    theta = {"w": np.zeros(1)}
    adam = Adam(theta, 0.1)
    for _ in range(5):
        adam.update({"w": np.array([sign * scale])})
    # The epsilon of 1e-8 beside a gradient of 1e-3 or more takes 1e-5 at most.
    np.testing.assert_allclose(theta["w"], -sign * 0.5, rtol=2e-5)


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


@pytest.mark.parametrize(
    "learning_rate, told",
    [
        # Squared error of a linear network: each step multiplies the weights.
        (1e10, r"stopped in epoch \d+, step \d+: .*dense\d.*smaller learning_rate than 1e\+10"),
        (1e300, r"stopped in epoch 1, step \d+: .*dense\d"),
    ],
)
def test_a_loss_that_overflows_stops_with_its_place(learning_rate: float, told: str) -> None:
    """When numbers overflow, training stops and names epoch, step, layer and a way out."""
    net = wi.mlp([2, 4, 1], "linear").initialize(wi.xavier_normal, rng=0)
    y = X.sum(axis=1, keepdims=True)
    with pytest.raises(FloatingPointError, match=told):
        wi.train(net, X, y, epochs=100, batch_size=10, learning_rate=learning_rate, rng=0)


def test_the_first_layer_that_overflows_is_named() -> None:
    """The message names the layer where the first number overflowed, not the last."""
    net = wi.mlp([2, 4, 4, 1], "linear").initialize(wi.ones)
    net.parameters["dense1.weight"][:] = 1e308
    with pytest.raises(FloatingPointError, match="epoch 1, step 1: the output of layer dense1"):
        run(net)
    net.parameters["dense2.bias"][:] = np.nan
    net.parameters["dense1.weight"][:] = 1
    with pytest.raises(
        FloatingPointError, match=r"dense2\.bias of layer dense2 is the first weight"
    ):
        run(net)


def test_a_last_step_that_overflows_is_found() -> None:
    """An epoch never ends with weights that are not finite, even where its losses were."""
    net = wi.mlp([1, 1]).initialize(wi.zeros)
    options = {"epochs": 1, "batch_size": 1, "learning_rate": 1e300}
    with pytest.raises(FloatingPointError, match=r"dense0\.weight of layer dense0 is the first"):
        wi.train(net, [[1e10]], [[1e10]], **options)


def test_a_bar_shows_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """With progress a bar counts the epochs; without it nothing is printed."""
    pytest.importorskip("tqdm")
    plain = run(fresh())
    assert capsys.readouterr() == ("", "")
    assert run(fresh(), progress=True) == plain
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert f"loss={plain.losses[-1]:.3g}" in shown


def test_without_tqdm_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where tqdm is missing, asking for a bar raises before any step, and says what to install."""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    net = fresh()
    with pytest.raises(ImportError, match=r"pip install tqdm.*leave progress"):
        run(net, progress=True)
    np.testing.assert_equal(net.parameters, fresh().parameters)
    with pytest.raises(ImportError):
        importlib.import_module("tqdm")  # the patch does what it should


@pytest.mark.parametrize(
    "options, error, told",
    [
        ({"epochs": 0}, ValueError, "epochs must be an integer >= 1"),
        ({"batch_size": 0}, ValueError, "batch_size must be an integer >= 1"),
        ({"batch_size": 2.5}, TypeError, "batch_size must be an integer >= 1"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be a finite number > 0"),
        ({"learning_rate": np.inf}, ValueError, "learning_rate must be a finite real number"),
        ({"momentum": 1.0}, ValueError, "momentum must be below 1, got 1.0; 0.9 is usual"),
        ({"momentum": -0.1}, ValueError, "momentum must be a finite number >= 0"),
        ({"momentum": 0.9, "optimizer": "adam"}, ValueError, "momentum belongs to optimizer='sgd'"),
        ({"optimizer": "rmsprop"}, ValueError, "one of 'adam', 'adamw', 'sgd', got 'rmsprop'"),
        ({"weight_decay": 0.1}, ValueError, "weight_decay belongs to optimizer='adamw', got 0.1"),
        ({"weight_decay": -1, "optimizer": "adamw"}, ValueError, "weight_decay must be .* >= 0"),
        ({"rate_factors": 0.1}, TypeError, "rate_factors must be a mapping of patterns"),
        ({"rate_factors": {"*": -1.0}}, ValueError, r"rate_factors\['\*'\] must be .* >= 0"),
        (
            {"rate_factors": {"conv*": 1}},
            ValueError,
            "pattern 'conv\\*' of rate_factors; there are",
        ),
        ({"rng": "seed"}, TypeError, "rng must be"),
        ({"monitor": 3}, TypeError, "monitor must be callable"),
        (
            {"monitor": "x" * 5000},
            TypeError,
            "monitor must be callable .* got 'x{30,40}...x{30,40}' .str.; write",
        ),
        ({"progress": 1}, TypeError, "progress must be True or False, got 1"),
        ({"progress": np.ones(2)}, TypeError, r"progress must be True or False, got array"),
    ],
)
def test_settings_are_checked(options: dict[str, Any], error: type[Exception], told: str) -> None:
    """A setting that makes no sense raises before any step."""
    net = fresh()
    with pytest.raises(error, match=told):
        run(net, **options)
    np.testing.assert_equal(net.parameters, fresh().parameters)


FROZEN = np.ones(1)
FROZEN.flags.writeable = False


@pytest.mark.parametrize(
    "parameters, error, told",
    [
        (np.ones(1), TypeError, r"parameters must be a mapping .* got array\(\[1.\]\) \(ndarray\)"),
        (
            {"w": [1.0]},
            TypeError,
            r"parameters\['w'\] must be a NumPy array of floats, got \[1.0\]",
        ),
        ({"w": np.ones(1, int)}, TypeError, r"must be a NumPy array of floats, got array\(\[1\]\)"),
        ({"w": FROZEN}, ValueError, r"parameters\['w'\] must be writeable, got a read-only array"),
    ],
)
def test_only_arrays_of_floats_are_stepped(
    parameters: Any, error: type[Exception], told: str
) -> None:
    """An optimizer refuses what it cannot change in place when it is made."""
    for optimizer in (Sgd, Adam):
        with pytest.raises(error, match=told):
            optimizer(parameters, 0.1)


@pytest.mark.parametrize(
    "learning_rate, momentum, error, told",
    [
        (0, 0, ValueError, "learning_rate must be a finite number > 0"),
        ("fast", 0, TypeError, "learning_rate must be a finite real number, got 'fast'"),
        (0.1, 1, ValueError, "momentum must be below 1, got 1; 0.9 is usual"),
        (0.1, None, TypeError, "momentum must be a finite real number"),
    ],
)
def test_settings_of_an_optimizer_are_checked(
    learning_rate: Any, momentum: Any, error: type[Exception], told: str
) -> None:
    """An optimizer that is made by hand checks its settings as training does."""
    with pytest.raises(error, match=told):
        Sgd({"w": np.ones(1)}, learning_rate, momentum)


@pytest.mark.parametrize(
    "gradients, error, told",
    [
        (
            3,
            TypeError,
            r"gradients must be a mapping .* got 3 \(int\); take net.loss_and_gradients",
        ),
        ({"a": np.ones(2)}, ValueError, r"gradients must be named \['a', 'b'\], got \['a'\]"),
        ({"a": np.ones(2), "b": [1.0]}, TypeError, r"gradients\['b'\] must be a NumPy array"),
        ({"a": np.ones(2), "b": np.ones(2)}, ValueError, r"of shape \(1,\), got \(2,\)"),
        ({"a": np.ones(2), "b": np.ones(())}, ValueError, r"of shape \(1,\), got \(\)"),
        ({"a": np.ones(2), "b": np.ones(1, complex)}, TypeError, "a NumPy array of floats"),
    ],
)
def test_a_bad_gradient_changes_nothing(gradients: Any, error: type[Exception], told: str) -> None:
    """Gradients that do not fit are told before any parameter moves, whichever is wrong."""
    theta = {"a": np.ones(2), "b": np.ones(1)}
    for optimizer in (Sgd(theta, 0.1), Sgd(theta, 0.1, 0.9), Adam(theta, 0.1)):
        with pytest.raises(error, match=told):
            optimizer.update(gradients)
    np.testing.assert_equal(theta, {"a": np.ones(2), "b": np.ones(1)})


@pytest.mark.parametrize("last", [FROZEN, np.ones(2), "frozen"], ids=["read-only", "shape", "text"])
def test_a_parameter_that_cannot_move_stops_the_others(last: Any) -> None:
    """An array put among the parameters after the start is refused before any of them moves."""
    theta = {"a": np.ones(2), "b": np.ones(1)}
    optimizer = Sgd(theta, 0.1)
    theta["b"] = last
    with pytest.raises((TypeError, ValueError), match=r"parameters\['b'\] must be"):
        optimizer.update({"a": np.ones(2), "b": np.ones(1)})
    np.testing.assert_equal(theta["a"], np.ones(2))


@dataclasses.dataclass(frozen=True)
class Careless(wi.networks.Dense):
    """A layer whose gradient for the bias has an axis too many."""

    def _gradients(self, parameters: Any, cache: Any, dy: Any) -> Any:
        found = super()._gradients(parameters, cache, dy)
        return found | {"bias": found["bias"][np.newaxis]}


def test_a_layer_that_makes_a_mistake_stops_the_step() -> None:
    """A gradient of the wrong shape, from a layer of somebody, stops training before a step."""
    net = wi.Network([Careless(4), wi.networks.Dense(1)], (2,)).initialize(wi.he_normal, rng=0)
    before = str(net.parameters)
    with pytest.raises(ValueError, match=r"gradients\['dense0.bias'\] must be of shape \(4,\)"):
        run(net)
    assert str(net.parameters) == before


@pytest.mark.parametrize("last", [FROZEN, np.ones(2)], ids=["read-only", "shape"])
def test_a_monitor_that_replaces_an_array_stops_the_training(last: Any) -> None:
    """What a monitor puts among the parameters is looked at before the next step."""
    steps = []

    def replace(step: int, net: wi.Network, *_: object) -> None:
        steps.append(step)
        net.parameters["dense1.bias"] = last

    with pytest.raises(ValueError, match=r"parameters\['dense1.bias'\] must be"):
        run(fresh(), monitor=replace)
    assert steps == [1]


def test_an_overflow_does_not_stop_a_step_halfway() -> None:
    """Where the caller's NumPy raises at overflow, a step is whole all the same."""
    theta = {"a": np.full(1, 1e308), "b": np.ones(1)}
    with np.errstate(all="raise"):
        Sgd(theta, 10.0).update({"a": np.full(1, -1e308), "b": np.ones(1)})
    np.testing.assert_equal(theta, {"a": np.array([np.inf]), "b": np.array([-9.0])})


def test_only_networks_are_trained() -> None:
    """Something else than a network raises, and the message says how to build one."""
    with pytest.raises(TypeError, match=r"net must be a Network.*wi\.mlp"):
        wi.train([2, 4, 1], X, Y, epochs=1, batch_size=10, learning_rate=0.1)
