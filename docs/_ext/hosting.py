"""What a site at an address has and one on a disk has not: for search engines, cards, lost readers.

The address comes from the environment: `place` tells which variables. Without one the pages name
none, and the site works from any folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx

NEWEST = "latest"  # the folder of the newest version: docs/publish.py
NOT_FOUND = "404"


@dataclass(frozen=True)
class Place:
    """Where a site is served: the address to name, its own path, its name beside other versions."""

    canonical: str = ""
    path: str = "/"
    version: str = ""


def place(environment: Mapping[str, str]) -> Place:
    """Return where the site that is built will be served.

    ``SITE_URL`` is its address. With ``SITE_VERSION`` the site is one of several versions, in
    folders of that address: each names the newest one as the place to be found.
    """
    address, version = (environment.get(name, "") for name in ("SITE_URL", "SITE_VERSION"))
    if not address:
        return Place(version=version)
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            f"the site's address is {address!r}, and must be a whole one, such as "
            "SITE_URL=https://example.org/weightinit/; unset it for a site without an address"
        )
    address, path = (text.rstrip("/") + "/" for text in (address, parts.path))
    if not version:
        return Place(address, path)
    return Place(f"{address}{NEWEST}/", f"{path}{version}/", version)


def name_no_address(
    app: Sphinx,
    pagename: str,  # noqa: ARG001  Sphinx's signature
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],
    doctree: object,  # noqa: ARG001
) -> None:
    """Leave out the tags of social cards, which need whole addresses, when there is none."""
    if not app.config.html_baseurl and "metatags" in context:
        lines = context["metatags"].splitlines()
        kept = [line for line in lines if '"og:' not in line and '"twitter:' not in line]
        context["metatags"] = "\n".join(kept)


def root_not_found(
    app: Sphinx,
    pagename: str,
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],
    doctree: object,  # noqa: ARG001
) -> None:
    """Have the page for lost readers, shown at any depth, say where the site begins."""
    if pagename == NOT_FOUND:
        context["content_root"] = app.config.notfound_urls_prefix
        context["pageurl"] = None
        context["metatags"] = '<meta name="robots" content="noindex">'


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """Write which pages there are, and for robots where that is written.

    sphinx-sitemap lists pages as parallel workers finish them: no two builds would be alike.
    """
    base = app.config.html_baseurl
    if exception or not base or app.builder.name != "html":
        return
    addresses = [base + app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)]
    urls = "".join(f"<url><loc>{address}</loc></url>\n" for address in addresses)
    sitemap = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
    output = Path(app.outdir)
    (output / "sitemap.xml").write_text(sitemap, encoding="utf-8")
    robots = f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"
    (output / "robots.txt").write_text(robots, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", root_not_found)
    app.connect("html-page-context", name_no_address, priority=900)  # after opengraph
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
