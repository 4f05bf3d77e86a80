"""Layers: frozen values that map a batch forward and a gradient back, one file a layer.

>>> from weightinit.networks import Dense
>>> Dense(3).parameter_shapes((2,))
{'weight': (2, 3), 'bias': (3,)}
"""

from weightinit.networks.layers.activation import ActivationLayer
from weightinit.networks.layers.attention import Attention
from weightinit.networks.layers.base import Layer
from weightinit.networks.layers.batchnorm import BatchNorm
from weightinit.networks.layers.chain import Chain
from weightinit.networks.layers.convolution import Conv2D
from weightinit.networks.layers.dense import Dense, Flatten
from weightinit.networks.layers.embedding import Embedding
from weightinit.networks.layers.glu import GLU
from weightinit.networks.layers.gru import GRU
from weightinit.networks.layers.layernorm import LayerNorm
from weightinit.networks.layers.lstm import LSTM
from weightinit.networks.layers.parallel import Parallel
from weightinit.networks.layers.pooling import MaxPool2D
from weightinit.networks.layers.positions import Positions
from weightinit.networks.layers.residual import Residual
from weightinit.networks.layers.rmsnorm import RMSNorm
from weightinit.networks.layers.rnn import RNN
from weightinit.networks.layers.tied import Tied

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
    "Layer",
    "LayerNorm",
    "MaxPool2D",
    "Parallel",
    "Positions",
    "RMSNorm",
    "Residual",
    "Tied",
]
