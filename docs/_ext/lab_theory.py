"""What the lab knows of theory: a script of numbers, made from the package when the site is built.

The page computes with it in JavaScript, where no gain, formula of a start or bound is typed. It is
a script because a page that is opened from a folder may load scripts and may not fetch data.
"""

import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from lab_data import DATA, PLANE
from scipy.special import erfcx

import weightinit as wi
from weightinit import _formulas, meanfield
from weightinit._quadrature import MomentError
from weightinit.advice import DEEP
from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis._paths.bounds import allowance
from weightinit.diagnosis._paths.chance import SIGMAS
from weightinit.diagnosis._paths.theory import critical_scale, signal_noise
from weightinit.diagnosis._symptoms import units
from weightinit.diagnosis._symptoms.units_alike import COPIED
from weightinit.initializers import Constant, Initializer, Normal, Orthogonal, VarianceScaling
from weightinit.tracing.measures import flat_beyond
from weightinit.training import Adam

#: log q of the lengths at which the second moments are tabulated: 4 points of it are interpolated.
LOG_LENGTHS = np.arange(-8, 8.51, 0.75)
_FAR = 16.0  # in log q: from the table to there a power of q is fitted, which goes on
_TERMS = 28  # of the series of erfc: as many as double precision resolves
# The mode of a scheme -> the n that divides its factor, as (constant, of fan_in, of fan_out).
_COUNTS = {"fan_in": (0, 1, 0), "fan_out": (0, 0, 1), "fan_avg": (0, 0.5, 0.5)}
_NAMED = (
    "lecun_normal",
    "lecun_uniform",
    "xavier_normal",
    "xavier_uniform",
    "he_normal",
    "he_uniform",
)
_MOMENTUM = 0.9


@cache
def theory() -> dict[str, Any]:
    """Return all that the lab takes from the package."""
    return {
        "data": {name: data.json() for name, data in DATA.items()},
        "activations": {name: activation(name) for name in wi.activations.names()},
        "lengths": [LOG_LENGTHS[0], LOG_LENGTHS[1] - LOG_LENGTHS[0], len(LOG_LENGTHS)],
        "constants": constants(),
        "starts": starts(),
        "optimizers": optimizers(),
        "bounds": {
            "copied": COPIED,
            "sigmas": SIGMAS,
            "margin": units.MARGIN,
            "too_far": TOO_FAR,
            "allowed": [round(math.exp(allowance(n)), 6) for n in range(1, 32)],
            "off": units._SHARE_OFF,  # noqa: SLF001
            "eps": float(np.finfo(float).eps),
        },
        "limits": {
            "depth": [1, 30],
            "width": [1, 32],
            "std": [0, 100],
            "biases": [0, 100],
            "rate": [1e-6, 100],
            "batch": [1, PLANE],
            "seed": [0, 2**32 - 1],
        },
        "defaults": {
            "data": "ring",
            "depth": 2,
            "width": 8,
            "activation": "tanh",
            "start": "xavier_normal",
            "std": 0.1,
            "odd": None,
            "biases": 0,
            "optimizer": "sgd",
            "rate": 0.3,
            "batch": 30,
            "seed": 0,
        },
    }


def activation(name: str) -> dict[str, Any]:
    """Return the gain of an activation, where it is flat, and its second moments by log q."""
    phi = wi.activations.get(name)
    flat = flat_beyond(phi)
    advised = wi.recommend(phi, depth=DEEP).initializer
    left, right = phi.derivative(np.array([-1.0, 1.0]))
    value, slope = _moments(name)
    return {
        "gain": float(f"{wi.gain(phi):.6g}"),
        "flat": None if math.isinf(flat) else flat,
        "dies": bool(left == 0 != right),  # a unit can be off for good, as with relu
        "at_zero": float(phi(0.0)),
        "scale": critical_scale(phi),
        "noise": float(f"{signal_noise(phi):.4g}"),
        "value": value,
        "slope": slope,
        "recommended": {**law(advised), "python": repr_of(advised)},
    }


def _moments(name: str) -> Iterator[dict[str, Any]]:
    """Yield E phi^2 and E phi'^2: thousand times their logs, and the slopes beyond the table.

    Below it phi is its tangent at 0: E phi^2 goes on as phi(0)^2, or else in proportion to q.
    """
    below = (0.0 if wi.activations.get(name)(0.0) else 1.0, 0.0)
    logs = [_log_moments(name, length) for length in (*LOG_LENGTHS, _FAR)]
    for slope, (*table, far) in zip(below, zip(*logs, strict=True), strict=True):
        above = None if far is None else round((far - table[-1]) / (_FAR - LOG_LENGTHS[-1]), 4)
        yield {
            "log": [value if value is None else round(1000 * value) for value in table],
            "beyond": [slope, above],
        }


def _log_moments(name: str, log_length: float) -> tuple[float | None, float | None]:
    """Return the logs of both moments; None where they grow beyond what a float holds."""
    try:
        value, slope = meanfield.moments(name, math.exp(log_length))
    except MomentError:
        return None, None
    return math.log(value), math.log(slope)


def constants() -> dict[str, Any]:
    """Return the numbers in activation functions, and the series of erfc.

    The series is that of log(erfc(z) exp(z^2) / t) in Chebyshev polynomials of 2 t - 1 with
    t = 2 / (2 + z), which runs from 1 to 0 as z runs from 0 to infinity.
    """
    angles = np.pi * (np.arange(64) + 0.5) / 64
    t = (np.cos(angles) + 1) / 2
    logs = np.log(erfcx(2 / t - 2) / t)
    # sums that are exact, so that no other processor or number of threads makes another file
    series = [math.fsum(logs * np.cos(k * angles)) / 32 for k in range(_TERMS)]
    series[0] /= 2
    return {
        "selu": {"alpha": _formulas._SELU_ALPHA, "lambda": _formulas._SELU_LAMBDA},  # noqa: SLF001
        "gelu_cubic": _formulas._GELU_CUBIC,  # noqa: SLF001
        "leaky_relu": wi.activations.get("leaky_relu").parameters[0],
        "erfc": series,
    }


def law(init: Initializer) -> dict[str, Any]:
    """Return how weights are drawn: a kind, and their variance as factor / n.

    n is given by its constant and by its parts of fan_in and fan_out. A uniform law reaches so many
    stds, an orthogonal matrix has a gain.
    """
    match init:
        case Constant(value=value):
            return {"kind": "constant", "value": value}
        case Orthogonal(gain=gain):
            return {"kind": "orthogonal", "gain": gain}
        case Normal():
            return {"kind": "normal", "factor": float(init.std) ** 2, "n": (1, 0, 0)}
        case VarianceScaling(scale=scale, mode=mode, distribution="normal"):
            return {"kind": "normal", "factor": scale, "n": _COUNTS[mode]}
        case VarianceScaling(scale=scale, mode=mode, distribution="uniform"):
            reach = math.sqrt(3)
            return {"kind": "uniform", "factor": scale, "n": _COUNTS[mode], "reach": reach}
    raise TypeError(f"the lab cannot draw {init}; say how in docs/_ext/lab_theory.py")


def repr_of(init: Initializer) -> str:
    """Return the expression that makes an initializer, in a script with `wi`."""
    return f"wi.{init if str(init) in dir(wi) else repr(init)}"


def starts() -> dict[str, Any]:
    """Return the starts by id: label, law, and the expression of Python."""

    def of(label: str, init: Initializer) -> dict[str, Any]:
        return {"label": label, "python": repr_of(init), **law(init)}

    own = {"label": "Std of your own", "python": "wi.Normal(std={std})", "kind": "own"}
    lsuv = {"label": "LSUV", "python": "", "kind": "lsuv"}
    recommended = {"label": "Recommended", "python": "", "kind": "recommended"}
    titles = {"lecun": "LeCun", "xavier": "Xavier", "he": "He"}
    named = {
        name: of(" ".join([titles[name.split("_")[0]], name.split("_")[1]]), getattr(wi, name))
        for name in _NAMED
    }
    return {
        "zeros": of("Zero", wi.zeros),
        "constant": of("Constant 0.5", Constant(value=0.5)),
        "small": of("Small (std 0.01)", Normal(std=0.01)),
        "std1": of("Std 1", Normal(std=1.0)),
        **named,
        "orthogonal": of("Orthogonal", wi.orthogonal),
        "lsuv": lsuv,
        "recommended": recommended,
        "std": own,
    }


def optimizers() -> dict[str, Any]:
    """Return the optimizers by id: label, the keyword arguments of `wi.train`, their numbers."""
    adam = {"beta1": Adam.beta1, "beta2": Adam.beta2, "epsilon": Adam.epsilon}
    return {
        "sgd": {"label": "SGD", "python": ""},
        "momentum": {
            "label": f"Momentum {_MOMENTUM}",
            "python": f"momentum={_MOMENTUM}",
            "momentum": _MOMENTUM,
        },
        "adam": {"label": "Adam", "python": 'optimizer="adam"', **adam},
    }


def script() -> str:
    """Return the script that defines the subject "theory" of the lab."""
    text = json.dumps(theory(), separators=(",", ":"), allow_nan=False)
    return f'"use strict";\nlab.define("theory", () => ({text}));\n'
