"""The first loss, beside that of the best answer that does not look at the inputs."""

import math

import numpy as np

from weightinit.diagnosis._paths.chance import SIGMAS, largest_joint, largest_mean_square
from weightinit.diagnosis._symptoms.batch import best_constant_loss
from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.networks.layers.base import Array
from weightinit.tracing._squares import mean_square

__all__ = ["first_loss_too_high"]


def first_loss_too_high(facts: Facts) -> Symptom | None:
    """Look for a first loss above that of random outputs of a good start, by more than chance.

    A little more is made up for in a few steps, so that it takes as much more as there is to learn:
    the loss of the best constant.

    A good start makes outputs of mean square u: twice what arrives, or what chance makes of a
    signal of size 1.
    """
    trace, output = facts.trace, facts.trace.layers[-1]
    if output.inputs is None or not math.isfinite(trace.loss):
        return None
    arrives = output.mean_square("inputs") * largest_mean_square(output.units)
    u = 2 * min(arrives, largest_joint(facts.variance, output.units))
    if trace.labels is not None:
        healthy = _of_labels(trace.labels, output.units, u)
    elif trace.targets is not None:
        healthy = (math.sqrt(mean_square(trace.targets)) + math.sqrt(u)) ** 2
    else:
        return None
    best = best_constant_loss(trace)
    if trace.loss <= healthy + best:
        return None
    rms = math.sqrt(output.mean_square("pre_activations"))
    evidence = (
        f"The loss is {trace.loss:.3g}, where the best constant answer has "
        f"{best:.3g} and a healthy start at most {healthy:.3g}. The outputs "
        f"have a root mean square of {rms:.2g}."
    )
    beyond = math.log10(trace.loss / healthy)
    return Symptom("first loss too high", (output.name,), evidence, beyond)


def _of_labels(labels: Array, units: int, u: float) -> float:
    r"""Return the largest healthy cross-entropy of logits of mean square u.

    The mean of log sum exp is above ln k by u / 2 at most, and by sqrt(2 u ln k), the largest of k
    normals. The mean logit of the labels is off zero with variance u times the sum of squares of
    their shares, less 1/k, and of 1/n.
    """
    k = max(units, 2)
    shares = np.bincount(labels, minlength=k) / len(labels)
    lean = max(float(shares @ shares) - 1 / k, 0) + 1 / len(labels)
    excess = min(u / 2, math.sqrt(2 * u * math.log(k))) + SIGMAS * math.sqrt(u * lean)
    return math.log(k) + excess
