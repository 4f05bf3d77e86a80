"""The well-known schemes by name: each fixes the parameters of a general initializer.

A name is a value and, since values can be called, a function: ``he_normal((784, 256), rng=0)``.
"""

from typing import TypeVar

from weightinit.initializers.base import Initializer
from weightinit.initializers.distributions import Constant
from weightinit.initializers.orthogonal import DeltaOrthogonal, Orthogonal
from weightinit.initializers.structured import Identity
from weightinit.initializers.variance_scaling import VarianceScaling

__all__ = [
    "delta_orthogonal",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

_SCHEMES: dict[str, Initializer] = {}
_I = TypeVar("_I", bound=Initializer)


def _named(name: str, initializer: _I, doc: str) -> _I:
    initializer._name(name, doc)  # noqa: SLF001  # of this package
    _SCHEMES[name] = initializer
    return initializer


zeros = _named(
    "zeros",
    Constant(value=0.0),
    r"""Set every weight to zero.

    Right for biases, for the last layer of a network or of a residual branch, and where there is
    no hidden layer. Two layers of zeros in a row, with zero biases and an activation between them
    that is 0 at 0, get no gradient: each is multiplied by the other's zeros.

    Fixes ``Constant`` at ``value=0``.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.zeros((2, 3))
    array([[0., 0., 0.],
           [0., 0., 0.]])

    From zero a tanh network moves the biases of its output alone, sigmoids the last weights too:

    >>> for activation in ("tanh", "sigmoid"):
    ...     net = wi.mlp([2, 3, 3, 1], activation).initialize(wi.zeros)
    ...     _, gradients = net.loss_and_gradients([[1.0, 2.0]], [1])
    ...     print(*(name for name, gradient in gradients.items() if gradient.any()))
    dense2.bias
    dense2.weight dense2.bias
    """,
)
ones = _named(
    "ones",
    Constant(value=1.0),
    r"""Set every weight to one.

    Right for the scale of a normalization layer; as weights it makes all units copies of one.

    Fixes ``Constant`` at ``value=1``.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.ones((3,))
    array([1., 1., 1.])
    """,
)
lecun_normal = _named(
    "lecun_normal",
    VarianceScaling(scale=1.0, mode="fan_in", distribution="normal"),
    r"""Draw LeCun's normal weights, of variance :math:`1 / n_\text{in}`.

    They keep the second moment of a signal through a linear layer, and are what SELU needs.

    Fixes ``VarianceScaling`` at ``scale=1, mode="fan_in", distribution="normal"``.

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp", section 4.6.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.lecun_normal.std((400, 10))  # sqrt(1 / 400)
    0.05
    """,
)
lecun_uniform = _named(
    "lecun_uniform",
    VarianceScaling(scale=1.0, mode="fan_in", distribution="uniform"),
    r"""Draw LeCun's uniform weights, on :math:`\pm\sqrt{3 / n_\text{in}}`.

    Their variance is :math:`1 / n_\text{in}`, which keeps the second moment of a signal through a
    linear layer.

    Fixes ``VarianceScaling`` at ``scale=1, mode="fan_in", distribution="uniform"``.

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp", section 4.6.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.lecun_uniform.std((400, 10))  # sqrt(1 / 400)
    0.05
    """,
)
xavier_normal = glorot_normal = _named(
    "xavier_normal",
    VarianceScaling(scale=1.0, mode="fan_avg", distribution="normal"),
    r"""Draw Xavier's (Glorot's) normal weights.

    Their variance :math:`2 / (n_\text{in} + n_\text{out})` is a compromise between keeping
    activations, :math:`1 / n_\text{in}`, and gradients, :math:`1 / n_\text{out}`, in a network of
    units with slope 1, such as tanh near zero.

    Fixes ``VarianceScaling`` at ``scale=1, mode="fan_avg", distribution="normal"``. Also named
    ``glorot_normal``.

    References
    ----------
    Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural
    networks", PMLR 9:249-256.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.xavier_normal.std((500, 300))  # sqrt(2 / 800)
    0.05
    >>> wi.glorot_normal is wi.xavier_normal
    True
    """,
)
xavier_uniform = glorot_uniform = _named(
    "xavier_uniform",
    VarianceScaling(scale=1.0, mode="fan_avg", distribution="uniform"),
    r"""Draw Xavier's (Glorot's) uniform weights.

    They lie on :math:`\pm\sqrt{6 / (n_\text{in} + n_\text{out})}`, the "normalized
    initialization" of the paper. Their variance :math:`2 / (n_\text{in} + n_\text{out})` is a
    compromise between keeping activations and gradients in a network of units with slope 1, such
    as tanh near zero.

    Fixes ``VarianceScaling`` at ``scale=1, mode="fan_avg", distribution="uniform"``. Also named
    ``glorot_uniform``.

    References
    ----------
    Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural
    networks", PMLR 9:249-256.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.xavier_uniform.std((500, 300))  # sqrt(2 / 800)
    0.05
    >>> wi.glorot_uniform is wi.xavier_uniform
    True
    """,
)
he_normal = kaiming_normal = _named(
    "he_normal",
    VarianceScaling(scale=2.0, mode="fan_in", distribution="normal"),
    r"""Draw He's (Kaiming's) normal weights, of variance :math:`2 / n_\text{in}`.

    ReLU drops half of the second moment of its input; the 2 puts it back, on average, in each
    layer.

    Fixes ``VarianceScaling`` at ``scale=2, mode="fan_in", distribution="normal"``. Also named
    ``kaiming_normal``.

    References
    ----------
    He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.he_normal.std((800, 10))  # sqrt(2 / 800)
    0.05
    >>> wi.kaiming_normal is wi.he_normal
    True
    """,
)
he_uniform = kaiming_uniform = _named(
    "he_uniform",
    VarianceScaling(scale=2.0, mode="fan_in", distribution="uniform"),
    r"""Draw He's (Kaiming's) uniform weights, on :math:`\pm\sqrt{6 / n_\text{in}}`.

    Their variance is :math:`2 / n_\text{in}`: ReLU drops half of the second moment of its input,
    and the 2 puts it back, on average, in each layer.

    Fixes ``VarianceScaling`` at ``scale=2, mode="fan_in", distribution="uniform"``. Also named
    ``kaiming_uniform``.

    References
    ----------
    He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.he_uniform.std((800, 10))  # sqrt(2 / 800)
    0.05
    >>> wi.kaiming_uniform is wi.he_uniform
    True
    """,
)
orthogonal = _named(
    "orthogonal",
    Orthogonal(),
    r"""Draw an orthogonal matrix, evenly among all there are.

    It keeps the length of every input (as long as outputs are not fewer), not just the average
    length: a product of many square ones has all its singular values at 1.

    Fixes ``Orthogonal`` at ``gain=1``.

    References
    ----------
    Saxe, McClelland and Ganguli (2013), arXiv:1312.6120.

    Examples
    --------
    >>> import weightinit as wi
    >>> import numpy as np
    >>> w = wi.orthogonal((100, 100), rng=0)
    >>> np.allclose(w @ w.T, np.eye(100))
    True
    """,
)
delta_orthogonal = _named(
    "delta_orthogonal",
    DeltaOrthogonal(),
    r"""Draw a kernel with an orthogonal matrix at its centre and zeros around it.

    A convolution with it, of stride 1 and padded to the same size, keeps the length of every image,
    if outputs are not fewer than inputs.

    Fixes ``DeltaOrthogonal`` at ``gain=1``.

    References
    ----------
    Xiao et al. (2018), arXiv:1806.05393.

    Examples
    --------
    >>> import weightinit as wi
    >>> import numpy as np
    >>> kernel = wi.delta_orthogonal((3, 3, 16, 16), rng=0)
    >>> np.allclose(kernel[1, 1] @ kernel[1, 1].T, np.eye(16))
    True
    """,
)
identity = _named(
    "identity",
    Identity(),
    r"""Pass every input on to the output of the same number.

    As the recurrent matrix of a network of ReLUs it keeps the state from step to step.

    Fixes ``Identity`` at ``gain=1``.

    References
    ----------
    Le, Jaitly and Hinton (2015), arXiv:1504.00941.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.identity((2, 2))
    array([[1., 0.],
           [0., 1.]])
    """,
)

# A doctest looks for docstrings in functions and classes; these belong to values.
__test__ = {name: scheme.__doc__ for name, scheme in _SCHEMES.items()}
