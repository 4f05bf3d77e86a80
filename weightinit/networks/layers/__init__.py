"""Layers: frozen values that map a batch forward and a gradient back, one file a layer.

Those that have much in common stand in a folder.

>>> from weightinit.networks import Dense
>>> Dense(3).parameter_shapes((2,))
{'weight': (2, 3), 'bias': (3,)}
"""

from weightinit.networks.layers.activation import ActivationLayer
from weightinit.networks.layers.attention import Attention
from weightinit.networks.layers.base import Layer
from weightinit.networks.layers.containers import Chain, Parallel, Residual, Tied
from weightinit.networks.layers.convolution import Conv2D
from weightinit.networks.layers.dense import Dense, Flatten
from weightinit.networks.layers.embedding import Embedding
from weightinit.networks.layers.glu import GLU
from weightinit.networks.layers.normalization import BatchNorm, LayerNorm, RMSNorm
from weightinit.networks.layers.pooling import MaxPool2D
from weightinit.networks.layers.positions import Positions
from weightinit.networks.layers.recurrent import GRU, LSTM, RNN

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
