"""What is recommended: a usable start for every question, and errors that say the way out."""

import functools
import itertools
import pickle
import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest

import weightinit as wi
from weightinit.advice import LAYERS
from weightinit.advice.question import DEEP, VERY_DEEP, Question

# A weight of each kind, and of what comes from the input of a recurrent layer.
SHAPES = {
    "dense": (12, 20),
    "conv": (3, 3, 8, 12),
    "depthwise": (3, 3, 1, 8),
    "transposed": (4, 4, 8, 12),
    "embedding": (30, 16),
    "rnn": (16, 16),
    "lstm": (16, 16),
    "attention": (16, 16),
    "output": (16, 10),
}
BENDING = ("tanh", "softsign", "hardtanh", "sine")
FLAGS = list(itertools.product((False, True), repeat=2))


@functools.cache
def answers(layer: str) -> list[wi.Recommendation]:
    """Return the answer to every question about a kind of layer."""
    return [
        wi.recommend(name, layer=layer, depth=depth, residual=residual, normalized=normalized)
        for name, depth, (residual, normalized) in itertools.product(
            wi.activations.names(), (None, 1, DEEP - 1, DEEP, 50, 5000), FLAGS
        )
    ]


def test_every_kind_of_layer_is_tested() -> None:
    """The shapes above are those of all layers that there are."""
    assert tuple(SHAPES) == LAYERS


@pytest.mark.parametrize("layer", SHAPES)
def test_every_answer_draws(layer: str) -> None:
    """Whatever the activation, depth and flags, all initializers make finite arrays to size."""
    starts = set()
    for advice in answers(layer):
        starts |= {advice.initializer, advice.input_initializer, advice.last_initializer}
        assert advice.bias((7,)).shape == (7,)
        assert (advice.bias == wi.ones) == (layer == "lstm")
        assert (advice.input_initializer is not None) == (layer in ("rnn", "lstm"))
    for init in starts - {None}:
        w = init(SHAPES[layer], rng=0)
        assert w.shape == SHAPES[layer]
        assert np.isfinite(w).all()


@pytest.mark.parametrize("layer", SHAPES)
def test_every_answer_reads_well(layer: str) -> None:
    """A report fits 80 columns, holds all that was asked, and cites what the bibliography has."""
    bibliography = Path(__file__).parents[2].joinpath("docs", "references.bib").read_text("utf-8")
    keys = set(re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE))
    for advice in answers(layer):
        report = str(advice)
        assert max(map(len, report.splitlines())) < 80
        assert {advice.source, *re.findall(r"[a-z]+(?:19|20)\d\d", report)} <= keys
        asked = [layer, advice.activation, *([f"depth {advice.depth}"] if advice.depth else [])]
        assert report.startswith(f"for         {', '.join(asked)}")
        assert "nan" not in report
        assert "inf" not in report.split()


@pytest.mark.parametrize("layer", ["dense", "conv", "depthwise", "transposed", "rnn"])
def test_the_number_in_the_reason_is_that_of_the_weights(layer: str) -> None:
    """Where the activation decides, the reason states the gain of the weights."""
    for advice in answers(layer):
        if "stretch" in advice.reason.numbers:
            continue  # of orthogonal matrices: its number is tested elsewhere
        assert advice.reason.numbers["gain"] == pytest.approx(advice.gain, rel=1e-12)
        assert f"{advice.gain:.4g}" in advice.reason


@pytest.mark.parametrize("name", wi.activations.names())
@pytest.mark.parametrize("layer", ["dense", "conv"])
def test_shallow_networks_start_as_one_layer_does(name: str, layer: str) -> None:
    """Without depth, with residual branches or normalization: the table of `wi.initialize`."""
    questions = [{}, {"depth": DEEP - 1}]
    questions += [{"depth": 50, "residual": r, "normalized": n} for r, n in FLAGS[1:]]
    for question in questions:
        w = wi.recommend(name, layer=layer, **question).initializer(SHAPES[layer], rng=0)
        assert np.array_equal(w, wi.initialize(SHAPES[layer], name, rng=0))


@pytest.mark.parametrize("name", [*BENDING, "linear", "siren"])
def test_deep_networks_of_bending_activations_keep_lengths(name: str) -> None:
    """From depth 10 on tanh and its like are started (delta-)orthogonal, with slope 1 at zero."""
    g = 1 / float(wi.activations.get(name).derivative(0.0))
    assert wi.recommend(name, depth=DEEP).initializer == wi.Orthogonal(gain=g)
    deep = wi.recommend(name, depth=DEEP, layer="conv")
    assert deep.initializer == wi.DeltaOrthogonal(gain=g)
    for layer in ("depthwise", "transposed"):  # where there is no such matrix
        scaled = wi.recommend(name, depth=DEEP, layer=layer).initializer
        assert scaled == replace(wi.lecun_normal, scale=g**2)


@pytest.mark.parametrize("name", [*BENDING, "siren"])
def test_bending_activations_have_one_rule(name: str) -> None:
    """Odd and flatter away from zero: the gain that makes the slope at zero 1, at any depth.

    A plain function is given it for what it does; a siren, shallow, its own scheme.
    """
    phi = wi.activations.get(name)
    gain = 1 / float(phi.derivative(0.0))
    gains = [wi.recommend(phi.__call__, depth=depth).gain for depth in (None, 2, DEEP, 50)]
    assert gains == pytest.approx([gain] * 4, rel=1e-6)
    for depth in (None, 2, DEEP, 50)[2 * (name == "siren") :]:
        assert wi.recommend(name, depth=depth).gain == pytest.approx(gain, rel=1e-12)


@pytest.mark.parametrize("name", wi.activations.names())
def test_deep_dense_layers_are_orthogonal(name: str) -> None:
    """From depth 20 on with the gain of shallow ones, and a note for layers that widen."""
    deep, shallow = wi.recommend(name, depth=VERY_DEEP), wi.recommend(name)
    before = wi.recommend(name, depth=VERY_DEEP - 1).initializer
    assert isinstance(before, wi.Orthogonal) == (name in {*BENDING, "linear"})
    assert deep.initializer == wi.Orthogonal(gain=deep.gain)
    assert deep.gain == pytest.approx(shallow.gain, rel=1e-12)
    assert any("sqrt(n_out / n_in)" in note for note in deep.notes)


@pytest.mark.parametrize("name", wi.activations.names())
def test_a_caveat_names_the_normalization_that_helps(name: str) -> None:
    """It is named where it leaves the gradient within a factor of 100, and not elsewhere."""
    told = " ".join(wi.recommend(name, depth=50).caveats)
    if "residual branches" not in told:
        return
    named = re.search(r"Use (layer|batch|layer or batch) normalization", told)
    kept = [
        kind
        for kind in ("layer", "batch")
        if abs(np.log(Question(name, 50, False, kind).chi)) * 50 <= np.log(100)
    ]
    assert (named[1].split(" or ") if named else []) == kept


def test_memories_are_drawn_from_where_there_are_some() -> None:
    """An LSTM over one or two steps is given no range of memories, which would be empty."""
    for depth in (1, 2):
        assert "Chrono" not in str(wi.recommend("tanh", layer="lstm", depth=depth))
    assert "wi.Chrono(longest=3)" in wi.recommend("tanh", layer="lstm", depth=3).notes[1]


@pytest.mark.parametrize("name", BENDING)
def test_the_other_normalization_is_no_way_out_for_odd_activations(name: str) -> None:
    """Odd activations have no mean, so that both multiply gradients by the same number."""
    chi = [Question(name, 50, False, kind).chi for kind in ("layer", "batch")]
    assert chi[0] == pytest.approx(chi[1], rel=1e-9)
    for caveat in wi.recommend(name, depth=50, normalized="batch").caveats:
        assert "the other normalization" not in caveat


def test_a_callable_is_recognized_by_what_it_does() -> None:
    """A plain function gets the answer of the activation that it is, up to its name."""
    ours, theirs = (wi.recommend(phi, depth=50) for phi in ("tanh", np.tanh))
    assert theirs == replace(ours, reason=theirs.reason, notes=theirs.notes)
    assert wi.recommend(lambda z: np.maximum(z, 0)).initializer.scale == pytest.approx(2)
    assert wi.recommend(lambda z: 2 * np.tanh(z), depth=50).gain == pytest.approx(0.5)
    assert "the activation passes on 15 of" in wi.recommend(lambda z: z**3).reason


def test_the_last_layer_of_a_branch() -> None:
    """It starts at zero; scaled by 1 / sqrt(depth) where a normalization allows to."""
    assert wi.recommend("relu").last_initializer is None
    assert wi.recommend("relu", depth=50, residual=True).last_initializer == wi.zeros
    last = wi.recommend("relu", depth=50, residual=True, normalized=True).last_initializer
    assert last == replace(wi.he_normal, scale=2 / 50)
    for layer in ("embedding", "rnn", "lstm", "output"):
        assert wi.recommend("relu", layer=layer, residual=True).last_initializer is None


def test_answers_are_values() -> None:
    """Recommendations compare, hash, pickle, and cannot be changed."""
    advice = wi.recommend("gelu", depth=24, residual=True, normalized=True)
    again = pickle.loads(pickle.dumps(advice))
    assert again.reason.numbers == advice.reason.numbers
    assert again == advice == wi.recommend("gelu", depth=24, residual=True, normalized=True)
    assert hash(again) == hash(advice)
    with pytest.raises(FrozenInstanceError):
        advice.reason = "because"
    odd = replace(advice, initializer=wi.Uniform(low=-1, high=1))
    with pytest.raises(TypeError, match=r"no gain is known of Uniform"):
        _ = odd.gain


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"activation": "gulu"}, ValueError, r"activation must be one of 'linear'.*got 'gulu'"),
        ({"activation": None}, TypeError, r"activation must be .*got None"),
        ({"activation": lambda z: 0 * z}, ValueError, r"forward second moment of 0"),
        ({"activation": np.sign}, ValueError, r"does not converge near z = .*smooth the function"),
        ({"layer": "lstm gates"}, ValueError, r"layer must be one of 'attention', 'conv', 'dense'"),
        ({"layer": 3}, TypeError, r"layer must be one of .*got 3 \(int\)"),
        ({"depth": 0}, ValueError, r"depth must be an integer >= 1, got 0.*leave it out"),
        ({"depth": 2.5}, TypeError, r"depth must be an integer >= 1, got 2.5"),
        ({"depth": True}, TypeError, r"depth must be an integer >= 1, got True"),
        ({"residual": 50}, TypeError, r"residual must be True or False, got 50.*goes into depth="),
        (
            {"normalized": 1},
            TypeError,
            r"normalized must be True or False, got 1 .int.; or 'batch', 'layer'",
        ),
        ({"normalized": "group"}, ValueError, r"normalized must be one of 'batch', 'layer', got"),
    ],
)
def test_bad_questions(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """What cannot be asked is refused with what can."""
    question = {"activation": "relu", **arguments}
    with pytest.raises(error, match=message):
        wi.recommend(question.pop("activation"), **question)


@pytest.mark.parametrize("layer", LAYERS)
def test_any_depth_is_answered(layer: str) -> None:
    """The largest depth that NumPy counts has an answer that prints; a larger one is refused."""
    depth = 2**63 - 1
    for phi, others in [("tanh", {}), ("relu", {"residual": True, "normalized": True})]:
        advice = wi.recommend(phi, layer=layer, depth=depth, **others)
        assert advice.depth == depth
        assert "depth above 1,000,000 is counted as 1,000,000" in " ".join(advice.notes)
        assert f"depth {depth}" in str(advice)
    with pytest.raises(ValueError, match=r"depth must be an integer from 1 to 2\*\*63 - 1, got <"):
        wi.recommend("tanh", layer=layer, depth=10**5000)


def test_a_hundred_times_as_many_layers_take_little_more_work() -> None:
    """Lengths that change slowly stay in few panels: a callable is sampled a few times more."""
    calls = []

    def count(z: np.ndarray) -> np.ndarray:
        calls.append(len(z))
        return np.tanh(z)

    counts = []
    for depth in (10**4, 10**6):
        calls.clear()
        wi.recommend(count, depth=depth)
        counts.append(len(calls))
    few, many = counts
    assert 0 < few <= many < 2 * few


def test_layers_taken_together_fade_as_one_by_one() -> None:
    """A mean square at the critical start of tanh falls to 1 / (2 l), to the hundredth."""
    signal, _ = Question("tanh", None, False, False).through(1.0, 10**6)
    assert 2e6 * signal == pytest.approx(1, rel=0.01)
