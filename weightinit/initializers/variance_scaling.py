"""The basis of LeCun's, Xavier's and He's schemes: a variance that scales with the fans."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from weightinit import _laws, streams
from weightinit._axes import Axes, Layout
from weightinit._blocks import Law
from weightinit._checks import check_choice, check_nonnegative
from weightinit.initializers._elementwise import Elementwise
from weightinit.initializers._kernels import check_fields, layout_of

__all__ = ["VarianceScaling"]

# Mode -> the n of the variance scale / n.
_MODES: dict[str, Callable[[Layout], float]] = {
    "fan_in": lambda of: of.fan_in,
    "fan_out": lambda of: of.fan_out,
    "fan_avg": lambda of: (of.fan_in + of.fan_out) / 2,
    "fan_geo_avg": lambda of: math.sqrt(of.fan_in * of.fan_out),
}

_BOUND = 2.0  # where the truncated normal is cut off, as in JAX and Keras

# Distribution -> how far its values reach, in units of their std.
_REACH: dict[str, float] = {
    "normal": streams.NORMAL_REACH,
    "uniform": math.sqrt(3),
    "truncated_normal": _BOUND / streams.truncation_factor(_BOUND),
}


@dataclass(frozen=True, kw_only=True, repr=False)
class VarianceScaling(Elementwise):
    r"""
    Draw weights of mean 0 and variance :math:`s / n`, where :math:`n` counts a unit's connections.

    .. math:: \operatorname{Var} w = \frac{s}{n}, \qquad n = \begin{cases}
        n_\text{in} & \text{mode "fan\_in"} \\
        n_\text{out} & \text{mode "fan\_out"} \\
        (n_\text{in} + n_\text{out}) / 2 & \text{mode "fan\_avg"} \\
        \sqrt{n_\text{in} n_\text{out}} & \text{mode "fan\_geo\_avg"}
        \end{cases}

    The fans are those of :func:`compute_fans`. The variance is exact for all three
    distributions: the truncated normal is corrected for its tails.

    Parameters
    ----------
    scale : float
        The factor :math:`s \ge 0`, the square of a gain (:func:`gain`).
    mode : {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"}
        What :math:`n` is.
    distribution : {"normal", "uniform", "truncated_normal"}
        Normal; uniform on :math:`\pm\sqrt{3 s / n}`; or a normal cut off at 2 stds, rescaled to
        the variance :math:`s / n`.
    in_axis, out_axis, batch_axis : int or sequence of int, default -2, -1 and ()
        The axes of the inputs, of the outputs and of a stack, as for :func:`compute_fans`.
    groups : int, default 1
        Groups of a grouped convolution, as for :func:`compute_fans`.
    transposed : bool, default False
        Whether its kernel holds the inputs of all groups, as for :func:`compute_fans`.

    Raises
    ------
    TypeError, ValueError
        A parameter is not of the kind or not among the values above.

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp"; Glorot and Bengio (2010), PMLR
    9:249-256; He et al. (2015), arXiv:1502.01852. The parametrization is that of
    ``jax.nn.initializers.variance_scaling``.

    Examples
    --------
    >>> import weightinit as wi
    >>> init = wi.VarianceScaling(scale=2.0, mode="fan_in", distribution="uniform")
    >>> init == wi.he_uniform
    True
    >>> init.std((800, 10))  # sqrt(2 / 800)
    0.05
    >>> init((800, 10), rng=0).shape
    (800, 10)

    PyTorch's layout, ``(out, in, kernel_h, kernel_w)``:

    >>> from dataclasses import replace
    >>> torch_like = replace(wi.he_normal, in_axis=1, out_axis=0)
    >>> torch_like.std((128, 8, 5, 5))  # sqrt(2 / 200)
    0.1

    A stack of 8 experts, each a dense layer of 512 inputs; and, as Keras stores it, a depthwise
    kernel ``(kernel_h, kernel_w, channels, multiplier)``, whose units sum 25 terms each:

    >>> replace(wi.he_normal, batch_axis=0).std((8, 512, 2048))  # sqrt(2 / 512)
    0.0625
    >>> replace(wi.he_normal, groups=48, transposed=True).std((5, 5, 48, 1))  # sqrt(2 / 25)
    0.28284271
    """

    scale: float
    mode: str
    distribution: str
    in_axis: Axes = -2
    out_axis: Axes = -1
    batch_axis: Axes = ()
    groups: int = 1
    transposed: bool = False

    def __post_init__(self) -> None:
        hint = 'it is the square of a gain, such as wi.gain("relu") ** 2'
        checked = {
            "scale": check_nonnegative("scale", self.scale, hint=hint),
            "mode": check_choice("mode", self.mode, _MODES),
            "distribution": check_choice("distribution", self.distribution, _REACH),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        check_fields(self)

    def _std(self, shape: tuple[int, ...]) -> float:
        return math.sqrt(self.scale / _MODES[self.mode](layout_of(self, shape)))

    def _law(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Law:
        std = self._std(shape)
        if self.distribution == "uniform":
            limit = math.sqrt(3) * std
            return _laws.uniform(dtype, -limit, limit)
        if self.distribution == "normal":
            return _laws.normal(0.0, std)
        return _laws.truncated_normal(dtype, 0.0, std, _BOUND)

    def _largest(self, shape: tuple[int, ...]) -> float:
        return _REACH[self.distribution] * self._std(shape)
