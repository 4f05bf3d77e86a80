"""Maximal update parametrization: scales and learning rates that carry over in width and depth."""

from dataclasses import replace
from typing import Any

from weightinit._checks import RandomSource, check_choice, check_nonnegative
from weightinit._messages import listed, shown
from weightinit.initializers import Initializer, VarianceScaling
from weightinit.networks.layers.base import Parameters
from weightinit.schemes._choices import tied
from weightinit.schemes._rules import Rule, begin, branches, plain
from weightinit.schemes._work import Work, open_model
from weightinit.schemes.result import StartReport
from weightinit.tracing import Trace

__all__ = ["mu_parametrization"]


def mu_parametrization(
    model: Any,
    x: Any = None,
    *,
    base: Any,
    optimizer: str = "adam",
    depth_power: float = 0.0,
    rng: RandomSource = None,
) -> StartReport:
    r"""
    Start a model, and scale its learning rates, so that what suits a narrow one suits it as well.

    A weight has :math:`r_\text{in}` times as many inputs and :math:`r_\text{out}` times as many
    outputs as in the base. Its usual std, with :math:`n_\text{in}` also where the usual rule takes
    the mean of both fans, and its learning rate are multiplied by

    ============ ===================================== ============ ============================
    weight       std                                   rate, Adam   rate, SGD
    ============ ===================================== ============ ============================
    in general   :math:`\sqrt{\min(1,                  :math:`1 /   :math:`r_\text{out} /
                 r_\text{out} / r_\text{in})}`         r_\text{in}` r_\text{in}`
    first, bias  1                                     1            r
    hidden       1                                     1 / r        1
    output       :math:`1 / \sqrt r`                   1 / r        1 / r
    ============ ===================================== ============ ============================

    where the last three rows are those of a model whose hidden layers are r times as wide each.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model; its parameters are written over, as by :func:`start`.
    x : array_like, shape (n, ...), or tuple or dict of such, optional
        A batch of samples, which shows what parameters are for. A Network does without.
    base : as `model`
        The same architecture at the width where learning rates were chosen. Its weights do not
        matter, and stay as they are.
    optimizer : {"adam", "sgd"}, default "adam"
        What the rates are for; AdamW takes those of Adam.
    depth_power : float, default 0.0
        With :math:`p` the last weight of each of L residual branches is multiplied by
        :math:`L^{-p}`, and the learning rates of the branches are adapted: 0.5 is depth-muP, 1 is
        CompleteP, 0 leaves depth alone.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    StartReport
        The model, a table, and ``rate_factors``, for ``wi.train(rate_factors=...)``.

    Raises
    ------
    RuntimeError
        A model of another framework has no weights yet.
    TypeError, ValueError
        An argument is none of the above, the base has other parameters than the model, the model
        ties its logits to an embedding, or `depth_power` is given for a model without residual
        branches.

    Notes
    -----
    In the usual parametrization a step of Adam moves a hidden pre-activation by an amount that
    grows with the width, so that the best learning rate falls with it. Here each layer moves by an
    amount that neither grows nor vanishes: :func:`coordinate_check` shows it.

    **Depth.** A factor :math:`L^{-p}` on a branch is the same as one on its last weight if the
    rates make up for it. With Adam, the last weight and bias have a rate of :math:`L^{-1}`, the
    other parameters of the branch :math:`L^{p - 1}`. With SGD these are :math:`L^{-1}` and
    :math:`L^{2p - 1}`. The branches then move the output by an amount that does not depend on L.

    Attention divides its scores by the size of a head d, not by :math:`\sqrt d`, since queries
    and keys align in training: that is for the architecture to do. So is a factor :math:`1 / r` on
    logits that are tied to an embedding, whose rows want a rate of 1: such models are refused.
    Weight decay and the epsilon of Adam are not adapted.

    References
    ----------
    Yang and Hu (2021), "Feature learning in infinite-width neural networks", arXiv:2011.14522;
    Yang et al. (2022), "Tensor programs V", arXiv:2203.03466, table 3; for depth Yang et al.
    (2023), "Tensor programs VI", arXiv:2310.02244, and Dey et al. (2025), "Don't be lazy:
    CompleteP enables compute-efficient deep transformers", arXiv:2505.01618.

    Examples
    --------
    >>> import weightinit as wi
    >>> narrow, wide = wi.mlp([8, 32, 32, 3]), wi.mlp([8, 128, 128, 3])
    >>> done = wi.mu_parametrization(wide, base=narrow, rng=0)
    >>> [done.rate_factors[f"dense{i}.weight"] for i in range(3)]
    [1.0, 0.25, 0.25]
    >>> done.table[4].initializer
    'lecun_normal x 0.5'
    """
    kind = check_choice("optimizer", optimizer, ("adam", "sgd"))
    power = check_nonnegative("depth_power", depth_power, hint="write 1 for CompleteP")
    narrow = open_model(base, x, None, None, use="wi.mu_parametrization").probe.parameters

    def rule(work: Work) -> Rule:
        if tied(work.trace.layers):
            raise ValueError(
                "model must not tie its logits to its embedding for wi.mu_parametrization, got one "
                "that does: no std and rate suit both; build it with an output layer of its own"
            )
        ratios = _ratios(work.probe.parameters, narrow)
        factors = {name: min(1.0, out / into) ** 0.5 for name, (into, out) in ratios.items()}
        rates = {
            name: 1 / into if kind == "adam" else out / into for name, (into, out) in ratios.items()
        }
        if power:
            _deepen(work.trace, power, kind, factors, rates)
        return Rule(_by_inputs(work.trace), factors, rates)

    return begin(model, x, rng, "mu_parametrization", rule)


def _by_inputs(trace: Trace) -> dict[str, Initializer]:
    """Return what starts weights that the adviser scales by both fans, with the inputs alone."""
    return {
        name: replace(init, mode="fan_in")
        for row in trace.layers
        for name, init in plain(trace, row).items()
        if isinstance(init, VarianceScaling) and init.mode == "fan_avg"
    }


def _ratios(parameters: Parameters, narrow: Parameters) -> dict[str, tuple[float, float]]:
    """Return how many times as many inputs and outputs each has; a vector has no inputs."""
    if parameters.keys() != narrow.keys():
        own = [name for name in (*parameters, *narrow) if (name in parameters) != (name in narrow)]
        raise ValueError(
            "base must have the parameters of model, by the same names, got other ones: "
            f"{listed(own)}; build both by one function of the width"
        )
    found = {}
    for name, array in parameters.items():
        shape, before = array.shape, narrow[name].shape
        if len(shape) != len(before):
            raise ValueError(
                f"base must have parameters of as many axes as model, got {shown(before)} and "
                f"{shown(shape)} of {name}; build both by one function of the width"
            )
        into = shape[-2] / before[-2] if len(shape) > 1 else 1.0
        found[name] = into, shape[-1] / before[-1] if shape else 1.0
    return found


def _deepen(
    trace: Trace, power: float, kind: str, factors: dict[str, float], rates: dict[str, float]
) -> None:
    """Adapt what is in residual branches to their number."""
    found = branches(trace, "mu_parametrization(depth_power=...)")
    count = len(found)
    inside = power - 1 if kind == "adam" else 2 * power - 1
    for block, rows in found.items():
        last = rows[-1]
        factors[last.named("weight")] *= count**-power
        ends = {last.named("weight"), last.named("bias")}
        for row in trace.layers:
            if block in (row.block, row.name):
                for name in row.parameters:
                    rates[name] *= count ** (-1.0 if name in ends else inside)
