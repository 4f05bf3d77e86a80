"""How two builds of the site are compared: what differs is named, and where."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))

import compare_sites

SITE = {"index.html": b"<p>\nthe same\n</p>\n", "theory/he.html": b"He\n", "_static/a.png": b"\0\1"}


@pytest.fixture
def build(tmp_path):
    """Return the function that makes a tiny site, with some files changed or, by None, left out."""

    def make(name, **changed):
        for file, content in (SITE | changed).items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is not None:
                path.write_bytes(content)
        return tmp_path / name

    return make


def test_equal_sites_have_no_difference(build):
    """All files of two equal sites are compared, and none is named."""
    assert compare_sites.compare(build("a"), build("b")) == (3, [])


@pytest.mark.parametrize("file", SITE)
def test_every_byte_counts(build, file):
    """A change of one byte, at equal length, is found in any file."""
    changed = SITE[file][:-1] + b"!"
    count, (difference,) = compare_sites.compare(build("a"), build("b", **{file: changed}))
    assert count == 3
    assert difference.startswith(f"{file}: line ")
    assert f", byte {len(changed) - 1}\n" in difference


def test_first_difference_is_shown(build):
    """The line and the byte are named, with what stands there in both."""
    other = {"index.html": b"<p>\nthe sane\nand more\n</p>\n"}
    _, (difference,) = compare_sites.compare(build("a"), build("b", **other))
    assert difference == (
        "index.html: line 2, byte 10\n"
        r"    b'<p>\nthe same\n</p>\n'" + "\n"
        r"    b'<p>\nthe sane\nand more\n</p>\n'"
    )


def test_end_of_the_shorter_file_is_a_difference(build):
    """A file that goes on where the other ends differs there."""
    longer = {"theory/he.html": b"He\n\n"}
    _, (difference,) = compare_sites.compare(build("a"), build("b", **longer))
    assert difference.startswith("theory/he.html: line 2, byte 3\n")


def test_file_of_one_site_is_a_difference(build):
    """A file that only one site has is named with that site, whichever it is."""
    whole, part = build("whole"), build("part", **{"theory/he.html": None})
    assert compare_sites.compare(whole, part) == (3, [f"theory/he.html: is only in {whole}"])
    assert compare_sites.compare(part, whole) == (3, [f"theory/he.html: is only in {whole}"])


def test_nothing_is_no_site(build, tmp_path):
    """An empty folder, or none, is refused: it would equal another one."""
    with pytest.raises(FileNotFoundError, match=r"no files in .*nowhere: build"):
        compare_sites.compare(build("a"), tmp_path / "nowhere")


@pytest.mark.parametrize("other, status", [({}, 0), ({"theory/he.html": b"she\n"}, 1)])
def test_command_fails_on_a_difference(build, other, status):
    """The command says how many files it compared and how many differ, and fails if one does."""
    command = [sys.executable, compare_sites.__file__, build("a"), build("b", **other)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == status
    assert (run.stdout + run.stderr).endswith(f"3 files compared, {status} differ\n")
