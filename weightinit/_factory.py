"""Find the code of a user that makes a model, run it, and say what it gave."""

import contextlib
import dataclasses
import functools
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._messages import listed, shown
from weightinit.networks import Network
from weightinit.networks._foreign import framework_of

__all__ = ["Case", "FactoryError", "load", "raised_here", "their_traceback", "theirs"]

_HERE = str(Path(__file__).parent) + os.sep
_IMPORTING = ("<frozen importlib", importlib.__file__)

_SAMPLES = 128
_KEYS = ("model", "x", "y", "loss")
_ANSWERS = 'the model, (model, x), (model, x, y) or {"model": ..., "x": ..., "y": ..., "loss": ...}'


class FactoryError(Exception):
    """There is nothing to diagnose; the text says why, to the user."""


@dataclass(frozen=True)
class Case:
    """A model with a batch; `made_up` tells whether the inputs are random numbers."""

    model: Any
    x: Any = None
    y: ArrayLike | None = None
    loss: Callable[..., Any] | None = None
    made_up: bool = False


def load(target: str) -> Case:
    """Return what ``module:factory`` gives: a model, or a callable that returns one."""
    name, _, path = target.partition(":")
    if not all(part.isidentifier() for part in [*name.split("."), *path.split(".")]):
        raise FactoryError(
            f"write module:factory with the dotted name of a module, such as "
            f"package.train:make_model; got {shown(target)}"
        )
    given = _found(_imported(name), path)
    if callable(given) and not _is_model(given):
        with theirs(f"raised in {target}, which was called without arguments"):
            given = given()
    return _with_inputs(_case(given, target), target)


@contextlib.contextmanager
def theirs(where: str) -> Iterator[None]:
    """Turn what code of the user raises into an error that shows their traceback."""
    try:
        yield
    except (Exception, SystemExit) as error:  # noqa: BLE001  their code may raise anything
        raise FactoryError(f"{their_traceback(error)}\n{where}") from None


def their_traceback(error: BaseException) -> str:
    """Return the traceback of an error without the frames of this package."""
    told = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = told
    while part is not None:
        frames = (f for f in part.stack if not f.filename.startswith((_HERE, *_IMPORTING)))
        part.stack = traceback.StackSummary.from_list(list(frames))
        part = part.__cause__ or part.__context__
    return "".join(told.format()).rstrip()


def raised_here(error: BaseException) -> bool:
    """Tell whether a statement of this package raised an error."""
    return traceback.extract_tb(error.__traceback__)[-1].filename.startswith(_HERE)


def _imported(name: str) -> ModuleType:
    """Import a module; the current directory is looked through as well."""
    if os.getcwd() not in sys.path:  # noqa: PTH109  a path is a string there
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    with theirs(f"raised while {name} was imported"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise  # it is there, and imports what is not
    raise FactoryError(
        f"there is no module {shown(name)}, neither in the current directory nor installed; "
        "run the command where the module is"
    )


def _found(module: ModuleType, path: str) -> Any:
    try:
        return functools.reduce(getattr, path.split("."), module)
    except AttributeError:
        own = [
            key
            for key, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", "") == module.__name__
        ]
        known = f"; it defines {listed(own)}" if own else ""
        raise FactoryError(f"{module.__name__} has no {shown(path)}{known}") from None


def _is_model(given: Any) -> bool:
    named = not isinstance(given, tuple) and bool(framework_of(given))
    return named or isinstance(given, Network)


def _case(given: Any, target: str) -> Case:
    """Read what a factory returned."""
    if _is_model(given):
        return Case(given)
    if isinstance(given, tuple) and 1 <= len(given) <= len(_KEYS) - 1:
        return Case(*given)
    if isinstance(given, Mapping) and "model" in given and set(given) <= set(_KEYS):
        return Case(**given)
    got = f"keys {shown(list(given))}" if isinstance(given, Mapping) else shown(given)
    raise FactoryError(f"{target} must give {_ANSWERS}; got {got}")


def _with_inputs(case: Case, target: str) -> Case:
    """Return a case with inputs: where none are given, standard normal ones if they will do."""
    if case.x is not None:
        return case
    net = case.model
    if case.y is not None:
        raise FactoryError(f"{target} gives y without x; give both, or neither")
    if isinstance(net, Network) and _takes_numbers(net):
        x = np.random.default_rng(0).standard_normal((_SAMPLES, *net.input_shape))  # type: ignore[arg-type]
        return dataclasses.replace(case, x=x, made_up=True)
    raise FactoryError(
        f"{target} gives no inputs, and this model says nothing about what it takes: give "
        "(model, x) or (model, x, y), where x is a batch of about a hundred samples"
    )


def _takes_numbers(net: Network) -> bool:
    return None not in net.input_shape and not net.chain.layers[0].takes_tokens
