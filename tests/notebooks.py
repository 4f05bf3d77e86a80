"""Run notebooks as a reader would: each alone, in IPython, which a notebook's kernel wraps.

Run it where the package is installed: python -P tests/notebooks.py NOTEBOOK...

Each notebook has a process and an empty folder of its own, so that nothing of another reaches it.
Its process is forked from one that has only imported IPython and the libraries below, which would
take each of them seconds; the package, each imports itself.
"""

import json
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LIBRARIES = [
    "IPython.core.interactiveshell",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "sklearn.datasets",
]
INLINE = "module://matplotlib_inline.backend_inline"  # figures appear below their cell
PATIENCE = 600  # seconds for a notebook


def execute(notebook: Path, folder: str, output: Path) -> None:
    """Run the cells of a notebook in this process, figures drawn, until one fails."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline.backend_inline import configure_inline_support

    with output.open("w", encoding="utf-8") as heard:
        os.dup2(heard.fileno(), sys.stdout.fileno())
        os.dup2(heard.fileno(), sys.stderr.fileno())
    os.chdir(folder)
    sys.path.insert(0, "")
    shell = InteractiveShell.instance()
    activate_matplotlib(INLINE)
    configure_inline_support(shell, INLINE)
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        if not shell.run_cell("".join(cell["source"]), store_history=True).success:
            sys.exit(1)


def passes(notebook: Path) -> bool:
    """Run a notebook in a new process; say how long it took, and of a failure all that it said."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        folder, output = Path(place, "folder"), Path(place, "output")
        folder.mkdir()
        process = PROCESSES.Process(target=execute, args=(notebook, str(folder), output))
        process.start()
        process.join(PATIENCE)
        process.kill()  # which has ended, but for one that takes too long
        process.join()
        told = output.read_text(encoding="utf-8") if process.exitcode else ""
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{seconds:5.1f} s  {notebook.name}\n{told}")
    sys.stdout.flush()
    return process.exitcode == 0


def main(notebooks: list[str]) -> None:
    """Run notebooks, one on each core; end with the names of those that failed."""
    os.environ["MPLBACKEND"] = INLINE
    paths = [Path(notebook).resolve() for notebook in notebooks]
    with tempfile.TemporaryDirectory() as profile, ThreadPoolExecutor(os.cpu_count()) as pool:
        os.environ["IPYTHONDIR"] = profile  # nobody's own settings
        passed = list(pool.map(passes, paths))
    failed = [path.name for path, ran in zip(paths, passed, strict=True) if not ran]
    sys.exit(f"failed: {', '.join(failed)}" if failed else None)


if "forkserver" in multiprocessing.get_all_start_methods():
    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload(LIBRARIES)
else:  # on Windows, each imports all itself
    PROCESSES = multiprocessing.get_context("spawn")

if __name__ == "__main__":
    main(sys.argv[1:])
