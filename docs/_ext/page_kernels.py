"""The kernels of executed pages: copies of one process that has imported what pages import.

A kernel of its own imports for 0.6 to 1.5 s, once for each of the pages. The copies share nothing
else: that process has run no code of a page, and each has its own folder and environment.
"""

import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

NAME = "copied"
IMPORTED = ("ipykernel.kernelapp", "matplotlib.animation", "matplotlib.pyplot", "sklearn.datasets")
KERNEL = "ipykernel_launcher"
# Both are read by what is imported. A kernel with a parent prints no help; 1 is not watched.
SETTINGS = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "JPY_PARENT_PID": "1"}


class Copied(LocalProvisioner):
    """Starts a kernel as a copy of the process that listens at the address."""

    address: ClassVar[str]

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Ask for a copy; the command is that of a process of its own, python -m ..."""
        arguments = cmd[cmd.index(KERNEL) :]
        self.process = _Copy(self.address, [arguments, kwargs["cwd"], kwargs["env"]])
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class _Copy:
    """What a provisioner asks of a process, as far as it may for one that is not a child."""

    stdin = stdout = stderr = None

    def __init__(self, address: str, request: list[Any]) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(address)
        self._line.sendall(f"{json.dumps(request)}\n".encode())
        self.pid = int(self._line.makefile().readline())

    def poll(self) -> int | None:
        """Return None while the kernel runs: its end closes the line."""
        return 0 if select.select([self._line], [], [], 0)[0] else None

    def wait(self) -> int:
        """Wait until the kernel has ended."""
        self._line.recv(1)
        self._line.close()
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel."""
        os.kill(self.pid, number)


def listen(server: socket.socket) -> None:
    """Import what pages import, then make copies until the process that started this one ends."""
    for name in IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a copy
    while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
        line, _ = server.accept()
        request = json.loads(line.makefile().readline())
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            become_kernel(line, *request)
        line.close()


def become_kernel(line: socket.socket, arguments: list[str], cwd: str, env: dict[str, str]) -> None:
    """Run a kernel in this process, which ends with it; its line stays open as long."""
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = arguments
    line.sendall(f"{os.getpid()}\n".encode())
    runpy.run_module(KERNEL, run_name="__main__", alter_sys=True)
    sys.exit()


def start(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:  # noqa: ARG001
    """Start the process that is copied, if pages are read, and have kernels started so."""
    if not docnames or sys.platform != "linux":  # elsewhere a copy may fail in a library
        return
    folder = TemporaryDirectory()
    Copied.address = str(Path(folder.name) / "kernels")
    server = socket.socket(socket.AF_UNIX)
    server.bind(Copied.address)
    server.listen()  # whoever asks before it has imported all waits
    original = subprocess.Popen(
        [sys.executable, __file__, str(server.fileno())],
        stdin=subprocess.PIPE,  # which closes when this process ends
        pass_fds=[server.fileno()],
        env={**os.environ, **SETTINGS},
    )
    server.close()
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[NAME] = EntryPoint(NAME, f"{__name__}:Copied", factory.GROUP_NAME)
    factory.default_provisioner_name = NAME

    def stop(*_: Any) -> None:
        with original:
            original.terminate()
        folder.cleanup()

    app.connect("build-finished", stop)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", start)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    del sys.path[0]  # a page finds no module that is not installed
    listen(socket.socket(fileno=int(sys.argv[1])))
