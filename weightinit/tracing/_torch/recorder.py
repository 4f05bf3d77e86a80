"""Listen to a pass through a model of PyTorch: each function that it calls becomes an operation."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from weightinit.tracing._models.operations import TRANSPOSED, Operation
from weightinit.tracing._torch import recurrent
from weightinit.tracing._torch.functions import (
    CONVOLUTIONS,
    ELEMENTWISE,
    NORMS,
    POOLS,
    RECURRENT,
    in_parts,
    known,
    named,
)
from weightinit.tracing._torch.values import Values
from weightinit.tracing._torch.views import Source, follow, to_kernel

__all__ = ["Recorder"]

_MULTIPLY = frozenset(("mul", "rmul", "multiply", "div", "truediv", "true_divide", "divide"))
_ADD = frozenset(("add", "radd", "sub", "subtract", "rsub"))
_MATMUL = frozenset(("matmul", "mm", "bmm", "__matmul__", "addmm", "baddbmm", "einsum"))
_STATISTIC = frozenset(("mean", "var", "var_mean", "std", "std_mean", "norm", "vector_norm", "sum"))
_WEIGHTS = frozenset(("softmax", "log_softmax"))
_MANY = frozenset(("cat", "concat", "stack", "hstack", "vstack", "concatenate"))


class Recorder(TorchFunctionMode):
    """
    What a pass did; while it is active, each call of a function of PyTorch goes through it.

    Parameters
    ----------
    parameters : dict of str to torch.Tensor
        The parameters that the pass reads, by name.
    given : dict of int to torch.Tensor
        What to take instead of the parameters of the model, by their identity.
    """

    def __init__(self, parameters: dict[str, torch.Tensor], given: dict[int, torch.Tensor]) -> None:
        super().__init__()
        self.values = Values()
        self.given = given
        self.operations: list[Operation] = []
        self.sources: dict[int, Source] = {}
        self.kept: list[torch.Tensor] = list(parameters.values())
        self.layouts: dict[str, tuple[Source, tuple[int, ...]]] = {}
        self.problems: dict[str, str] = {}
        self.leaves = parameters
        self.found: Any = None
        for name, tensor in parameters.items():
            self.sources[id(tensor)] = Source(name, tuple(range(tensor.ndim)))

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        tensors = list(_tensors((args, kwargs)))
        if not any(id(t) in self.sources or t in self.values for t in tensors):
            return func(*args, **kwargs)
        name = named(func)
        if name in RECURRENT:
            return recurrent.run(self, func, name, args)
        make, opened = self._maker(name), in_parts(func)
        writes = kwargs.get("inplace") or (args and args[-1] is True)
        if make is not None and not (opened and writes):
            return make(func, name, args, kwargs)
        if opened is not None:
            with self:
                return opened(*args, **kwargs)
        return self._anything(func, name, args, kwargs)

    def _maker(self, name: str) -> Callable[..., Any] | None:
        if name in CONVOLUTIONS or name in ("linear", "embedding"):
            return self._layer
        if name in _MATMUL:
            return self._product
        if name in NORMS:
            return self._norm
        return self._elementwise if name in ELEMENTWISE else None

    # Layers with a weight.

    def _layer(self, func: Callable[..., Any], name: str, args: Any, kwargs: Any) -> Any:
        """Record a layer whose arguments are a signal, a weight and a bias."""
        given = dict(zip(("input", "weight", "bias"), args[:3], strict=False)) | kwargs
        x, weight, bias = given["input"], given["weight"], given.get("bias")
        kind = {"linear": "linear", "embedding": "embedding"}.get(name, "conv")
        kind = "transposed" if "transpose" in name else kind
        if kind == "embedding" and x.is_floating_point():
            x, weight = weight, x  # as torch.embedding has it
        groups = kwargs.get("groups", args[6] if len(args) > 6 else 1)
        layer = {"linear": "dense"}.get(kind, kind)
        layer = "depthwise" if kind == "conv" and groups == x.shape[1] > 1 else layer
        if kind == "transposed" and groups > 1:
            self._refuse(weight, "a transposed convolution in groups")
        return self._weighted(
            func,
            args,
            kwargs,
            x=x if kind != "embedding" else None,
            weight=weight,
            bias=bias if kind != "embedding" else None,
            kind=kind,
            layer=layer,
            axis=-1 if kind in ("linear", "embedding") else 1,
        )

    def _product(self, func: Callable[..., Any], name: str, args: Any, kwargs: Any) -> Any:
        """Record a product of matrices, one of which may be a parameter."""
        tensors = [t for t in _tensors((args, kwargs)) if isinstance(t, torch.Tensor)]
        bias = tensors[0] if name in ("addmm", "baddbmm") else None
        x, weight = (tensors[1:] if bias is not None else tensors)[:2]
        if name == "einsum" or weight is None or id(weight) not in self.sources:
            return self._anything(func, name, args, kwargs)
        if bias is not None and id(bias) not in self.sources:
            return self._anything(func, name, args, kwargs)
        return self._weighted(
            func, args, kwargs, x=x, weight=weight, bias=bias, kind="matmul", layer="dense", axis=-1
        )

    def _weighted(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: Any,
        *,
        x: torch.Tensor | None,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        kind: str,
        layer: str,
        axis: int,
    ) -> Any:
        source = self.sources.get(id(weight))
        kernel = to_kernel(kind, source) if source and not source.problem else None
        if source is None or kernel is None or (x is not None and x not in self.values):
            self._refuse(weight, f"it enters {kind} as no plain weight")
            return self._anything(func, kind, args, kwargs)
        alias = None if x is None else x.view_as(x)
        inputs = ()
        if x is not None and alias is not None:
            inputs = (self._new(alias, "pass", (self.values[x],), axis=axis),)
        out = func(*(_swap(args, x, alias)), **_swap_in(kwargs, x, alias))
        parameters = {"weight": self._part(source, kernel)}
        if (b := self.sources.get(id(bias))) is not None:
            parameters["bias"] = self._part(b, None)
        self._new(
            out,
            "weight",
            inputs,
            name=_layer_name(source),
            parameters=parameters,
            layer=layer,
            axis=axis,
            coverage=_coverage(func, args, kwargs, x, weight) if axis == 1 else 1.0,
        )
        return out

    def _part(self, source: Source, kernel: tuple[int, ...] | None) -> str:
        """Note the layout of a parameter, and return its name in the trace."""
        axes = kernel or tuple(range(self._dims(source)))
        _, known_axes = self.layouts.setdefault(source.part, (source, axes))
        return source.part if known_axes == axes else source.part + TRANSPOSED

    def _dims(self, source: Source) -> int:
        return next(t.ndim for t in self.kept if self._named(t) == source.name)

    def _named(self, tensor: torch.Tensor) -> str:
        found = self.sources.get(id(tensor))
        return found.name if found else ""

    # Normalizations and what maps each entry by itself.

    def _norm(self, func: Callable[..., Any], name: str, args: Any, kwargs: Any) -> Any:
        norm, *places = NORMS[name]
        x = args[0] if args else kwargs["input"]
        out = func(*args, **kwargs)
        if x not in self.values:
            return out
        parameters = {}
        for role, (key, place) in zip(("gain", "shift"), places, strict=True):
            tensor = kwargs.get(key, args[place] if len(args) > place else None)
            source = self.sources.get(id(tensor)) if tensor is not None else None
            if source is not None and not source.problem:
                parameters[role] = self._part(source, None)
        axis = -1 if name in ("layer_norm", "rms_norm", "normalize") else 1
        self._new(out, "norm", (self.values[x],), parameters=parameters, norm=norm, axis=axis)
        return out

    def _elementwise(self, func: Callable[..., Any], name: str, args: Any, kwargs: Any) -> Any:
        tensors = list(_tensors((args, kwargs)))
        signals = [t for t in tensors if t in self.values]
        sources = [s for t in tensors if (s := self.sources.get(id(t))) is not None]
        if not signals:
            return self._anything(func, name, args, kwargs)
        numbers = [self.values[t] for t in signals]
        self._before(func, args)
        noted = self.values.noted(args), self.values.noted(kwargs)
        others = [t for t in tensors if t not in self.values and t.numel() > 1]
        out = func(*args, **kwargs)
        if sources:
            self._by_parameter(out, name, numbers, sources)
        elif any(t in self.values.statistics for t in signals):
            self._by_statistic(out, name, signals)
        elif len({self.values.root(v) for v in numbers}) > 1:
            kind = "sum" if name in _ADD else "product" if name in _MULTIPLY else "other"
            self._new(out, kind, tuple(dict.fromkeys(numbers)), axis=self.values.axis(numbers[0]))
        else:
            alone = not others and not (name in ("minimum", "maximum") and len(signals) == 1)
            self._map(out, func, name, noted, numbers, alone=alone)
        return out

    def _by_parameter(
        self, out: torch.Tensor, name: str, numbers: list[int], sources: list[Source]
    ) -> None:
        """Record that a signal is multiplied by, or added to, a parameter."""
        source = sources[0]
        kind = "gain" if name in _MULTIPLY else "offset" if name in _ADD else "other"
        roles = {"gain": "gain", "offset": "shift"}
        if source.problem or kind == "other" or len(sources) > 1:
            self.problems.setdefault(source.name, source.problem or f"it enters through {name}")
            self._new(out, "other", tuple(numbers), axis=self.values.axis(numbers[0]))
            return
        size = next(t.numel() for t in self.kept if self._named(t) == source.name)
        role = "scale" if kind == "gain" and size == 1 else roles[kind]
        self._new(
            out,
            kind,
            (numbers[0],),
            parameters={role: self._part(source, None)},
            axis=self.values.axis(numbers[0]),
        )

    def _by_statistic(self, out: torch.Tensor, name: str, signals: list[torch.Tensor]) -> None:
        """Record a product with a statistic of the signal: that is a normalization."""
        plain = [t for t in signals if t not in self.values.statistics]
        if not plain:
            self._new(out, "other", tuple(self.values[t] for t in signals))
            self.values.statistics.add(out)
            return
        axis = self.values.axis(self.values[plain[0]])
        kind = "norm" if name in _MULTIPLY else "pass"
        self._new(out, kind, (self.values[plain[0]],), norm="layer", axis=axis)

    def _map(
        self,
        out: torch.Tensor,
        func: Any,
        name: str,
        noted: Any,
        numbers: list[int],
        *,
        alone: bool,
    ) -> None:
        """Record a function of each entry: it is one of the value that the entries come from."""
        root, axis = self.values.root(numbers[0]), self.values.axis(numbers[0])
        if not alone:
            self._new(out, "pass", (numbers[0],), axis=axis)
            return
        plain = name in _ADD | _MULTIPLY | {"neg"} and len(numbers) == 1
        kind, value = ("pass", numbers[0]) if plain else ("activation", root)
        self.values.grow(self._new(out, kind, (value,), axis=axis), root, func, *noted)

    # Everything else.

    def _anything(self, func: Callable[..., Any], name: str, args: Any, kwargs: Any) -> Any:
        """Record a function of which nothing is known but what goes in and what comes out."""
        tensors = list(_tensors((args, kwargs)))
        signals = [t for t in tensors if t in self.values]
        sources = [(t, s) for t in tensors if (s := self.sources.get(id(t))) is not None]
        numbers = tuple(dict.fromkeys(self.values[t] for t in signals))
        target = self._before(func, args)
        out = func(*args, **kwargs)
        made = [t for t in _tensors(out) if t.is_floating_point() or t.is_complex()]
        if not signals:
            for tensor, source in sources[:1]:
                for each in made:
                    if id(each) not in self.sources:
                        self.kept.append(each)
                        several = len({s.name for _, s in sources}) > 1
                        changed = follow("several" if several else name, source, tensor, each)
                        self.sources[id(each)] = changed
            return out
        for _, source in sources:
            self.problems.setdefault(source.name, source.problem or f"it enters through {name}")
        for each in made:
            if each in self.values and each is not target:
                continue
            self._new(
                each, *self._kind(name, signals, numbers), axis=_axis(self.values, signals, each)
            )
            self._mark(name, signals, each)
        return out

    def _kind(
        self, name: str, signals: list[torch.Tensor], numbers: tuple[int, ...]
    ) -> tuple[str, tuple[int, ...]]:
        """Return the kind of an operation, and its inputs in order."""
        if name in POOLS:
            return "pool", numbers
        if name == "scaled_dot_product_attention":
            return "attend", (self.values[signals[2]], *numbers[:2])
        if name in _MATMUL and len(numbers) == 2 and signals[0] in self.values.weights:
            return "attend", numbers[::-1]
        if name in _MATMUL and len(numbers) == 2 and signals[-1] in self.values.weights:
            return "attend", numbers
        if name in _MANY or len(numbers) > 1 or name in _WEIGHTS:
            return "other", numbers
        return "pass", numbers

    def _mark(self, name: str, signals: list[torch.Tensor], out: torch.Tensor) -> None:
        """Note what is a statistic of a signal, and what are weights of attention."""
        before = signals[0]
        if name in _STATISTIC and out.ndim == before.ndim and out.shape != before.shape:
            self.values.statistics.add(out)
        if name in _WEIGHTS or before in self.values.weights:
            self.values.weights.add(out)
        if before in self.values.statistics and len(signals) == 1:
            self.values.statistics.add(out)

    # Recurrent layers.

    def substituted(self, tensors: Any) -> list[torch.Tensor]:
        """Return what to take for parameters that a module has kept in a list of its own."""
        return [self.given.get(id(t), t) for t in tensors]

    def unseen_call(self, func: Any, args: Any, weights: Any, problem: str) -> Any:
        """Call a function whose weights are not seen, for a reason."""
        for weight in weights:
            self._refuse(weight, f"a recurrent layer with {problem}")
        return self._anything(func, getattr(func, "__name__", ""), args, {})

    def alias(self, x: torch.Tensor) -> torch.Tensor:
        """Return a value as one layer alone sees it."""
        given = x.view_as(x)
        self._new(given, "pass", (self.values[x],) if x in self.values else (), axis=-1)
        return given

    def recurrent(
        self,
        x: torch.Tensor,
        before: torch.Tensor,
        sums: tuple[torch.Tensor, torch.Tensor],
        tap: torch.Tensor,
        reset: torch.Tensor | None,
        weights: list[torch.Tensor],
        out: torch.Tensor,
        name: str,
    ) -> None:
        """Record the products of inputs and of states with their weights, and what comes out."""
        values, made = self.values, []
        entries = ((x, weights[0], weights[2:3]), (before, weights[1], weights[3:4]))
        for place, (given, weight, biases) in enumerate(entries):
            number = values[given] if given in values else values.add(given, -1)
            source = self.sources[id(weight)]
            parameters = {"weight": self._part(source, (1, 0))}
            parameters |= {"bias": self._part(self.sources[id(b)], None) for b in biases}
            kind = "dense" if place == 0 else "lstm" if name in ("lstm", "gru") else "rnn"
            told: dict[str, Any] = {"parameters": parameters, "layer": kind, "axis": -1}
            label = source.name.replace("weight_", "")
            made.append(self._new(sums[place], "weight", (number,), name=label, **told))
        values.tap(tap, made, reset, weights[1], values[before])
        self._new(out, "other", tuple(made), axis=-1)

    def join(self, outputs: list[torch.Tensor]) -> int:
        """Return the number of a value that stands for several outputs together."""
        numbers = tuple(self.values[t] for t in outputs)
        return self._new(torch.zeros(1), "other", numbers)

    def _refuse(self, weight: torch.Tensor, problem: str) -> None:
        source = self.sources.get(id(weight))
        if source is not None:
            self.problems.setdefault(source.name, source.problem or problem)

    def _before(self, func: Callable[..., Any], args: Any) -> torch.Tensor | None:
        """Save a value that a function is about to overwrite."""
        name = getattr(func, "__name__", "")
        writes = (name.endswith("_") and not name.startswith("__")) or name.startswith("__i")
        if (writes or name == "__setitem__") and args and args[0] in self.values:
            self.values.save(args[0])
            return args[0]  # type: ignore[no-any-return]
        return None

    def _new(self, tensor: torch.Tensor, kind: str, inputs: tuple[int, ...], **told: Any) -> int:
        """Note a value, and the operation that made it."""
        number = self.values.add(tensor, told.get("axis", -1))
        self.operations.append(Operation(kind=kind, inputs=inputs, output=number, **told))
        return number

    def finished(self) -> list[Operation]:
        """Return the operations, with the activations recognized."""
        done = []
        for op in self.operations:
            if op.kind == "activation":
                phi = known(self.values.function(op.output), self.values.names[op.output])
                kind = "pass" if phi.name == "linear" else "activation"
                op = Operation(  # noqa: PLW2901
                    kind=kind, inputs=op.inputs, output=op.output, activation=phi, axis=op.axis
                )
            done.append(op)
        return done


def _tensors(found: Any) -> Iterable[torch.Tensor]:
    """Yield all tensors in arguments."""
    if isinstance(found, torch.Tensor):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from _tensors(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from _tensors(value)


def _swap(args: Any, old: Any, new: Any) -> tuple[Any, ...]:
    return tuple(new if arg is old and new is not None else arg for arg in args)


def _swap_in(kwargs: dict[str, Any], old: Any, new: Any) -> dict[str, Any]:
    return {k: new if v is old and new is not None else v for k, v in kwargs.items()}


def _layer_name(source: Source) -> str:
    """Return the name of a layer, from that of its weight."""
    return re.sub(r"(^|[._])weight(?=$|\[)", "", source.part) or "model"


def _axis(values: Values, signals: list[torch.Tensor], out: torch.Tensor) -> int | None:
    """Return the axis of the features after a move: that of the same size and stride."""
    before = signals[0]
    axis = values.axis(values[before])
    if axis is None or before.ndim == 0 or out.ndim == 0:
        return None
    axis %= before.ndim
    if before.ndim == out.ndim and (
        before.shape == out.shape or before.shape[axis] == out.shape[axis]
    ):
        moved = before.untyped_storage().data_ptr() == out.untyped_storage().data_ptr()
        if not moved or before.stride(axis) == out.stride(axis):
            return axis
    stride, size = before.stride(axis), before.shape[axis]
    fits = [a for a in range(out.ndim) if out.stride(a) == stride and out.shape[a] == size]
    if fits:
        return fits[-1] if axis == before.ndim - 1 else fits[0]
    if out.shape[-1] == size and axis == before.ndim - 1:
        return out.ndim - 1
    return axis if axis < out.ndim and out.shape[: axis + 1] == before.shape[: axis + 1] else None


def _coverage(func: Any, args: Any, kwargs: Any, x: Any, weight: torch.Tensor) -> float:
    """Return the share of the taps of a kernel that meet the image, as for one channel of ones."""
    names = ("stride", "padding", "dilation")
    named_args = dict(zip(names, args[3:6], strict=False)) | kwargs
    kernel = weight.shape[2:]
    if "transpose" in getattr(func, "__name__", ""):
        stride = named_args.get("stride", 1)
        strides = (stride,) * len(kernel) if isinstance(stride, int) else tuple(stride)
        strides = strides * len(kernel) if len(strides) < len(kernel) else strides
        return 1 / math.prod(min(s, k) for s, k in zip(strides, kernel, strict=True))
    ones = torch.ones(1, 1, *x.shape[2:])
    taps = torch.ones(1, 1, *kernel)
    told = {key: named_args[key] for key in names if key in named_args}
    with torch.no_grad():
        return float(func(ones, taps, None, **told).mean()) / math.prod(kernel)
