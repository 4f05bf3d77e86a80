"""Starts of residual networks: Fixup, ReZero, and branches that shrink with their number."""

from typing import Any

from weightinit._checks import RandomSource, check_nonnegative
from weightinit.initializers import Initializer, zeros
from weightinit.schemes._rules import Rule, begin, branches, weights_of
from weightinit.schemes._work import Work
from weightinit.schemes.result import StartReport
from weightinit.tracing import Trace

__all__ = ["fixup", "rezero", "scaled_residual", "skipinit"]


def fixup(model: Any, x: Any = None, *, rng: RandomSource = None) -> StartReport:
    r"""
    Start a residual network without normalization so that depth does not change its first steps.

    In each of :math:`L` residual branches with :math:`m` weights the last weight is 0, and the
    others, where :math:`m \ge 2`, are

    .. math:: W = L^{-1/(2m - 2)}\, W_0,

    with :math:`W_0` from the usual scheme of the layer (He's for ReLU). The weight of the output is
    0, biases are 0, multipliers 1.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model; its parameters are written over, as by :func:`start`.
    x : array_like, shape (n, ...), or tuple or dict of such, optional
        A batch of samples, which shows what parameters are for. A Network does without.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    StartReport
        The model, and a table of what each parameter started from.

    Raises
    ------
    RuntimeError
        A model of another framework has no weights yet.
    TypeError, ValueError
        An argument is none of the above, the model has no residual branch, or a branch ends in an
        activation whose slope at 0 is 0, such as ReLU: its last weight would stay 0.

    Notes
    -----
    A step of size :math:`\eta` moves the last weight of a branch by :math:`\eta` times its inputs,
    whose square is in proportion to :math:`L^{-1}`: the :math:`m - 1` weights before it each bring
    :math:`L^{-1/(m-1)}`. So :math:`L` branches together move the output by an amount that does not
    depend on :math:`L`. This is about weights: the biases at the ends of the branches move it in
    proportion to :math:`L`. Give them a lower learning rate in deep networks. The scalars that the
    paper adds before each layer are the biases here.

    References
    ----------
    Zhang, Dauphin and Ma (2019), "Fixup initialization: residual learning without normalization",
    arXiv:1901.09321.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.networks import ActivationLayer, Dense, Residual
    >>> block = Residual([Dense(8), ActivationLayer("relu"), Dense(8)])
    >>> net = wi.Network([Dense(8), *[block] * 4, Dense(3)], input_shape=(2,))
    >>> for row in wi.fixup(net, rng=0).table[2:5]:
    ...     print(row.name, row.initializer)
    residual0.scale ones
    residual0.dense0.weight he_normal x 0.5
    residual0.dense0.bias zeros
    """

    def rule(work: Work) -> Rule:
        found = branches(work.trace, "fixup")
        given: dict[str, Initializer] = dict.fromkeys(_ends(work.trace), zeros)
        factors: dict[str, float] = {}
        for rows in found.values():
            last = rows[-1]
            if last.activation and not last.activation.derivative(0.0):
                raise ValueError(
                    f"model must not end a branch in {last.activation.name}, whose slope at 0 is "
                    f"0, got one after {last.name}: its weight would stay 0; move the activation "
                    "out of the branch"
                )
            power = -1 / (2 * len(rows) - 2) if len(rows) > 1 else 0.0
            factors |= dict.fromkeys(weights_of(rows[:-1]), len(found) ** power)
        output = work.trace.layers[-1].named("weight")
        if output:
            given[output] = zeros
        return Rule(given, factors)

    return begin(model, x, rng, "fixup", rule)


def rezero(model: Any, x: Any = None, *, rng: RandomSource = None) -> StartReport:
    r"""
    Start each residual block as the identity, by a scalar 0 on its branch.

    .. math:: y = x + \alpha f(x), \qquad \alpha = 0 .

    Weights start as usual. This is ReZero, and SkipInit under another name: ``wi.skipinit`` is
    the same function.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model; its parameters are written over, as by :func:`start`.
    x : array_like, shape (n, ...), or tuple or dict of such, optional
        A batch of samples, which shows what parameters are for. A Network does without.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    StartReport
        The model, and a table of what each parameter started from.

    Raises
    ------
    RuntimeError
        A model of another framework has no weights yet.
    TypeError, ValueError
        An argument is none of the above, or the model has no branch with a trainable scalar.

    Notes
    -----
    Of the parameters of a block the first step moves :math:`\alpha` alone, since the gradient of
    the others contains it. From the second step on the others move too.

    References
    ----------
    Bachlechner et al. (2020), arXiv:2003.04887; De and Smith (2020),
    "Batch normalization biases residual blocks towards the identity function", arXiv:2002.10444.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> from weightinit.networks import ActivationLayer, Dense, Residual
    >>> block = Residual([Dense(2), ActivationLayer("relu"), Dense(2)])
    >>> net = wi.rezero(wi.Network([block] * 9, input_shape=(2,)), rng=0).model
    >>> net.forward([[1.0, -2.0]])
    array([[ 1., -2.]])
    """

    def rule(work: Work) -> Rule:
        branches(work.trace, "rezero")
        blocks = [row for row in work.trace.layers if row.name in work.trace.ends]
        scalars = [name for row in blocks for name, role in row.roles.items() if role == "scale"]
        if not scalars:
            raise ValueError(
                "model must have a trainable scalar on its branches for wi.rezero, got none; build "
                "the blocks as Residual(branch), or call wi.fixup(model), which needs no scalar"
            )
        return Rule(dict.fromkeys(scalars, zeros))

    return begin(model, x, rng, "rezero", rule)


skipinit = rezero


def scaled_residual(
    model: Any, x: Any = None, *, power: float = 0.5, rng: RandomSource = None
) -> StartReport:
    r"""
    Shrink what residual branches add by a power of their number.

    The last weight of each of :math:`N` branches is multiplied by

    .. math:: N^{-p}.

    With :math:`p = 1/2` the sum of N branches whose inputs are equally large, as after a
    normalization, is as large as one branch unscaled; a transformer of
    :math:`L` layers has :math:`N = 2L`, and this is the :math:`1/\sqrt{2L}` of GPT-2. With
    :math:`p = 1` the sum has :math:`1/N` of that mean square: a deeper network starts closer to the
    identity.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The model; its parameters are written over, as by :func:`start`.
    x : array_like, shape (n, ...), or tuple or dict of such, optional
        A batch of samples, which shows what parameters are for. A Network does without.
    power : float, default 0.5
        The power :math:`p`, at least 0.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    StartReport
        The model, and a table of what each parameter started from.

    Raises
    ------
    RuntimeError
        A model of another framework has no weights yet.
    TypeError, ValueError
        An argument is none of the above, or the model has no residual branch.

    Notes
    -----
    Let a branch multiply the mean square of its input by :math:`g` before it is shrunk (1 for a
    dense layer, ReLU and a dense layer, each from its usual scheme). On average over draws,
    :math:`N` blocks then multiply it by :math:`(1 + g N^{-2p})^N`: at most :math:`e^g` for
    :math:`p = 1/2`, and about :math:`1 + g/N` for :math:`p = 1`.

    References
    ----------
    Radford et al. (2019), "Language models are unsupervised multitask learners", for
    :math:`p = 1/2`; Hayou et al. (2021), "Stable ResNet", arXiv:2010.12859.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.networks import ActivationLayer, Dense, Residual
    >>> block = Residual([Dense(8), ActivationLayer("relu"), Dense(8)])
    >>> net = wi.Network([Dense(8), *[block] * 4, Dense(3)], input_shape=(2,))
    >>> wi.scaled_residual(net, rng=0).table[5].initializer
    'lecun_normal x 0.5'
    """
    exponent = check_nonnegative("power", power, hint="write power=0.5 for 1 / sqrt(N)")

    def rule(work: Work) -> Rule:
        found = branches(work.trace, "scaled_residual")
        return Rule(factors=dict.fromkeys(_ends(work.trace), len(found) ** -exponent))

    return begin(model, x, rng, "scaled_residual", rule)


def _ends(trace: Trace) -> list[str]:
    return [row.named("weight") for row in trace.ends.values()]
