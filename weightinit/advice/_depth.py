"""What depth does to a start: notes on how to use it, caveats where weights do not suffice."""

import math

from weightinit.advice._statement import Statement
from weightinit.advice.question import TOO_FAR, Question

__all__ = ["branches", "caveats", "fading", "notes", "power"]

_UNSCALED = Statement(
    "A normalization right after the layer divides the size of the weights out again: twice as "
    "large, they change no output after it, and halve their gradient and so the first steps of SGD."
)

_NORMALIZED_END = Statement(
    "Where a branch ends with a normalization, draw its last layer as the others and start the "
    "gain of that normalization at zero: it would divide a scale of the weights out."
)

_FREQUENCIES = Statement(
    "The weights of the first layer, whose inputs are coordinates between -1 and 1, set the "
    "frequencies that the network starts from: draw them from U(-1 / fan_in, 1 / fan_in) "
    "(sitzmann2020)."
)

_DATA = Statement(
    "Rescale each layer to one batch of your data (LSUV, mishkin2015), if you can: in short "
    "trainings of plain networks of ten layers or more that did better in several of those "
    "measured (nox -s advice)."
)


def notes(question: Question, noise: float | None = None) -> tuple[Statement, ...]:
    """Say what normalization, the first layer or great depth ask for.

    `noise` is the relative variance of a mean square behind one layer, times its units.
    """
    if question.normalized and not question.residual:
        return (_UNSCALED,)
    if question.kind == "siren":
        return (_FREQUENCIES,)
    if not question.deep:
        return ()
    wide = (_width(question, noise or question.noise),) if question.is_scale_free else ()
    return (*wide, _DATA)


def _width(question: Question, noise: float) -> Statement:
    """Say how far a network of ReLUs strays (Hanin and Rolnick 2018, in the limit of width)."""
    layers = question.layers
    width = 10 * layers
    return Statement(
        "Keep the layers wide: from network to network the mean square varies by {spread:.2g} of "
        "itself (std) at width {width}, ten times the depth, and more in narrower ones "
        "(hanin2018).",
        spread=math.sqrt((1 + noise / width) ** layers - 1),
        width=width,
    )


def caveats(question: Question, *, way_out: str = "") -> tuple[Statement, ...]:
    """Warn where neither weights nor a normalization hold signal and gradient over the depth."""
    if question.residual or question.normalized is True:
        return ()
    found = []
    if question.normalized:
        way_out = way_out or _normalized_way_out(question)
    elif question.deviation > TOO_FAR ** (0.5 / question.layers):
        found.append(
            question.say(
                "A mean square of 1 is an unstable fixed point: a small deviation is multiplied by "
                "{deviation:.4g} a layer, by {total} over {layers}. {way_out}",
                total=power(question.deviation, question.layers),
                way_out=way_out or f"{_ways(question)}.",
            )
        )
    if not question.lets_pass(question.chi):
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
        return Statement(f"{_ways(question)}.")
    return question.say(
        "Use residual branches, or start the scale of the normalization at {small:.4g}, where "
        "{name} is nearly straight.",
        small=question.slope_gain / 10,
    )


def _ways(question: Question) -> str:
    """Name what holds signal and gradient where weights do not: normalizations that let it pass."""
    kept = [n for n in ("layer", "batch") if question.lets_pass(question.chi_behind(n))]
    named = f"Use {' or '.join(kept)} normalization" if kept else ""
    return f"{named}, or residual branches" if named else "Use residual branches"


def _plain_way_out(question: Question) -> Statement:
    if not question.bends_down:
        return Statement(f"{_ways(question)}, or take another activation.")
    if question.depth is None:
        return Statement("Say how deep the network is (depth=).")
    return question.say("Take the gain {slope_gain:.4g}, which gives {name} slope 1 at zero.")


def fading(question: Question) -> dict[str, tuple[Statement, ...]]:
    """Say what slope 1 at zero leaves over the depth: a note, or a caveat where it is little."""
    signal, gradient = question.through(question.slope_gain**2, question.layers)
    better = f"{_ways(question)}, or take an activation that is straighter at zero."
    little = gradient <= 1 / TOO_FAR
    said = question.say(
        "A mean square of 1 fades as a power of the depth at most, not exponentially: to "
        "{signal:.2g} over {layers} layers, that of a gradient to {gradient:.2g}.{way_out}",
        signal=signal,
        gradient=gradient,
        way_out=f" {better}" if little else "",
    )
    return {"notes": () if little else (said,), "caveats": (said,) if little else ()}


def branches(question: Question, each: float) -> tuple[Statement, ...]:
    """Say why the last layer of a residual branch starts as it does, and where it does not.

    `each` is the mean square that a branch whose last layer is not scaled down makes of one of 1.
    """
    if not question.normalized:
        identity = question.say(
            "The last layer of each branch starts at zero, so that a block starts as the identity: "
            "started as the others, the first of {layers} branches would add {each:.3g} to a mean "
            "square of 1, and each next one what it makes of the sum so far (zhang2019).",
            each=each,
        )
        return (identity,)
    if question.depth is None:
        start = Statement(
            "The last layer of each branch starts at zero, so that a block starts as the identity "
            "(de2020). With depth=, the number of branches, it is scaled down instead."
        )
    else:
        start = question.say(
            "The last layer of each branch is divided by sqrt({layers}): {layers} branches then "
            "add {total:.3g} to a mean square of 1, instead of {unscaled:.3g} (radford2019).",
            total=each,
            unscaled=each * question.layers,
        )
    return (start, _NORMALIZED_END)


def power(base: float, exponent: int) -> str:
    """Write a power in short, also where it is no float any more."""
    digits = exponent * math.log10(base)
    return f"{base**exponent:.2g}" if abs(digits) < 300 else f"1e{digits:+.0f}"
