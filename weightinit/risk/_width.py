"""The smallest width at which a problem is rare."""

import dataclasses
from collections.abc import Callable

from weightinit._messages import listed, shown
from weightinit.networks import ActivationLayer, Dense, Flatten, Network
from weightinit.risk._draws import Setting

__all__ = ["hidden_widths", "is_rare", "smallest"]


def hidden_widths(net: Network) -> list[int]:
    """Return the widths of the hidden layers, or raise if the network is no MLP."""
    need = "width_for needs an MLP, a Network of Dense and activation layers,"
    way_out = "build wider networks yourself, and call wi.failure_rates with each"
    known = (Dense, ActivationLayer, Flatten)
    if others := [name for name, layer in net.layers.items() if not isinstance(layer, known)]:
        raise ValueError(f"{need} got {listed(others)} besides; {way_out}")
    *hidden, _ = [layer.units for layer in net.layers.values() if isinstance(layer, Dense)]
    if not hidden:
        raise ValueError(f"{need} got one without a hidden layer: {shown(net)}; add one")
    return hidden


def is_rare(
    start: Setting, width: int, draws: int, is_meant: Callable[[frozenset[str]], bool]
) -> bool:
    """Tell whether a problem shows in none of so many draws, the narrowest layer being `width`."""
    wider = dataclasses.replace(start, net=_widened(start.net, width))
    return not any(is_meant(wider.problems(width, draw)) for draw in range(draws))


def _widened(net: Network, width: int) -> Network:
    """Return the network with all hidden widths scaled alike, the smallest one to `width`."""
    narrowest = min(hidden_widths(net))
    layers = list(net.chain.layers)
    *hidden, _ = [place for place, layer in enumerate(layers) if isinstance(layer, Dense)]
    for place in hidden:
        layers[place] = Dense(-(-layers[place].units * width // narrowest))  # type: ignore[attr-defined]
    return Network(layers, net.input_shape)


def smallest(good: Callable[[int], bool], first: int, widest: int) -> int | None:
    """Return the smallest number that is good, if larger ones are better; None if none is."""
    low, high = 0, min(first, widest)
    while not good(high):
        if high == widest:
            return None
        low, high = high, min(2 * high, widest)
    if not low:  # the first one was good
        while high > 1 and good(high // 2):
            high //= 2
        low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high
