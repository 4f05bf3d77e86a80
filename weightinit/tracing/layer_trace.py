"""The record of one layer: plain arrays, forwards and back."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from weightinit._checks import check_choice, check_instance, check_string
from weightinit._messages import message, shown
from weightinit.activations import Activation
from weightinit.networks.layers.base import Array
from weightinit.tracing._fields import HINT, MATRICES, check_names, check_parts, check_values
from weightinit.tracing._squares import mean_square

__all__ = ["LayerTrace"]

_BY_NAME = "(what the name begins with)"
_FIELDS = (*MATRICES, "inputs", "inputs_gradient", "weight")


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
    parts : tuple of int, default ()
        The units of each of the weights that lie side by side in the weight, such as queries, keys
        and values: what follows takes them apart. Empty: it is one weight.
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
    parts: tuple[int, ...] = ()
    shared: Mapping[str, Array] = field(default_factory=dict)
    shared_gradients: Mapping[str, Array] = field(default_factory=dict)
    squares: Mapping[str, tuple[float, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the fields, which may be filled by hand."""
        check_instance("name", self.name, str, "a string", hint=HINT)
        try:
            self._fill()
            check_values(self)
            object.__setattr__(self, "parts", check_parts(self.parts, self.units))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{error} (layer {shown(self.name)})") from None

    def _fill(self) -> None:
        """Take from names what is left out."""
        for key, mapping in check_names(self).items():
            object.__setattr__(self, key, mapping)
        roles = self.roles or {key: _role(self.name, str(key)) for key in self.parameters}
        object.__setattr__(self, "roles", roles)
        if self.block == _BY_NAME:
            object.__setattr__(self, "block", self.name.rpartition(".")[0])

    def named(self, role: str) -> str:
        """Return the name of the parameter that has a role in this layer; empty if none has."""
        plain = check_string("role", role, hint='write "weight", or "bias"')
        names = (*self.parameters, *self.shared)
        return next((name for name in names if self.roles.get(name) == plain), "")

    @functools.cached_property
    def weight(self) -> Array | None:
        """The weight of the layer itself; None for a residual block."""
        name = self.named("weight")
        return self.parameters.get(name, self.shared.get(name))

    def __repr__(self) -> str:
        """Return what it is a record of, without the arrays."""
        phi = "no activation" if self.activation is None else self.activation.name
        return f"<LayerTrace of {self.name}: {self.kind}, {self.units} units, {phi}>"

    @functools.cached_property
    def weight_gradient(self) -> Array | None:
        """The gradient for the weight."""
        name = self.named("weight")
        return self.gradients.get(name, self.shared_gradients.get(name))

    @functools.cached_property
    def weighs(self) -> bool:
        """Whether the layer has a weight with an entry that is not zero."""
        return self.weight is not None and bool(self.weight.any())

    @functools.cached_property
    def weight_mean(self) -> float:
        """The mean of the entries of the weight; nan for a residual block."""
        if self.weight is None:
            return math.nan
        with np.errstate(all="ignore"):  # it need not be finite
            return float(self.weight.mean(dtype=np.float64))

    @functools.cached_property
    def weight_std(self) -> float:
        """The std of the entries of the weight; nan for a residual block."""
        if self.weight is None:
            return math.nan
        square, mean_squared = self.mean_square("weight"), self.weight_mean**2
        if not 1e-6 * square < square - mean_squared < math.inf:  # where digits cancel or underflow
            with np.errstate(all="ignore"):
                largest = float(np.abs(self.weight).max()) or 1.0
                return largest * float((self.weight / largest).std(dtype=np.float64))
        return math.sqrt(square - mean_squared)

    @functools.cached_property
    def bias(self) -> Array | None:
        """The bias of the layer itself, if it has one."""
        return self.parameters.get(self.named("bias"))

    @functools.cached_property
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
        name = check_choice("field", field, _FIELDS)
        if name not in self._mean_squares:
            array = getattr(self, name)
            if array is None:
                raise ValueError(message("field", name, "a matrix that the layer has", HINT))
            self._mean_squares[name] = mean_square(array)
        return self._mean_squares[name]

    @functools.cached_property
    def _mean_squares(self) -> dict[str, float]:
        return {field: float(mean) for field, (mean, _) in self.squares.items()}

    def square(self, field: str) -> float:
        """Return the sum of the squares of a matrix: of all of its rows."""
        name = check_choice("field", field, _FIELDS)
        mean = self.mean_square(name)
        count = self.squares[name][1] if name in self.squares else getattr(self, name).size
        return mean * count


def _role(layer: str, name: str) -> str:
    """Return what a parameter is, from its name in this package."""
    owner, _, part = name.rpartition(".")
    if owner == layer:
        return part
    return {"bias": "shift", "gain": "gain"}.get(part, "")
