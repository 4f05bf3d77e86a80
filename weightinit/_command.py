"""The command line: ``python -m weightinit diagnose module:factory``."""

import argparse
import contextlib
import json
import math
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from weightinit._factory import Case, FactoryError, load, raised_here, theirs
from weightinit.diagnosis import PROBLEMS, Diagnosis, diagnose
from weightinit.diagnosis.assertion import check_accepted, objection
from weightinit.initializers import Initializer

__all__ = ["main"]

_PROG = "python -m weightinit"
_EPILOG = """
what the factory gives:
  model                   a Network of this package: standard normal inputs are made
  (model, x)              a model of PyTorch, Keras or Flax needs a batch
  (model, x, y)           labels or targets; the first loss is judged too
  {"model": ..., "x": ..., "y": ..., "loss": ...}
                          loss: a function of outputs and y, in the framework
A module of Flax's linen stands with its variables: ((module, variables), x).

exit status:
  0  no problem was found, and enough of the parameters was judged
  1  there is a problem, or parameters that were not judged
  2  there was nothing to diagnose: wrong usage, or your code raised an error

Prints of your code go to standard error.
"""
_MADE_UP = "\n\nNote: no inputs were given; these are standard normal numbers."
_OUR_ERRORS = (TypeError, ValueError, RuntimeError, ImportError)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, given its arguments; return the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        accepted, share = check_accepted(options.ignore, options.seen)
    except ValueError as error:
        parser.error(str(error))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            case = load(options.target)
            found = _diagnosed(case, options.target)
    except FactoryError as error:
        print(error, file=sys.stderr)
        return 2
    told = objection(found, accepted, share)
    if options.json:
        print(_as_json(found, passed=not told, made_up=case.made_up))
    else:
        print(f"{told or found}{_MADE_UP if case.made_up else ''}")
    return int(bool(told))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROG, description="Find what is wrong with the start of a neural network."
    )
    parser.add_argument(
        "--version", action="version", version=f"weightinit {version('weightinit')}"
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser(
        "diagnose",
        help="judge how a model starts, before it is trained",
        description="Judge how a model starts: print the problems, what is at fault and a remedy.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "target",
        metavar="module:factory",
        help="a callable without arguments that returns the model, or the model itself; the "
        "module is looked for in the current directory first",
    )
    command.add_argument(
        "--json",
        action="store_true",
        help="print JSON; numbers that are not finite are strings: 'inf', '-inf', 'nan'",
    )
    command.add_argument(
        "--ignore",
        metavar="PROBLEM",
        action="append",
        default=[],
        help=f"accept this problem; may be repeated. One of: {', '.join(PROBLEMS)}",
    )
    command.add_argument(
        "--seen",
        metavar="SHARE",
        type=float,
        default=1.0,
        help="the share of the parameters that must have been judged (default: 1)",
    )
    return parser


def _diagnosed(case: Case, target: str) -> Diagnosis:
    """Return the diagnosis; what the package says against the model is told without traceback."""
    with theirs(f"raised while the model of {target} was run"):
        try:
            return diagnose(case.model, case.x, case.y, loss=case.loss)
        except Exception as error:
            if not raised_here(error):
                raise
            told = f"{target}: {error}"
            if not isinstance(error, _OUR_ERRORS):
                told = f"{traceback.format_exc()}This is a fault of weightinit; please report it."
    raise FactoryError(told)


def _as_json(found: Diagnosis, *, passed: bool, made_up: bool) -> str:
    """Return the facts as strict JSON."""
    facts = {
        "passed": passed,
        "healthy": found.healthy,
        "findings": [{**vars(f), "remedy": f.remedy} for f in found.findings],
        "notes": found.notes,
        "checked": found.checked,
        "seen": found.seen,
        "unseen": found.unseen,
        "layers": [vars(layer) for layer in found.layers],
        "inputs made up": made_up,
    }
    return json.dumps(_plain(facts), indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; an initializer is the expression that makes it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Initializer):
        return f"wi.{value}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    return value
