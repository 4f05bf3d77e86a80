"""Layers that bring values to one size: those of a batch, or of a sample."""

from weightinit.networks.layers.normalization.batchnorm import BatchNorm
from weightinit.networks.layers.normalization.layernorm import LayerNorm
from weightinit.networks.layers.normalization.rmsnorm import RMSNorm

__all__ = ["BatchNorm", "LayerNorm", "RMSNorm"]
