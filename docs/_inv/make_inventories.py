"""Write the small intersphinx inventories beside this file.

    python docs/_inv/make_inventories.py

They hold the few names of other projects that the pages link to, so that a build asks no other
site for anything. `nox -s linkcheck` checks that the links hold.
"""

import zlib
from pathlib import Path

# Name, role, address; a $ in the address stands for the name.
PYTHON = """\
bool py:class library/functions.html#$
bytes py:class library/stdtypes.html#$
collections.abc.Callable py:class library/collections.abc.html#$
collections.abc.Iterable py:class library/collections.abc.html#$
collections.abc.Iterator py:class library/collections.abc.html#$
collections.abc.Mapping py:class library/collections.abc.html#$
collections.abc.Sequence py:class library/collections.abc.html#$
dataclasses.replace py:function library/dataclasses.html#$
dict py:class library/stdtypes.html#$
float py:class library/functions.html#$
int py:class library/functions.html#$
list py:class library/stdtypes.html#$
object py:class library/functions.html#$
str py:class library/stdtypes.html#$
tuple py:class library/stdtypes.html#$
typing.NamedTuple py:class library/typing.html#$
False py:data library/constants.html#$
None py:data library/constants.html#$
True py:data library/constants.html#$
TypeError py:exception library/exceptions.html#$
ValueError py:exception library/exceptions.html#$
callable py:function library/functions.html#$
bltin-boolean-values std:label library/stdtypes.html#$
iterable std:term glossary.html#term-$
sequence std:term glossary.html#term-$
"""

NUMPY = """\
numpy.dtype py:class reference/generated/numpy.dtype.html#$
numpy.float16 py:attribute reference/arrays.scalars.html#$
numpy.float32 py:attribute reference/arrays.scalars.html#$
numpy.float64 py:attribute reference/arrays.scalars.html#$
numpy.linalg.qr py:function reference/generated/numpy.linalg.qr.html#$
numpy.linalg.svd py:function reference/generated/numpy.linalg.svd.html#$
numpy.ndarray py:class reference/generated/numpy.ndarray.html#$
numpy.random.Generator py:class reference/random/generator.html#$
numpy.random.default_rng py:function reference/random/generator.html#$
numpy.typing.ArrayLike py:data reference/typing.html#$
numpy.typing.DTypeLike py:data reference/typing.html#$
array_like std:term glossary.html#term-$
arrays.scalars std:label reference/arrays.scalars.html#arrays-scalars
"""

MATPLOTLIB = """\
matplotlib.axes.Axes py:class api/_as_gen/matplotlib.axes.Axes.html#$
matplotlib.figure.Figure py:class api/_as_gen/matplotlib.figure.Figure.html#$
matplotlib.pyplot.subplots py:function api/_as_gen/matplotlib.pyplot.subplots.html#$
"""


def inventory(project: str, table: str) -> bytes:
    """Return a table as an inventory in the format of Sphinx, version 2."""
    lines = (line.split() for line in table.splitlines())
    body = "".join(f"{name} {role} 1 {address} -\n" for name, role, address in lines)
    header = (
        f"# Sphinx inventory version 2\n# Project: {project}\n# Version: \n"
        "# The remainder of this file is compressed using zlib.\n"
    )
    return header.encode() + zlib.compress(body.encode(), level=9)


if __name__ == "__main__":
    for project, table in (("python", PYTHON), ("numpy", NUMPY), ("matplotlib", MATPLOTLIB)):
        Path(__file__).with_name(f"{project}.inv").write_bytes(inventory(project, table))
