r"""Recurrent layers, which PyTorch computes in one call: open them one layer at a time.

The pre-activations of all gates at time t are :math:`a_t = W_i x_t + b_i + W_h h_{t-1} + b_h`. With
zeros of their shape put beside the inputs, and an identity beside :math:`W_i`, the call computes
the same, and the gradient for the zeros is :math:`\partial L / \partial a_t`.
"""

from typing import Any, NamedTuple

import torch
from torch.nn import functional

from weightinit.tracing._torch.recording import moves
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.record import Record

__all__ = ["run"]


class _Layer(NamedTuple):
    """One layer in one direction: its weights (inputs, state), and how the function is called."""

    call: Call
    w_x: torch.Tensor
    w_h: torch.Tensor
    biases: list[torch.Tensor]
    training: bool
    batch_first: bool
    backwards: bool


def run(record: Record, call: Call) -> Any:
    """
    Run layer by layer, and record the products with both weights of each.

    Parameters
    ----------
    record : Record
        Where to.
    call : Call
        Its arguments are input, states, weights, whether there are biases, how many layers,
        dropout, mode, directions, and whether the batch comes first.

    Returns
    -------
    tuple of torch.Tensor
        What the function returns.
    """
    if isinstance(call.args[3], list | tuple):  # sequences of unequal length, packed
        return _unseen(record, call, 3, "packed sequences")
    x, states, weights, biased, layers, dropout, training, both, batch_first = call.args
    weights = record.substituted(weights)
    sources = [record.source(w) for w in weights]
    if any(source is None or record.weight(source).problem for source in sources):
        return _unseen(record, call, 2, "weights that are computed")
    each = len(weights) // (layers * (1 + both))
    if each != 2 + 2 * bool(biased):
        return _unseen(record, call, 2, "projections")
    states = states if isinstance(states, list | tuple) else [states]
    ends: list[list[torch.Tensor]] = []
    for layer in range(layers):
        made = []
        for place in range(layer * (1 + both), (layer + 1) * (1 + both)):
            w_x, w_h, *biases = weights[place * each : (place + 1) * each]
            backwards = place % (1 + both) == 1
            one = _Layer(call, w_x, w_h, biases, training, batch_first, backwards)
            out, *last = _run(record, one, x, [s[place : place + 1] for s in states])
            made.append(out)
            ends.append(last)
        x = _joined(record, made, -1) if both else made[0]
        if dropout and training and layer < layers - 1:
            x = moves.anything(record, Call(functional.dropout, "dropout", (x, dropout), {}))
    return (x, *(_joined(record, list(parts), 0) for parts in zip(*ends, strict=True)))


def _joined(record: Record, made: list[torch.Tensor], axis: int) -> torch.Tensor:
    """Put both directions side by side, or the states of all layers."""
    out: torch.Tensor = moves.anything(record, Call(torch.cat, "cat", (made,), {"dim": axis}))
    return out


def _unseen(record: Record, call: Call, place: int, what: str) -> Any:
    """Call a function whose weights are not seen, for a reason."""
    weights = record.substituted(call.args[place])
    args = (*call.args[:place], weights, *call.args[place + 1 :])
    for weight in weights:
        record.refuse(weight, f"a recurrent layer with {what}")
    return moves.anything(record, call._replace(args=args))


def _run(
    record: Record, layer: _Layer, x: torch.Tensor, states: list[torch.Tensor]
) -> list[torch.Tensor]:
    """Run one layer in one direction, with zeros beside its inputs; return output and states."""
    gates, time = layer.w_x.shape[0], 1 if layer.batch_first else 0
    given = record.alias(x, -1)
    zeros = torch.zeros(*x.shape[:-1], gates, dtype=x.dtype, device=x.device, requires_grad=True)
    wide = torch.cat([given, zeros], dim=-1)
    eye = torch.eye(gates, dtype=x.dtype, device=x.device)
    weights = [torch.cat([layer.w_x, eye], dim=1), layer.w_h, *layer.biases]
    out, *last = layer.call.func(
        wide.flip(time) if layer.backwards else wide,
        tuple(states) if len(states) > 1 else states[0],
        weights,
        bool(layer.biases),
        1,  # layer
        0.0,  # dropout
        layer.training,
        False,  # in one direction
        layer.batch_first,
    )
    first = states[0].transpose(0, 1) if layer.batch_first else states[0]
    before = torch.cat([first, out.narrow(time, 0, out.shape[time] - 1)], dim=time).detach()
    if layer.backwards:
        out, before = out.flip(time), before.flip(time)
    made = _record(record, layer, (given, before), zeros)
    for tensor in (out, *last):
        record.new(tensor, "other", made)
    return [out, *last]


def _record(
    record: Record,
    layer: _Layer,
    given: tuple[torch.Tensor, torch.Tensor],
    zeros: torch.Tensor,
) -> tuple[int, ...]:
    """Record the products of inputs and of states with their weights; return their numbers."""
    values, made, sums = record.values, [], []
    state = values.add(given[1], -1)
    kind = "lstm" if layer.call.name in ("lstm", "gru") else "rnn"
    halves = ((layer.w_x, layer.biases[:1], "dense"), (layer.w_h, layer.biases[1:], kind))
    for x, (weight, biases, label) in zip(given, halves, strict=True):
        source = record.weight(record.sources[id(weight)])
        parameters = {"weight": record.part(source, (1, 0))} | record.parts(source)
        for bias in biases:
            parameters["bias"] = record.part(record.sources[id(bias)])
        with torch.no_grad():
            sums.append(functional.linear(x, weight, *biases))
        told: dict[str, Any] = {"name": source.name.replace("weight_", ""), "layer": label}
        made.append(record.new(sums[-1], "weight", (values[x],), parameters=parameters, **told))
    values.tap(zeros, made, _reset(layer.call.name, *sums), layer.w_h, state)
    return tuple(made)


def _reset(name: str, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor | None:
    """Return by what a GRU multiplies what its state adds: the reset gate, for the last third."""
    if name != "gru":
        return None
    third = a.shape[-1] // 3
    gate = torch.sigmoid(a[..., :third] + b[..., :third])
    return torch.cat([torch.ones_like(gate), torch.ones_like(gate), gate], dim=-1)
