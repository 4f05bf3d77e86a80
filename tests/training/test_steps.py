"""Steps of the optimizers: their formulas, and what they remember."""

import mmap
import platform
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weightinit as wi
from tests.training.runs import EPSILON, OPTIMIZERS, WAYS, X, Y, fresh, run
from weightinit.training import Adam, AdamW, Sgd


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
