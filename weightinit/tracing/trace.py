"""The form of a trace: plain arrays for each layer, forwards and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

from weightinit._checks import (
    check_choice,
    check_flag,
    check_instance,
    check_items,
    check_mapping,
    check_normalized,
    check_positive,
)
from weightinit._messages import message, short, shown
from weightinit.activations import Activation
from weightinit.networks.layers.base import Array

__all__ = ["LayerTrace", "Trace", "mean_square"]

_HINT = "see help(weightinit.tracing.LayerTrace) for what goes into each field"
_BY_NAME = "(what the name begins with)"
_MATRICES = (
    "pre_activations",
    "pre_activations_gradient",
    "activations",
    "activations_gradient",
)


def mean_square(x: Array) -> float:
    """Return the second moment, in double precision.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.tracing.trace import mean_square
    >>> mean_square(np.array([1.0, 3.0]))
    5.0
    """
    flat = x.astype(np.float64).ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        return float(flat @ flat) / max(flat.size, 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerTrace:
    r"""
    The record of a layer with a weight and the activation after it: a row of a ``Trace``.

    Matrices have a row for each sample and position (pixel, word without padding) and a column for
    each feature. :math:`\partial L` stands for the gradient of the loss.

    Parameters
    ----------
    name : str
        The name of the layer. A residual block has a row of its own after those of its branch.
    parameters, gradients : mapping of str to ndarray
        The parameters by their full names, ``dense0.weight``, and :math:`\partial L` for each.
        Those of layers without a weight, such as ``norm0.gain``, belong to the row of the layer
        before them; before the first layer with a weight, to that one. A weight is ``(in, units)``
        or ``(kernel_h, kernel_w, in, units)``; a residual block has a ``scale``.
    activation : Activation or None
        The activation after the layer; None if there is none.
    inputs, inputs_gradient : ndarray, shape (rows, in), or None
        What the layer received; None for tokens.
    pre_activations, pre_activations_gradient : ndarray, shape (rows, units)
        What the activation received.
    activations, activations_gradient : ndarray, shape (rows, units)
        The output of the activation; the pre-activations if there is none.
    kind : str, default "dense"
        The name that :func:`~weightinit.recommend` has for such a layer; ``"residual"`` for a
        block.
    samples : ndarray of int, shape (rows,), or None
        The sample of each row, in ascending order; None if each row has its own.
    normalized : bool or {"layer", "batch"}, default False
        Whether there is a normalization between weight and activation, or in the branch of a block,
        and which, in the words of :func:`~weightinit.recommend`.
    pooled : bool, default False
        Whether max pooling follows.
    coverage : float, default 1.0
        The share of a kernel that lies inside the image, on average: padding is zero.
    steps, steps_left : ndarray of int, shape (rows,), or None
        In a recurrent layer: how many time steps came before each row, and how many follow.
    block : str, optional
        The residual block in whose branch the layer stands; empty outside of any. Left out: what
        its name begins with, ``residual0`` of ``residual0.dense1``.
    after : str or None, default None
        The layer whose output it receives, in its block; empty if it receives what the network or
        the block does. None: the one before it.
    roles : mapping of str to str, optional
        What each parameter is: the ``weight`` or ``bias`` of the layer itself, a ``gain``, the
        ``shift`` of a normalization, a ``scale`` of a branch. Left out: what its name ends with.
    shared, shared_gradients : mapping of str to ndarray, optional
        A weight that belongs to another row, where two layers are tied.
    squares : mapping of str to tuple of (float, int), optional
        Mean square, and number of entries, of fields that hold a sample of their rows alone.

    Raises
    ------
    TypeError, ValueError
        A field is not as above, or its shape does not belong to the others. Numbers need not be
        finite.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.he_normal, rng=0)
    >>> row = wi.trace(net, [[1.0, 2.0], [0.5, -1.0]], [0, 2]).layers[0]
    >>> row.name, row.activation, row.pre_activations.shape
    ('dense0', relu, (2, 4))
    >>> list(row.parameters), row.weight.shape
    (['dense0.weight', 'dense0.bias'], (2, 4))
    """

    name: str
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    activation: Activation | None
    inputs: Array | None
    inputs_gradient: Array | None
    pre_activations: Array
    pre_activations_gradient: Array
    activations: Array
    activations_gradient: Array
    kind: str = "dense"
    samples: Array | None = None
    normalized: bool | str = False
    pooled: bool = False
    coverage: float = 1.0
    steps: Array | None = None
    steps_left: Array | None = None
    block: str = _BY_NAME
    after: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, Array] = field(default_factory=dict)
    shared_gradients: Mapping[str, Array] = field(default_factory=dict)
    squares: Mapping[str, tuple[float, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the fields, which may be filled by hand."""
        check_instance("name", self.name, str, "a string", hint=_HINT)
        try:
            self._fill()
            self._check()
        except (TypeError, ValueError) as error:
            raise type(error)(f"{error} (layer {shown(self.name)})") from None

    def _fill(self) -> None:
        """Take from names what is left out, and check what is given instead."""
        told = "a mapping of names to arrays"
        parameters = check_mapping("parameters", self.parameters, told, hint=_HINT)
        roles = check_mapping("roles", self.roles, "a mapping of names to roles", hint=_HINT)
        for name, role in roles.items():
            check_instance(f"roles[{shown(name)}]", role, str, "a string", hint=_HINT)
        block = check_instance("block", self.block, str, "a string", hint=_HINT)
        if self.after is not None:
            check_instance("after", self.after, str, "a string, or None", hint=_HINT)
        for key in ("shared", "shared_gradients"):
            check_mapping(key, getattr(self, key), told, hint=_HINT)
        allowed = "a mapping of fields to pairs of a mean square and a number of entries"
        for key, pair in check_mapping("squares", self.squares, allowed, hint=_HINT).items():
            good = isinstance(pair, tuple) and len(pair) == 2
            if not good or not all(isinstance(number, Real) for number in pair) or pair[1] < 1:
                raise ValueError(message(f"squares[{shown(key)}]", pair, "such a pair", _HINT))
        roles = roles or {key: _role(self.name, str(key)) for key in parameters}
        object.__setattr__(self, "roles", roles)
        if block == _BY_NAME:
            object.__setattr__(self, "block", self.name.rpartition(".")[0])

    def _check(self) -> None:
        check_instance("kind", self.kind, str, "a string", hint=_HINT)
        if self.activation is not None:
            told = 'write wi.activations.get("relu"), or None'
            check_instance("activation", self.activation, Activation, "an Activation", hint=told)
        check_flag("pooled", self.pooled, hint=_HINT)
        check_normalized(self.normalized)
        if check_positive("coverage", self.coverage, hint=_HINT) > 1:
            raise ValueError(message("coverage", self.coverage, "at most 1", _HINT))
        self._check_parameters()
        self._check_matrices()
        rows = len(self.pre_activations)
        for key in ("steps", "steps_left"):
            _check_numbers(key, getattr(self, key), rows, f"integers from 0 to {rows - 1}")
        _check_numbers("samples", self.samples, rows, "integers in ascending order")

    def _check_parameters(self) -> None:
        told = "a mapping of names to arrays"
        parameters = check_mapping("parameters", self.parameters, told, hint=_HINT)
        gradients = check_mapping("gradients", self.gradients, told, hint=_HINT)
        if not all(self.roles.get(str(key)) for key in parameters):
            full = shown(f"{self.name}.weight")
            told = f"full names, such as {full}, got {shown(list(parameters))}"
            raise ValueError(f"parameters must have {told}; {_HINT}")
        if gradients.keys() != parameters.keys():
            told = f"{shown(list(parameters))}, got {shown(list(gradients))}"
            raise ValueError(f"gradients must have the names of parameters, {told}; {_HINT}")
        for key, value in parameters.items():
            shape = _floats(f"parameters[{shown(key)}]", value).shape
            _check_shape(f"gradients[{shown(key)}]", gradients[key], shape)

    def _check_matrices(self) -> None:
        z = _floats("pre_activations", self.pre_activations)
        if z.ndim != 2 or z.size == 0:
            told = "a matrix with a row for each sample and a column for each unit"
            got = f"got shape {shown(z.shape)}"
            raise ValueError(f"pre_activations must be {told}, {got}; {_HINT}")
        for key in _MATRICES:
            _check_shape(key, getattr(self, key), z.shape)
        for key, array in (("weight", self.weight), ("inputs", self.inputs)):
            if array is None:
                continue
            shape = _floats(key, array).shape
            if len(shape) < 2 or 0 in shape or (key == "weight" and shape[-1] != z.shape[1]):
                told = f"a matrix, or a kernel, for {z.shape[1]} units, got shape {shown(shape)}"
                raise ValueError(f"{key} must be {told}; {_HINT}")
        if self.bias is not None:
            _check_shape("bias", self.bias, z.shape[1:])
        if self.inputs_gradient is not None:
            if self.inputs is None:
                raise ValueError(f"inputs must be an array where its gradient is one; {_HINT}")
            _check_shape("inputs_gradient", self.inputs_gradient, self.inputs.shape)

    def named(self, role: str) -> str:
        """Return the name of the parameter that has a role in this layer; empty if none has."""
        names = (*self.parameters, *self.shared)
        return next((name for name in names if self.roles.get(name) == role), "")

    @property
    def weight(self) -> Array | None:
        """The weight of the layer itself; None for a residual block."""
        name = self.named("weight")
        return self.parameters.get(name, self.shared.get(name))

    @property
    def weight_gradient(self) -> Array | None:
        """The gradient for the weight."""
        name = self.named("weight")
        return self.gradients.get(name, self.shared_gradients.get(name))

    @property
    def bias(self) -> Array | None:
        """The bias of the layer itself, if it has one."""
        return self.parameters.get(self.named("bias"))

    @property
    def bias_gradient(self) -> Array | None:
        """The gradient for the bias."""
        return self.gradients.get(self.named("bias"))

    @property
    def units(self) -> int:
        """How many units the layer has: channels in a convolution."""
        return int(self.pre_activations.shape[-1])

    @property
    def rows(self) -> int:
        """How many rows the matrices have, counting those of which they hold a sample."""
        z = self.pre_activations
        return self.squares.get("pre_activations", (0.0, z.size))[1] // self.units

    def mean_square(self, field: str) -> float:
        """Return the second moment of a matrix, ``"activations"``: of all of its rows."""
        check_choice("field", field, (*_MATRICES, "inputs", "inputs_gradient"))
        if field in self.squares:
            return float(self.squares[field][0])
        if getattr(self, field) is None:
            raise ValueError(message("field", field, "a matrix that the layer has", _HINT))
        return mean_square(getattr(self, field))

    def square(self, field: str) -> float:
        """Return the sum of the squares of a matrix: of all of its rows."""
        mean = self.mean_square(field)
        count = self.squares[field][1] if field in self.squares else getattr(self, field).size
        return mean * count


def _role(layer: str, name: str) -> str:
    """Return what a parameter is, from its name in this package."""
    owner, _, part = name.rpartition(".")
    if owner == layer:
        return part
    return {"bias": "shift", "gain": "gain"}.get(part, "")


@dataclass(frozen=True, eq=False, kw_only=True)
class Trace:
    """
    The record of one pass forward and one back through a network of any framework.

    Parameters
    ----------
    inputs : ndarray, shape (n, ...)
        The batch, as the network received it.
    layers : tuple of LayerTrace
        The layers with weights and the residual blocks, in the order of the forward pass; the last
        makes the outputs.
    loss : float
        The loss of the batch; nan where neither labels nor targets were given.
    labels : ndarray of int, shape (n,), or None
        The labels of the batch; None where there are none.
    targets : ndarray of float, shape (n, d), or None
        The targets of a regression; None where there are none.
    after : Trace or None
        The record after a few small steps. It is there if gradients were exactly zero at first and
        such steps wake some of them, as in the layers before one that starts at zero.
    samples : int, optional
        How many samples of the batch the rows of the layers are of. Left out: all.
    unseen : tuple of str, default ()
        Parameters of the model that no row holds, each with its type and the reason.
    seen : float, default 1.0
        The share of all entries of parameters that the rows hold.

    Raises
    ------
    TypeError, ValueError
        A field is not as above, no layer has a weight, or there are fewer layers afterwards.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(
    ...     {"dense1.weight": wi.zeros, "*.weight": wi.he_normal}, rng=0
    ... )
    >>> found = wi.trace(net, [[1.0, 2.0], [0.5, -1.0]], [0, 2])
    >>> bool(found.gradients["dense0.weight"].any())  # the zero output layer is in the way
    False
    >>> bool(found.after.gradients["dense0.weight"].any())  # and a step later it is not
    True
    """

    inputs: Array
    layers: tuple[LayerTrace, ...]
    loss: float
    labels: Array | None
    targets: Array | None = None
    after: "Trace | None" = None
    samples: int = 0
    unseen: tuple[str, ...] = ()
    seen: float = 1.0

    def __post_init__(self) -> None:
        """Check the fields."""
        told = "a tuple of LayerTrace"
        rows = check_items("layers", self.layers, told, hint=_HINT, at_least=1)
        for place, row in enumerate(rows):
            check_instance(f"layers[{place}]", row, LayerTrace, "a LayerTrace", hint=_HINT)
        object.__setattr__(self, "layers", rows)
        if all(row.weight is None for row in rows):
            raise ValueError("layers must hold at least one with a weight, got none; record one")
        loss: Any = self.loss
        if not isinstance(loss, Real):
            raise TypeError(message("loss", loss, "a number", "nan where there is none"))
        self._check_batch()
        object.__setattr__(self, "samples", self.samples or len(self.inputs))
        if self.after is not None:
            check_instance("after", self.after, Trace, "a Trace", hint="or leave it out")
            if len(self.after.layers) != len(rows):
                told = f"as many layers, {len(rows)}, got {len(self.after.layers)}"
                raise ValueError(f"after must have {told}; record the same network")

    def _check_batch(self) -> None:
        check_instance("inputs", self.inputs, np.ndarray, "an array", hint="give the batch")
        if not self.inputs.size or not self.inputs.ndim:
            raise ValueError(message("inputs", self.inputs, "a batch of samples", _HINT))
        n, last = len(self.inputs), self.layers[-1]
        if self.labels is not None:
            outputs = last.activations.size // n  # more than units where Flatten ends a network
            _check_labels(self.labels, max(last.units, outputs, 2))
        if self.targets is not None:
            _check_targets(self.targets, n)
            if self.labels is not None:
                told = "got both; leave out those that its loss is not of"
                raise ValueError(f"a trace must have labels or targets, {told}")

    @property
    def parameters(self) -> dict[str, Array]:
        """All parameters of the network, by name."""
        return {name: array for row in self.layers for name, array in row.parameters.items()}

    @property
    def way(self) -> list[LayerTrace]:
        """The layers and blocks from the inputs to the outputs, one behind the other."""
        named = {row.name: row for row in self.layers}
        row = self.layers[-1]
        while row.block in named:
            row = named[row.block]
        level = [other for other in self.layers if other.block == row.block]
        found = [row]
        while (before := _before(found[0], level)) is not None:
            found.insert(0, before)
        return found

    @property
    def ends(self) -> dict[str, LayerTrace]:
        """The last layer with a weight in each residual branch, by the name of the block."""
        return {row.block: row for row in self.layers if row.block and row.weight is not None}

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradient for each of the parameters."""
        return {name: array for row in self.layers for name, array in row.gradients.items()}


def _before(row: LayerTrace, level: list[LayerTrace]) -> LayerTrace | None:
    """Return the row whose output another receives; None if it is the first."""
    ahead = level[: level.index(row)]
    if row.after is None:
        return ahead[-1] if ahead else None
    return next((other for other in ahead if other.name == row.after), None)


def _floats(name: str, value: object) -> Array:
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        dtype = f" of {short(str(value.dtype))}" if isinstance(value, np.ndarray) else ""
        told = f"an array of floats, got {shown(value)} ({type(value).__name__}{dtype})"
        raise TypeError(f"{name} must be {told}; {_HINT}")
    return value


def _check_shape(name: str, value: object, shape: tuple[int, ...]) -> None:
    got = _floats(name, value).shape
    if got != shape:
        raise ValueError(f"{name} must be of shape {shown(shape)}, got {shown(got)}; {_HINT}")


def _check_numbers(name: str, value: Any, rows: int, kind: str) -> None:
    """Raise if this is no array of an integer for each row: which sample, or which time step."""
    if value is None:
        return
    good = isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.shape == (rows,)
    if good and name == "samples":
        good = not (value[1:] < value[:-1]).any()
    elif good:
        good = value.min() >= 0 and value.max() < rows
    if not good:
        raise ValueError(message(name, value, f"an array of {rows} {kind}, or None", _HINT))


def _check_labels(labels: Any, classes: int) -> None:
    told = f"a row of integers from 0 to {classes - 1}, or None"
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise TypeError(message("labels", labels, told, _HINT))
    if labels.size == 0 or labels.min() < 0 or labels.max() >= classes:
        raise ValueError(message("labels", labels, told, _HINT))


def _check_targets(targets: Any, n: int) -> None:
    shape = _floats("targets", targets).shape
    if len(shape) != 2 or shape[0] != n or not np.isfinite(targets).all():
        told = f"a finite matrix with a row for each of the {n} samples, or None"
        raise ValueError(message("targets", targets, told, _HINT))
