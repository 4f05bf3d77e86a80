"""What a pass through a model of another framework did: its operations, in order.

Values (arrays that go from one operation to the next) have numbers. A framework's recorder makes
the list, :mod:`weightinit.tracing._models.plan` finds layers, activations and residual blocks in
it, and :mod:`weightinit.tracing._models.rows` asks the recorder for the arrays of those values
that a trace needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from weightinit.activations import Activation

__all__ = ["TRANSPOSED", "Operation", "is_part", "layer_of"]

#: Behind the name of a parameter: its transpose is meant, where a weight serves a second layer.
TRANSPOSED = "^T"


@dataclass(frozen=True, eq=False, kw_only=True)
class Operation:
    """
    One operation of a pass.

    Parameters
    ----------
    kind : str
        ``"weight"``: a layer with a weight, which multiplies (or looks up) by it.
        ``"norm"``: layer, RMS, group or batch normalization.
        ``"gain"``, ``"offset"``: multiplies by, or adds, a parameter.
        ``"activation"``: an elementwise function that is not linear.
        ``"sum"``: adds values, one of which may be a shortcut. ``"product"``: multiplies values.
        ``"attend"``: mixes the first value with weights that the others make.
        ``"pool"``: max pooling. ``"pass"``: moves, reshapes, scales, averages or drops entries.
        ``"part"``: hands on some of the features; no shortcut around a block, which is whole.
        ``"other"``: anything else; nothing is known of what it does.
    inputs : tuple of int
        The numbers of the values that it takes, the one that it hands on first. None for tokens,
        and for parameters.
    output : int
        The number of the value that it makes. An operation with several outputs is listed once for
        each.
    name : str, default ""
        Of a layer with a weight: its name in the model, ``encoder.layers.0.linear1``; of others the
        name of the module that they are in.
    parameters : mapping of str to str, optional
        What it reads: from the role (``weight``, ``bias``, ``gain``, ``shift``, ``scale``) to the
        name of the parameter. Of a weight that the model computes, besides: the ``direction``,
        which it is but for a scale, and the ``length``, which scales it. A ``token`` joins the
        signal as rows of its own.
    layer : str, default "dense"
        Of a weight: the kind of layer, as :func:`~weightinit.recommend` calls it.
    activation : Activation or None
        Of an activation: which.
    norm : str, default ""
        Of a normalization: ``"layer"`` or ``"batch"``.
    axis : int or None, default -1
        The axis of the features in the output; None where it is not known.
    coverage : float, default 1.0
        Of a kernel: the share that lies inside the image, on average.
    """

    kind: str
    inputs: tuple[int, ...]
    output: int
    name: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    layer: str = "dense"
    activation: Activation | None = None
    norm: str = ""
    axis: int | None = -1
    coverage: float = 1.0


def is_part(role: str) -> bool:
    """Tell whether a parameter is one of those of which the model computes a weight."""
    return role.startswith(("direction", "length"))


def layer_of(parameter: str) -> str:
    """
    Return the name of the layer whose weight a parameter is.

    Parameters
    ----------
    parameter : str
        The path, with dots.

    Returns
    -------
    str
        The path of its module; with what tells apart several kernels of one module.

    Examples
    --------
    >>> from weightinit.tracing._models.operations import layer_of
    >>> layer_of("hidden.kernel"), layer_of("cell.recurrent_kernel"), layer_of("scale")
    ('hidden', 'cell.recurrent', 'scale')
    """
    kernel = parameter.removesuffix("_kernel")
    return kernel if kernel != parameter else parameter.rpartition(".")[0] or parameter
