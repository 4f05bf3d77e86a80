"""The sentences about the other layers, each with its number computed."""

import math

from weightinit.advice.question import Question
from weightinit.initializers import Orthogonal, VarianceScaling

__all__ = [
    "chrono",
    "copied_state",
    "fair_guess",
    "forget_gate",
    "gates",
    "same_matrix",
    "scores",
    "small_rows",
    "unit_rows",
]

_WIDTH = 768  # for numbers that depend on one


def scores() -> str:
    """Say which gain the projections of attention take, and why not Xavier's variance."""
    fan_in, fan_out = 1, 3  # query, key and value side by side, in units of the model's width
    return (
        "queries and keys of mean square 1 give scores q k / sqrt(units) of std 1, which takes the "
        "gain 1 by fan in; Xavier counts the outputs of query, key and value drawn side by side "
        f"and gives the variance {2 * fan_in / (fan_in + fan_out):g} / fan_in"
    )


def unit_rows(rows: VarianceScaling) -> str:
    """Say why the rows of an embedding have length 1."""
    std = rows.std((1, _WIDTH))
    return (
        "a lookup sums nothing, so that its fan in is 1 and not the vocabulary; std 1 / "
        f"sqrt(units), {std:.2g} for {_WIDTH}, gives rows of a length of about "
        f"{std * math.sqrt(_WIDTH):.3g}, which tied to the output make logits of std 1"
    )


def small_rows(std: float) -> str:
    """Say why the rows of an embedding in front of a normalization are small."""
    return (
        "a lookup sums nothing, so that its fan in is 1, and the normalization behind it divides "
        f"the size out; tied to the output, rows of std {std:g} make logits of std "
        f"{std * math.sqrt(_WIDTH):.2g} at width {_WIDTH}, nearly a fair guess"
    )


def copied_state(question: Question, g: float) -> str:
    """Say what the identity does in a recurrent network of ReLUs."""
    return (
        f"with recurrent weights of {g:g} on the diagonal and 0 elsewhere, {question.name} copies "
        "a positive state, and its gradient, from step to step unchanged"
    )


def same_matrix(g: float) -> str:
    """Say why a recurrent matrix is orthogonal."""
    return (
        "every step multiplies by the same matrix, whose singular values are all "
        f"{g:.4g} if it is orthogonal, and lie between 0 and {2 * g:.4g} if it is normal"
    )


def forget_gate(bias: float) -> str:
    """Say how long a forget gate remembers."""
    return (
        f"a forget gate of bias {bias:g} remembers {_memory(bias):.3g} steps, one of bias 0 "
        f"{_memory(0.0):.3g}, and orthogonal weights stretch no direction of the state"
    )


def gates(whole: Orthogonal) -> str:
    """Say that the gates are drawn one by one."""
    share = whole.std((1, 4)) ** 2  # of the squared length of a row that falls to one gate
    return (
        "Draw each of the four gates by itself and put them side by side, with the bias on the "
        "forget gate alone and zeros on the others. The gates of a matrix (h, 4 h) drawn at once "
        f"have squared singular values of {share:g} on average, and not 1."
    )


def chrono(question: Question) -> str:
    """Say which biases remember longer."""
    steps = "T" if question.depth is None else str(question.depth)
    return (
        f"To remember up to {steps} steps, start the forget gate at b = "
        f"np.log(rng.uniform(1, {steps} - 1, h)) and the input gate at -b (tallec2018)."
    )


def fair_guess() -> str:
    """Say why the last layer of a network starts at zero."""
    classes = 10
    return (
        "logits of zero are a fair guess, so that the first loss is the logarithm of the number of "
        f"classes, {math.log(classes):.4g} for {classes}"
    )


def _memory(bias: float) -> float:
    """Return the steps in which a gate f = sigmoid(bias) lets a state fall to 1 / e."""
    return 1 / math.log1p(math.exp(-bias))
