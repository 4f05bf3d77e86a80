"""Start a whole model: each parameter by its role, scaled by a batch, with a fair first guess."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._checks import RandomSource, check_flag, check_rng
from weightinit._messages import listed
from weightinit.diagnosis._symptoms.batch import best_constant_loss
from weightinit.initializers import Initializer
from weightinit.networks._starts import matching
from weightinit.networks.layers.base import Array
from weightinit.schemes._choices import Choice, advise, choose, draw
from weightinit.schemes._output import best_constant
from weightinit.schemes._work import Work, open_model
from weightinit.schemes.lsuv import mark, scalable, unit_variance
from weightinit.schemes.result import StartReport
from weightinit.tracing import Trace

__all__ = ["start"]

#: How close the first loss comes to that of the best constant, of 1 or of that loss.
_CLOSE = 1e-6

_KEPT = "The output starts as without y: "


def start(
    model: Any,
    x: Any = None,
    y: ArrayLike | None = None,
    *,
    overrides: Mapping[str, Initializer] | None = None,
    rng: RandomSource = None,
    loss: Callable[..., Any] | None = None,
    progress: bool = False,
) -> StartReport:
    r"""
    Start a whole model: each parameter by its role, scaled by a batch, with a fair first guess.

    ==================== =======================================================================
    role                 starts from
    ==================== =======================================================================
    weight               what :func:`recommend` says for its layer, its activation and the depth;
                         gates, or queries, keys and values, that lie side by side in one weight
                         are drawn separately; for a weight that is computed, as by
                         ``weight_norm``, its parameters are set
    embedding            std 1 where a layer with a weight takes its rows; as :func:`recommend`
                         says if it is tied to the output, or before an ``RNN`` that adds its rows
    end of a residual    zero, or small where an activation after it would lock zeros up
    branch
    bias, shift          0; the forget gate of an LSTM 1
    gain, scale          1
    output               with `y`: weight 0, and the outputs of lowest loss as the bias; without:
                         LeCun's
    ==================== =======================================================================

    With `x`, weights are then scaled one after the other, so that the pre-activations of their
    layers have variance 1 over the batch (:func:`lsuv`). Not scaled are embeddings, recurrent
    layers, layers with a normalization before their activation, ends of residual branches and the
    output.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model; its parameters are written over. Variables of linen do not change: the result
        holds new ones. A Network needs no weights yet.
    x : array_like, shape (n, ...), or tuple or dict of such, optional
        A batch of samples, as for :func:`trace`. A Network does without: then nothing is scaled.
    y : array_like, shape (n,) or (n, d), optional
        Labels or targets, as for :func:`trace`; they should hold each class.
    overrides : mapping of str to Initializer, optional
        What you want of some parameters instead, by patterns of names, as for
        :meth:`Network.initialize`. They are not scaled.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.
    loss : callable, optional
        Of a model of another framework: from its outputs and `y` to the loss, in the framework. Of
        such a loss the best constant is not known, and the output starts as without `y`.
    progress : bool, default False
        Show a bar over the layers to scale, with tqdm: each takes a pass through the model.

    Returns
    -------
    StartReport
        The model, the first loss, and a table of what each parameter started from; print it.

    Raises
    ------
    RuntimeError
        A model of another framework has no weights yet.
    TypeError, ValueError
        An argument is none of the above, a pattern fits no parameter, or a layer to scale has
        pre-activations of variance 0, or that are not finite. The model is then as before.
    ImportError
        `progress` is asked for and tqdm is not installed.

    Notes
    -----
    **The output.** With a weight of 0 outputs equal the bias b. Of labels whose classes have the
    shares :math:`p_k`, :math:`b_k = \log p_k`; of one logit :math:`b = \log (p_1 / p_0)`; of
    targets b is their mean. The first loss is that of the best constant: no step is lost on
    learning the shares. Zeros are right here, though not in hidden layers: the units of the output
    have different targets, so their gradients differ from the first step on. The first step moves
    the output alone, since the gradient for the layers below passes through its weight; from the
    second step on they learn as well. At a low learning rate the weight stays small for longer. To
    avoid that, write ``overrides={"dense2.weight": wi.lecun_normal}`` for your output layer.

    The output starts as without `y`, and a note says why, if it has no bias, shares its weight, is
    a sum, or if `loss` is given. So it does where the first loss would miss that of the best
    constant by more than 1e-6, and by more than rounding explains: a bias that is off by d adds at
    most :math:`d^2`, which in ``bfloat16`` shows. That can happen with an activation on the outputs
    that the loss does not include. If you override its weight or its bias, the other starts as
    without `y`, too.

    Classes that `y` lacks get biases so low that together they add 5e-7 to the loss, and the result
    says so: give a batch that holds each class, or override weight and bias of the output.

    Tables of positions and class tokens stay as they are, and so do parameters whose role is not
    known, and the bias of a ``GRU`` of Keras, which has two rows; the table says which. The forget
    gate of an LSTM is known where one weight holds the four gates.

    References
    ----------
    The sources that :func:`recommend` names; Mishkin and Matas (2015), arXiv:1511.06422, for the
    scales. Karpathy (2019), "A recipe for training neural networks", for the bias of the output.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> rng = np.random.default_rng(0)
    >>> x, y = 50 * rng.standard_normal((200, 8)), rng.choice(3, 200, p=[0.8, 0.1, 0.1])
    >>> net = wi.mlp([8, 32, 32, 3])
    >>> print(wi.start(net, x, y, rng=0))
    Started 6 parameters.
    First loss 0.62798, that of the best constant output 0.62798.
    <BLANKLINE>
    parameter      shape     role    started from      std before   after
    dense0.weight  (8, 32)   dense   he_normal, lsuv            -  0.0071
    dense0.bias    (32,)     bias    zeros                      -       0
    dense1.weight  (32, 32)  dense   he_normal, lsuv            -    0.26
    dense1.bias    (32,)     bias    zeros                      -       0
    dense2.weight  (32, 3)   output  zeros                      -       0
    dense2.bias    (3,)      bias    log class shares           -       1
    >>> net.loss_and_gradients(x, y)[0]
    0.627979
    """
    generator = check_rng(rng)
    check_flag("progress", progress)
    work = open_model(model, x, y, loss)
    names = list(work.probe.parameters)
    given = {} if overrides is None else matching("overrides", overrides, names)
    choices = choose(work.trace, names, given, advise)
    drawn = draw(choices, work.probe.parameters, generator)
    notes: tuple[str, ...] = ()
    if x is not None:
        rows = _rows_to_scale(work.trace, given)
        rows, notes = unit_variance(work.probe, drawn, rows, progress=progress)
        choices = mark(choices, work.trace, rows)
    last = work.trace.layers[-1]
    if y is not None and not {last.named("weight"), last.named("bias")} & set(given):
        drawn, choices, more = _with_best_constant(work, drawn, choices)
        notes += more
    return work.finish(drawn, choices, notes)


def _rows_to_scale(trace: Trace, given: Collection[str]) -> list[int]:
    """Return the places of the rows whose weights are to be scaled by what the batch makes."""
    last = {id(trace.layers[-1]), *map(id, trace.ends.values())}
    rows = ((place, trace.layers[place]) for place in scalable(trace))
    return [
        place
        for place, row in rows
        if row.inputs is not None and id(row) not in last and row.named("weight") not in given
    ]


def _with_best_constant(
    work: Work, drawn: dict[str, Array], choices: dict[str, Choice]
) -> tuple[dict[str, Array], dict[str, Choice], tuple[str, ...]]:
    """Let the outputs be the best constant, if a look shows that this makes the first loss so."""
    last, constant = work.trace.layers[-1], best_constant(work.trace)
    weight, bias = last.named("weight"), last.named("bias")
    if constant is None:
        return drawn, choices, (_KEPT + "the best constant of this loss is not known.",)
    if weight not in last.parameters:
        told = "its weight is that of another layer as well" if weight else "it is a sum"
        return drawn, choices, (f"{_KEPT}{told}.",)
    if not bias:
        return drawn, choices, (_KEPT + "it has no bias.",)
    outputs, told = constant
    tried = drawn | {
        weight: np.zeros_like(drawn[weight]),
        bias: outputs.astype(drawn[bias].dtype),
    }
    found = work.look(tried)
    best = best_constant_loss(found)
    off = work.probe.eps(bias) / 2 * float(np.abs(outputs).max())  # where the model rounds the bias
    near = max(_CLOSE, _rounding(drawn[bias].dtype, outputs, best)) + off**2
    if not math.isclose(found.loss, best, rel_tol=_CLOSE, abs_tol=near):
        told = f"with {told} as its bias the first loss would be {found.loss:.5g}, not {best:.5g}"
        return drawn, choices, (f"{_KEPT}{told}.",)
    changed = {weight: "zeros", bias: told}
    marked = {name: replace(choices[name], told=how) for name, how in changed.items()}
    return tried, choices | marked, _absent(work.trace)


def _rounding(dtype: np.dtype[Any], outputs: Array, best: float) -> float:
    """Return by how much a loss changes where outputs and targets are rounded to a dtype."""
    off = float(np.finfo(dtype).eps * np.abs(outputs).max())  # half of it from each
    return 2 * math.sqrt(max(best, 0.0)) * off + off**2


def _absent(trace: Trace) -> tuple[str, ...]:
    """Say which classes no label names."""
    if trace.labels is None:
        return ()
    absent = np.setdiff1d(np.arange(max(trace.layers[-1].units, 2)), trace.labels)
    if not absent.size:
        return ()
    named = listed(map(str, absent))
    return (f"No label of y names {named}: their bias is very low; give a batch with each class.",)
