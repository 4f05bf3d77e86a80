"""Layer-sequential unit variance: scale each weight by what a batch makes of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from weightinit._checks import RandomSource, check_flag, check_rng
from weightinit._jobs import with_bar
from weightinit._messages import shown
from weightinit.initializers import Initializer, orthogonal
from weightinit.networks._starts import check_initializer, matching
from weightinit.networks.layers.base import Array
from weightinit.schemes._choices import Choice, choose, draw, gates_of
from weightinit.schemes._work import open_model
from weightinit.schemes.result import StartReport
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing._probe import Probe

__all__ = ["lsuv", "mark", "scalable", "unit_variance"]

#: How far from 1 a std may be after the division; farther, something else is added to the product.
_FAR = 0.01

_ADDED = "more than its product is added up there"


def lsuv(
    model: Any,
    x: Any,
    *,
    initializer: Initializer | Mapping[str, Initializer] = orthogonal,
    rng: RandomSource = None,
    progress: bool = False,
) -> StartReport:
    r"""
    Start a model so that the pre-activations of each layer have variance 1 over a batch.

    Layer-sequential unit variance (LSUV): weights are drawn orthogonal, biases are zero (of the
    forget gate of an LSTM 1), and then, layer by layer from the input on,

    .. math:: W_l \leftarrow W_l \Big/ \sqrt{\operatorname{Var}(z_l)}, \qquad
        z_l = a_{l-1} W_l,

    where the variance is over samples, positions and units together, and :math:`a_{l-1}` is what
    the layers before, already scaled, make of the batch. As z is linear in W, one division does.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model; its parameters are written over. Variables of linen do not change: the result
        holds new ones. A Network needs no weights yet.
    x : array_like, shape (n, ...), or tuple or dict of such
        A batch of samples, as for :func:`trace`.
    initializer : Initializer or mapping of str to Initializer, default orthogonal
        What weights are drawn from before they are scaled. A mapping goes by patterns of names, as
        for :meth:`Network.initialize`, and may name other parameters too; the rest is orthogonal.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.
    progress : bool, default False
        Show a bar over the layers, with tqdm: each takes a pass through the model.

    Returns
    -------
    StartReport
        The model, and a table of what was done.

    Raises
    ------
    RuntimeError
        A model of another framework has no weights yet.
    TypeError, ValueError
        `model`, `x` or `initializer` are none of the above, or a layer has pre-activations of
        variance 0, or that are not finite. The model is then as before.
    ImportError
        `progress` is asked for and tqdm is not installed.

    Notes
    -----
    Not scaled are the weights of recurrent layers, those with a normalization between them and the
    activation, which divides their scale out, and those that an earlier layer has as well. Nor are
    weights scaled where something else is added to the product, such as positions; a note says so.
    Of a large layer of another framework the variance is that of the sample of rows that a
    :func:`trace` holds.

    Where the first layer is scaled, a factor on `x` goes into its weight. No pre-activation depends
    on it then, unless a skip connection leads around that layer.

    References
    ----------
    Mishkin and Matas (2015), arXiv:1511.06422.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = 100 * np.random.default_rng(0).standard_normal((50, 8))
    >>> net = wi.lsuv(wi.mlp([8, 16, 16, 3]), x, rng=0).model
    >>> [float(row.pre_activations.var()) for row in wi.trace(net, x).layers]
    [1.0, 1.0, 1.0]
    """
    generator = check_rng(rng)
    check_flag("progress", progress)
    work = open_model(model, x, None, None)
    names = list(work.probe.parameters)
    if isinstance(initializer, Mapping):
        given = matching("initializer", initializer, names)
    else:
        check_initializer("initializer", initializer)
        given = {name: initializer for row in work.trace.layers for name in _own_weight(row)}
    choices = choose(work.trace, names, given, lambda _, row: {row.named("weight"): orthogonal})
    drawn = draw(choices, work.probe.parameters, generator)
    rows, notes = unit_variance(work.probe, drawn, scalable(work.trace), progress=progress)
    return work.finish(drawn, mark(choices, work.trace, rows), notes)


def scalable(trace: Trace) -> list[int]:
    """Return the places of rows whose pre-activations are in proportion to their own weight."""
    gates = gates_of(trace)
    return [
        place
        for place, row in enumerate(trace.layers)
        if _own_weight(row) and not row.normalized and id(row) not in gates
    ]


def unit_variance(
    probe: Probe, drawn: dict[str, Array], rows: Sequence[int], *, progress: bool
) -> tuple[list[int], tuple[str, ...]]:
    """
    Scale weights until the pre-activations of these rows have variance 1, in order.

    Parameters
    ----------
    probe : Probe
        The model and the batch.
    drawn : dict of str to ndarray
        What parameters start from; the weights are replaced by scaled ones.
    rows : sequence of int
        The places of the rows in the trace.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    list of int
        The places of the rows that were scaled.
    tuple of str
        Which weights stayed as drawn, and why.
    """
    scaled, notes = [], []
    bar = with_bar(iter(rows), "lsuv", "layer", done=0, total=len(rows)) if progress else rows
    with np.errstate(all="ignore"):
        found = probe.look(drawn)
        for place in bar:
            row = found.layers[place]
            name, std = row.named("weight"), _spread(row)
            if name not in drawn:
                continue  # it follows what it is computed from
            weight = drawn[name]
            drawn[name] = (weight / std).astype(weight.dtype)
            found = probe.look(drawn)
            then = _spread(found.layers[place])
            if abs(then - 1) <= _FAR:
                scaled.append(place)
            else:
                drawn[name] = weight
                found = probe.look(drawn)
                fixed = math.isclose(then, std, rel_tol=_FAR)
                why = "the model sets its scale" if fixed else _ADDED
                notes.append(f"{name} was not scaled: {why}.")
    return scaled, tuple(notes)


def mark(choices: Mapping[str, Choice], trace: Trace, rows: Sequence[int]) -> dict[str, Choice]:
    """Return the choices, with those marked whose weights were scaled."""
    scaled = {trace.layers[place].named("weight") for place in rows}
    return {
        name: replace(choice, told=f"{choice.told}, lsuv") if name in scaled else choice
        for name, choice in choices.items()
    }


def _own_weight(row: LayerTrace) -> list[str]:
    return [name for name in row.parameters if row.roles[name] == "weight"]


def _spread(row: LayerTrace) -> float:
    """Return the std of the pre-activations."""
    std = float(row.pre_activations.std(dtype=np.float64))
    if not 0 < std < math.inf:
        told = "do not differ" if std == 0 else "are not finite"
        raise ValueError(
            f"x must lead to pre-activations that differ, but those of {shown(row.name)} {told}; "
            "look at the batch, or give wi.start the layers before another start"
        )
    return std
