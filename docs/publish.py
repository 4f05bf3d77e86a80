"""Put a built site where it is served from: at once, and beside other versions if there are any.

``publish.py SITE PLACE`` moves the folder SITE to PLACE. ``publish.py SITE FOLDER VERSION`` copies
it to FOLDER/VERSION, makes FOLDER/latest a copy of the newest release, and writes what the folder
needs: the list of versions, an index.html that leads to the newest, its page for lost readers.

sphinx-multiversion and sphinx-polyversion build all versions again, with what is installed now, and
mike, which keeps what was built, is for MkDocs.
"""

import argparse
import ctypes
import errno
import json
import os
import re
import shutil
import sys
from ctypes import c_char_p, c_int, c_uint
from pathlib import Path

NEWEST = "latest"
NOTE = ".buildinfo"  # of Sphinx to itself, for its next build; depends on how many cores built
RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)")
NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")
FOR_THE_HOST = ("404.html", "robots.txt")  # what a host looks for at its root alone
REDIRECT = f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={NEWEST}/index.html">
<title>weightinit</title>
</head>
<body><p><a href="{NEWEST}/index.html">Read the newest version</a></p></body>
</html>
"""


def move_into_place(site: Path, place: Path) -> None:
    """Put a finished site in place of the old one, which stays if that cannot be done.

    On Linux and macOS the two change places in one step, so that one of them is there at any time.
    Where a system or a disk cannot do that, the place is empty for the moment between two renames.
    """
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"no finished site in {site}: it has no index.html; build it first")
    if place.is_symlink() or place.is_file():
        raise FileExistsError(f"{place} is no folder but a file or a link: move it away first")
    (site / NOTE).unlink(missing_ok=True)
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if not place.exists():
        site.rename(place)
    elif exchange(site, place):
        site.rename(old)
    else:
        place.rename(old)
        try:
            site.rename(place)
        except BaseException:  # an interruption too
            old.rename(place)
            raise
    shutil.rmtree(old, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; return False where that cannot be asked for."""
    if sys.platform == "win32":
        return False
    here, swap = -2 if sys.platform == "darwin" else -100, 2  # AT_FDCWD; RENAME_SWAP, _EXCHANGE
    name = "renameatx_np" if sys.platform == "darwin" else "renameat2"
    rename = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if rename is None:
        return False
    rename.argtypes = (c_int, c_char_p, c_int, c_char_p, c_uint)
    if rename(here, os.fsencode(one), here, os.fsencode(other), swap) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


def add_version(site: Path, folder: Path, name: str) -> None:
    """Put a built site beside the other versions in a folder, under a name such as 0.2.0 or dev.

    Each of them is whole at any time; after an interruption, the same call completes the list.
    """
    if name == NEWEST or not NAME.fullmatch(name):
        raise ValueError(
            f"a version cannot be named {name!r}: take letters, digits, dots and dashes, such as "
            f"0.2.0 or dev; {NEWEST!r} is made by itself, a copy of the newest release"
        )
    if f'data-version="{name}"' not in (site / "index.html").read_text(encoding="utf-8"):
        raise ValueError(
            f"the site in {site} was not built as version {name!r}, so it would not find the "
            f"others: build it with SITE_VERSION={name}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    copy_into_place(site, folder / name)
    versions = sorted_versions(folder)
    newest = folder / versions[0]
    copy_into_place(newest, folder / NEWEST)
    pages = [{"name": version, "pages": html_pages(folder / version)} for version in versions]
    listed = json.dumps({"newest": newest.name, "versions": pages}, separators=(",", ":"))
    replace_text(folder / "versions.js", f"window.siteVersions={listed};\n")
    replace_text(folder / "index.html", REDIRECT)
    for file in FOR_THE_HOST:
        if (newest / file).is_file():
            replace_text(folder / file, (newest / file).read_text(encoding="utf-8"))


def copy_into_place(site: Path, place: Path) -> None:
    """Put a copy of a finished site in place of the old one."""
    copy = place.with_name(f".{place.name}.new")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(site, copy)
    move_into_place(copy, place)


def sorted_versions(folder: Path) -> list[str]:
    """Return the names of the versions in a folder: releases, the newest first, then the others."""
    found = [path.parent.name for path in folder.glob("[!.]*/index.html")]
    releases = {name: match[1] for name in found if (match := RELEASE.fullmatch(name))}

    def numbers(name: str) -> tuple[int, ...]:
        return tuple(int(part) for part in releases[name].split("."))

    others = sorted(set(found) - set(releases) - {NEWEST})
    return [*sorted(releases, key=numbers, reverse=True), *others]


def html_pages(site: Path) -> list[str]:
    """Return the addresses of the pages of a site, from its root."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def replace_text(file: Path, text: str) -> None:
    """Write a file at once: nobody meets half of it."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument("place", type=Path, help="where to; with a version, the folder of all")
    parser.add_argument("version", nargs="?", help="name of the version, such as 0.2.0 or dev")
    given = parser.parse_args()
    if given.version:
        add_version(given.site, given.place, given.version)
    else:
        move_into_place(given.site, given.place)
