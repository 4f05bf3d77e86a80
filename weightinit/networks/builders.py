"""Build the usual architectures in one call each."""

from collections.abc import Sequence

from weightinit import activations
from weightinit._arrays import check_sizes
from weightinit._checks import check_integer
from weightinit.activations import Activation
from weightinit.networks.layers.activation import ActivationLayer
from weightinit.networks.layers.base import Layer
from weightinit.networks.layers.convolution import Conv2D
from weightinit.networks.layers.dense import Dense, Flatten
from weightinit.networks.layers.embedding import Embedding
from weightinit.networks.layers.pooling import MaxPool2D
from weightinit.networks.layers.recurrent._steps import Recurrent
from weightinit.networks.layers.recurrent.gru import GRU
from weightinit.networks.layers.recurrent.lstm import LSTM
from weightinit.networks.layers.recurrent.rnn import RNN
from weightinit.networks.network import Network

__all__ = ["cnn", "gru", "lstm", "mlp", "rnn"]


def mlp(sizes: Sequence[int], activation: str | Activation = "relu") -> Network:
    """
    Build a multilayer perceptron: dense layers with an activation between them.

    Parameters
    ----------
    sizes : sequence of int
        The sizes of input, hidden layers and output. ``[784, 10]`` has no hidden layer: it is
        softmax regression.
    activation : str or Activation, default "relu"
        The activation after each hidden layer.

    Returns
    -------
    Network
        The architecture; give it weights with ``initialize``.

    Raises
    ------
    TypeError, ValueError
        Fewer than two sizes, or one that is not an integer >= 1; no such activation.

    Examples
    --------
    >>> import weightinit as wi
    >>> print(wi.mlp([2, 4, 1], "sigmoid"))
    layer     output  parameters
    input     (2,)
    dense0    (4,)            12
    sigmoid0  (4,)             0
    dense1    (1,)             5
    all                       17
    """
    units = check_sizes("sizes", sizes, hint="write [784, 256, 10]", at_least=2)
    phi = activations.get(activation)  # whether there is a hidden layer or not
    layers: list[Layer] = []
    for hidden in units[1:-1]:
        layers += [Dense(hidden), ActivationLayer(phi)]
    return Network([*layers, Dense(units[-1])], input_shape=units[:1])


def cnn(
    input_shape: Sequence[int],
    channels: Sequence[int],
    classes: int,
    activation: str | Activation = "relu",
) -> Network:
    """
    Build a convolutional network: convolution, activation, pooling, repeated; then dense.

    Each convolution is 3 x 3 with padding "same", each pooling halves height and width.

    Parameters
    ----------
    input_shape : sequence of int
        Height, width and channels of an image.
    channels : sequence of int
        The channels that each convolution puts out.
    classes : int
        The outputs of the dense layer.
    activation : str or Activation, default "relu"
        The activation after each convolution.

    Returns
    -------
    Network
        The architecture; give it weights with ``initialize``.

    Raises
    ------
    TypeError, ValueError
        A size is not an integer >= 1, the image is too small to be halved so often, or there is no
        such activation.

    Examples
    --------
    >>> import weightinit as wi
    >>> print(wi.cnn((8, 8, 1), [8, 16], classes=10))
    layer     output      parameters
    input     (8, 8, 1)
    conv0     (8, 8, 8)           80
    relu0     (8, 8, 8)            0
    pool0     (4, 4, 8)            0
    conv1     (4, 4, 16)       1,168
    relu1     (4, 4, 16)           0
    pool1     (2, 2, 16)           0
    flatten0  (64,)                0
    dense0    (10,)              650
    all                        1,898
    """
    outputs = check_integer("classes", classes, at_least=1)
    layers: list[Layer] = []
    for c_out in check_sizes("channels", channels, hint="write [8, 16]", at_least=1):
        layers += [Conv2D(c_out), ActivationLayer(activation), MaxPool2D(2)]
    return Network([*layers, Flatten(), Dense(outputs)], input_shape=input_shape)


def rnn(
    vocabulary: int, hidden: int, classes: int, activation: str | Activation = "tanh"
) -> Network:
    r"""
    Build a recurrent network that reads a sequence of tokens and classifies it.

    .. math:: h_t = \phi(E_{x_t} + h_{t-1} W + b), \qquad z = h_T O + c

    Parameters
    ----------
    vocabulary : int
        How many tokens there are, with 0, the padding, which changes nothing.
    hidden : int
        The size of the state :math:`h_t`.
    classes : int
        The outputs :math:`z`.
    activation : {"tanh", "relu", "linear"} or Activation, default "tanh"
        The activation :math:`\phi`.

    Returns
    -------
    Network
        The architecture, with the weights :math:`E` (``embedding0.weight``), :math:`W`
        (``rnn0.weight``) and :math:`O` (``dense0.weight``).

    Raises
    ------
    TypeError, ValueError
        A size is not an integer in its range; the activation is another.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.rnn(vocabulary=34, hidden=32, classes=2)
    >>> net.parameter_shapes["embedding0.weight"], net.parameter_shapes["rnn0.weight"]
    ((34, 32), (32, 32))
    >>> net.initialize(wi.xavier_uniform, rng=0).predict([[5, 12, 7, 0, 0]]).shape
    (1,)
    """
    return _reader(RNN(activation), vocabulary, hidden, classes)


def lstm(vocabulary: int, hidden: int, classes: int) -> Network:
    r"""
    Build a network that reads a sequence of tokens with an LSTM and classifies it.

    .. math:: h_t, c_t = \operatorname{LSTM}(E_{x_t} + h_{t-1} W + b,\, c_{t-1}), \qquad
        z = h_T O + c

    with the equations of :class:`~weightinit.networks.LSTM`. A row of :math:`E` holds what a token
    adds to the four gates, so that it stands for an embedding and the weights after it in one.

    Parameters
    ----------
    vocabulary : int
        How many tokens there are, with 0, the padding, which changes nothing.
    hidden : int
        The size of the state :math:`h_t`.
    classes : int
        The outputs :math:`z`.

    Returns
    -------
    Network
        The architecture, with the weights :math:`E` (``embedding0.weight``), :math:`W`
        (``lstm0.weight``) and :math:`O` (``dense0.weight``).

    Raises
    ------
    TypeError, ValueError
        A size is not an integer in its range.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.lstm(vocabulary=34, hidden=32, classes=2)
    >>> net.parameter_shapes["embedding0.weight"], net.parameter_shapes["lstm0.weight"]
    ((34, 128), (32, 128))
    """
    return _reader(LSTM(), vocabulary, hidden, classes)


def gru(vocabulary: int, hidden: int, classes: int) -> Network:
    r"""
    Build a network that reads a sequence of tokens with a GRU and classifies it.

    .. math:: h_t = \operatorname{GRU}(E_{x_t},\, h_{t-1} W + b,\, h_{t-1}), \qquad z = h_T O + c

    with the equations of :class:`~weightinit.networks.GRU`. A row of :math:`E` holds what a token
    adds to both gates and to the new state.

    Parameters
    ----------
    vocabulary : int
        How many tokens there are, with 0, the padding, which changes nothing.
    hidden : int
        The size of the state :math:`h_t`.
    classes : int
        The outputs :math:`z`.

    Returns
    -------
    Network
        The architecture, with the weights :math:`E` (``embedding0.weight``), :math:`W`
        (``gru0.weight``) and :math:`O` (``dense0.weight``).

    Raises
    ------
    TypeError, ValueError
        A size is not an integer in its range.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.gru(vocabulary=34, hidden=32, classes=2)
    >>> net.parameter_shapes["embedding0.weight"], net.parameter_shapes["gru0.weight"]
    ((34, 96), (32, 96))
    """
    return _reader(GRU(), vocabulary, hidden, classes)


def _reader(layer: Recurrent, vocabulary: int, hidden: int, classes: int) -> Network:
    """Put a lookup of what the layer takes for each unit before it, and a dense layer after it."""
    units = check_integer("hidden", hidden, at_least=1)
    outputs = check_integer("classes", classes, at_least=1)
    layers = [Embedding(vocabulary, layer.gates * units), layer, Dense(outputs)]
    return Network(layers, input_shape=(None,))
