"""Put equations together that make one thing: a normalization, a softmax, an activation."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np

from weightinit.activations import names
from weightinit.tracing._jax.equations.functions import recognize
from weightinit.tracing._jax.equations.program import ELEMENTWISE, Equation, Program, needed

__all__ = ["descendants", "fuse_activations", "fuse_regions"]

_REDUCTIONS = frozenset({"reduce_sum", "reduce_max", "reduce_precision_sum"})
_ROOTS = frozenset({"rsqrt", "sqrt", "pow"})
_INSIDE = ELEMENTWISE | _REDUCTIONS | {"broadcast_in_dim", "reshape", "squeeze", "transpose"}
_ALONE = frozenset({"elementwise", "convert_element_type", "copy", "stop_gradient"})
_MOST = 60  # equations in a normalization

#: What a softmax is made of: with the largest entry taken off, or without.
_SOFTMAX = ({"exp", "reduce_sum", "reduce_max"}, {"exp", "reduce_sum"})


def descendants(equations: Sequence[Equation], values: Collection[int]) -> set[int]:
    """Return the values, and all that follow from these."""
    found = set(values)
    for equation in equations:
        if found & set(equation.inputs):
            found.update(equation.outputs)
    return found


class _Region:
    """Equations up to a target, grown backwards until a single value enters."""

    def __init__(self, program: Program, data: set[int], target: int) -> None:
        self.program, self.data = program, data
        self.place = {v: i for i, e in enumerate(program.equations) for v in e.outputs}
        self.members = {target}

    @property
    def equations(self) -> list[Equation]:
        return [self.program.equations[place] for place in sorted(self.members)]

    @property
    def kinds(self) -> set[str]:
        return {equation.kind for equation in self.equations}

    @property
    def entries(self) -> list[int]:
        """The values that enter, the latest first."""
        made = {value for equation in self.equations for value in equation.outputs}
        found = {v for e in self.equations for v in e.inputs if v in self.data and v not in made}
        return sorted(found, key=lambda value: -self.place.get(value, -1))

    def grow(self, enough: Callable[["_Region"], bool]) -> bool:
        """Take in what came before, until one value enters and it is enough."""
        while len(entries := self.entries) != 1 or not enough(self):
            place = self.place.get(entries[0], -1) if entries else -1
            fits = place >= 0 and self.program.equations[place].kind in _INSIDE
            if not fits or len(self.members) > _MOST:
                return False
            self.members.add(place)
        return True

    def direct(self) -> set[int]:
        """Return the values that follow from the one that enters without a reduction."""
        found = set(self.entries)
        for equation in self.equations:
            if equation.kind not in _REDUCTIONS and found & set(equation.inputs):
                found.update(equation.outputs)
        return found

    def closed(self, start: int) -> bool:
        """Tell whether all that follows from a value stays inside, but for the target."""
        inner = descendants(self.equations, {start})
        inner -= set(self.equations[-1].outputs)
        inside = {id(equation) for equation in self.equations}
        users = (e for e in self.program.equations if inner & set(e.inputs))
        return all(id(user) in inside for user in users) and not inner & set(self.program.outputs)


def fuse_regions(program: Program) -> None:
    """Replace what makes normalizations and softmaxes by an equation each."""
    for kind, candidates in (("norm", _norms), ("softmax", _softmaxes)):
        done: set[int] = set()
        while (found := next(candidates(program, done), None)) is not None:
            _replace(program, found, kind)


def _norms(program: Program, done: set[int]) -> Iterator[list[Equation]]:
    """Yield the equations of normalizations: x times the inverse root of a statistic of x."""
    data = descendants(program.equations, program.inputs)
    for place, equation in enumerate(program.equations):
        start = equation.outputs[0]
        if equation.kind not in _ROOTS or start not in data or start in done:
            continue
        done.add(start)
        behind = descendants(program.equations[place:], {start})
        for target in range(place + 1, min(place + _MOST, len(program.equations))):
            other = program.equations[target]
            if other.outputs[0] not in behind or other.kind not in _INSIDE:
                continue
            region = _Region(program, data, target)
            fits = region.grow(lambda r: place in r.members and bool(r.kinds & _REDUCTIONS))  # noqa: B023
            if fits and other.outputs[0] in region.direct() and region.closed(start):
                yield region.equations
                break


def _softmaxes(program: Program, done: set[int]) -> Iterator[list[Equation]]:
    """Yield the equations of softmaxes: an exponential over its own sum."""
    data = descendants(program.equations, program.inputs)
    for target, equation in enumerate(program.equations):
        if equation.kind != "div" or equation.outputs[0] not in data or equation.outputs[0] in done:
            continue
        done.add(equation.outputs[0])
        for kinds in _SOFTMAX:
            region = _Region(program, data, target)
            if region.grow(lambda r: kinds <= r.kinds):  # noqa: B023
                yield region.equations
                break


def _replace(program: Program, members: Sequence[Equation], kind: str, entry: int = -1) -> None:
    """Put one equation in the place of the last of several; drop what nothing needs any more."""
    whole = _joined(program, members, kind, entry)
    program.equations[program.equations.index(members[-1])] = whole
    program.equations = needed(program.equations, program.outputs)


def _joined(program: Program, members: Sequence[Equation], kind: str, entry: int) -> Equation:
    """Return several equations as one; what enters comes first."""
    last = members[-1]
    made = {value for equation in members for value in equation.outputs}
    inputs = dict.fromkeys(v for e in members for v in e.inputs if v not in made)
    data = descendants(program.equations, program.inputs)
    order = tuple(sorted(inputs, key=lambda value: (value != entry, value not in data)))

    def compute(*arrays: Any) -> list[Any]:
        values = program.run(dict(zip(order, arrays, strict=True)), members)
        return [values[number] for number in last.outputs]

    return Equation(kind, order, last.outputs, compute, {"members": list(members)}, last.scope)


def fuse_activations(program: Program) -> None:
    """Replace what is a function of each entry of one value by one equation."""
    cuts: set[int] = set()
    while True:
        roots = _roots(program, cuts)
        ends = set(_ends(program, roots))
        ends = ends if not ends <= cuts else set(_scaled(program, roots, cuts))
        if ends <= cuts:
            break
        cuts |= ends
    for end in sorted(cuts):
        root = roots[end][0]
        members = _members(program, root, end)
        if members and (len(members) > 1 or members[-1].kind not in _ALONE):
            _replace(program, members, "elementwise", root)


def _members(program: Program, root: int, end: int) -> list[Equation]:
    """Return the equations that make one value of another."""
    others = [equation for equation in program.equations if root not in equation.outputs]
    return needed(others, [end])


def _scaled(program: Program, roots: dict[int, tuple[int, int]], cuts: set[int]) -> Iterator[int]:
    """Yield values that are only scaled at last, as dropout does, where the whole has no name."""
    for end in cuts:
        root = roots[end][0]
        members = _members(program, root, end)
        inner = [v for v in members[-1].inputs if v not in program.constants] if members else []
        if len(inner) != 1 or inner[0] == root or members[-1].kind not in ("mul", "div"):
            continue
        whole = _joined(program, members, "elementwise", root)
        try:
            activation = recognize(program, whole, root)
        except KeyError:
            continue
        if activation is not None and activation.name not in names():
            yield inner[0]


def _roots(program: Program, cuts: set[int]) -> dict[int, tuple[int, int]]:
    """Return for each value of which other it is a function, before and after it is cut off."""
    data = descendants(program.equations, program.inputs)
    roots: dict[int, tuple[int, int]] = {}
    for equation in program.equations:
        for output in equation.outputs:
            roots[output] = output, output
        elementwise = equation.kind in ELEMENTWISE or equation.kind == "elementwise"
        others = [v for v in equation.inputs if v not in data]
        if not elementwise or not all(_uniform(program, v) for v in others):
            continue
        before = {roots.get(v, (v, v))[1] for v in equation.inputs if v in data}
        output = equation.outputs[0]
        if len(before) == 1:
            [root] = before
            if program.shapes[root].shape == program.shapes[output].shape:
                roots[output] = root, output if output in cuts else root
    return roots


def _ends(program: Program, roots: dict[int, tuple[int, int]]) -> Iterator[int]:
    """Yield values that something else uses than a function of the same value."""
    for output in program.outputs:
        if roots.get(output, (output, output))[0] != output:
            yield output
    for equation in program.equations:
        whole = roots[equation.outputs[0]][0]
        for value in equation.inputs:
            root, after = roots.get(value, (value, value))
            if root != value and (whole == equation.outputs[0] or whole != after):
                yield value


def _uniform(program: Program, value: int) -> bool:
    """Tell whether a value is a constant with one entry, or the same in all."""
    if value not in program.constants:
        return False
    if not isinstance(program.shapes[value].dtype, np.dtype):
        return False  # a random key
    array = np.asarray(program.constants[value])
    return array.size > 0 and bool((array == array.flat[0]).all())
