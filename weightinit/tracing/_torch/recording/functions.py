"""Functions of PyTorch, by what they do to a signal."""

import functools
import types
from collections.abc import Callable
from typing import Any

import torch

from weightinit.activations import Activation
from weightinit.tracing._models.activations import recognize

__all__ = ["KINDS", "NORMS", "in_parts", "known", "named"]

#: Normalizations: their name in this package, and where gain and shift are among the arguments.
NORMS = {
    "layer_norm": ("layer", ("weight", 2), ("bias", 3)),
    "group_norm": ("layer", ("weight", 2), ("bias", 3)),
    "rms_norm": ("layer", ("weight", 2), ("bias", 9)),
    "batch_norm": ("batch", ("weight", 3), ("bias", 4)),
    "instance_norm": ("layer", ("weight", 3), ("bias", 4)),
    "normalize": ("layer", ("weight", 9), ("bias", 9)),
}

#: Functions by what they do. A statistic sums up a signal, and so makes a normalization when the
#: signal is divided by it. "entries" maps each entry by itself.
_NAMES = {
    "add": "add radd sub subtract rsub",
    "multiply": "mul rmul multiply div truediv true_divide divide",
    "entries": """relu relu6 leaky_relu elu selu celu gelu silu mish tanh sigmoid softplus softsign
        hardtanh hardswish hardsigmoid sin cos exp log logsigmoid tanhshrink threshold hardshrink
        softshrink pow rpow square abs sqrt rsqrt reciprocal rdiv rtruediv erf expm1 log1p clamp
        clip clamp_min neg sgn sign minimum maximum addcmul""",
    "layer": """linear embedding conv1d conv2d conv3d conv_transpose1d conv_transpose2d
        conv_transpose3d""",
    "matmul": "matmul mm bmm __matmul__ addmm baddbmm einsum",
    "norm": " ".join(NORMS),
    "recurrent": "lstm gru rnn_tanh rnn_relu",
    "statistic": "mean var var_mean std std_mean norm vector_norm sum",
    "weights": "softmax log_softmax",
    "join": "cat concat stack hstack vstack concatenate",
    "pool": """max_pool1d max_pool2d max_pool3d adaptive_max_pool1d adaptive_max_pool2d
        adaptive_max_pool3d amax""",
}
KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_ELEMENTWISE = {name for name, kind in KINDS.items() if kind in ("add", "multiply", "entries")}


def named(func: Callable[..., Any]) -> str:
    """Return the name of a function, without what tells its in-place form or its operator."""
    name = getattr(func, "__name__", "")
    if name in ("__get__", "__set__"):
        name = str(getattr(getattr(func, "__self__", None), "__name__", name))
    if name.startswith("__"):
        bare = name.strip("_")
        found = (each for each in (bare.removeprefix("i"), bare) if each in _ELEMENTWISE)
        name = next(found, name)
    return name if name.startswith("__") else name.rstrip("_").removeprefix("_")


@functools.lru_cache(maxsize=64)
def in_parts(func: Callable[..., Any]) -> Callable[..., Any] | None:
    """Return a function of torch.nn.functional that shows what it calls; None if it is built in.

    Such a function first asks whether somebody listens, and hands itself over as a whole. In the
    copy nobody does.
    """
    if not isinstance(func, types.FunctionType):
        return None
    if func.__globals__.get("__name__") != "torch.nn.functional":
        return None
    asking = [name for name in func.__globals__ if name.startswith("has_torch_function")]
    deaf = func.__globals__ | dict.fromkeys(asking, lambda *_: False)
    copy = types.FunctionType(
        func.__code__, deaf, func.__name__, func.__defaults__, func.__closure__
    )
    copy.__kwdefaults__ = func.__kwdefaults__
    return copy


def known(function: Callable[[torch.Tensor], torch.Tensor], name: str) -> Activation | None:
    """
    Return the activation that an elementwise function is; None for a straight line.

    Parameters
    ----------
    function : callable
        From a tensor of float64 to one.
    name : str
        What to call it if it is none of this package.

    Returns
    -------
    Activation or None
        One of this package, or computed by PyTorch itself.
    """
    return recognize(*_numeric(function), name)


def _numeric(function: Callable[[torch.Tensor], torch.Tensor]) -> tuple[Any, Any]:
    """Return a function of PyTorch, and its derivative, as functions of arrays."""

    def phi(x: Any) -> Any:
        with torch.no_grad():
            return function(torch.from_numpy(x.astype("float64"))).numpy().astype(x.dtype)

    def slope(x: Any) -> Any:
        with torch.enable_grad():
            z = torch.from_numpy(x.astype("float64")).requires_grad_()
            (gradient,) = torch.autograd.grad(function(z).sum(), z)
        return gradient.numpy().astype(x.dtype)

    return phi, slope
