"""How neural-network weights should start: exact initializers and their theory.

>>> import weightinit as wi
>>> weights = wi.he_normal((784, 256), rng=0)
>>> weights.shape, wi.he_normal.std((800, 10))
((784, 256), 0.05)
"""

from importlib import import_module as _import_module
from typing import Any as _Any

#: The modules that hold public names. They load on first use: a program that draws weights does not
#: wait for the diagnosis. `__init__.pyi` says the same to type checkers.
_NAMES = {
    "activations": "Activation",
    "advice": "Recommendation initialize recommend",
    "comparison": "Comparison compare",
    "diagnosis": "Diagnosis Finding assert_healthy diagnose",
    "fans": "Fans compute_fans",
    "gains": "gain",
    "initializers": (
        "Chrono Constant DeltaOrthogonal ForgetBias Identity Initializer Normal Orthogonal Ring "
        "SirenFirst Sparse Stacked TruncatedNormal Uniform VarianceScaling ZerO delta_orthogonal "
        "glorot_normal glorot_uniform he_normal he_uniform identity kaiming_normal kaiming_uniform "
        "lecun_normal lecun_uniform ones orthogonal siren xavier_normal xavier_uniform zeros"
    ),
    "monitoring": "Monitor",
    "networks": "GradientCheck Network check_gradients cnn gru lstm mlp rnn transformer",
    "risk": "FailureRates failure_rates",
    "scaling": "CoordinateCheck coordinate_check",
    "schemes": (
        "StartReport deepnorm fixup looks_linear lsuv mu_parametrization rezero "
        "scaled_residual skipinit spectral start t_fixup"
    ),
    "tracing": "trace",
    "training": "History train",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}
_ROOMS = ("activations", "datasets", "diagnosis", "meanfield", "networks", "tracing")

__all__ = list(_HOMES | dict.fromkeys(_ROOMS))


def __getattr__(name: str) -> _Any:
    """Load a name on first use (PEP 562)."""
    if name in _HOMES:
        value = getattr(_import_module(f"weightinit.{_HOMES[name]}"), name)
    elif name in _ROOMS or name in _NAMES:
        return _import_module(f"weightinit.{name}")  # which makes it an attribute
    elif name == "__version__":
        value = _import_module("importlib.metadata").version("weightinit")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the names, those that are not loaded as well."""
    return sorted({*globals(), *__all__, "__version__"})
