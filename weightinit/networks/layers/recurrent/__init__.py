"""Layers that carry a state from step to step."""

from weightinit.networks.layers.recurrent.gru import GRU
from weightinit.networks.layers.recurrent.lstm import LSTM
from weightinit.networks.layers.recurrent.rnn import RNN

__all__ = ["GRU", "LSTM", "RNN"]
