"""Moments and signals that the sentences of the adviser are held against.

Moments are integrals by SciPy over the activations of tests/reference.py.
"""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import integrate

import weightinit as wi
from tests.reference import KINKS, REFERENCE, normal_density
from weightinit.advice.question import Question

WIDTH, NETS, DEPTH = 128, 20, 50
WIDE = 256  # where noise of 1 / width would hide what is to be told apart


def asked(name: str, **question: object) -> Question:
    """Return a question about an activation."""
    return Question(name, **({"depth": None, "residual": False, "normalized": False} | question))


def moment(name: str, q: float, power: int = 2, slope: bool = False) -> float:
    """Return E phi(z)^power for z ~ N(0, q), or of the slope."""
    f = REFERENCE[name][slope]

    def integrand(z: float) -> float:
        return f(np.array(math.sqrt(q) * z)) ** power * normal_density(z)

    kinks = sorted({0.0, *(kink / math.sqrt(q) for kink in KINKS.get(name, ()))})
    edges = [-12.0, *(kink for kink in kinks if -12 < kink < 12), 12.0]
    return sum(integrate.quad(integrand, *ends, limit=200)[0] for ends in pairwise(edges))


def signals(name: str, init: wi.Initializer, nets: int = NETS, width: int = WIDTH) -> NDArray:
    """Return the log of the mean square that networks leave of one of 1."""
    rng, phi, left = np.random.default_rng(0), wi.activations.get(name), []
    for _ in range(nets):
        x = rng.standard_normal(width)
        x /= math.sqrt(np.mean(x**2))
        for _ in range(DEPTH):
            x = phi(x @ init((width, width), rng=rng))
        left.append(math.log(np.mean(x**2)))
    return np.array(left)


def relative_variance(name: str, q: float) -> float:
    """Return Var phi(z)^2 / (E phi(z)^2)^2: over n units it makes the noise of one layer."""
    return moment(name, q, 4) / moment(name, q) ** 2 - 1
