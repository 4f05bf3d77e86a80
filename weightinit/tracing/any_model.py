"""Record a trace of any model: choose the recorder of its framework."""

import importlib
from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from weightinit._checks import check_instance
from weightinit.networks import Network
from weightinit.networks._foreign import framework_of
from weightinit.tracing._probe import Probe
from weightinit.tracing._recording import NetworkProbe
from weightinit.tracing.trace import Trace

__all__ = ["probe_of", "trace"]

#: Where the recorder of a framework is; importing it imports the framework.
_RECORDERS = {
    "torch": "weightinit.tracing._torch.probe",
    "keras": "weightinit.tracing._models.keras",
    "flax": "weightinit.tracing._jax.flax",
}


def trace(
    model: Any, x: Any, y: ArrayLike | None = None, *, loss: Callable[..., Any] | None = None
) -> Trace:
    """
    Record what goes through each layer of a model, forwards and back.

    A trace has the same form for every framework, for code that measures or judges layers. For the
    arrays of a single layer of a :class:`Network` in its own shapes, use :meth:`Network.record`.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The network, with weights. Its weights, gradients, buffers and mode stay as they are, and
        the random state of its framework too. What else its code does, such as counting its calls
        or drawing from NumPy, happens in each pass.
    x : array_like, shape (n, ...), or tuple or dict of such
        A batch of samples; about a hundred will do. A tuple holds the arguments of the model, a
        dict its keyword arguments.
    y : array_like, shape (n,) or (n, d), optional
        Labels (integers), for the cross-entropy, or targets (floats), for the squared error; labels
        of each position are of shape (n, ...). Without them there is no loss, and the gradients are
        those of a fixed pull at the outputs: the same normal draw, of std 1/n, at each call.
    loss : callable, optional
        Of a model of another framework: from its outputs and `y` to the loss, in the framework.

    Returns
    -------
    Trace
        The record. Of a large layer of another framework each matrix holds a sample of its rows:
        at most 2**18 numbers, 1 MiB in float32, up to a width of 4096. The mean squares are those
        of the whole.

    Raises
    ------
    RuntimeError
        The network has no weights yet.
    TypeError, ValueError
        `model` is no network or has no layer with a weight; `x` or `y` do not fit it.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.he_normal, rng=0)
    >>> [layer.name for layer in wi.trace(net, [[1.0, 2.0]]).layers]
    ['dense0', 'dense1']
    """
    return probe_of(model, x, y, loss).record()


def probe_of(
    model: Any, x: Any, y: ArrayLike | None, loss: Callable[..., Any] | None = None
) -> Probe:
    """Return a probe of a model of any framework, which is recognized without being imported."""
    framework = framework_of(model)
    if framework in _RECORDERS:
        made: Probe = importlib.import_module(_RECORDERS[framework]).probe(model, x, y, loss)
        return made
    allowed = "a Network, or a model of PyTorch, Keras or Flax"
    check_instance("model", model, Network, allowed, hint="build one with wi.mlp([2, 4, 1])")
    if loss is not None:
        raise TypeError(
            "loss must be left out for a Network of this package, whose loss follows from y: "
            "integers for the cross-entropy, floats for the squared error"
        )
    return NetworkProbe.of(model, x, y)
