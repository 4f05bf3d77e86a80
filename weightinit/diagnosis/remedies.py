"""What to do about a problem: an initializer, or something that no initializer can do."""

import math
from collections.abc import Callable, Iterable

import numpy as np

from weightinit.diagnosis.theory import critical_scale, shape_factors, wanted
from weightinit.tracing import LayerTrace
from weightinit.tracing.measures import mean_square

__all__ = ["Remedy", "also", "calm", "quiet", "rescale", "revive", "shrink", "start"]

#: From the layer to change to what to do.
Remedy = Callable[[LayerTrace], str]

#: A std this close to the wanted one, or to what another count of fans makes of it, is right.
_CLOSE = math.log(1.25)


def start(row: LayerTrace) -> str:
    """Name the initializer that suits a layer.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.remedies import start
    >>> start(wi.trace(wi.mlp([2, 4, 1]).initialize(wi.zeros), [[1.0, 2.0]]).layers[0])
    'start dense0.weight from wi.he_normal'
    """
    if row.weight is None:
        return f"start the last weight in the branch of {row.name} from wi.zeros"
    return f"start {row.name}.weight from {_initializer(row)}"


def _initializer(row: LayerTrace) -> str:
    """Write the initializer as an expression; for a recurrent weight it is orthogonal."""
    if row.steps is None:
        return f"wi.{wanted(row.activation)}"
    gain = round(math.sqrt(critical_scale(row.activation)), 6)
    return "wi.orthogonal" if gain == 1 else f"wi.Orthogonal(gain={gain})"


def also(layers: Iterable[str]) -> str:
    """Add other layers with the same problem to the evidence.

    Examples
    --------
    >>> from weightinit.diagnosis.remedies import also
    >>> also(["dense1", "dense2"]), also([])
    ('; also in dense1, dense2', '')
    """
    names = list(layers)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"; also in {', '.join(names[:3])}{more}" if names else ""


def _fits(row: LayerTrace) -> bool:
    """Tell whether the weights have the std that theory wants, by any count of fans."""
    if row.weight is None or row.inputs is None:
        return False
    rms = math.sqrt(mean_square(row.weight))
    if not 0 < rms < math.inf:
        return False
    _, *others = shape_factors(row.weight.shape)
    n_in = row.weight.size / row.units
    fan_in_std = math.sqrt(getattr(wanted(row.activation), "scale", 1.0) / n_in)
    off = math.log(rms / fan_in_std)
    return any(abs(off - factor / 2) < _CLOSE for factor in (0.0, *others))


def _is_shifted(row: LayerTrace) -> bool:
    """Tell whether biases outweigh a signal of size 1."""
    return row.bias is not None and mean_square(row.bias) > 1


def rescale(row: LayerTrace) -> str:
    """Name the initializer of the right scale; if the scale is right, say that it is not that.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.remedies import rescale
    >>> net = wi.mlp([64, 64, 1]).initialize(wi.Normal(std=0.01), rng=0)
    >>> rescale(wi.trace(net, [[1.0] * 64]).layers[0])
    'start dense0.weight from wi.he_normal'
    """
    if _is_shifted(row):
        return f"start {row.name}.bias from wi.zeros"
    if not _fits(row):
        return start(row)
    return (
        f"initialization is not the cause: {row.name}.weight has the right scale; fewer or wider "
        "layers, residual blocks or normalization would help, or another activation"
    )


def revive(row: LayerTrace) -> str:
    """Say what wakes dead units: biases of zero, or weights with mean zero.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.remedies import revive
    >>> starts = {"dense0.bias": wi.Constant(value=-9.0), "*.weight": wi.he_normal}
    >>> net = wi.mlp([2, 4, 3]).initialize(starts, rng=0)
    >>> revive(wi.trace(net, [[1.0, 2.0]]).layers[0])
    'start dense0.bias from wi.zeros'
    """
    if row.inputs is not None and not row.inputs.any():
        return "initialization is not the cause: what the layer receives is all zero"
    if row.bias is not None and float(np.min(row.bias)) < 0:
        return f"start {row.name}.bias from wi.zeros"
    if row.units < 20:  # a healthy layer dies with a probability of 2 ** -units
        return f"{start(row)} again, with another rng; more units make this unlikely"
    return start(row)


def shrink(row: LayerTrace) -> str:
    """Say what brings values back from the flat ends of an activation.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.remedies import shrink
    >>> net = wi.mlp([64, 64, 3], "tanh").initialize(wi.xavier_uniform, rng=0)
    >>> shrink(wi.trace(net, [[99.0] * 64]).layers[0])
    'initialization is not the cause: scale the inputs to mean 0 and std 1'
    """
    if _is_shifted(row):
        return f"start {row.name}.bias from wi.zeros"
    return calm(row)


def calm(row: LayerTrace) -> str:
    """Name the initializer that suits a layer, unless its weights do and its inputs are too large.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.remedies import calm
    >>> net = wi.mlp([64, 64, 3], "tanh").initialize(wi.ones)
    >>> calm(wi.trace(net, [[1.0] * 64]).layers[0])
    'start dense0.weight from wi.xavier_uniform'
    """
    if _fits(row):
        return "initialization is not the cause: scale the inputs to mean 0 and std 1"
    return start(row)


def quiet(row: LayerTrace) -> str:
    """Say what brings the first loss down: an output layer of zeros, or smaller inputs.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.remedies import quiet
    >>> net = wi.mlp([64, 64, 3]).initialize(wi.ones)
    >>> quiet(wi.trace(net, [[1.0] * 64]).layers[-1])
    'start dense1.weight from wi.zeros'
    """
    return calm(row) if _fits(row) else f"start {row.name}.weight from wi.zeros"
