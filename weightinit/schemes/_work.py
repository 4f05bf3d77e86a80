"""A model that is being started: what it was before, and what is written into it at the end."""

import copy
import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike

from weightinit._arrays import check_array
from weightinit._messages import short
from weightinit.diagnosis._symptoms.batch import best_constant_loss
from weightinit.initializers import zeros
from weightinit.networks import Network
from weightinit.networks._foreign import framework_of
from weightinit.networks.layers.base import Array
from weightinit.schemes._choices import Choice
from weightinit.schemes.result import ParameterStart, StartReport
from weightinit.tracing import Trace
from weightinit.tracing._probe import Probe
from weightinit.tracing.any_model import probe_of

if TYPE_CHECKING:
    from weightinit.tracing._recording import NetworkProbe

__all__ = ["Work", "open_model"]

_SAMPLES, _STEPS = 8, 8  # of a batch that is made up: it shows what layers are, and no more


@dataclass(frozen=True, eq=False)
class Work:
    """
    A model that is being started.

    Parameters
    ----------
    probe : Probe
        The model and its batch.
    trace : Trace
        A pass through it as it was, which shows the role of each parameter.
    weightless : bool
        Whether it is a network that had no weights.
    """

    probe: Probe
    trace: Trace
    weightless: bool = False

    def finish(
        self, drawn: Mapping[str, Array], choices: Mapping[str, Choice], notes: tuple[str, ...] = ()
    ) -> StartReport:
        """Write parameters into the model, and return what was done to it."""
        before = dict(self.probe.parameters)
        last = self.look(drawn)
        after = {**before, **drawn, **last.parameters}
        return StartReport(
            tuple(
                ParameterStart(
                    name,
                    array.shape,
                    choices[name].role,
                    choices[name].told,
                    math.nan if self.weightless else _std(array),
                    _std(after[name]),
                )
                for name, array in before.items()
            ),
            self.probe.assign(drawn),
            last.loss,
            best_constant_loss(last),
            notes,
        )

    def look(self, drawn: Mapping[str, Array]) -> Trace:
        """Return the trace of a pass with these parameters; what is not finite shows in it."""
        with np.errstate(all="ignore"):
            return self.probe.look(drawn)


def open_model(
    model: Any,
    x: Any,
    y: ArrayLike | None,
    loss: Callable[..., Any] | None,
    *,
    use: str = "wi.start",
) -> Work:
    """
    Look at a model that is to be started.

    Parameters
    ----------
    model : object
        A model of one of the frameworks that are known. A Network needs no weights yet.
    x : array_like, or None
        A batch; a Network does without.
    y, loss
        As for :func:`~weightinit.trace`.
    use : str, default "wi.start"
        What is called, for the message.

    Returns
    -------
    Work
        The model and its roles.

    Raises
    ------
    TypeError, ValueError
        They do not belong together.
    """
    framework = framework_of(model)
    if framework and x is None:
        raise ValueError(
            f"x must be a batch of samples for a model of {framework}, "
            f"{short(type(model).__name__)}, got None: what its parameters are for shows "
            f"in a pass; write {use}(model, x)"
        )
    if isinstance(model, Network):
        probe, weightless = _network_probe(model, x, y, loss)
    else:
        probe, weightless = probe_of(model, x, y, loss), False
    with np.errstate(all="ignore"):
        return Work(probe, probe.look({}), weightless)


def _network_probe(
    net: Network, x: ArrayLike | None, y: ArrayLike | None, loss: Any
) -> tuple[Probe, bool]:
    """Return a probe of a network, and whether it has no weights yet."""
    weightless, drawn = False, net
    try:
        _ = net.parameters
    except RuntimeError:
        weightless, drawn = True, copy.copy(net).initialize(zeros)
    if x is None:
        x = _made_up(net, _count(y))
    probe = cast("NetworkProbe", probe_of(drawn, x, y, loss))
    return dataclasses.replace(probe, net=net), weightless


def _made_up(net: Network, samples: int) -> Array:
    """Return a batch of tokens, or of a normal distribution, for a network."""
    rng = np.random.default_rng(0)
    shape = (samples, *(_STEPS if size is None else size for size in net.input_shape))
    first = net.chain.layers[0]
    if first.takes_tokens:
        return rng.integers(1, first.vocabulary, shape)  # type: ignore[attr-defined]
    return rng.standard_normal(shape)


def _count(y: ArrayLike | None) -> int:
    """Return how many samples labels or targets are of, at least one."""
    if y is None:
        return _SAMPLES
    told = "integer labels, or float targets"
    return max(len(np.atleast_1d(check_array("y", y, told, kinds="biufSUTO"))), 1)


def _std(array: Array) -> float:
    with np.errstate(all="ignore"):
        return float(array.std(dtype=np.float64))
