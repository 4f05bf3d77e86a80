"""Check in a test suite that a model starts without a problem."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import ArrayLike

from weightinit._checks import check_choice, check_items, check_nonnegative
from weightinit._messages import message
from weightinit._tables import wrapped
from weightinit.diagnosis.judging import PROBLEMS, diagnose
from weightinit.diagnosis.remedies import Finding
from weightinit.diagnosis.result import Diagnosis

__all__ = ["assert_healthy", "check_accepted", "objection"]


def assert_healthy(
    model: Any,
    x: Any,
    y: ArrayLike | None = None,
    *,
    loss: Callable[..., Any] | None = None,
    ignore: Sequence[str] = (),
    seen: float = 1.0,
) -> None:
    """
    Raise an AssertionError with the report if the start of a network has a problem.

    It is made for a test suite: pytest shows the report and the line of your test that called.

    Parameters
    ----------
    model : Network, torch.nn.Module, keras.Model, flax.nnx.Module or (flax.linen.Module, variables)
        The network, with weights; it stays as it is, as for :func:`diagnose`.
    x : array_like, shape (n, ...), or tuple or dict of such
        A batch of samples, as for :func:`diagnose`; about a hundred will do.
    y : array_like, shape (n,) or (n, d), optional
        Labels or targets. Without them the first loss is not judged.
    loss : callable, optional
        Of a model of another framework: from its outputs and `y` to the loss, in the framework.
    ignore : sequence of str, optional
        Problems to accept, such as ``("saturated units",)``: names of
        ``wi.diagnosis.PROBLEMS``. A finding is accepted if its problem and all of its consequences
        are.
    seen : float, default 1.0
        The share of the parameters that must have been judged, from 0 to 1: ``Diagnosis.seen``.
        What was not judged is no evidence of health, so by default every parameter must be.

    Raises
    ------
    AssertionError
        A problem was found that is not in `ignore`, or less than the share `seen` was judged. The
        message is the report.
    RuntimeError
        The network has no weights yet.
    TypeError, ValueError
        An argument is not as above, or not as :func:`diagnose` takes it.

    Notes
    -----
    It is no ``assert`` statement, so ``python -O`` runs it too. It passes where
    :func:`diagnose` finds nothing, and an empty report does not prove the start sound.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x = np.random.default_rng(0).standard_normal((100, 64))
    >>> net = wi.mlp([64, *[128] * 6, 10]).initialize(wi.he_normal, rng=0)
    >>> wi.assert_healthy(net, x)
    >>> _ = net.initialize(wi.Normal(std=0.01), rng=0)
    >>> wi.assert_healthy(net, x)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
        ...
    AssertionError: 1 problem in 7 layers: ...
    >>> wi.assert_healthy(net, x, ignore=("vanishing signal", "vanishing gradient"))
    """
    __tracebackhide__ = True
    accepted, share = check_accepted(ignore, seen)
    told = objection(diagnose(model, x, y, loss=loss), accepted, share)
    if told:
        raise AssertionError(told)


def check_accepted(ignore: object, seen: object) -> tuple[tuple[str, ...], float]:
    """Return the problems to accept, and the share of parameters that must have been judged."""
    hint = 'write ignore=("saturated units",)'
    items = check_items("ignore", ignore, "a sequence of names of problems", hint=hint)
    accepted = tuple(check_choice("ignore", item, PROBLEMS) for item in items)
    share = check_nonnegative("seen", seen, hint="write seen=0.95")
    if share > 1:
        raise ValueError(message("seen", seen, "a share from 0 to 1", "write seen=0.95"))
    return accepted, share


def objection(diagnosis: Diagnosis, accepted: Sequence[str], share: float) -> str:
    """Return why a start does not pass, with the report; empty if it passes.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.assertion import objection
    >>> net = wi.mlp([2, 8, 3], "tanh").initialize(wi.zeros)
    >>> found = wi.diagnose(net, [[1.0, 2.0], [0.5, -1.0]])
    >>> objection(found, (), 1.0).splitlines()[0], objection(found, ("frozen",), 1.0)
    ('1 problem in 2 layers:', '')
    """
    taken = [finding for finding in diagnosis.findings if _is_accepted(finding, accepted)]
    unjudged = _unjudged(diagnosis, share)
    if len(taken) == len(diagnosis.findings) and not unjudged:
        return ""
    told = ", ".join(f"{finding.problem} in {finding.layer}" for finding in taken)
    also = ["", *wrapped(f"Of these problems you accept: {told}.")] if taken else []
    return "\n".join([*unjudged, str(diagnosis), *also])


def _is_accepted(finding: Finding, accepted: Sequence[str]) -> bool:
    shows = (finding.problem, *(told.partition(" in ")[0] for told in finding.consequences))
    return set(shows) <= set(accepted)


def _unjudged(diagnosis: Diagnosis, share: float) -> list[str]:
    """Return lines that say how much was judged, if more was to be; the report names the rest."""
    if diagnosis.seen >= share:
        return []
    floor = math.floor(1000 * diagnosis.seen) / 1000  # never 100 % of what is less
    told = (
        f"{100 * floor:g} % of the parameters were judged, and seen={share:g} asks for "
        f"{100 * share:g} %. To accept that, write seen={floor:g}."
    )
    return [*wrapped(told), ""]
