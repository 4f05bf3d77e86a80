"""Start whole networks, of this package or of another framework, parameter by parameter.

:func:`start` chooses what each parameter starts from by its role; :func:`lsuv` scales weights by
what a batch makes of them. The others follow one paper each: :func:`fixup`, :func:`rezero`,
:func:`scaled_residual`, :func:`looks_linear`, :func:`spectral`, :func:`mu_parametrization`,
:func:`t_fixup`, :func:`deepnorm`. They write into the model, or make new variables for a module of
linen, and return a table of what they did.

>>> import numpy as np
>>> import weightinit as wi
>>> x = np.random.default_rng(0).standard_normal((40, 3))
>>> net = wi.mlp([3, 8, 4])
>>> done = wi.start(net, x, np.arange(40) % 4, rng=0)
>>> done.first_loss, done.best_constant_loss  # log 4
(1.386294, 1.386294)
"""

from weightinit.schemes.looks_linear import looks_linear
from weightinit.schemes.lsuv import lsuv
from weightinit.schemes.mu import mu_parametrization
from weightinit.schemes.residual import fixup, rezero, scaled_residual, skipinit
from weightinit.schemes.result import ParameterStart, StartReport
from weightinit.schemes.spectral import spectral
from weightinit.schemes.start import start
from weightinit.schemes.transformers import deepnorm, t_fixup

__all__ = [
    "ParameterStart",
    "StartReport",
    "deepnorm",
    "fixup",
    "looks_linear",
    "lsuv",
    "mu_parametrization",
    "rezero",
    "scaled_residual",
    "skipinit",
    "spectral",
    "start",
    "t_fixup",
]
