"""Recognize networks of other frameworks without importing these."""

from weightinit._checks import check_instance
from weightinit._messages import short
from weightinit.networks.network import Network

__all__ = ["check_network"]

_FRAMEWORKS = frozenset({"flax", "jax", "keras", "tensorflow", "torch"})
_GUIDE = "the guide 'Diagnose a PyTorch model' (guides/diagnose-pytorch)"


def check_network(net: object) -> Network:
    """
    Return `net` if it is a Network; for a model of another framework, name the guide.

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
    found = sorted(roots & _FRAMEWORKS)
    if found and not isinstance(net, Network):
        raise TypeError(
            f"net must be a Network of this package, got a model of {found[0]}, "
            f"{short(type(net).__name__)}; record one pass of it as a wi.tracing.Trace, and give "
            f"that to wi.diagnosis.judge: {_GUIDE} shows how"
        )
    return check_instance("net", net, Network, "a Network", hint="build one with wi.mlp([2, 4, 1])")
