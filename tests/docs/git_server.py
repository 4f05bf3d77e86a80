"""A host of git repositories that asks for a token, as GitHub does for a push."""

import os
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN = "a-secret-token"
WANTED = f"Basic {b64encode(f'x-access-token:{TOKEN}'.encode()).decode()}"


class Handler(BaseHTTPRequestHandler):
    """Hands requests with the token to git, as the standard of CGI says, and refuses others."""

    def do_GET(self) -> None:
        """Answer a request."""
        if self.headers["Authorization"] != WANTED:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return
        self.send_response(200)
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length", "0")
        request = {
            "CONTENT_LENGTH": length,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(self.server.root),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_USER": "x-access-token",
            "REQUEST_METHOD": self.command,
        }
        answer = subprocess.check_output(
            ["git", "http-backend"], input=self.rfile.read(int(length)), env=os.environ | request
        )
        self.flush_headers()
        self.wfile.write(answer)

    def do_POST(self) -> None:
        """Answer a request that brings something."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(root: Path) -> Iterator[str]:
    """Serve the repositories of a folder on a free port; gives the address of the host."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.root = root
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
