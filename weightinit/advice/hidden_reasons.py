"""The sentences about layers in front of an activation, each with its number computed."""

import math

from weightinit.advice.passage import through
from weightinit.advice.question import Question
from weightinit.gains import gain

__all__ = [
    "branch",
    "depthwise",
    "drift",
    "fading",
    "for_activation",
    "general",
    "isometric",
    "slope_one",
    "transposed",
]

_UNASKED_DEPTH = 50  # for which caveats are computed when no depth was given
_TOO_FAR = 100.0  # on a mean square: ten on its root

_SOURCES = {
    "linear": "lecun1998",
    "relu": "he2015",
    "leaky_relu": "he2015",
    "tanh": "glorot2010",
    "sigmoid": "glorot2010",
    "selu": "klambauer2017",
}


def for_activation(question: Question) -> tuple[str, str]:
    """Say why the weights of `question.base` suit the activation, and after whom."""
    name, kind, g = question.name, question.kind, question.unit_gain
    source = _SOURCES.get(kind, "poole2016")
    if kind == "tanh":
        slope = question.at_unit_gain.slope_at_zero
        return (
            f"{name} has slope {slope:.4g} at zero, so that the gain "
            f"{math.sqrt(question.base.scale):.4g} passes a small signal on as it is"
        ), source
    if kind == "sigmoid":
        slope, times = question.at_unit_gain.slope_at_zero, math.sqrt(question.base.scale)
        return (
            f"{name} has slope {slope:.4g} at zero, and the gain {times:.4g} makes that "
            f"{slope * times:.4g}"
        ), source
    if kind == "selu":
        return (
            f"with the gain {math.sqrt(question.base.scale):.4g}, {name} holds mean 0 and "
            "variance 1, and a layer shrinks a small deviation of the mean square to "
            f"{question.at_base.deviation:.4g} of it"
        ), source
    return (
        f"{name} passes on {g**-2:.4g} of a mean square of 1, and the gain {g:.4g} makes up for "
        f"it: variance {g**2:.4g} / fan_in"
    ), source


def isometric(question: Question) -> str:
    """Say why a deep linear network takes orthogonal weights."""
    depth = question.depth or 1
    longest = math.sqrt((depth + 1) * (1 + 1 / depth) ** depth)  # Fuss-Catalan, wide layers
    return (
        f"a product of {depth} orthogonal matrices keeps every length, while one of normal "
        f"matrices stretches one direction {longest:.3g} times as much as they do on average (rms)"
    )


def slope_one(question: Question) -> str:
    """Say why the slope at zero decides the gain of a deep network of odd activations."""
    depth, growth = question.depth or 1, question.at_unit_gain.gradient
    return (
        f"the gain {question.slope_gain:.4g} gives {question.name} slope 1 at zero, while the one "
        f"that keeps a mean square of 1, {question.unit_gain:.4g}, multiplies that of gradients by "
        f"{growth:.4g} a layer, {_power(growth, depth)} over {depth} layers"
    )


def general(question: Question) -> tuple[str, ...]:
    """Say what normalization, the first layer or great depth ask for."""
    passage = question.at_base
    homogeneous = max(abs(passage.deviation - 1), abs(passage.gradient - 1)) < 1e-6
    if question.normalized and not question.residual:
        return (_UNSCALED,)
    if question.plain and question.at_unit_gain.bends_down and question.base.scale > 1 + 1e-6:
        return (_first_layer(question),)
    return (_width(question),) if question.deep and homogeneous else ()


_UNSCALED = (
    "A normalization right behind the layer divides the size of the weights out again: twice as "
    "large, they change no output behind it, and halve their gradient and so the first steps."
)


def _first_layer(question: Question) -> str:
    scale = question.base.scale
    return (
        f"Take the gain {question.slope_gain:.4g} for the first layer, whose inputs have a mean "
        f"square of 1 and not of {1 / scale:.4g}: {math.sqrt(scale):.4g} would give its "
        f"pre-activations the variance {scale:.4g}, where {question.name} is flat."
    )


def _width(question: Question) -> str:
    """Say how far a network of ReLUs strays (Hanin and Rolnick 2018, in the limit of width)."""
    phi, depth = question.function, question.depth or 1
    fourth_moment = gain(lambda z: phi(z) ** 2) ** -2
    v = question.unit_gain**4 * fourth_moment - 1  # of phi(z)^2, relative to its mean
    width = 10 * depth
    spread = math.sqrt((1 + v / width) ** depth - 1)
    return (
        f"Keep the layers wide: from network to network the mean square varies by {spread:.2g} of "
        f"itself (std) at width {width}, ten times the depth, and more in narrower ones "
        "(hanin2018)."
    )


def drift(question: Question, *, way_out: str = "") -> tuple[str, ...]:
    """Warn where the weights alone hold neither the signal nor the gradient over the depth."""
    depth, passage = question.depth or _UNASKED_DEPTH, question.at_base
    caveats = []
    if passage.deviation > _TOO_FAR ** (0.5 / depth):
        caveats.append(
            "A mean square of 1 is an unstable fixed point: a small deviation is multiplied by "
            f"{passage.deviation:.4g} a layer, by {_power(passage.deviation, depth)} over {depth}. "
            + (way_out or "Normalize, or use residual branches.")
        )
    if abs(math.log(passage.gradient)) * depth > math.log(_TOO_FAR):
        what = "grows" if passage.gradient > 1 else "fades"
        better = question.depth is None and question.at_unit_gain.bends_down
        elsewhere = "Say how deep the network is (depth=)" if better else "Take another activation"
        caveats.append(
            f"The gradient {what}: its mean square is multiplied by {passage.gradient:.4g} a "
            f"layer, by {_power(passage.gradient, depth)} over {depth}. "
            + (way_out or f"{elsewhere}, normalize, or use residual branches.")
        )
    return tuple(caveats)


def fading(question: Question) -> dict[str, tuple[str, ...]]:
    """Say what slope 1 at zero leaves over the depth: a note, or a caveat where it is little."""
    depth = question.depth or 1
    signal, gradient = through(question.function, question.slope_gain**2, depth)
    text = (
        f"A mean square of 1 fades as a power of the depth at most, not exponentially: to "
        f"{signal:.2g} over {depth} layers, that of a gradient to {gradient:.2g}."
    )
    if gradient > 1 / _TOO_FAR:
        return {"notes": (text,), "caveats": ()}
    better = "Normalize, use residual branches, or take an activation that is straighter at zero."
    return {"notes": (), "caveats": (f"{text} {better}",)}


def branch(question: Question) -> str:
    """Say why the last layer of a residual branch starts as it does."""
    depth = question.depth or _UNASKED_DEPTH
    if not question.normalized:
        return (
            "The last layer of each branch starts at zero, so that a block starts as the identity: "
            f"{depth} branches of gain 1 would multiply the mean square by 2**{depth} = "
            f"{_power(2.0, depth)} (zhang2019)."
        )
    if question.depth is None:
        return (
            "The last layer of each branch starts at zero, so that a block starts as the identity "
            "(de2020). With depth=, the number of branches, it is scaled down instead."
        )
    return (
        f"The last layer of each branch is divided by sqrt({depth}): {depth} branches of a mean "
        f"square of 1 add up to {depth}, and so to 1 (radford2019)."
    )


def depthwise() -> str:
    """Say what a depthwise kernel sums, and how much that varies."""
    terms = 3 * 3
    return (
        f"A unit sums kernel_h * kernel_w terms, {terms} for 3 x 3, which is the fan in of the "
        "shape (kernel_h, kernel_w, 1, channels). With so few, the mean square of a channel varies "
        f"by {math.sqrt(2 / terms):.0%} (std) from channel to channel."
    )


def transposed() -> str:
    """Say what the stride does to a transposed convolution."""
    stride = 2
    return (
        "An output sums fan_in / stride**2 terms: draw from replace(initializer, "
        "scale=stride**2 * initializer.scale). Without that, "
        f"stride {stride} leaves {stride**-2:g} of the mean square."
    )


def _power(base: float, exponent: int) -> str:
    """Write a power in short, also where it is no float any more."""
    digits = exponent * math.log10(base)
    return f"{base**exponent:.2g}" if abs(digits) < 300 else f"1e{digits:+.0f}"
