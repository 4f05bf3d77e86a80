"""Kernels of pages are copies of one process, and share nothing but what it has imported."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

pytestmark = pytest.mark.site  # where Sphinx is installed

CODE = """\
import builtins, os, sys
before = "matplotlib.pyplot" in sys.modules, hasattr(builtins, "mark"), "weightinit" in sys.modules
builtins.mark = True
import matplotlib
print(*before, os.getcwd(), os.environ["MARK"], matplotlib.get_backend())
"""


@pytest.fixture
def copies(monkeypatch):
    """Start the process that is copied; stop it after the test."""
    import page_kernels
    from jupyter_client.provisioning import KernelProvisionerFactory

    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "default_provisioner_name", factory.default_provisioner_name)
    stops = []
    app = SimpleNamespace(connect=lambda _event, stop: stops.append(stop))
    page_kernels.start(app, SimpleNamespace(), ["index"])
    yield page_kernels.Copied
    for stop in stops:
        stop()


def said(folder: Path) -> str:
    """Return what the code prints in a kernel of its own."""
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)])
    NotebookClient(book, resources={"metadata": {"path": str(folder)}}).execute()
    return book.cells[0].outputs[0]["text"]


def test_a_kernel_knows_its_page_alone(copies, tmp_path, monkeypatch):
    """Each has pyplot at once, its own folder and environment, and nothing of the one before."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv("MARK", name)
        *before, folder, mark, backend = said(tmp_path / name).split()
        assert before == ["True", "False", "False"]
        assert (folder, mark) == (str(tmp_path / name), name)
        assert backend.lower() in {"inline", "module://matplotlib_inline.backend_inline"}
    assert Path(copies.address).is_socket()


def test_a_build_that_reads_no_page_starts_none():
    """Nothing is connected, and nothing waits to be stopped."""
    import page_kernels

    page_kernels.start(SimpleNamespace(), SimpleNamespace(), [])
