r"""The batch itself: inputs, targets and labels that no start of the weights makes up for.

Scale. Inputs of root mean square r multiply the first pre-activations by r, and the gradient and
the curvature for the first weights by :math:`r^2`; the best rate is divided by as much. Rates that
people try span about ``SLOW``, so that r may lie between 0.1 and 10 = sqrt(``SLOW``). It is
too large by the mean over all entries, and too small by the mean over those that are not zero:
one-hot and other sparse inputs are none the worse for their zeros. A norm behind the first weight
divides r out.

What leads. Of the mean square of the inputs a share :math:`D` differs between samples; what they
have in common, the mean, sets the largest rate, and the rest is learned more slowly by
:math:`1 / D`. So it is with a column that holds nearly all of the variance. ``SLOW`` is the bound
for both: a mean of 10 times the std, one column of 10 times the std of all others together.

Targets. A network of L homogeneous layers that puts out values of size s has a curvature of
:math:`s^{2 (L - 1) / L}`: with a hidden layer the largest rate falls at least like 1/s. Where
targets are small instead, the outputs of a start are far from them: the first loss is
:math:`1 / s^2` times that of the best constant. So s may lie between 1/``SLOW`` and ``SLOW``.
"""

import math

import numpy as np

from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.diagnosis._symptoms.samples_alike import SLOW, differing_share
from weightinit.diagnosis._symptoms.standardized import call
from weightinit.networks._labels import looks_like_labels
from weightinit.networks.layers.base import Array
from weightinit.tracing import Trace
from weightinit.tracing._squares import mean_square

__all__ = ["best_constant_loss", "odd_labels", "unscaled_inputs", "unscaled_targets"]

_LARGEST = math.sqrt(SLOW)
_CHANCE = 1e-6  # that all labels of a batch of equally frequent classes are the same


def unscaled_inputs(facts: Facts) -> Symptom | None:
    """Look for inputs of another scale, with a large mean, one huge column, or no difference.

    What the first weight receives counts: a norm before it makes up for most of that.
    """
    batch, first = facts.trace.inputs, facts.trace.layers[0]
    x = first.inputs
    if batch.dtype.kind != "f" or x is None or not x.any() or not np.isfinite(x).all():
        return None
    n, sized = facts.trace.samples, not first.normalized
    severity, evidence = _farthest(x, n, sized=sized)
    if severity <= 0:
        return None
    if batch.any() and np.isfinite(batch).all() and _farthest(batch, n, sized=sized)[0] <= 0:
        told = f"The batch itself is well scaled; what {first.name} receives is not: "
        advice = f"look at what the model does to the batch before {first.name}"
        told += evidence[0].lower() + evidence[1:]
        return Symptom("unscaled inputs", (first.name,), told, severity, "", advice)
    advice = f"standardize the inputs: {call(batch)}"
    if severity == math.inf:
        advice = "look at the data: all samples of the batch are the same"
    return Symptom("unscaled inputs", (first.name,), evidence, severity, "inputs", advice)


def _farthest(x: Array, samples: int, *, sized: bool) -> tuple[float, str]:
    """Return by how many orders of magnitude the worst of inputs is out of bounds, and what."""
    found = [_common(x, samples), _dominated(x, samples)]
    return max([*found, _sized(x)] if sized else found)


def _rms(x: Array) -> float:
    """Return the root mean square, which may be small or large as floats go."""
    largest = float(np.abs(x).max())
    return largest * math.sqrt(mean_square(x / largest))


def _sized(x: Array) -> tuple[float, str]:
    """Return how many orders of magnitude the root mean square is too large or small, and it."""
    rms = _rms(x)
    of_nonzero = rms * math.sqrt(x.size / np.count_nonzero(x))
    beyond = max(math.log10(rms / _LARGEST), -math.log10(of_nonzero * _LARGEST))
    told = f"The inputs have a root mean square of {rms:.2g}; starts are made for inputs of about 1"
    return beyond, f"{told}, and a factor of {_LARGEST:g} does no harm."


def _common(x: Array, samples: int) -> tuple[float, str]:
    """Return the same for what all samples have in common."""
    share = differing_share(x, samples)
    if math.isnan(share):  # one sample
        return -math.inf, ""
    if share <= float(np.finfo(x.dtype).eps) ** 2:
        return math.inf, "Every sample of the batch has the same inputs, to rounding."
    told = f"The mean of the inputs is {math.sqrt(max(1 / share - 1, 0)):.2g} times their std"
    return -math.log10(share * SLOW), f"{told}; {_LARGEST:g} times does little harm."


def _dominated(x: Array, samples: int) -> tuple[float, str]:
    """Return the same for the share of the variance that the largest column leaves to others."""
    flat = x.reshape(samples if len(x) % samples == 0 else len(x), -1).astype(np.float64)
    flat /= np.abs(flat).max()
    variances = (flat - flat[0]).var(axis=0)
    largest = float(variances.max())
    others = float(variances.sum()) - largest
    if np.count_nonzero(variances > largest * float(np.finfo(x.dtype).eps) ** 2) < 2:
        return -math.inf, ""
    share = others / (others + largest)
    told = f"Column {variances.argmax()} of the inputs holds {100 * (1 - share):.4g} % of their"
    return -math.log10(share * SLOW), f"{told} variance, and hides all others."


def unscaled_targets(facts: Facts) -> Symptom | None:
    """Look for targets of a regression that are far from outputs of size 1."""
    trace = facts.trace
    y, output = trace.targets, trace.layers[-1].name
    if y is None or not y.any() or len(trace.layers) < 2:
        return None
    rms = _rms(y)
    beyond = abs(math.log10(rms)) - math.log10(SLOW)
    if beyond <= 0:
        return None
    best = best_constant_loss(trace)
    evidence = (
        f"The targets have a root mean square of {rms:.3g}; outputs of a start are of about 1. "
        f"The first loss is {trace.loss:.2g}; the best constant has {best:.2g}."
    )
    advice = f"standardize the targets: {call(y, 'y')}"
    return Symptom("unscaled targets", (output,), evidence, beyond, "targets", advice)


def odd_labels(facts: Facts) -> Symptom | None:
    """Look for labels of one class alone, and for labels that are taken for targets.

    With k equally frequent classes n labels are the same by chance with probability k^(1 - n).
    """
    labels, output = facts.trace.labels, facts.trace.layers[-1]
    targets = facts.trace.targets
    if targets is not None and (write := looks_like_labels(targets)):
        told = "The targets are floats, so that the loss is a squared error, but look like labels."
        said = f"for the cross-entropy of labels write y = {write}"
        return Symptom("odd labels", (output.name,), told, 1.0, "labels", said)
    if labels is None or np.ptp(labels):
        return None
    k = max(output.units, 2)
    if k ** (1.0 - len(labels)) > _CHANCE:
        return None
    evidence = f"All {len(labels)} labels are {labels[0]}, of {k} classes."
    advice = "shuffle the samples before you take a batch: order = rng.permutation(len(x)); "
    advice += "x, y = x[order], y[order]"
    return Symptom("odd labels", (output.name,), evidence, 1.0, "labels", advice)


def best_constant_loss(trace: Trace) -> float:
    r"""Return the loss of the best outputs that do not depend on the inputs.

    With labels it is the entropy of their shares, :math:`-\sum_k p_k \ln p_k`; with targets the
    mean over outputs of their variance; nan where there are neither.
    """
    if trace.labels is not None:
        counts = np.unique(trace.labels, return_counts=True)[1]
        shares = counts / counts.sum()
        return float(-(shares @ np.log(shares)))
    targets = trace.targets
    return math.nan if targets is None else float(targets.astype(np.float64).var(axis=0).mean())
