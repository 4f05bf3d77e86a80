"""Layers that are made of layers: one after another, side by side, beside a shortcut."""

from weightinit.networks.layers.containers.chain import Chain
from weightinit.networks.layers.containers.parallel import Parallel
from weightinit.networks.layers.containers.residual import Residual
from weightinit.networks.layers.containers.tied import Tied

__all__ = ["Chain", "Parallel", "Residual", "Tied"]
