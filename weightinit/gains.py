"""Compute the gain of an activation: the factor on the std that keeps a signal's size."""

import math
from functools import lru_cache

import numpy as np

from weightinit._checks import check_choice
from weightinit._moments import REACH, mesh
from weightinit._sampling import ActivationLike, phi_and_derivative, sampled
from weightinit.activations import Activation, get

__all__ = ["ActivationLike", "gain"]


def gain(activation: ActivationLike, *, direction: str = "forward") -> float:
    r"""
    Return the factor on the std of the weights that makes up for an activation.

    With :math:`z \sim N(0, 1)`, the pre-activation of a well-scaled unit,

    .. math::

        g_\text{forward} = \frac{1}{\sqrt{\operatorname{E} \phi(z)^2}}, \qquad
        g_\text{backward} = \frac{1}{\sqrt{\operatorname{E} \phi'(z)^2}} .

    Weights of std :math:`g / \sqrt{n_\text{in}}` keep the second moment of the signal at 1 from
    layer to layer (forward); weights of std :math:`g / \sqrt{n_\text{out}}` keep that of the
    gradients (backward). The two gains agree for every positively homogeneous function,
    :math:`\phi(a z) = a\, \phi(z)` for :math:`a > 0`: relu, leaky relu, linear, :math:`|z|`.

    The expectations are integrals, computed to full accuracy by Gauss-Lobatto panels that
    bisect themselves where :math:`\phi` has kinks; Gauss-Hermite nodes, which assume a smooth
    :math:`\phi`, would lose most digits there.

    Parameters
    ----------
    activation : str, Activation or callable
        :math:`\phi`: a name from ``wi.activations.names()``, an activation, or any callable that
        maps a float64 array to an array of its shape, element by element.
    direction : {"forward", "backward"}, default "forward"
        Whether to preserve activations or gradients. The derivative of a plain callable is taken
        numerically.

    Returns
    -------
    float
        The gain, to a relative error below 1e-8; below 1e-5 for a callable with kinks, or that
        computes in float32.

    Raises
    ------
    TypeError
        `activation` is neither a name nor callable, raises when it is given an array, or does not
        return real numbers.
    ValueError
        The name is unknown; the callable changes the shape, returns nan or inf, has a second
        moment of zero, or one that does not converge, or rounds too much to tell (float16);
        `direction` is unknown.

    Notes
    -----
    Numbers differ from PyTorch's ``torch.nn.init.calculate_gain`` in these places:

    - *tanh*: 5/3 there, 1.59 here. 5/3 is no solution of the equation above: it makes up for
      more shrinking than a unit-variance input suffers, and so settles at a pre-activation
      variance above 1.
    - *selu*: 3/4 there, 1 here. At 1 (LeCun's variance :math:`1/n_\text{in}`) mean 0 and
      variance 1 are a fixed point, which is what SELU was made for; 3/4 is an empirical choice.
    - *sigmoid*: 1 there, a placeholder; 1.85 here keeps the second moment, but most of it is
      the mean of 1/2, and gradients still fade.
    - *gelu*, *silu*, *elu*, *mish* and others are not in that table.

    A gain is about pre-activations of variance 1, over which a fast wave such as
    :func:`~weightinit.activations.siren` turns many times. Weights that suit it are smaller by its
    frequency, which is what :func:`recommend` and :func:`initialize` answer with.

    A callable is looked at every 1/1024 between -8 and 8, and more closely wherever that shows
    something. A feature that is as wide as that is seen for certain; a narrower one may be
    missed.

    References
    ----------
    He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852, for relu;
    the general form is the length map of Poole et al. (2016), arXiv:1606.05340, at length 1.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> wi.gain("relu")  # sqrt(2)
    1.41421356
    >>> wi.gain(wi.activations.leaky_relu(0.2))  # sqrt(2 / (1 + 0.2**2))
    1.38675049
    >>> wi.gain("tanh"), wi.gain("tanh", direction="backward")
    (1.59253742, 1.46741359)

    Any vectorized function will do:

    >>> wi.gain(lambda z: np.maximum(z, 0) ** 2)  # E relu(z)^4 = 3/2
    0.81649658
    """
    direction = check_choice("direction", direction, ("forward", "backward"))
    if isinstance(activation, str | Activation):
        return _known_gain(get(activation), direction)
    return _gain(activation, direction)


@lru_cache(maxsize=256)
def _known_gain(activation: Activation, direction: str) -> float:
    return _gain(activation, direction)


def _gain(activation: ActivationLike, direction: str) -> float:
    phi, derivative = phi_and_derivative(activation)
    backward = direction == "backward"
    function = sampled(derivative if backward and derivative else phi, REACH)
    found = mesh(function, np.ones(1), slopes=backward and derivative is None)
    moment = float(found.second_moment(1)[0])
    if moment < 1e-300:  # its square root and inverse would not be numbers
        raise ValueError(
            f"activation has a {direction} second moment of {moment:.3g}: it returns (nearly) "
            "nothing to preserve, so no gain exists; check that it is the function you mean"
        )
    return 1.0 / math.sqrt(moment)
