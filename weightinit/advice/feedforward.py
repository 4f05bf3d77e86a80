"""Layers before an activation: what they start from and, beside each rule, the sentence for it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from weightinit._checks import RandomSource
from weightinit.advice import _depth as depth
from weightinit.advice._depth import power
from weightinit.advice._statement import Statement
from weightinit.advice.question import VERY_DEEP, Question, initializer_for
from weightinit.gains import ActivationLike
from weightinit.initializers import DeltaOrthogonal, Orthogonal, VarianceScaling, zeros

__all__ = ["Answer", "branch", "conv", "dense", "depthwise", "initialize", "transposed"]

Answer = dict[str, Any]  #: fields of a Recommendation

_SOURCES = {
    "linear": "lecun1998",
    "relu": "he2015",
    "relu6": "he2015",
    "softplus": "he2015",
    "leaky_relu": "he2015",
    **dict.fromkeys(("tanh", "softsign", "hardtanh", "sine"), "glorot2010"),
    "sigmoid": "glorot2010",
    "selu": "klambauer2017",
    "siren": "sitzmann2020",
}

_WIDENING = Statement(
    "Where a layer has more outputs than inputs, multiply the gain by sqrt(n_out / n_in), counted "
    "without the kernel: orthogonal rows keep the sum of squares, so that from {n_in} to {n_out} "
    "units {left:g} of the mean square is left.",
    n_in=64,
    n_out=256,
    left=64 / 256,
)


def dense(question: Question) -> Answer:
    """Answer for a dense layer."""
    if question.deep and question.bends_down:
        return _isometry(question, Orthogonal, "pennington2017")
    answer = _scaled(question, question.base)
    very_deep = question.deep and question.layers >= VERY_DEEP
    return answer | _steady(question, answer) if very_deep else answer


def conv(question: Question) -> Answer:
    """Answer for a convolution."""
    if not (question.deep and question.bends_down):
        return _scaled(question, question.base)
    answer = _isometry(question, DeltaOrthogonal, "xiao2018")
    note = Statement(
        "It takes kernels of odd size with no more inputs than outputs. Where channels get fewer, "
        "take wi.Orthogonal with the same gain."
    )
    return answer | {"notes": (note, *answer["notes"])}


def depthwise(question: Question) -> Answer:
    """Answer for a depthwise convolution."""
    terms = 9
    answer = _by_fan_in(question)
    kurtosis = 1.8 if answer["initializer"].distribution == "uniform" else 3.0
    note = Statement(
        "A unit sums kernel_h * kernel_w terms, {terms} for 3 x 3, which is the fan in of the "
        "shape (kernel_h, kernel_w, 1, channels). For Keras, (kernel_h, kernel_w, channels, 1), "
        "draw from replace(initializer, groups=channels, transposed=True). With so few terms the "
        "mean square of a channel varies by {spread:.0%} (std) from channel to channel.",
        terms=terms,
        spread=math.sqrt((kurtosis - 1) / terms),
    )
    return answer | {"notes": (note, *answer["notes"])}


def transposed(question: Question) -> Answer:
    """Answer for a transposed convolution."""
    note = Statement(
        "An output sums fan_in / stride**2 terms, on average where the stride does not divide the "
        "kernel: draw from replace(initializer, "
        "scale=stride**2 * initializer.scale). Without that, "
        "stride {stride} leaves {left:g} of the mean square.",
        stride=2,
        left=2**-2,
    )
    answer = _by_fan_in(question)
    return answer | {"notes": (note, *answer["notes"])}


def _by_fan_in(question: Question) -> Answer:
    """Answer for kernels whose shape does not tell their fan out."""
    answer = _scaled(question, replace(question.base, mode="fan_in"))
    if question.deep and question.bends_down and question.kind != "linear":
        init = VarianceScaling(scale=question.slope_gain**2, mode="fan_in", distribution="normal")
        answer |= {"initializer": init, "source": "schoenholz2016"}
        answer |= {"reason": _slope_one(question), **depth.fading(question)}
    return answer


def _steady(question: Question, answer: Answer) -> Answer:
    """Make the weights of a deep network orthogonal: the same gain, and less noise."""
    reason, noise = answer["reason"], 2.0  # the length of a normal vector varies by 2 / units
    with_noise = question.say(
        "{why}; a layer of orthogonal weights keeps the size of every signal alike, while one of "
        "normal weights adds a relative variance of {noise:g} / units to the mean square",
        why=str(reason),
        noise=noise,
        **reason.numbers,
    )
    return {
        "initializer": Orthogonal(gain=math.sqrt(question.base.scale)),
        "reason": with_noise,
        "notes": (_WIDENING, *depth.notes(question, question.noise - noise)),
    }


def _isometry(question: Question, kind: Callable[..., Any], source: str) -> Answer:
    """Answer for a deep network of activations like tanh, which lengths and angles can pass."""
    answer: Answer = {"initializer": kind(gain=question.slope_gain), "source": source}
    if not question.is_linear:
        faded = depth.fading(question)
        faded["notes"] = (_WIDENING, *faded["notes"])
        return answer | {"reason": _slope_one(question), **faded}
    L = question.layers
    reason = question.say(
        "a product of {layers} square orthogonal matrices keeps every length, while one of normal "
        "matrices stretches one direction {stretch:.3g} times as much as they do on average (rms)",
        stretch=math.sqrt((L + 1) * (1 + 1 / L) ** L),  # Fuss-Catalan, wide layers
    )
    source = "saxe2013" if kind is Orthogonal else source
    return answer | {"reason": reason, "source": source, "notes": (_WIDENING,)}


def _slope_one(question: Question) -> Statement:
    """Say why the slope at zero decides the gain of a deep network of odd activations."""
    return question.say(
        "the gain {gain:.4g} gives {name} slope 1 at zero, while the one that keeps a mean square "
        "of 1, {unit_gain:.4g}, multiplies that of gradients by {chi_at_unit_gain:.4g} a layer, "
        "{total} over {layers} layers",
        gain=question.slope_gain,
        total=power(question.chi_at_unit_gain, question.layers),
    )


def _scaled(question: Question, initializer: VarianceScaling) -> Answer:
    notes = depth.notes(question)
    return {
        "initializer": initializer,
        "reason": _why_this_scale(question),
        "source": _SOURCES.get(question.kind, "poole2016"),
        "notes": notes,
        "caveats": depth.caveats(question),
    } | branch(question, initializer, notes, each=question.branch_output)


def _why_this_scale(question: Question) -> Statement:
    """Say why the weights of `question.base` suit the activation."""
    gain = math.sqrt(question.base.scale)
    if question.bends_down and question.kind != "siren" and not question.is_linear:
        return question.say(
            "{name} has slope {slope_at_zero:.4g} at zero, so that the gain {gain:.4g} passes a "
            "small signal on as it is",
            gain=gain,
        )
    if question.kind == "sigmoid":
        return question.say(
            "{name} has slope {slope_at_zero:.4g} at zero, {product:.4g} with the gain {gain:.4g}, "
            "which is what Xavier's variance is derived for",
            gain=gain,
            product=question.slope_at_zero * gain,
        )
    if question.kind == "selu":
        return question.say(
            "with the gain {gain:.4g}, {name} holds mean 0 and variance 1, and a layer shrinks a "
            "small deviation of the mean square to {deviation:.4g} of it",
            gain=gain,
        )
    if question.kind in ("siren", "softplus"):
        return question.say(
            "the gain {gain:.4g} multiplies the mean square of a gradient by {chi_of_base:.4g} a "
            "layer, and {unit_gain:.4g}, which keeps a mean square of 1 for {name}, by "
            "{chi_at_unit_gain:.4g}",
            gain=gain,
        )
    return question.say(
        "{name} passes on {kept:.4g} of a mean square of 1, and the gain {gain:.4g} makes up for "
        "it: variance {variance:.4g} / fan_in",
        kept=question.unit_gain**-2,
        gain=gain,
        variance=question.base.scale,
    )


def branch(
    question: Question, initializer: VarianceScaling, notes: tuple[Statement, ...], each: float
) -> Answer:
    """Answer for the last layer of a residual branch; `each` as for :func:`depth.branches`."""
    if not question.residual:
        return {}
    last: Any = zeros
    if question.normalized and question.depth is not None:
        last = replace(initializer, scale=initializer.scale / question.layers)
    return {"last_initializer": last, "notes": (*notes, *depth.branches(question, each))}


def initialize(
    shape: Sequence[int],
    activation: ActivationLike = "relu",
    *,
    rng: RandomSource = None,
    dtype: DTypeLike = np.float64,
) -> NDArray[Any]:
    r"""
    Draw the weights of one layer, of the size that suits the activation after it.

    ==================== ==========================================================================
    activation           weights
    ==================== ==========================================================================
    tanh, softsign,      Xavier: uniform, variance :math:`2 / (n_\text{in} + n_\text{out})`
    hardtanh, sine
    relu, relu6,         He: normal, variance :math:`2 / ((1 + a^2)\, n_\text{in})`
    leaky_relu(a),
    softplus
    selu                 LeCun: normal, variance :math:`1 / n_\text{in}`
    sigmoid              4 times Xavier: uniform, variance
                         :math:`32 / (n_\text{in} + n_\text{out})`
    siren(omega)         SIREN's: uniform, variance :math:`2 / (\omega^2 n_\text{in})`
    any other            normal, variance :math:`g^2 / n_\text{in}`, with the forward :func:`gain`
                         :math:`g`; if it is odd and flatter away from zero, like tanh: Xavier with
                         the gain :math:`1 / \phi'(0)`
    ==================== ==========================================================================

    Parameters
    ----------
    shape : sequence of int
        Shape of the weight: ``(in, out)``, or ``(kernel_h, kernel_w, in, out)``. For another
        layout draw with ``replace(wi.he_normal, in_axis=..., out_axis=...)``.
    activation : str, Activation or callable, default "relu"
        A name, an activation, or any vectorized callable, as for :func:`gain`.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes; share one ``Generator`` over a network.
    dtype : dtype, default numpy.float64
        One of float64, float32 and float16, or `ml_dtypes.bfloat16`.

    Returns
    -------
    ndarray
        The weights.

    Raises
    ------
    TypeError, ValueError
        As for :func:`gain` and for a call of an :class:`Initializer`.

    Notes
    -----
    Xavier's scheme, often recommended for sigmoid, fails there in depth: the slope of a sigmoid is
    at most 1/4, so that each layer shrinks the gradient about fourfold or more. Glorot and Bengio
    derive it for slope 1 at zero, and weights four times larger restore that. They train networks
    of some layers. In deep ones the gradient still fades: most pre-activations are far from zero,
    and each layer keeps 0.4 of its mean square. Larger weights can keep it
    (:func:`~weightinit.meanfield.chi` in the examples: gain 4 and gain 10).

    Far from zero softplus is relu. The gain that keeps a mean square of 1 there, 1.04, would keep
    a third of the mean square of a gradient; that of relu keeps nearly all.

    References
    ----------
    Glorot and Bengio (2010), PMLR 9:249-256; He et al. (2015), arXiv:1502.01852; Klambauer et
    al. (2017), arXiv:1706.02515; Sitzmann et al. (2020), arXiv:2006.09661.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.initialize((784, 256), "tanh", rng=0).shape
    (784, 256)
    >>> kernel = wi.initialize((3, 3, 64, 128), "relu", rng=0)
    >>> bool((kernel == wi.he_normal((3, 3, 64, 128), rng=0)).all())
    True
    >>> wi.meanfield.chi("sigmoid", weight_variance=[4**2, 10**2])
    array([0.39888, 0.98581])
    """
    return initializer_for(activation)(shape, rng=rng, dtype=dtype)
