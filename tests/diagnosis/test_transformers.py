"""Transformers that are started well have no finding, and learn: no false alarm.

A finding by chance has the probability of ``test_healthy.py``. All sizes, with four seeds each, are
in ``tests/sweeps``.
"""

import itertools
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import Network

LENGTH, HEADS = 16, 4
KINDS = [
    {"norm": norm, "feedforward": feedforward, "activation": activation, "packed": packed}
    for norm, (feedforward, activation), packed in itertools.product(
        ("pre", "post", "peri"), (("mlp", "gelu"), ("glu", "silu")), (True, False)
    )
]
STARTS = ("Normal(.02)", "wi.start")


def windows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a text, cut into windows, and the next characters."""
    return wi.datasets.text(LENGTH * count + 1, rng=seed).windows(LENGTH)


def started(start: str, kind: dict[str, Any], width: int, depth: int, seed: int) -> Network:
    """Return a transformer that starts as GPT-2 does, or as this package says."""
    net = wi.transformer(25, width=width, depth=depth, heads=HEADS, length=LENGTH, **kind)
    if start == "wi.start":
        wi.start(net, *windows(8, seed), rng=seed)
        return net
    return net.initialize(wi.Normal(std=0.02), rng=seed)


def false_findings(
    start: str, kinds: list[dict[str, Any]], sizes: list[tuple[int, int]], seeds: range
) -> tuple[list[str], int]:
    """Return what is found in healthy transformers, and how many there are."""
    cases = list(itertools.product(kinds, sizes, seeds))
    found = []
    for kind, (width, depth), seed in cases:
        net = started(start, kind, width, depth, seed)
        problems = [f.problem for f in wi.diagnose(net, *windows(32, seed)).findings]
        if problems:
            found.append(f"{problems} in {kind}, width {width}, depth {depth}, seed {seed}")
    return found, len(cases)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("depth", [1, 3])
def test_no_kind_of_transformer_has_a_false_finding(start: str, depth: int) -> None:
    """False findings in narrow transformers of each kind: 0 of 12 at each depth and start."""
    found, of = false_findings(start, KINDS, [(32, depth)], range(depth, depth + 1))
    assert not found, f"{len(found)} of {of}: {found}"


@pytest.mark.gallery
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_small_weights_do_not_slow_a_transformer_down(seed: int, packed: bool) -> None:
    """A narrow block from Normal(.02) learns as fast as from `wi.start`: predicted slowdown 1.

    Steps of Adam until the mean loss of ten of them is 1 nat, from 3.2: at most 1.3 times as many,
    where other seeds had between 0.9 and 1.2. A finding speaks of a slowdown of 100 or more.
    """
    steps, taken = 120, {}
    for start in STARTS:
        net = started(start, {"packed": packed}, 32, 1, seed)
        losses: list[float] = []
        wi.train(
            net,
            *windows(32 * steps, seed),
            epochs=1,
            batch_size=32,
            learning_rate=0.01,
            optimizer="adam",
            rng=seed,
            monitor=lambda *args, kept=losses: kept.append(args[2]),
        )
        smooth = np.convolve(losses, np.ones(10) / 10, mode="valid")
        taken[start] = int(np.argmax(smooth < 1))
    assert 0 < taken["Normal(.02)"] < 1.3 * taken["wi.start"], taken
