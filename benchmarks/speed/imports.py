"""What ``import weightinit`` costs, and a first initializer after it, beside ``import numpy``."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.speed.timing import alternate, row

__all__ = ["rows"]

ROUNDS = 15
_CODE = {
    "numpy": "import numpy",
    "import weightinit": "import weightinit",
    "import weightinit, and he_normal": "import weightinit; weightinit.he_normal",
    "import weightinit, and diagnose": "import weightinit; weightinit.diagnose",
}
#: Whose time is to be at most so many times that of NumPy; of the rest, that is told alone.
_TARGETS = {"import weightinit": 1.15}


def _run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each import, without the time of an interpreter that does nothing."""
    calls = {name: lambda code=code: _run(code) for name, code in {"": "", **_CODE}.items()}
    found = alternate(calls, ROUNDS)
    bare = found.pop("")
    peer = found.pop("numpy") - bare
    for name, seconds in found.items():
        target = _TARGETS.get(name)
        yield row(name, seconds - bare, peer, over="import numpy", target=target)
