"""Weights that a model of PyTorch computes from parameters: seen, judged and started as others."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import weightinit as wi

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn
parametrizations = nn.utils.parametrizations


class Scaled(nn.Module):
    """A linear layer whose weight is a parameter times a length for each unit."""

    def __init__(self, linear: Any) -> None:
        super().__init__()
        self.w = nn.Parameter(linear.weight.detach() / 2)
        self.length = nn.Parameter(torch.full_like(self.w[:, :1], 2.0))
        self.bias = linear.bias

    def forward(self, x: Any) -> Any:
        """Return the product."""
        return nn.functional.linear(x, self.w * self.length, self.bias)


def old(change: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return one of the older functions without its warning."""

    def changed(layer: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return change(layer)

    return changed


#: What makes a layer compute its weight, and what its parameters are called then.
SPLIT = {
    "weight_norm": (
        parametrizations.weight_norm,
        "2.parametrizations.weight.original1",
        "2.parametrizations.weight.original0",
    ),
    "older weight_norm": (old(nn.utils.weight_norm), "2.weight_v", "2.weight_g"),
    "by hand": (Scaled, "2.w", "2.length"),
}
FIXED = {
    "spectral_norm": (parametrizations.spectral_norm, "2.parametrizations.weight.original"),
    "older spectral_norm": (old(nn.utils.spectral_norm), "2.weight_orig"),
    "orthogonal": (parametrizations.orthogonal, "2.parametrizations.weight.original"),
}
ALL = SPLIT | FIXED


def plain(width: int = 16) -> Any:
    """Return a network whose weights are parameters."""
    torch.manual_seed(0)
    layers = [nn.Linear(6, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 3)).double()


def changed(kind: str) -> Any:
    """Return the same network with a weight that is computed."""
    model = plain()
    model[2] = ALL[kind][0](model[2])
    return model


def batch() -> tuple[Any, Any]:
    """Return inputs and labels."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(64, 6, dtype=torch.float64, generator=generator)
    return x, torch.randint(0, 3, (64,), generator=generator)


@pytest.mark.parametrize("kind", ALL)
def test_a_computed_weight_has_the_row_of_a_plain_one(kind: str) -> None:
    """The network with the same weight as a parameter has the same rows, to rounding."""
    x, y = batch()
    model, same = changed(kind), plain()
    found = wi.trace(model, x, y)
    with torch.no_grad():
        same[2].weight.copy_(torch.from_numpy(found.layers[1].weight.T.copy()))
    expected = wi.trace(same, x, y)
    assert found.seen == 1.0
    assert found.unseen == ()
    for ours, theirs in zip(expected.layers, found.layers, strict=True):
        for field in ("weight", "weight_gradient", "activations", "pre_activations_gradient"):
            one, other = getattr(ours, field), getattr(theirs, field)
            np.testing.assert_allclose(other, one, atol=1e-12)


@pytest.mark.parametrize("kind", ALL)
def test_its_parameters_have_their_own_gradients(kind: str) -> None:
    """Each parameter of which the weight is computed has the gradient that PyTorch computes."""
    x, y = batch()
    model = changed(kind)
    found = wi.trace(model, x, y)
    nn.functional.cross_entropy(model(x), y).backward()
    for name in ALL[kind][1:]:
        expected = model.get_parameter(name).grad.numpy()
        np.testing.assert_allclose(found.gradients[name], expected, atol=1e-12)


@pytest.mark.parametrize("kind", ALL)
def test_looking_changes_nothing(kind: str) -> None:
    """Parameters and buffers, those of a power iteration too, are as before."""
    x, y = batch()
    model = changed(kind)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    shown = getattr(model[2], "weight_v", None) is not None and model[2].weight
    wi.diagnose(model, x * 30, y)
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert shown is False or model[2].weight is shown


@pytest.mark.parametrize("kind", SPLIT)
def test_the_length_is_named_and_its_remedy_can_be_pasted(kind: str) -> None:
    """Of a weight that is too large the length is at fault; the lines below leave no finding."""
    x, y = batch()
    model = changed(kind)
    with torch.no_grad():
        model.get_parameter(ALL[kind][2]).mul_(100)
    (finding,) = wi.diagnose(model, x, y).findings
    assert (finding.problem, finding.parameter) == ("exploding signal", ALL[kind][2])
    exec("\n".join(finding.code), {"torch": torch, "model": model})
    assert wi.diagnose(model, x, y).healthy


@pytest.mark.parametrize("kind", SPLIT)
def test_copied_units_are_found_in_the_direction(kind: str) -> None:
    """Units whose computed weights are copies are found, by the parameter that makes them so."""
    x, y = batch()
    model = changed(kind)
    with torch.no_grad():
        for name in ALL[kind][1:]:
            model.get_parameter(name).copy_(model.get_parameter(name)[:1].clone())
        model[2].bias.zero_()
        model[4].weight.copy_(model[4].weight[:, :1].clone())
    named = {f.problem: f.parameter for f in wi.diagnose(model, x, y).findings}
    assert ALL[kind][1] in named["symmetric units"].split(", ")


@pytest.mark.parametrize("kind", ALL)
def test_start_reaches_the_first_loss_and_the_scale(kind: str) -> None:
    """What start says of the model holds in PyTorch: the loss, and variance 1 where it scales."""
    x, y = batch()
    model = changed(kind)
    done = wi.start(model, x, y, rng=0)
    first = float(nn.functional.cross_entropy(model(x), y).detach())
    assert first == pytest.approx(done.best_constant_loss, abs=1e-6)
    spread = float(model[:3](x).detach().var(correction=0))
    if kind in SPLIT:
        assert spread == pytest.approx(1, abs=1e-6)
    else:  # the model sets the scale itself, and the table says so
        assert any("the model sets its scale" in note for note in done.notes)
    assert wi.diagnose(model, x, y).healthy


@pytest.mark.parametrize("kind", SPLIT)
def test_an_output_that_computes_its_weight_can_be_zero(kind: str) -> None:
    """A zero weight has no direction: the old one stays, the outputs are finite, and it learns."""
    x, y = batch()
    model = plain()
    model[4] = ALL[kind][0](model[4])
    wi.start(model, x, y, rng=0)
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    shares = np.bincount(y.numpy()) / len(y)
    assert float(loss.detach()) == pytest.approx(-shares @ np.log(shares), abs=1e-6)
    gradients = [p.grad for name, p in model.named_parameters() if name.startswith("4.")]
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    assert any(gradient.abs().max() > 1e-3 for gradient in gradients)


def test_what_you_want_of_a_part_is_not_overwritten() -> None:
    """An override of a length stays, and the weight follows it."""
    x, y = batch()
    model = changed("weight_norm")
    name = ALL["weight_norm"][2]
    done = wi.start(model, x, y, overrides={name: wi.Constant(value=0.5)}, rng=0)
    assert float(model.get_parameter(name).detach().sub(0.5).abs().max()) == 0.0
    told = {row.name: row.initializer for row in done.table}
    assert told["2.weight"] == "follows what it is computed from"


def test_a_copy_of_the_model_is_judged_alike() -> None:
    """A deep copy has the same findings: nothing of the record stays behind in the model."""
    x, y = batch()
    model = changed("weight_norm")
    wi.trace(model, x, y)
    again = wi.trace(copy.deepcopy(model), x, y)
    np.testing.assert_array_equal(again.layers[1].weight, wi.trace(model, x, y).layers[1].weight)


def test_a_weight_that_cannot_be_set_is_named() -> None:
    """Where no parameter is known that makes a wanted weight, the report says why."""

    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.randn(8, 16))

        def forward(self, x: Any) -> Any:
            return nn.functional.linear(x, self.w.softmax(-1))

    model = plain()
    model[4] = Mixed().double()
    found = wi.trace(model, *batch())
    (told,) = found.unseen
    why = "it enters through softmax; what to set for a wanted weight is not known"
    assert told == f"4.w (Mixed): {why}"
    assert [row.name for row in found.layers] == ["0", "2"]


def test_a_weight_may_be_multiplied_by_one_number() -> None:
    """A factor without axes is a parameter like others, and the lines below allow for it."""

    class Factor(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(1000 * torch.randn(16, 16))
            self.factor = nn.Parameter(torch.tensor(0.1))

        def forward(self, x: Any) -> Any:
            return nn.functional.linear(x, self.w * self.factor)

    model = plain()
    model[2] = Factor().double()
    x, y = batch()
    (finding,) = wi.diagnose(model, x, y).findings
    assert (finding.problem, finding.parameter) == ("exploding signal", "2.factor")
    exec("\n".join(finding.code), {"torch": torch, "model": model})
    assert wi.diagnose(model, x, y).healthy
    assert float(model[2].factor.detach()) == pytest.approx(0.1)


def test_a_weight_of_low_rank_is_named() -> None:
    """The factors of a weight are not taken for a layer, and the batch is not blamed for them."""

    class LowRank(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Parameter(0.01 * torch.randn(16, 4))
            self.b = nn.Parameter(torch.randn(4, 6) / 2)

        def forward(self, x: Any) -> Any:
            return nn.functional.linear(x, self.a @ self.b)

    model = plain()
    model[0] = LowRank().double()
    x, y = batch()
    found = wi.trace(model, x, y)
    why = "it enters through several parameters; what to set for a wanted weight is not known"
    assert found.unseen == tuple(f"0.{name} (LowRank): {why}" for name in "ab")
    assert [row.name for row in found.layers] == ["2", "4"]
    named = {f.problem: f for f in wi.diagnose(model, x, y).findings}
    finding = named["unscaled inputs"]
    assert (finding.parameter, finding.code) == ("", ())
    assert finding.advice == "look at what the model does to the batch before 2"


def test_a_recurrent_layer_may_compute_a_weight() -> None:
    """The weights of an LSTM, of which one is computed, and all gradients are recorded."""

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            rnn = nn.LSTM(4, 6, batch_first=True)
            self.rnn = parametrizations.weight_norm(rnn, "weight_hh_l0")
            self.head = nn.Linear(6, 3)

        def forward(self, x: Any) -> Any:
            return self.head(self.rnn(x)[0][:, -1])

    torch.manual_seed(0)
    model, x, y = Model().double(), torch.randn(5, 7, 4).double(), torch.arange(5) % 3
    found = wi.trace(model, x, y)
    assert found.seen == 1.0
    assert [row.name for row in found.layers] == ["rnn.ih_l0", "rnn.hh_l0", "head"]
    nn.functional.cross_entropy(model(x), y).backward()
    for part in ("original0", "original1"):
        name = f"rnn.parametrizations.weight_hh_l0.{part}"
        expected = model.get_parameter(name).grad.numpy()
        np.testing.assert_allclose(found.gradients[name], expected, atol=1e-12)


def test_a_parametrization_that_cannot_be_set_is_named() -> None:
    """Where PyTorch has no inverse, as of the exponential of a matrix, the report quotes it."""
    model = plain()
    settings = {"orthogonal_map": "matrix_exp", "use_trivialization": False}
    parametrizations.orthogonal(model[2], **settings)
    found = wi.trace(model, *batch())
    told = next(told for told in found.unseen if "original" in told)
    assert "It is not possible to assign to the matrix exponential" in told
