"""Parameters of PyTorch models that join the signal, such as tokens; weights of another shape."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import weightinit as wi

pytestmark = pytest.mark.parity
torch = pytest.importorskip("torch", reason="`nox -s parity` installs it")
nn = torch.nn

WIDTH, LENGTH = 8, 5


class Joined(nn.Module):
    """A dense layer, a parameter that joins its outputs, and two layers on all of them."""

    def __init__(self, join: Callable[[Any, Any], Any], *shape: int) -> None:
        super().__init__()
        self.join, self.extra = join, nn.Parameter(torch.randn(shape))
        self.first, self.second = nn.Linear(4, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.head, self.norm = nn.Linear(WIDTH, 3), nn.LayerNorm(WIDTH)

    def forward(self, x: Any) -> Any:
        """Return logits."""
        h = self.join(self, self.first(x))
        return self.head(torch.tanh(self.second(h)).mean(1))


def attend(model: Joined, h: Any) -> Any:
    """Let queries look at the signal."""
    queries = model.norm(model.extra).expand(len(h), -1, -1)
    weights = torch.softmax(model.second(queries) @ h.transpose(1, 2), -1)
    return weights @ h


def tokens_first(model: Joined, h: Any) -> Any:
    """Put a token before the signal."""
    return torch.cat([model.extra.expand(len(h), -1, -1), h], dim=1)


def masked(model: Joined, h: Any) -> Any:
    """Put a token in the place of some."""
    mask = torch.arange(LENGTH)[None, :, None] == 2
    return torch.where(mask, model.extra, h)


JOINS: dict[str, tuple[Callable[[Any, Any], Any], tuple[int, ...], str]] = {
    "a class token": (tokens_first, (1, 1, WIDTH), "token"),
    "a class token at the end": (
        lambda model, h: torch.cat((h, model.extra.repeat(len(h), 1, 1)), 1),
        (1, 1, WIDTH),
        "token",
    ),
    "a mask token": (masked, (1, 1, WIDTH), "token"),
    "learned queries": (attend, (1, 3, WIDTH), "token"),
    "positions by number": (
        lambda model, h: h + model.extra[torch.arange(LENGTH)[None]],
        (9, WIDTH),
        "shift",
    ),
    "positions by a slice": (lambda model, h: h + model.extra[:, :LENGTH], (1, 9, WIDTH), "shift"),
    "positions by index_select": (
        lambda model, h: h + model.extra.index_select(0, torch.arange(LENGTH)),
        (9, WIDTH),
        "shift",
    ),
}


def batch() -> tuple[Any, Any]:
    """Return sequences and labels."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(12, LENGTH, 4, dtype=torch.float64, generator=generator)
    return x, torch.arange(12) % 3


@pytest.mark.parametrize("name", JOINS)
def test_what_joins_the_signal_is_seen(name: str) -> None:
    """It belongs to a row, with a role and the gradient that PyTorch computes."""
    torch.manual_seed(0)
    join, shape, role = JOINS[name]
    model, (x, y) = Joined(join, *shape).double(), batch()
    found = wi.trace(model, x, y)
    names = [told.partition(" ")[0] for told in found.unseen]
    assert names == [] if name == "learned queries" else names == ["norm.weight", "norm.bias"]
    (row,) = (row for row in found.layers if "extra" in row.parameters)
    assert row.roles["extra"] == role
    nn.functional.cross_entropy(model(x), y).backward()
    np.testing.assert_allclose(found.gradients["extra"], model.extra.grad.numpy(), atol=1e-12)
    assert found.loss == pytest.approx(nn.functional.cross_entropy(model(x), y).item(), rel=1e-12)


@pytest.mark.parametrize("name", JOINS)
def test_start_leaves_tokens_as_they_are(name: str) -> None:
    """What a token should be is not known: it stays, the table says so, and nothing is found."""
    torch.manual_seed(0)
    join, shape, _ = JOINS[name]
    model, (x, y) = Joined(join, *shape).double(), batch()
    before = model.extra.detach().clone()
    done = wi.start(model, x, y, rng=0)
    told = {row.name: row.initializer for row in done.table}
    assert told["extra"] == "as it was"
    assert torch.equal(model.extra.detach(), before)


def test_a_token_that_is_not_finite_is_found() -> None:
    """One entry of nan in a class token is named."""
    torch.manual_seed(0)
    model, (x, y) = Joined(tokens_first, 1, 1, WIDTH).double(), batch()
    with torch.no_grad():
        model.extra[0, 0, 3] = torch.nan
    findings = wi.diagnose(model, x, y).findings
    assert ("non-finite", "extra") in [(f.problem, f.parameter) for f in findings]


class Reshaped(nn.Module):
    """Layers whose weights are given in another shape."""

    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self.plain = plain
        self.first = nn.Linear(4, WIDTH)
        self.conv = nn.Conv1d(WIDTH, WIDTH, 3, groups=WIDTH, padding=1)
        self.point, self.head = nn.Conv1d(WIDTH, WIDTH, 1), nn.Linear(WIDTH, 3)

    def forward(self, x: Any) -> Any:
        """Return logits."""
        h = torch.tanh(self.first(x))
        if self.plain:
            h = torch.tanh(self.conv(h.transpose(1, 2)))
            h = self.point(h).transpose(1, 2)
        else:
            h = h.transpose(1, 2)
            kernel = self.conv.weight.squeeze(1).unsqueeze(1)
            options = {"groups": WIDTH, "padding": 1}
            h = torch.tanh(nn.functional.conv1d(h, kernel, self.conv.bias, **options))
            h = nn.functional.linear(h.transpose(1, 2), self.point.weight[..., 0], self.point.bias)
        return self.head(h.mean(1))


def test_reshaped_weights_have_the_rows_of_plain_ones() -> None:
    """With axes of size 1 that come and go a weight is the same layer."""
    torch.manual_seed(0)
    model, same = Reshaped(plain=False).double(), Reshaped(plain=True).double()
    same.load_state_dict(model.state_dict())
    x, y = batch()
    found, expected = wi.trace(model, x, y), wi.trace(same, x, y)
    assert found.seen == expected.seen == 1.0
    for ours, theirs in zip(expected.layers, found.layers, strict=True):
        assert theirs.name == ours.name
        for field in ("weight", "weight_gradient", "activations", "activations_gradient"):
            one, other = getattr(ours, field), getattr(theirs, field)
            np.testing.assert_allclose(other.reshape(one.shape), one, atol=1e-12)
