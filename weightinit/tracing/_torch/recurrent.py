r"""Recurrent layers, which PyTorch computes in one call: open them one layer at a time.

The pre-activations of all gates at time t are :math:`a_t = W_i x_t + b_i + W_h h_{t-1} + b_h`. With
zeros of their shape put beside the inputs, and an identity beside :math:`W_i`, the call computes
the same, and the gradient for the zeros is :math:`\partial L / \partial a_t`.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from weightinit.tracing._torch.recorder import Recorder

__all__ = ["run"]


def run(recorder: "Recorder", func: Callable[..., Any], name: str, args: Any) -> Any:
    """
    Run layer by layer, and record the products with both weights of each.

    Parameters
    ----------
    recorder : Recorder
        Where to.
    func : callable
        The function of PyTorch.
    name : str
        Its name.
    args : tuple
        Its arguments: input, states, weights, whether there are biases, how many layers, dropout,
        mode, directions, order of the axes.

    Returns
    -------
    tuple of torch.Tensor
        What the function returns.
    """
    if isinstance(args[3], list | tuple):  # sequences of unequal length, packed
        weights = recorder.substituted(args[3])
        return recorder.unseen_call(func, (*args[:3], weights, *args[4:]), weights, "packed input")
    x, states, weights, biased, layers, dropout, training, both, batch_first = args
    weights = recorder.substituted(weights)
    each = len(weights) // (layers * (1 + both))
    if each != 4 and not (each == 2 and not biased):
        return recorder.unseen_call(func, (x, states, weights, *args[3:]), weights, "projections")
    many = isinstance(states, list | tuple)
    ends: list[list[torch.Tensor]] = []
    for layer in range(layers):
        made = []
        for direction in range(1 + both):
            place = layer * (1 + both) + direction
            own = [s[place : place + 1] for s in (states if many else [states])]
            part = weights[place * each : (place + 1) * each]
            settings = bool(biased), 1, 0.0, training, False, batch_first
            out, *last = _layer(
                recorder, func, name, x, own, part, settings, backwards=bool(direction)
            )
            made.append(out)
            ends.append(last)
        x = made[0] if len(made) == 1 else _joined(recorder, made)
        if dropout and training and layer < layers - 1:
            with recorder:
                x = torch.nn.functional.dropout(x, dropout)
    return (x, *(torch.cat(parts) for parts in zip(*ends, strict=True)))


def _joined(recorder: "Recorder", made: list[torch.Tensor]) -> torch.Tensor:
    with recorder:
        return torch.cat(made, dim=-1)


def _layer(
    recorder: "Recorder",
    func: Callable[..., Any],
    name: str,
    x: torch.Tensor,
    states: list[torch.Tensor],
    weights: list[torch.Tensor],
    settings: tuple[Any, ...],
    *,
    backwards: bool,
) -> Iterator[torch.Tensor]:
    """Run one layer in one direction; return its outputs and its last states."""
    w_x, w_h, *biases = weights
    gates, time = w_x.shape[0], 1 if settings[-1] else 0
    given = recorder.alias(x)
    tap = torch.zeros(*x.shape[:-1], gates, dtype=x.dtype, device=x.device, requires_grad=True)
    wide = torch.cat([given, tap], dim=-1)
    wide = wide.flip(time) if backwards else wide
    eye = torch.eye(gates, dtype=x.dtype, device=x.device)
    seen = [torch.cat([w_x, eye], dim=1), w_h, *biases]
    state = tuple(states) if len(states) > 1 else states[0]
    out, *last = func(wide, state, seen, *settings)
    first = states[0].transpose(0, 1) if settings[-1] else states[0]
    before = torch.cat([first, out.narrow(time, 0, out.shape[time] - 1)], dim=time).detach()
    out, before = (h.flip(time) if backwards else h for h in (out, before))
    with torch.no_grad():
        a = torch.nn.functional.linear(given, w_x, biases[0] if biases else None)
        b = torch.nn.functional.linear(before, w_h, biases[1] if biases else None)
    reset = _reset(name, a, b)
    recorder.recurrent(given, before, (a, b), tap, reset, weights, out, name)
    return iter((out, *last))


def _reset(name: str, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor | None:
    """Return by what a GRU multiplies what its state adds: the reset gate, for the last third."""
    if name != "gru":
        return None
    third = a.shape[-1] // 3
    gate = torch.sigmoid(a[..., :third] + b[..., :third])
    return torch.cat([torch.ones_like(gate), torch.ones_like(gate), gate], dim=-1)
