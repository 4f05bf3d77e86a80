"""Run one script in several processes that know of each other."""

import os
import socket
import subprocess
import sys

__all__ = ["PATIENCE", "run_together"]

PATIENCE = 300  # seconds, for what takes ten


def run_together(script: str, count: int, **settings: str) -> list[str]:
    """Run a script in processes numbered by RANK, with a free PORT of this machine; all succeed."""
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        port = str(listener.getsockname()[1])
    shared = os.environ | {"PORT": port, "OMP_NUM_THREADS": "1"} | settings
    command = [sys.executable, "-c", script]
    running = [
        subprocess.Popen(
            command,
            env=shared | {"RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]
    try:
        told = [process.communicate(timeout=PATIENCE) for process in running]
    finally:
        for process in running:
            process.kill()
    for process, (_, errors) in zip(running, told, strict=True):
        assert process.returncode == 0, errors
    return [output for output, _ in told]
