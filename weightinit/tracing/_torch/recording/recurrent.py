r"""Recurrent layers, which PyTorch computes in one call: open them one layer at a time.

The pre-activations of all gates at time t are :math:`a_t = W_i x_t + b_i + W_h h_{t-1} + b_h`. With
zeros of their shape put beside the inputs, and an identity beside :math:`W_i`, the call computes
the same, and the gradient for the zeros is :math:`\partial L / \partial a_t`.
"""

from typing import Any

import torch
from torch.nn import functional

from weightinit.tracing._torch.recording import moves
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.recording.values import Value

__all__ = ["run"]


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
    x, states, weights, biased, layers, dropout, training, both, _ = call.args
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
            own = weights[place * each : (place + 1) * each]
            first = [s[place : place + 1] for s in states]
            out, *last = _run(record, call, own, x, first, backwards=place % (1 + both) == 1)
            made.append(out)
            ends.append(last)
        x = _joined(record, made, -1) if both else made[0]
        if dropout and training and layer < layers - 1:
            x = moves.anything(record, Call.of(functional.dropout, (x, dropout), {}))
    return (x, *(_joined(record, list(parts), 0) for parts in zip(*ends, strict=True)))


def _joined(record: Record, made: list[torch.Tensor], axis: int) -> torch.Tensor:
    """Put both directions side by side, or the states of all layers."""
    out: torch.Tensor = moves.anything(record, Call.of(torch.cat, (made,), {"dim": axis}))
    return out


def _unseen(record: Record, call: Call, place: int, what: str) -> Any:
    """Call a function whose weights are not seen, for a reason."""
    weights = record.substituted(call.args[place])
    args = (*call.args[:place], weights, *call.args[place + 1 :])
    for weight in weights:
        record.refuse(weight, f"a recurrent layer with {what}")
    return moves.anything(record, call._replace(args=args))


def _run(
    record: Record,
    call: Call,
    weights: list[torch.Tensor],
    x: torch.Tensor,
    states: list[torch.Tensor],
    *,
    backwards: bool,
) -> list[torch.Tensor]:
    """Run one layer in one direction, with zeros beside its inputs; return output and states."""
    (w_x, w_h, *biases), training, batch_first = weights, call.args[6], call.args[8]
    gates, time = w_x.shape[0], 1 if batch_first else 0
    like: dict[str, Any] = {"dtype": x.dtype, "device": x.device}
    given = record.alias(x, -1)
    zeros = torch.zeros(*x.shape[:-1], gates, requires_grad=True, **like)
    wide = torch.cat([given.tensor, zeros], dim=-1)
    inputs = wide.flip(time) if backwards else wide
    wide_weights = [torch.cat([w_x, torch.eye(gates, **like)], dim=1), w_h, *biases]
    start = tuple(states) if len(states) > 1 else states[0]
    settings = (bool(biases), 1, 0.0, training, False, batch_first)  # no dropout, one direction
    out, *last = call.func(inputs, start, wide_weights, *settings)
    first = states[0].transpose(0, 1) if batch_first else states[0]
    before = torch.cat([first, out.narrow(time, 0, out.shape[time] - 1)], dim=time).detach()
    if backwards:
        out, before = out.flip(time), before.flip(time)
    made = _record(record, call.name, weights, (given, record.add(before, -1)), zeros)
    for tensor in (out, *last):
        record.new(tensor, "other", made)
    return [out, *last]


def _record(
    record: Record,
    name: str,
    weights: list[torch.Tensor],
    given: tuple[Value, Value],
    zeros: torch.Tensor,
) -> list[Value]:
    """Record the products of inputs and of states with their weights; return these."""
    (w_x, w_h, *biases), made, sums = weights, [], []
    kinds = ("dense", "lstm" if name in ("lstm", "gru") else "rnn")
    halves = zip(given, (w_x, w_h), (biases[:1], biases[1:]), kinds, strict=True)
    for x, weight, added, kind in halves:
        source = record.weight(record.sources[id(weight)])
        parameters = {"weight": record.part(source, (1, 0))} | record.parts(source)
        for bias in added:
            parameters["bias"] = record.part(record.sources[id(bias)])
        with torch.no_grad():
            sums.append(functional.linear(x.tensor, weight, *added))
        told: dict[str, Any] = {"name": source.name.replace("weight_", ""), "layer": kind}
        made.append(record.new(sums[-1], "weight", [x], parameters=parameters, **told))
    reset = _reset(name, *sums)

    def keep(g: torch.Tensor) -> None:
        """Take the gradient for zeros as that for the sums to which they were added."""
        by_state = g if reset is None else g * reset
        made[0].slope, made[1].slope = g, by_state
        given[1].slope = by_state @ w_h.detach()

    zeros.register_hook(keep)
    return made


def _reset(name: str, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor | None:
    """Return by what a GRU multiplies what its state adds: the reset gate, for the last third."""
    if name != "gru":
        return None
    third = a.shape[-1] // 3
    gate = torch.sigmoid(a[..., :third] + b[..., :third])
    return torch.cat([torch.ones_like(gate), torch.ones_like(gate), gate], dim=-1)
