"""Recognize networks of other frameworks without importing these."""

import sys

from weightinit._checks import check_instance
from weightinit._messages import short
from weightinit.networks.network import Network

__all__ = ["check_network", "framework_of"]

#: The frameworks, and the class that their models derive from; the first that fits counts: Keras
#: on PyTorch makes models of PyTorch too.
_MODELS = {
    "keras": ("keras", "Layer"),
    "torch": ("torch", "Module"),
    "flax": ("flax", "Module"),
}

_FRAMEWORKS = frozenset({"flax", "jax", "keras", "tensorflow", "torch"})


def framework_of(model: object) -> str:
    """
    Return whose model this is: "torch", "keras" or "flax"; empty if it is of none of these.

    Parameters
    ----------
    model : object
        Anything. A module of Flax's linen may stand in a tuple, with its variables.

    Returns
    -------
    str
        The name of the framework.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.networks._foreign import framework_of
    >>> framework_of(wi.mlp([2, 1]))
    ''
    """
    if type(model) is tuple and model:  # one of another type may do anything when it is asked
        model = model[0]
    bases = {(str(b.__module__).partition(".")[0], b.__name__) for b in type(model).__mro__}
    here = (name for name, base in _MODELS.items() if base in bases and name in sys.modules)
    return next(here, "")  # without its framework, a class has no more than the name of a model


def check_network(net: object) -> Network:
    """
    Return `net` if it is a Network; of a model of another framework, say what takes it.

    Parameters
    ----------
    net : object
        What was given for a network.

    Returns
    -------
    Network
        The same.

    Raises
    ------
    TypeError
        It is none.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.networks._foreign import check_network
    >>> check_network(wi.mlp([2, 1]))
    Network([Dense(units=1)], input_shape=(2,))
    """
    roots = {str(base.__module__).partition(".")[0] for base in type(net).__mro__}
    found = framework_of(net) or next(iter(sorted(roots & _FRAMEWORKS)), "")
    if found and not isinstance(net, Network):
        raise TypeError(
            f"net must be a Network of this package, got a model of {found}, "
            f"{short(type(net).__name__)}; wi.trace, wi.diagnose and wi.start take a "
            "torch.nn.Module, a keras.Model and a module of flax as they are"
        )
    return check_instance("net", net, Network, "a Network", hint="build one with wi.mlp([2, 4, 1])")
