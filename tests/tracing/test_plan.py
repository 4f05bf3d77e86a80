"""From the operations of a pass to the rows of a trace: layers, activations, residual blocks."""

from collections.abc import Iterator
from typing import Any

import pytest

from weightinit.activations import relu, silu
from weightinit.tracing._models.operations import TRANSPOSED, Operation
from weightinit.tracing._models.plan import Plan, plan_rows

INPUT = 0


class Pass:
    """A pass that is written by hand; each call returns the number of the value that it makes."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def __call__(self, kind: str, *inputs: int, **told: Any) -> int:
        """Add an operation."""
        output = len(self.operations) + 1
        self.operations.append(Operation(kind=kind, inputs=inputs, output=output, **told))
        return output

    def layer(self, name: str, x: int, **told: Any) -> int:
        """Add a layer with a weight and a bias."""
        named = {"weight": f"{name}.weight", "bias": f"{name}.bias"}
        return self("weight", x, name=name, parameters=named, **told)

    def norm(self, name: str, x: int, norm: str = "layer") -> int:
        """Add a normalization with a gain and a shift."""
        named = {"gain": f"{name}.weight", "shift": f"{name}.bias"}
        return self("norm", x, parameters=named, norm=norm)

    def relu(self, x: int) -> int:
        """Add a ReLU."""
        return self("activation", x, activation=relu)

    def rows(self, output: int) -> dict[str, Plan]:
        """Return the plans by name."""
        return {plan.name: plan for plan in plan_rows(self.operations, output)}


def plain() -> tuple[Pass, int]:
    """Return two layers with a normalization and a ReLU between them."""
    go = Pass()
    h = go.relu(go.norm("norm", go.layer("a", INPUT), norm="batch"))
    return go, go.layer("b", go("pool", h))


def test_a_row_reaches_from_the_weight_to_the_activation() -> None:
    """A normalization, an activation and a pool belong to the layer before them."""
    go, output = plain()
    rows = go.rows(output)
    assert list(rows) == ["a", "b"]
    a, b = rows.values()
    assert (a.activation, a.normalized, a.pooled) == (relu, "batch", True)
    assert (a.pre_activations, a.activations) == (2, 3)
    assert (a.after, b.after) == ("", "a")
    assert a.roles == {
        "a.weight": "weight",
        "a.bias": "bias",
        "norm.weight": "gain",
        "norm.bias": "shift",
    }


def branches() -> Iterator[Any]:
    """Yield ways to write x + f(x), with the names that stand in the branch."""

    def identity(go: Pass, x: int) -> int:
        return go("sum", x, go.layer("m.b", go.relu(go.layer("m.a", x))))

    def reversed_sum(go: Pass, x: int) -> int:
        return go("sum", go.layer("m.b", go.relu(go.layer("m.a", x))), x)

    def dropped(go: Pass, x: int) -> int:
        h = go("pass", go.layer("m.b", go.relu(go.layer("m.a", go.norm("m.n", x)))))
        return go("sum", go("pass", x), h)

    def projected(go: Pass, x: int) -> int:
        h = go.layer("m.b", go.relu(go.layer("m.a", x)))
        return go("sum", h, go.norm("m.s.n", go.layer("m.s", x)))

    yield pytest.param(identity, ["m.a", "m.b"], id="identity")
    yield pytest.param(reversed_sum, ["m.a", "m.b"], id="reversed")
    yield pytest.param(dropped, ["m.a", "m.b"], id="dropout and norm")
    yield pytest.param(projected, ["m.s", "m.a", "m.b"], id="projection")


@pytest.mark.parametrize("write, inside", list(branches()))
def test_a_residual_block_is_found(write: Any, inside: list[str]) -> None:
    """However a shortcut is written, the layers of the branch are in the block, its end last."""
    go = Pass()
    x = go.layer("in", INPUT)
    y = write(go, x)
    rows = go.rows(go.layer("out", y))
    assert [name for name, row in rows.items() if row.block] == inside
    assert {rows[name].block for name in inside} == {"m"}
    block = rows["m"]
    assert (block.kind, block.inputs, block.activations) == ("residual", x, y)
    assert (block.after, rows["out"].after) == ("in", "m")
    assert (rows["m.a"].after, rows["m.b"].after) == ("", "m.a")


def test_blocks_follow_each_other() -> None:
    """Of a chain of blocks each holds its own branch, and comes after the one before."""
    go, count = Pass(), 4
    x = go.layer("in", INPUT)
    for i in range(count):
        x = go("sum", x, go.layer(f"m{i}.b", go.relu(go.layer(f"m{i}.a", x))))
    rows = go.rows(go.layer("out", x))
    for i in range(count):
        assert rows[f"m{i}.a"].block == rows[f"m{i}.b"].block == f"m{i}"
        assert rows[f"m{i}"].after == (f"m{i - 1}" if i else "in")


def test_a_block_inside_of_another() -> None:
    """The inner branch belongs to the inner block, and that to the outer one."""
    go = Pass()
    x = go.layer("in", INPUT)
    h = go.layer("o.a", x)
    h = go("sum", h, go.layer("o.i.b", go.relu(go.layer("o.i.a", h))))
    rows = go.rows(go.layer("out", go("sum", x, go.layer("o.c", h))))
    assert [rows[name].block for name in ("o.i.a", "o.i.b", "o.i", "o.a", "o.c")] == [
        "o.i",
        "o.i",
        "o",
        "o",
        "o",
    ]
    assert rows["o.i"].after == "o.a"
    assert rows["o.c"].after == "o.i"


def test_branches_side_by_side() -> None:
    """Of x + f(x) + g(x), as in GPT-J, both branches start at x."""
    go = Pass()
    x = go.layer("in", INPUT)
    both = go("sum", go.layer("f.a", go.norm("n", x)), go.layer("g.a", go.norm("n2", x)))
    rows = go.rows(go.layer("out", go("sum", both, x)))
    assert rows["f.a"].block == rows["g.a"].block == "residual"
    assert rows["out"].after == "residual"


def test_what_is_no_block() -> None:
    """A sum of two inputs, of a signal with itself moved, or of two long ways, is no block."""
    go = Pass()
    x = go("sum", go.layer("a", INPUT), go.layer("b", INPUT))
    y = go("sum", go("pass", x), go("pass", go("pass", x)))
    ways = [go.layer(f"{n}.2", go.relu(go.layer(f"{n}.1", y))) for n in "cd"]
    rows = go.rows(go.layer("out", go("sum", *ways)))
    assert not [row for row in rows.values() if row.block or row.kind == "residual"]


def test_the_value_is_the_main_way_through_attention() -> None:
    """Queries and keys stand beside the way of the signal, which the values go."""
    go = Pass()
    x = go.norm("n", INPUT)
    q, k, v = (go.layer(name, x) for name in "qkv")
    rows = go.rows(go.layer("o", go("attend", v, q, k)))
    assert [rows[name].after for name in "qkvo"] == ["", "", "", "v"]
    assert rows["q"].roles["n.weight"] == "gain"  # the first layer behind a norm has its parameters


def test_a_gate_keeps_its_activation() -> None:
    """Of a gated unit, silu(a x) * (b x), the layer a has the activation and b has none."""
    go = Pass()
    a, b = go.layer("a", INPUT), go.layer("b", INPUT)
    rows = go.rows(go.layer("c", go("product", go("activation", a, activation=silu), b)))
    assert (rows["a"].activation, rows["b"].activation) == (silu, None)


def test_a_tied_weight_belongs_to_its_first_layer() -> None:
    """The second layer shares it, transposed, and names of rows do not repeat."""
    go = Pass()
    x = go("weight", name="words", parameters={"weight": "words.weight"}, layer="embedding")
    h = go.relu(go.layer("a", x))
    last = go("weight", h, name="words", parameters={"weight": "words.weight" + TRANSPOSED})
    rows = go.rows(last)
    assert list(rows) == ["words", "a", "words (2)"]
    assert rows["words"].roles == {"words.weight": "weight"}
    assert rows["words (2)"].shared == {"words.weight" + TRANSPOSED: "weight"}


def test_what_does_not_lead_to_the_outputs_has_no_row() -> None:
    """A layer whose output nobody uses is left out."""
    go = Pass()
    go.layer("beside", INPUT)
    assert list(go.rows(go.layer("a", INPUT))) == ["a"]


def test_a_norm_before_the_outputs_belongs_to_what_comes_before() -> None:
    """The last normalization of a transformer is among the hidden rows, which are judged."""
    go = Pass()
    x = go.layer("in", INPUT)
    y = go("sum", x, go.layer("m.b", go.relu(go.layer("m.a", x))))
    rows = go.rows(go.layer("out", go.norm("last", y)))
    assert rows["m"].roles == {"last.weight": "gain", "last.bias": "shift"}
