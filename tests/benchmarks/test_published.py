"""The published networks: what is built is what their sources say."""

import math
from typing import Any

import numpy as np
import pytest

from benchmarks.faults.building import build, initializer, obstacle, starts
from benchmarks.faults.cases import Case, cases, draws_of, flat, networks
from benchmarks.faults.labels import comparison, refuted
from benchmarks.faults.stand_ins import data_of

NOT_BUILT = {  # with the reason
    "fl-u8": "two inputs",
    **{f"tdc-post-{n}": "code" for n in (38321024, 40147568, 43489697, 53138899, 56541683)},
}
BUILT = [name for name in networks() if name not in NOT_BUILT]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return both fans of a weight or kernel."""
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


def expected_std(facts: dict[str, Any], shape: tuple[int, ...]) -> float:
    """Return the std that Keras' documents give an initializer, independently of the builder."""
    fan_in, fan_out = fans(shape) if len(shape) > 1 else shape * 2
    by_mode = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    match facts["name"]:
        case "zeros" | "ones" | "constant":
            return 0.0
        case "glorot_uniform" | "glorot_normal":
            return math.sqrt(2 / (fan_in + fan_out))
        case "random_uniform":
            return (facts["high"] - facts["low"]) / math.sqrt(12)
        case "random_normal":
            return facts["std"]
        case "truncated_normal":
            return 0.8796 * facts["std_before_cut"]
        case "variance_scaling":
            return math.sqrt(facts["scale"] / by_mode[facts["mode"]])
    raise AssertionError(facts)


def test_the_table_is_whole() -> None:
    """Of 90 cases in 76 networks, cases of one network share layers and the kind of data."""
    assert len(cases()) == 90
    assert len(networks()) == 76
    for of in networks().values():
        assert all((c["layers"], c["data"]) == (of[0]["layers"], of[0]["data"]) for c in of)
        assert len({(c["label"], c["start_at_fault"]) for c in of}) == 1


@pytest.mark.parametrize("name", networks())
def test_a_row_is_built_or_says_why_not(name: str) -> None:
    """A network takes its stand-in data and has outputs that fit the labels; or it is listed."""
    case = networks()[name][0]
    reason = obstacle(case)
    assert bool(reason) == (name in NOT_BUILT)
    if reason:
        assert NOT_BUILT[name] in reason
        return
    net = build(case)
    x, y = data_of(case, 5, np.random.default_rng(0))
    assert x.shape[1:] == net.input_shape
    outputs = case["data"].get("outputs") or case["data"]["classes"]
    assert net.output_shape in ((outputs,), (1,) if outputs == 2 else ())
    assert y.shape == ((len(x), outputs) if "outputs" in case["data"] else (len(x),))


def facts_of(case: Case) -> dict[str, dict[str, Any]]:
    """Return what the source says of each weight and bias, by its name in the network."""
    weighted = (layer for layer in flat(case["layers"]) if "weight" in layer)
    names = [name for name in build(case).parameter_shapes if name.endswith(".weight")]
    found = {}
    for name, layer in zip(names, weighted, strict=True):
        found[name] = layer["weight"]
        found[name.replace("weight", "bias")] = layer["bias"] or {"name": "zeros"}
    return found


@pytest.mark.parametrize("name", BUILT)
def test_starts_have_the_std_of_the_source(name: str) -> None:
    """Each weight and bias has the std that Keras' documents state; they round to four digits."""
    case = networks()[name][0]
    shapes, chosen = build(case).parameter_shapes, starts(case)
    for key, facts in facts_of(case).items():
        wanted = expected_std(facts, shapes[key])
        assert chosen[key].std(shapes[key]) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("name", ["zoo-mnist-h11", "zoo-mnist-h06", "tdc-regr-rand", "fl-m1"])
def test_what_is_drawn_is_what_the_source_says(name: str) -> None:
    """A mean square is that of the distribution within six errors; constants are exact.

    The square of a normal value has a relative std of sqrt(2), and cut or uniform ones less: a
    mean of n > 1000 squares is off by 6 sqrt(2 / n) with a probability below 1e-7.
    """
    case = networks()[name][0]
    arrays = build(case).initialize(starts(case), rng=0).parameters
    for key, facts in facts_of(case).items():
        array = arrays[key]
        if wanted := expected_std(facts, array.shape):
            error = 6 * math.sqrt(2 / array.size)
            assert array.size < 1000 or np.mean(array**2) == pytest.approx(wanted**2, rel=error)
        else:
            assert (array == {"zeros": 0.0, "ones": 1.0}[facts["name"]]).all()


@pytest.mark.parametrize("mode", ["fan_in", "fan_avg", "fan_out"])
@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "normal"])
def test_a_bias_takes_its_length_for_both_fans(mode: str, distribution: str) -> None:
    """Variance scaling of a bias of length n has the variance scale / n, in every mode."""
    facts = {"name": "variance_scaling", "scale": 2.0, "mode": mode, "distribution": distribution}
    assert initializer(facts, length=50).std((50,)) == pytest.approx(0.2, rel=1e-12)


def test_draws_of_networks_are_independent() -> None:
    """Two networks, two draws and two seeds share no random numbers; the same ones all of them."""
    first, second = list(networks())[:2]
    keys = [(first, 0, 0), (first, 0, 1), (first, 1, 0), (second, 0, 0)]
    assert len({draws_of(*key).random() for key in keys}) == 4
    assert draws_of(first, 0, 0).random() == draws_of(first, 0, 0).random()


def trained(recorded: list[float | None], recommended: list[float | None]) -> dict[str, Any]:
    """Return a training with a chance loss of 1 that ends with these losses."""
    ends = {"recorded": recorded, "recommended": recommended}
    pairs = {key: [None if end is None else (1.0, end) for end in of] for key, of in ends.items()}
    return {"chance_loss": 1.0, **pairs}


@pytest.mark.parametrize(
    "recorded, recommended, found",
    [
        ([0.5, 0.5, 0.5], [0.3, 0.3, 0.3], "as good"),
        ([0.6, 0.6, 0.6], [0.3, 0.3, 0.3], "worse"),
        ([0.3, 0.3, 0.3], [0.6, 0.6, 0.6], "better"),
        ([0.5, 0.5, 0.96], [0.5, 0.5, 0.5], "as good"),
        ([0.6, 0.6, 0.6, 1, None], [0.6, 0.6, 0.6, 0.6, 0.6], "worse"),
        ([None, None, 0.3], [1.0, 0.99, 0.5], "neither trains"),
    ],
)
def test_training_compares_two_starts(
    recorded: list[float | None], recommended: list[float | None], found: str
) -> None:
    """A start is worse by a quarter of the chance loss, or if stuck more often by two in five.

    That refutes "healthy"; a start that is no worse refutes "faulty"; neither refutes nothing.
    """
    outcome = trained(recorded, recommended)
    assert comparison(outcome) == found
    assert refuted("healthy", outcome) == (found == "worse")
    assert refuted("faulty", outcome) == (found in ("as good", "better"))
