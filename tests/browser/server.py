"""Serves the built site on localhost as hosts do: gzip, a cache, a page for what is not there."""

import mimetypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

mimetypes.add_type("font/woff2", ".woff2")  # Python below 3.14 knows it from the system at best
CACHE = "max-age=600"  # what GitHub Pages says
GZIP_LEVEL = 6  # the usual one of servers
START_SECONDS = 30


class Site(StaticFiles):
    """The files of the site; a browser may keep them for a while."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """Return a file with the permission to keep it."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = CACHE
        return response


@contextmanager
def serve(site: Path) -> Iterator[str]:
    """Serve the site on a free port while the context lasts; gives the address, without a slash."""
    app = Starlette(
        routes=[Mount("/", Site(directory=site, html=True))],
        middleware=[Middleware(GZipMiddleware, compresslevel=GZIP_LEVEL)],
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError(f"the server of {site} did not start in {START_SECONDS} s")
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()
