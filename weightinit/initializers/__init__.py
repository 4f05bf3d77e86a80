"""Initializers: frozen values that turn a shape into an array of weights."""

from weightinit.initializers.base import Initializer
from weightinit.initializers.distributions import Constant, Normal, TruncatedNormal, Uniform
from weightinit.initializers.named import (
    delta_orthogonal,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    identity,
    kaiming_normal,
    kaiming_uniform,
    lecun_normal,
    lecun_uniform,
    ones,
    orthogonal,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from weightinit.initializers.orthogonal import DeltaOrthogonal, Orthogonal
from weightinit.initializers.structured import Identity, Sparse
from weightinit.initializers.variance_scaling import VarianceScaling

__all__ = [
    "Constant",
    "DeltaOrthogonal",
    "Identity",
    "Initializer",
    "Normal",
    "Orthogonal",
    "Sparse",
    "TruncatedNormal",
    "Uniform",
    "VarianceScaling",
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
