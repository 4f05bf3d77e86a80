r"""Activation functions :math:`\phi`, each with its derivative :math:`\phi'`.

An :class:`Activation` is a value: call it to get :math:`\phi(x)`, call its ``derivative`` to get
:math:`\phi'(x)`. Everywhere that an activation is taken its name will do: ``"relu"``.

All keep the dtype of a float array. All are stable up to half the largest number of float32 and
of float64 but for two: the :data:`exponential` is finite up to x = 709 in float64 and 88 in
float32, and :func:`siren` while :math:`\omega x` is finite. NaN passes through. Where a number, or
an infinity, would become NaN, or a number infinite, the call is an error, with no warning before.

At a kink at zero the derivative is the one from the left (:math:`\phi'(0) = 0` for relu, as in the
frameworks); where relu6, hardtanh and hardswish end bending it is the one from outside.

>>> from weightinit import activations
>>> activations.relu([-1.0, 2.0]), activations.relu.derivative([-1.0, 2.0])
(array([0., 2.]), array([0., 1.]))
"""

from weightinit import _formulas as formulas
from weightinit._activation import Activation
from weightinit._checks import check_positive, check_real
from weightinit._messages import shown

__all__ = [
    "Activation",
    "elu",
    "exponential",
    "gelu",
    "gelu_tanh",
    "get",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "linear",
    "mish",
    "names",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "sine",
    "siren",
    "softplus",
    "softsign",
    "tanh",
]

linear = Activation("linear", formulas.linear, formulas.linear_derivative)
relu = Activation("relu", formulas.relu, formulas.relu_derivative)
relu6 = Activation("relu6", formulas.relu6, formulas.relu6_derivative)
elu = Activation("elu", formulas.elu, formulas.elu_derivative)
selu = Activation("selu", formulas.selu, formulas.selu_derivative)
tanh = Activation("tanh", formulas.tanh, formulas.tanh_derivative)
sigmoid = Activation("sigmoid", formulas.sigmoid, formulas.sigmoid_derivative)
softplus = Activation("softplus", formulas.softplus, formulas.sigmoid)
softsign = Activation("softsign", formulas.softsign, formulas.softsign_derivative)
gelu = Activation("gelu", formulas.gelu, formulas.gelu_derivative)
gelu_tanh = Activation("gelu_tanh", formulas.gelu_tanh, formulas.gelu_tanh_derivative)
silu = Activation("silu", formulas.silu, formulas.silu_derivative)
mish = Activation("mish", formulas.mish, formulas.mish_derivative)
hardswish = Activation("hardswish", formulas.hardswish, formulas.hardswish_derivative)
hardtanh = Activation("hardtanh", formulas.hardtanh, formulas.hardtanh_derivative)
sine = Activation("sine", formulas.sine, formulas.sine_derivative)
exponential = Activation("exponential", formulas.exponential, formulas.exponential)


def leaky_relu(slope: float = 0.01) -> Activation:
    r"""
    Make the leaky ReLU of a slope, :math:`\phi(x) = \max(x, 0) + a \min(x, 0)`.

    Parameters
    ----------
    slope : float, default 0.01
        The slope :math:`a` below zero, any finite number. The default is the usual one, and the
        one that the name ``"leaky_relu"`` stands for.

    Returns
    -------
    Activation
        The activation; equal slopes make equal activations.

    Raises
    ------
    TypeError, ValueError
        `slope` is not a finite number.

    References
    ----------
    Maas, Hannun and Ng (2013), "Rectifier nonlinearities improve neural network acoustic models".

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.activations.leaky_relu(0.2)([-1.0, 2.0])
    array([-0.2,  2. ])
    """
    hint = "leaky_relu makes an activation from a slope: leaky_relu(0.01)(x)"
    a = check_real("slope", slope, hint=hint)
    return Activation("leaky_relu", formulas.leaky_relu, formulas.leaky_relu_derivative, (a,))


def siren(omega: float = 30.0) -> Activation:
    r"""
    Make the sine of a frequency, :math:`\phi(x) = \sin(\omega x)`, as in a SIREN.

    Parameters
    ----------
    omega : float, default 30.0
        The angular frequency :math:`\omega > 0`. The default is the paper's, and the one that the
        name ``"siren"`` stands for; :data:`sine` has :math:`\omega = 1`.

    Returns
    -------
    Activation
        The activation; equal frequencies make equal activations.

    Raises
    ------
    TypeError, ValueError
        `omega` is not a finite number above 0.

    Notes
    -----
    The faster the wave, the smaller the weights: a variance of :math:`2 / (\omega^2 n_\text{in})`
    suits it, which is what :func:`~weightinit.initialize` draws.

    References
    ----------
    Sitzmann, Martel, Bergman, Lindell and Wetzstein (2020), arXiv:2006.09661.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.activations.siren(30.0)([0.0, 0.01])
    array([0.        , 0.29552021])
    """
    hint = "siren makes an activation from a frequency: siren(30.0)(x)"
    w = check_positive("omega", omega, hint=hint)
    return Activation("siren", formulas.siren, formulas.siren_derivative, (w,))


_BY_NAME = {
    activation.name: activation
    for activation in (
        linear,
        relu,
        leaky_relu(),
        relu6,
        elu,
        selu,
        tanh,
        sigmoid,
        softplus,
        softsign,
        gelu,
        gelu_tanh,
        silu,
        mish,
        hardswish,
        hardtanh,
        sine,
        exponential,
    )
}

# What frameworks call them besides, in small letters and without spaces, hyphens, underscores.
_ALIASES = {
    "exp": exponential,
    "gelufast": gelu_tanh,
    "gelunew": gelu_tanh,
    "gelupytorchtanh": gelu_tanh,
    "hardsilu": hardswish,
    "identity": linear,
    "logistic": sigmoid,
    "sin": sine,
    "siren": siren(),
    "swish": silu,
}


def _key(name: str) -> str:
    return "".join(letter for letter in str.lower(name) if letter not in " -_")


_BY_KEY = {_key(name): activation for name, activation in _BY_NAME.items()} | _ALIASES


def names() -> tuple[str, ...]:
    """
    Return the names that stand for an activation.

    Returns
    -------
    tuple of str
        The names, in the order of the documentation. :func:`get` knows other spellings of them.

    Examples
    --------
    >>> import weightinit as wi
    >>> "gelu" in wi.activations.names()
    True
    """
    return tuple(_BY_NAME)


def get(activation: object) -> Activation:
    """
    Return the activation that a name stands for, or the activation itself.

    Capitals, spaces, hyphens and underscores make no difference, and names that are common
    elsewhere are known: swish (silu), logistic (sigmoid), identity (linear), sin, exp,
    hard_silu (hardswish), gelu_new, gelu_fast and gelu_pytorch_tanh (gelu_tanh), and siren, which
    stands for ``siren(30.0)``.

    Parameters
    ----------
    activation : str or Activation
        One of :func:`names` in any spelling, one of these others, or an activation.

    Returns
    -------
    Activation
        The activation.

    Raises
    ------
    TypeError
        Neither a string nor an Activation.
    ValueError
        No activation has that name; the message lists those that there are.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.activations.get("tanh") == wi.activations.tanh
    True
    >>> wi.activations.get("LeakyReLU"), wi.activations.get("swish")
    (leaky_relu(0.01), silu)
    """
    if isinstance(activation, Activation):
        return activation
    known = ", ".join(map(repr, _BY_NAME))
    if not isinstance(activation, str):
        makers = {leaky_relu: "leaky_relu(0.01)", siren: "siren(30.0)"}
        made = next((text for maker, text in makers.items() if maker is activation), "")
        hint = f"; call it: {made}" if made else ""
        raise TypeError(
            f"activation must be an Activation or one of the names {known}, "
            f"got {shown(activation)}{hint}"
        )
    key = _key(activation)
    if key not in _BY_KEY:
        raise ValueError(f"activation must be one of {known}, got {shown(activation)}")
    return _BY_KEY[key]
