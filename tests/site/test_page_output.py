"""What the cells of a page print."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.site  # where Sphinx is installed

PAGE = """\
---
file_format: mystnb
kernelspec:
  name: python3
---

# A page

```{code-cell} python
for piece in ("one ", "line", "\\n", "\\n", "after ", "a blank one", "\\n"):
    print(piece, end="", flush=True)
```
"""


def test_pieces_of_output_are_joined_as_they_are(tmp_path: Path, monkeypatch) -> None:
    """Where a kernel cuts what a cell prints does not show: no line break is added or lost."""
    from docutils import nodes
    from sphinx.application import Sphinx

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "index.md").write_text(PAGE, encoding="utf-8")
    settings = {
        "extensions": ["myst_nb", "page_output"],
        "nb_execution_mode": "inline",
        "nb_execution_raise_on_error": True,
    }
    folders = (tmp_path, None, tmp_path / "built", tmp_path / "doctrees")
    app = Sphinx(*folders, "dummy", confoverrides=settings, status=None)
    app.build()
    printed = [
        block.astext()
        for block in app.env.get_doctree("index").findall(nodes.literal_block)
        if "output" in block["classes"]
    ]
    assert printed == ["one line\n\nafter a blank one\n"]
