"""Networks of PyTorch that compute what those of this package do, from the same weights."""

import itertools
from typing import Any

import torch
from torch import nn

import weightinit as wi

__all__ = ["Loop", "Recurrent", "cnn", "copy_weights", "mlp"]


def mlp(sizes: list[int]) -> nn.Module:
    """Return dense layers with a ReLU between each two."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def cnn(side: int, c_in: int, channels: list[int], classes: int) -> nn.Module:
    """Return convolutions with a ReLU and a pool each, and a dense layer."""
    layers: list[nn.Module] = []
    for c_out in channels:
        layers += [nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        c_in, side = c_out, side // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * c_in, classes))


class Recurrent(nn.Module):
    """A lookup and PyTorch's own recurrent layer.

    That layer weighs its input, and adds a bias to it, which are fixed here at 1 and 0.
    """

    def __init__(self, vocabulary: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.rnn = nn.RNN(hidden, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)
        nn.init.eye_(self.rnn.weight_ih_l0).requires_grad_(requires_grad=False)
        nn.init.zeros_(self.rnn.bias_ih_l0).requires_grad_(requires_grad=False)

    def forward(self, tokens: Any) -> Any:
        """Return the logits."""
        return self.head(self.rnn(self.embedding(tokens))[1][0])


class Loop(nn.Module):
    """The same recurrent network written out step by step, which is PyTorch's fastest way."""

    def __init__(self, vocabulary: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.rnn = nn.Linear(hidden, hidden)
        self.head = nn.Linear(hidden, classes)

    def forward(self, tokens: Any) -> Any:
        """Return the logits."""
        weight = self.rnn.weight.T
        first, *others = (self.embedding(tokens) + self.rnn.bias).unbind(1)
        h = torch.tanh(first)
        for x in others:
            h = torch.tanh(torch.addmm(x, h, weight))
        return self.head(h)


def copy_weights(net: wi.Network, model: nn.Module) -> None:
    """Give a model the weights of the network that it is a twin of."""
    images = len(net.input_shape) == 3
    trained = [theta for theta in model.parameters() if theta.requires_grad]
    with torch.no_grad():
        for (name, weight), theta in zip(net.parameters.items(), trained, strict=True):
            own = torch.from_numpy(weight)
            if own.ndim == 4:
                own = own.permute(3, 2, 0, 1)
                channels = len(own)
            elif own.ndim == 2 and images:  # behind images: their channels come first there
                own = own.reshape(-1, channels, own.shape[1]).transpose(0, 1).flatten(0, 1).T
            elif own.ndim == 2 and not name.startswith("embedding"):
                own = own.T
            theta.copy_(own)
