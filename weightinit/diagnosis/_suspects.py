r"""Suspects: the parameters that differ from what the adviser would start them from.

How far a parameter departs is told in orders of magnitude. Of a weight with entries of mean
:math:`\mu` and root mean square :math:`r`, where the adviser says :math:`\sigma`:

- its scale, :math:`|\log_{10} (r / \sigma)|`, less what another count of the fans makes of
  :math:`\sigma`;
- its mean: a matrix of :math:`\mu` alone has the singular value
  :math:`|\mu| \sqrt{n_\text{in} n_\text{out}}`, and a random one of std :math:`\sigma` at most
  :math:`\sigma (\sqrt{n_\text{in}} + \sqrt{n_\text{out}})` when it is wide; the log of their ratio;
- units that are copies: the log of units over those that compute something different.

Of a bias, which starts at 0, it is the log of its root mean square over that of the sum to which
it is added, or 1 if that is more; of a gain and of a residual scale, which start at 1, the log of
it. The inputs are a suspect as well. A departure accuses nobody:
:mod:`weightinit.diagnosis._causes` tries who is to blame.
"""

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np

from weightinit.diagnosis._paths.bounds import shape_factors
from weightinit.diagnosis._paths.chance import SIGMAS
from weightinit.diagnosis._symptoms.facts import Facts
from weightinit.diagnosis.remedies import advised, advised_start, advised_weight
from weightinit.fans import compute_fans
from weightinit.initializers import Constant, Initializer, zeros
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing._copies import copied_units
from weightinit.tracing._models.operations import is_part
from weightinit.tracing._squares import mean_square

__all__ = ["Suspect", "of_inputs", "suspects"]

#: A std this close to the advised one, or to what another count of fans makes of it, is right.
_CLOSE = math.log10(1.25)

#: Two departures this close are one: the std of all layers is off by the same factor.
_ALIKE = math.log10(1.5)

#: So far from what most of its like are, a parameter is an odd one out: a factor of 2.
_ODD = math.log10(2)

_LEAST = 1e-3  # of what may be a cause, although nothing is wrong with it by itself
_ONE = Constant(value=1.0)


@dataclass(frozen=True)
class Suspect:
    """
    Parameters that depart alike from what the adviser says.

    Parameters
    ----------
    start : dict of str to Initializer
        Their names, in order, and what the adviser says.
    layer : str
        The layer with a weight to which the first belongs.
    departure : float
        By how many orders of magnitude they depart, the first of them.
    how : str
        In what: "scale", "mean", "copies", "bias", "gain"; two parameters are alike in this.
    value, factor : float
        The root mean square of the first, and the log to base 10 of it over what is advised.
    role : tuple of str
        What they are in the model: the kind of their layer, and of the parameter.
    odd : bool
        Whether they stand out: a minority among three or more of one role, or copies of units.
    """

    start: dict[str, Initializer]
    layer: str
    departure: float
    how: str
    value: float
    factor: float = 0.0
    role: tuple[str, str] = ("", "")
    odd: bool = False

    @property
    def suspicion(self) -> tuple[bool, float]:
        """What stands out among its like comes before what departs with them."""
        return self.odd, self.departure

    @property
    def owner(self) -> str:
        """The layer whose parameter the first is, ``norm0``; none of the inputs or of a draw."""
        return "" if self.how == "draw" else next(iter(self.start), "").rpartition(".")[0]

    def takes(self, other: "Suspect") -> bool:
        """Tell whether another departs alike: by the same factor, or to the same value."""
        if self.factor == other.factor == -math.inf and self.how == other.how:
            return True  # all that is zero, and should not be
        if (self.how, self.role) != (other.how, other.role):
            return False
        if math.isinf(self.departure) or math.isinf(other.departure):
            return self.departure == other.departure
        same = math.isclose(self.value, other.value, rel_tol=0.2)
        return same or abs(self.factor - other.factor) < _ALIKE


def _role(row: LayerTrace, name: str) -> tuple[str, str]:
    """Return what a parameter is: the weight of a dense layer, in a branch or not.

    Tables of one module, such as those of words and of places, are one: their rows are added, and
    of two equal ones the table that alone is drawn anew would drown the other.
    """
    layer, _, part = name.rpartition(".")
    if row.inputs is None and row.roles[name] == "weight":
        layer, part = layer.rpartition(".")[0], "table"
    return re.sub(r"\d+", "", layer), part


def suspects(trace: Trace) -> list[Suspect]:
    """Return all groups of parameters that depart, the most suspicious first."""
    groups: list[Suspect] = []
    for found in (s for row in trace.layers for s in _of_row(trace, row)):
        place = next((i for i, group in enumerate(groups) if group.takes(found)), None)
        if place is None:
            groups.append(found)
            continue
        before = groups[place]
        worst = max(before.departure, found.departure)
        start = before.start | found.start
        groups[place] = dataclasses.replace(before, start=start, departure=worst)
    likes = Counter(_role(row, name) for row in trace.layers for name in row.parameters)
    groups = [dataclasses.replace(s, odd=_is_odd(s, groups, likes)) for s in groups]
    return sorted(groups, key=lambda group: group.suspicion, reverse=True)


def _is_odd(suspect: Suspect, all_of_them: list[Suspect], likes: Counter[tuple[str, str]]) -> bool:
    """Tell whether a suspect stands out: off by a factor of 2 from most of its like, or copies."""
    if suspect.how.startswith("copies"):
        return True  # which no draw makes
    if likes[suspect.role] < 3 or 2 * len(suspect.start) >= likes[suspect.role]:
        return False
    if not suspect.how.startswith("scale"):
        return suspect.departure > _ODD
    scales = [s for s in all_of_them if s.how.startswith("scale") and s.role == suspect.role]
    usual = [math.copysign(s.departure, s.factor) for s in scales for _ in s.start]
    usual += [0.0] * (likes[suspect.role] - len(usual))  # those that do not depart
    return abs(math.copysign(suspect.departure, suspect.factor) - median(usual)) > _ODD


def _of_row(trace: Trace, row: LayerTrace) -> Iterator[Suspect]:
    """Yield each parameter of a row that departs."""
    wanted = advised_start(trace, row)
    for name, array in row.parameters.items():
        role = row.roles[name]
        if is_part(role):
            continue  # the weight that is computed of it stands for it
        rms = math.sqrt(row.mean_square("weight") if array is row.weight else mean_square(array))
        factor = math.log10(rms) if 0 < rms < math.inf else 0.0
        init: Initializer = _ONE
        how, departure = "gain", abs(factor)
        if role == "weight":
            init = wanted.get(name) or advised_weight(trace, row)
            how, departure, factor = _of_weight(trace, row, array, init)
        elif role in ("bias", "shift", "token"):
            init, how = zeros, "bias"
            departure = max(_of_bias(row, name, array), _LEAST) if rms else 0.0
        elif not rms:  # a residual scale may be zero, a gain may not but at the end of a branch
            departure = math.inf if role == "gain" else 2 * _LEAST
        if not np.isfinite(array).all():
            departure = math.inf
        if departure:
            like = _role(row, name)
            yield Suspect({name: init}, row.name, departure, how, rms, factor, like)


def _of_bias(row: LayerTrace, name: str, bias: Array) -> float:
    """Return by how much a bias outweighs the sum to which it is added, or a signal of size 1."""
    z = row.pre_activations
    own = z - bias if row.roles[name] == "bias" and not row.normalized else z
    size = min(math.sqrt(mean_square(own)), 1.0)
    return math.log10(math.sqrt(mean_square(bias)) / size) if size else math.inf


def _of_weight(
    trace: Trace, row: LayerTrace, weight: Array, init: Initializer
) -> tuple[str, float, float]:
    """Return in what a weight departs most, by how much, and by which factor on its scale."""
    rms = math.sqrt(row.mean_square("weight"))
    if not rms:
        if (
            trace.ends.get(row.block) is row
        ):  # good practice, and the suspect if the branch is stuck
            return "end", _LEAST, -math.inf
        return "scale-", _LEAST if row is trace.layers[-1] else math.inf, -math.inf
    sigma = _sigma(trace, row, weight, init)
    if not 0 < rms < math.inf or not sigma:
        return "scale+", math.inf, math.inf
    factor = math.log10(rms / sigma)
    others = shape_factors(weight.shape, row.parts) if row.inputs is not None else (0.0,)
    off = min((factor - f / (2 * math.log(10)) for f in others), key=abs)
    least = _LEAST if abs(factor) > _CLOSE or init == zeros else 0.0
    found = {
        "scale": abs(off) if abs(off) > _CLOSE else least,
        "mean": _of_mean(row, weight, sigma),
        "copies": math.log10(row.units / (row.units - copied_units(row))),
    }
    # no draw makes copies, so that they count before a scale that departs with all others
    copied = found["copies"] >= math.log10(2)
    how = "copies" if copied else max(found, key=lambda key: found[key])
    sign = "-" if how == "scale" and factor < 0 else "+"
    return how + sign, found[how], factor


def _sigma(trace: Trace, row: LayerTrace, weight: Array, init: Initializer) -> float:
    """Return the std that the adviser says, counting the fan in; of a lookup, that of its rows."""
    if row.inputs is None:
        return init.std(weight.shape)
    return advised(trace, row).gain / math.sqrt(weight.size / row.units)


def _of_mean(row: LayerTrace, weight: Array, sigma: float) -> float:
    """Return how far the mean of a weight lies beyond what is random."""
    mean, std = row.weight_mean, row.weight_std
    if abs(mean) <= SIGMAS * std / math.sqrt(weight.size):
        return 0.0
    n_in, n_out = compute_fans(weight.shape)
    largest = sigma * (math.sqrt(n_in) + math.sqrt(n_out))
    return max(math.log10(abs(mean) * math.sqrt(n_in * n_out) / largest), _LEAST)


def of_inputs(facts: Facts) -> Iterator[Suspect]:
    """Yield the inputs, unless they are tokens: how far they are from mean 0 and std 1."""
    x = facts.trace.inputs
    if x.dtype.kind != "f":
        return
    with np.errstate(all="ignore"):
        std, mean = float(x.std(dtype=np.float64)), float(x.mean(dtype=np.float64))
    if math.isfinite(std) and std > 0:
        departure = max(abs(math.log10(std)), math.log10(max(abs(mean) / std, 1)), _LEAST)
        yield Suspect({}, facts.trace.layers[0].name, departure, "inputs", std)
