"""The table of all initializers: none is missing, and both sides of each line draw the same.

False alarms: 1e-6 for all lines.
"""

import functools
import importlib
import inspect

import pytest

import weightinit as wi
from tests.parity.needs import needs

needs("torch", "jax", "keras", "flax", "timm")
from benchmarks.frameworks import kept, table
from benchmarks.frameworks.counterparts import COUNTERPARTS, NONE, Pair
from benchmarks.frameworks.installed import PACKAGES, initializers, timm_layers
from tests.parity.drawing import DRAW, NAMES, SHAPES, assert_drawn, draw_torch, jax, torch

pytestmark = pytest.mark.parity

LINES = [
    (module, pair, kind)
    for module, of in COUNTERPARTS.items()
    for pairs in of.values()
    for pair in pairs
    for kind in pair.shapes
]
DRAWN = {
    "torch.nn.init": DRAW["PyTorch"],
    "keras.initializers": DRAW["Keras"],
    "jax.nn.initializers": DRAW["JAX"],
    "timm.layers": functools.partial(draw_torch, **timm_layers()),
}


@pytest.mark.parametrize("module", PACKAGES)
def test_every_initializer_that_is_installed_has_its_line(module: str) -> None:
    """What a package has and the table lacks is a missing row, and what only the table has too."""
    assert {*COUNTERPARTS[module], *NONE.get(module, {})} == set(initializers(module))


def test_the_page_shows_what_is_installed() -> None:
    """The table that is kept is that of the installed releases: else run `nox -s frameworks`."""
    found = kept.read(kept.INITIALIZERS)
    assert found["versions"] == kept.versions(PACKAGES.values())
    assert found["found"] == table.rows()


def test_an_initializer_without_a_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that has one more stops the table, which says where it belongs."""

    def fresh_(tensor):
        return tensor

    fresh_.__module__ = "torch.nn.init"
    monkeypatch.setattr(torch.nn.init, "fresh_", fresh_, raising=False)
    with pytest.raises(ValueError, match=r"torch\.nn\.init\.fresh_ has no line in"):
        table.rows()


@pytest.mark.parametrize("module, pair, kind", LINES, ids=str)
def test_both_sides_of_each_line_draw_the_same(module: str, pair: Pair, kind: str) -> None:
    """An initializer there, called as the line says, draws what the value here does."""
    shape = SHAPES[kind]
    init = eval(pair.here, {**NAMES, "inputs": shape[-2], "outputs": shape[-1]})
    assert_drawn(init, [DRAWN[module](pair.there, shape)], checks=len(LINES))


def test_each_line_calls_the_initializer_of_its_row() -> None:
    """A line that stood in the row of another would pass the other tests."""
    for of in COUNTERPARTS.values():
        for name, pairs in of.items():
            for pair in pairs:
                called = pair.there.partition("(")[0].rpartition(".")[2]
                assert called == name


def test_biases_and_heads_of_timm() -> None:
    """The two functions for modules start biases as the page says, and a head at zero."""
    of = timm_layers()
    for name, bias in {"init_weight_vit": 0.02, "init_weight_jax": 0.0}.items():
        hidden, head = torch.nn.Linear(5, 3), torch.nn.Linear(5, 3)
        of[name](hidden, "blocks.0.attn.proj")
        of[name](head, "head")
        assert hidden.bias.tolist() == pytest.approx([bias] * 3)
        assert not head.weight.any()
        assert not head.bias.any()
    wide = torch.nn.Linear(1, 10_000)
    of["init_weight_jax"](wide, "blocks.0.mlp.fc1")
    assert_drawn(wi.Normal(std=1e-6), [wide.bias.detach().numpy()], checks=len(LINES))


@pytest.mark.parametrize("package", ["flax.linen", "flax.nnx"])
def test_the_initializers_of_flax_are_those_of_jax(package: str) -> None:
    """Flax adds two functions that return others, and shares the rest."""
    flax = importlib.import_module(package).initializers
    for name, others in initializers("jax.nn.initializers").items():
        for called in (name, *others):
            assert getattr(flax, called) is getattr(jax.nn.initializers, called)
    known = {name for name in vars(jax.nn.initializers) if not name.startswith("_")}
    added = {name for name, of in vars(flax).items() if inspect.isfunction(of)} - known
    assert added == {"ones_init", "zeros_init"}
    assert flax.ones_init() is jax.nn.initializers.ones
    assert flax.zeros_init() is jax.nn.initializers.zeros
