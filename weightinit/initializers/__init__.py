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
from weightinit.initializers.recurrent import Chrono, ForgetBias, Ring
from weightinit.initializers.siren import SirenFirst, siren
from weightinit.initializers.stacked import Stacked
from weightinit.initializers.structured import Identity, Sparse
from weightinit.initializers.variance_scaling import VarianceScaling
from weightinit.initializers.zero import ZerO

__all__ = [
    "Chrono",
    "Constant",
    "DeltaOrthogonal",
    "ForgetBias",
    "Identity",
    "Initializer",
    "Normal",
    "Orthogonal",
    "Ring",
    "SirenFirst",
    "Sparse",
    "Stacked",
    "TruncatedNormal",
    "Uniform",
    "VarianceScaling",
    "ZerO",
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
    "siren",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]
