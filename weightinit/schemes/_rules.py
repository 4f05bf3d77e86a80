"""The engine of the schemes: what a rule says of a model, drawn, scaled and written into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from weightinit._checks import RandomSource, check_rng
from weightinit.activations import linear
from weightinit.diagnosis.remedies import ask
from weightinit.initializers import Initializer
from weightinit.networks.layers.base import Array
from weightinit.schemes._choices import advise, choose, draw
from weightinit.schemes._work import Work, open_model
from weightinit.schemes.result import StartReport
from weightinit.tracing import LayerTrace, Trace

__all__ = ["Rule", "begin", "branches", "plain", "weights_of"]


@dataclass(frozen=True)
class Rule:
    """
    What a scheme says of the parameters of one model.

    Parameters
    ----------
    given : mapping of str to Initializer
        What parameters start from, by name; weights that are not named start as their layer would
        without depth and branches, other parameters by their role.
    factors : mapping of str to float or ndarray
        By what parameters are multiplied once they are drawn; an array has a number for each unit.
    rate_factors : mapping of str to float
        By what their learning rates are multiplied.
    """

    given: Mapping[str, Initializer] = field(default_factory=dict)
    factors: Mapping[str, float | Array] = field(default_factory=dict)
    rate_factors: Mapping[str, float] = field(default_factory=dict)


def begin(
    model: Any, x: Any, rng: RandomSource, scheme: str, rule: Callable[[Work], Rule]
) -> StartReport:
    """Start a model by a rule, which is asked before anything is changed."""
    generator = check_rng(rng)
    work = open_model(model, x, None, None, use=f"wi.{scheme}")
    said = rule(work)
    parameters = work.probe.parameters
    choices = choose(work.trace, parameters, said.given, plain)
    drawn = draw(choices, parameters, generator)
    for name, factor in said.factors.items():
        if name in drawn and np.any(factor != 1):
            drawn[name] = (drawn[name] * factor).astype(drawn[name].dtype)
            told = f"{choices[name].told} x {np.ravel(factor)[-1]:.3g}"
            choices[name] = replace(choices[name], told=told)
    report = work.finish(drawn, choices)
    return replace(report, rate_factors=dict(said.rate_factors))


def branches(trace: Trace, scheme: str) -> dict[str, list[LayerTrace]]:
    """Return the layers with weights in each residual branch, by its block; raise if none is."""
    if not trace.ends:
        raise ValueError(
            f"model must have residual blocks for wi.{scheme}, got one without; add Residual(...) "
            "layers, or call wi.start(model)"
        )
    return {
        block: [row for row in trace.layers if row.block == block and row.weight is not None]
        for block in trace.ends
    }


def weights_of(rows: list[LayerTrace]) -> list[str]:
    """Return the names of the weights of some layers."""
    return [row.named("weight") for row in rows]


def plain(trace: Trace, row: LayerTrace) -> Mapping[str, Initializer]:
    """Return what a weight starts from: in a branch as if it stood alone, else as advised."""
    if row.weight is None:
        return {}
    if not row.block:
        return advise(trace, row)
    return {row.named("weight"): ask(row.activation or linear, row.kind).initializer}
