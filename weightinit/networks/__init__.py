"""Networks from scratch, with exact backpropagation; architecture and weights are separate.

A layer is a frozen value that declares the shapes of its parameters and maps a batch forward and
a gradient back, both as pure functions. A :class:`Network` puts layers in a chain and
is given its weights by ``initialize``. :func:`mlp`, :func:`cnn`, :func:`rnn`, :func:`lstm`,
:func:`gru` and :func:`transformer` build the usual ones.

>>> import weightinit as wi
>>> from weightinit.networks import ActivationLayer, Dense, LayerNorm, Residual
>>> block = Residual([LayerNorm(), Dense(16), ActivationLayer("relu"), Dense(16)])
>>> net = wi.Network([Dense(16), block, block, Dense(3)], input_shape=(4,))
>>> starts = {"residual*.scale": wi.zeros, "*.weight": wi.he_normal}
>>> net.initialize(starts, rng=0).forward([[1.0, 0.0, 0.0, 2.0]]).shape
(1, 3)
"""

from weightinit.networks.builders import cnn, gru, lstm, mlp, rnn
from weightinit.networks.checking import GradientCheck, check_gradients
from weightinit.networks.layers import (
    GLU,
    GRU,
    LSTM,
    RNN,
    ActivationLayer,
    Attention,
    BatchNorm,
    Chain,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool2D,
    Parallel,
    Positions,
    Residual,
    RMSNorm,
    Tied,
)
from weightinit.networks.network import Network
from weightinit.networks.record import Step
from weightinit.networks.transformers import transformer

__all__ = [
    "GLU",
    "GRU",
    "LSTM",
    "RNN",
    "ActivationLayer",
    "Attention",
    "BatchNorm",
    "Chain",
    "Conv2D",
    "Dense",
    "Embedding",
    "Flatten",
    "GradientCheck",
    "Layer",
    "LayerNorm",
    "MaxPool2D",
    "Network",
    "Parallel",
    "Positions",
    "RMSNorm",
    "Residual",
    "Step",
    "Tied",
    "check_gradients",
    "cnn",
    "gru",
    "lstm",
    "mlp",
    "rnn",
    "transformer",
]
