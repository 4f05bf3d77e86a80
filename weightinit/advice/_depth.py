"""What depth does to a start: notes on how to use it, caveats where weights do not suffice."""

import math

from weightinit.advice.question import Question, Statement
from weightinit.gains import gain

__all__ = ["branches", "caveats", "fading", "notes", "power"]

_TOO_FAR = 100.0  # on a mean square: ten on its root

_UNSCALED = Statement(
    "A normalization right after the layer divides the size of the weights out again: twice as "
    "large, they change no output after it, and halve their gradient and so the first steps."
)

_FREQUENCIES = Statement(
    "The weights of the first layer, whose inputs are coordinates between -1 and 1, set the "
    "frequencies that the network starts from: draw them from U(-1 / fan_in, 1 / fan_in) "
    "(sitzmann2020)."
)


def notes(question: Question) -> tuple[Statement, ...]:
    """Say what normalization, the first layer or great depth ask for."""
    if question.normalized and not question.residual:
        return (_UNSCALED,)
    if question.kind == "siren":
        return (_FREQUENCIES,)
    if question.plain and question.bends_down and question.base.scale > 1 + 1e-6:
        return (_first_layer(question),)
    return (_width(question),) if question.deep and question.is_scale_free else ()


def _first_layer(question: Question) -> Statement:
    scale = question.base.scale
    return question.say(
        "Take the gain {slope_gain:.4g} for the first layer, whose inputs have a mean square of 1 "
        "and not of {settled:.4g}: {gain:.4g} would give its pre-activations the variance "
        "{scale:.4g}, far from where {name} is straight.",
        gain=math.sqrt(scale),
        scale=scale,
    )


def _width(question: Question) -> Statement:
    """Say how far a network of ReLUs strays (Hanin and Rolnick 2018, in the limit of width)."""
    phi, layers = question.phi, question.layers
    fourth_moment = gain(lambda z: phi(z) ** 2) ** -2
    v = question.unit_gain**4 * fourth_moment - 1  # of phi(z)^2, relative to its mean
    width = 10 * layers
    return Statement(
        "Keep the layers wide: from network to network the mean square varies by {spread:.2g} of "
        "itself (std) at width {width}, ten times the depth, and more in narrower ones "
        "(hanin2018).",
        spread=math.sqrt((1 + v / width) ** layers - 1),
        width=width,
    )


def caveats(question: Question, *, way_out: str = "") -> tuple[Statement, ...]:
    """Warn where neither weights nor a normalization hold signal and gradient over the depth."""
    if question.residual or question.normalized is True:
        return ()
    found = []
    if question.normalized:
        way_out = way_out or _normalized_way_out(question)
    elif question.deviation > _TOO_FAR ** (0.5 / question.layers):
        found.append(
            question.say(
                "A mean square of 1 is an unstable fixed point: a small deviation is multiplied by "
                "{deviation:.4g} a layer, by {total} over {layers}. {way_out}",
                total=power(question.deviation, question.layers),
                way_out=way_out or "Normalize, or use residual branches.",
            )
        )
    if abs(math.log(question.chi)) * question.layers > math.log(_TOO_FAR):
        found.append(
            question.say(
                "The gradient {what}: its mean square is multiplied by {chi:.4g} a layer, by "
                "{total} over {layers}. {way_out}",
                what="grows" if question.chi > 1 else "fades",
                total=power(question.chi, question.layers),
                way_out=way_out or _plain_way_out(question),
            )
        )
    return tuple(found)


def _normalized_way_out(question: Question) -> Statement:
    if not question.bends_down:  # odd functions have no mean, which is where the two differ
        return Statement("Use residual branches, or the other normalization.")
    return question.say(
        "Use residual branches, or start the scale of the normalization at {small:.4g}, where "
        "{name} is nearly straight.",
        small=question.slope_gain / 10,
    )


def _plain_way_out(question: Question) -> Statement:
    if not question.bends_down:
        return Statement("Take another activation, normalize, or use residual branches.")
    if question.depth is None:
        return Statement("Say how deep the network is (depth=).")
    return question.say("Take the gain {slope_gain:.4g}, which gives {name} slope 1 at zero.")


def fading(question: Question) -> dict[str, tuple[Statement, ...]]:
    """Say what slope 1 at zero leaves over the depth: a note, or a caveat where it is little."""
    signal, gradient = question.through(question.slope_gain**2, question.layers)
    better = "Normalize, use residual branches, or take an activation that is straighter at zero."
    little = gradient <= 1 / _TOO_FAR
    said = question.say(
        "A mean square of 1 fades as a power of the depth at most, not exponentially: to "
        "{signal:.2g} over {layers} layers, that of a gradient to {gradient:.2g}.{way_out}",
        signal=signal,
        gradient=gradient,
        way_out=f" {better}" if little else "",
    )
    return {"notes": () if little else (said,), "caveats": (said,) if little else ()}


def branches(question: Question, each: float) -> Statement:
    """Say why the last layer of a residual branch starts as it does.

    `each` is the mean square that a branch whose last layer is not scaled down makes of one of 1.
    """
    if not question.normalized:
        return question.say(
            "The last layer of each branch starts at zero, so that a block starts as the identity: "
            "{layers} branches that keep the mean square would multiply it by 2**{layers} = "
            "{total} (zhang2019).",
            total=power(2.0, question.layers),
        )
    if question.depth is None:
        return Statement(
            "The last layer of each branch starts at zero, so that a block starts as the identity "
            "(de2020). With depth=, the number of branches, it is scaled down instead."
        )
    return question.say(
        "The last layer of each branch is divided by sqrt({layers}): {layers} branches then add "
        "{total:.3g} to a mean square of 1, instead of {unscaled:.3g} (radford2019).",
        total=each,
        unscaled=each * question.layers,
    )


def power(base: float, exponent: int) -> str:
    """Write a power in short, also where it is no float any more."""
    digits = exponent * math.log10(base)
    return f"{base**exponent:.2g}" if abs(digits) < 300 else f"1e{digits:+.0f}"
