"""What a recommendation says."""

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from weightinit._messages import shown
from weightinit.initializers import (
    Constant,
    DeltaOrthogonal,
    Identity,
    Initializer,
    Normal,
    Orthogonal,
    VarianceScaling,
)

__all__ = ["Recommendation"]


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """
    How the parameters of a layer should start, why, and after whom: what :func:`recommend` returns.

    Recommendations are values: they compare, hash and pickle, and print as a short report.

    Parameters
    ----------
    activation : str
        The activation that was asked about, by its name.
    layer : str
        The kind of layer that was asked about.
    depth : int or None
        The depth that was asked about.
    residual : bool
        Whether it was asked about a residual branch.
    normalized : bool
        Whether it was asked about normalized layers.
    initializer : Initializer
        What the weights start from; of a recurrent layer, the weights from state to state.
    bias : Initializer
        What the biases start from; in an LSTM, those of the forget gate.
    reason : str
        Why, in a sentence with the number.
    source : str
        Whose idea it is: a key of the bibliography.
    input_initializer : Initializer or None
        Of a recurrent layer, what the weights from input to state start from.
    last_initializer : Initializer or None
        With residual connections, what the last layer of each branch starts from.
    notes : tuple of str
        How to use it.
    caveats : tuple of str
        Where it does not suffice.

    Examples
    --------
    >>> import weightinit as wi
    >>> advice = wi.recommend("gelu", depth=12, residual=True)
    >>> advice.initializer.std((768, 3072)), advice.last_initializer
    (0.05533651, Constant(value=0.0))
    """

    activation: str
    layer: str
    depth: int | None
    residual: bool
    normalized: bool
    initializer: Initializer
    bias: Initializer
    reason: str
    source: str
    input_initializer: Initializer | None = None
    last_initializer: Initializer | None = None
    notes: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """The factor of `initializer` on a std that is 1 / sqrt(fan), or on a matrix."""
        match self.initializer:
            case VarianceScaling(scale=scale):
                return math.sqrt(scale)
            case Orthogonal(gain=gain) | DeltaOrthogonal(gain=gain) | Identity(gain=gain):
                return gain
            case Normal() as normal:  # of a lookup, whose fan in is 1
                return float(normal.std)
            case Constant(value=value):
                return value
        raise TypeError(f"no gain is known of {shown(self.initializer)}")

    def __str__(self) -> str:
        """Return a report that fits 80 columns."""
        return "\n".join(
            textwrap.fill(
                f"{head:<12}{text}", 79, subsequent_indent=" " * 12, break_on_hyphens=False
            )
            for head, text in self._lines()
        )

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "for", self._question()
        yield "weights", f"{self.initializer}, gain {self.gain:.4g}"
        if self.input_initializer is not None:
            yield "from input", str(self.input_initializer)
        if self.last_initializer is not None:
            yield "last layer", f"{self.last_initializer}, of each branch"
        yield "bias", str(self.bias)
        yield "because", self.reason
        yield "after", self.source
        yield from (("note", note) for note in self.notes)
        yield from (("caveat", caveat) for caveat in self.caveats)

    def _question(self) -> str:
        asked = [self.layer, self.activation]
        if self.depth is not None:
            asked.append(f"depth {shown(self.depth)}")
        asked += ["residual"] * self.residual + ["normalized"] * self.normalized
        return ", ".join(asked)
