"""The lab on the built site: small, on its page alone, and where the site speaks of starts."""

import gzip
import os
import re
from collections import Counter
from pathlib import Path

import lab_page
import pytest

MOST_BYTES = 40_000
DOZEN = 12


def pages(site: Path) -> dict[str, str]:
    """Return each page of the site."""
    found = sorted(site.rglob("*.html"))
    return {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in found}


@pytest.mark.site
def test_all_of_it_is_40_kilobytes(site: Path) -> None:
    """The scripts of the lab and what they know are at most 40 kB (gzip), on its page alone."""
    scripts = {
        name: re.findall(r'<script[^>]* src="[./]*(_static/lab/[^"?]+)', text)
        for name, text in pages(site).items()
    }
    assert [name for name, found in scripts.items() if found] == ["lab.html"]
    sizes = [len(gzip.compress((site / file).read_bytes(), 9)) for file in scripts["lab.html"]]
    assert 0 < sum(sizes) <= MOST_BYTES


@pytest.mark.site
def test_a_dozen_pages_embed_it_and_a_dozen_link_to_it(site: Path) -> None:
    """A dozen pages embed the lab with their setting, and a dozen others link to it with theirs."""
    embedded = Counter()
    linked = Counter()
    for name, text in pages(site).items():
        embedded[name] += text.count('<p class="wi-lab-embed">')
        linked[name] += len(re.findall(r'href="[./]*lab\.html#v1&amp;', text)) - embedded[name]
    assert sum(count > 0 for count in embedded.values()) >= DOZEN
    assert sum(count > 0 for count in linked.values()) >= DOZEN


def test_shortening_leaves_all_but_comments_and_margins(tmp_path: Path) -> None:
    """Comments, margins and breaks go; strings that look like them stay."""
    text = '/* one\n   two */\nconst a = "http://x /*y*/"; // three\n    // four\n  b(`  " c"`);\n'
    (tmp_path / "file.js").write_text(text, encoding="utf-8")
    expected = 'const a = "http://x /*y*/";b(`  " c"`);'
    assert lab_page._shortened(tmp_path / "file.js").lstrip() == expected


def test_every_file_is_in_the_script() -> None:
    """Each script in the folder is part of the whole, once."""
    files = {path.stem for path in lab_page.FOLDER.glob("*.js")}
    names = ["lab", *lab_page.ENGINE, *lab_page.VIEW]
    assert sorted(names) == sorted(files)


def test_the_script_is_made_again_when_what_it_is_made_of_is_newer(tmp_path: Path) -> None:
    """A script that is missing, or not newer than one of its sources, is out of date."""
    source, made = tmp_path / "source", tmp_path / "made"
    source.touch()
    assert not lab_page.is_newer(made, [source])
    made.touch()
    for moved, newer in ((-5, True), (0, False), (5, False)):
        os.utime(source, (made.stat().st_atime, made.stat().st_mtime + moved))
        assert lab_page.is_newer(made, [source]) == newer
