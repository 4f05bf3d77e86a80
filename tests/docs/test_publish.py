"""How a site comes to its place: whole or not at all, and beside other versions in their order."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))

import publish


def site(folder: Path, *pages: str, text: str = "new") -> Path:
    """Make a tiny site of pages that all say the same."""
    for page in ("index.html", *pages):
        file = folder / page
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def version(folder: Path, name: str, *pages: str) -> Path:
    """Make a tiny site that was built as a version."""
    return site(folder, *pages, text=as_built(name))


def as_built(name: str) -> str:
    """Return what tells a page of a version."""
    return f'<div data-version="{name}">'


def listed(folder: Path) -> dict:
    """Return what versions.js tells the pages."""
    text = (folder / "versions.js").read_text(encoding="utf-8")
    match = re.fullmatch(r"window\.siteVersions=(\{.*\});\n", text)
    assert match, text
    return json.loads(match[1])


def names(folder: Path) -> list[str]:
    """Return the names of the listed versions, in order."""
    return [version["name"] for version in listed(folder)["versions"]]


def test_the_new_site_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """Nothing of the old site is left, and nothing beside the new one."""
    place = site(tmp_path / "html", "gone.html", text="old")
    publish.move_into_place(site(tmp_path / "fresh"), place)
    assert [path.name for path in tmp_path.iterdir()] == ["html"]
    assert [path.read_text(encoding="utf-8") for path in place.iterdir()] == ["new"]


def test_what_the_next_build_would_read_is_left_out(tmp_path: Path) -> None:
    """A site in its place has no file that depends on the number of cores that built it."""
    fresh = site(tmp_path / "fresh", ".buildinfo", "_static/site.css")
    publish.move_into_place(fresh, tmp_path / "html")
    assert sorted(path.name for path in (tmp_path / "html").iterdir()) == ["_static", "index.html"]


def test_half_a_site_does_not_replace_a_whole_one(tmp_path: Path) -> None:
    """A build that failed, or left no front page, leaves the old site as it was."""
    place = site(tmp_path / "html", text="old")
    (tmp_path / "fresh").mkdir()
    for fresh in ("fresh", "nothing"):
        with pytest.raises(FileNotFoundError, match=r"no finished site.*build it first"):
            publish.move_into_place(tmp_path / fresh, place)
        assert (place / "index.html").read_text(encoding="utf-8") == "old"


@pytest.fixture
def _exchange(tmp_path: Path) -> None:
    """Skip where two folders cannot change places in one step."""
    one, other = tmp_path / ".one", tmp_path / ".other"
    one.mkdir()
    other.mkdir()
    able = publish.exchange(one, other)
    one.rmdir()
    other.rmdir()
    if not able:
        pytest.skip("this system or this disk cannot exchange two folders")


@pytest.fixture
def _no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be on a system where two folders cannot change places in one step."""
    monkeypatch.setattr(publish, "exchange", lambda _one, _other: False)


def watched(publication: Callable[[], None], *places: Path) -> list[str]:
    """Return what is at places when Python is between any two calls, once for each change."""
    seen: list[str] = []

    def look(*_: object) -> None:
        found = ", ".join(
            sorted(
                {
                    page.read_text(encoding="utf-8")
                    for place in places
                    for page in place.rglob("*.html")
                }
                | {"gone" for place in places if not (place / "index.html").is_file()}
            )
        )
        if seen[-1:] != [found]:
            seen.append(found)

    before = sys.getprofile()
    sys.setprofile(look)  # it is told of each call and return, also of functions in C
    try:
        publication()
    finally:
        sys.setprofile(before)
    return seen


@pytest.mark.usefixtures("_exchange")
def test_one_site_or_the_other_is_there_at_any_time(tmp_path: Path) -> None:
    """Between any two calls that publishing makes, the place holds all of the old or of the new."""
    place = site(tmp_path / "html", "page.html", text="old")
    fresh = site(tmp_path / "fresh", "page.html")
    assert watched(lambda: publish.move_into_place(fresh, place), place) == ["old", "new"]
    assert [path.name for path in tmp_path.iterdir()] == ["html"]


@pytest.mark.usefixtures("_no_exchange")
def test_the_watch_sees_a_place_that_is_empty_for_a_moment(tmp_path: Path) -> None:
    """With two renames, as where there is no exchange, the law above does not hold."""
    place = site(tmp_path / "html", "page.html", text="old")
    fresh = site(tmp_path / "fresh", "page.html")
    assert watched(lambda: publish.move_into_place(fresh, place), place) == ["old", "gone", "new"]


@pytest.mark.usefixtures("_exchange")
def test_every_version_is_there_at_any_time(tmp_path: Path) -> None:
    """While a version is replaced, it and `latest` are whole, and the root leads to a page."""
    folder, old, new = tmp_path / "all", as_built("0.1.0"), as_built("0.1.0") + "new"
    publish.add_version(site(tmp_path / "one", "page.html", text=old), folder, "0.1.0")
    again = site(tmp_path / "two", "page.html", text=new)
    places = folder / "0.1.0", folder / "latest"
    seen = watched(lambda: publish.add_version(again, folder, "0.1.0"), *places)
    assert seen == [old, f"{old}, {new}", new]


def test_a_disk_that_is_in_the_way_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the exchange fails, the error is raised, and both sites are as they were."""
    place, fresh = site(tmp_path / "html", text="old"), site(tmp_path / "fresh")

    def fails(_one: Path, _other: Path) -> bool:
        raise PermissionError("in use")

    monkeypatch.setattr(publish, "exchange", fails)
    with pytest.raises(PermissionError, match="in use"):
        publish.move_into_place(fresh, place)
    assert (place / "index.html").read_text(encoding="utf-8") == "old"
    assert (fresh / "index.html").read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no exchange on Windows")
def test_an_exchange_that_fails_says_why(tmp_path: Path) -> None:
    """A folder that is missing is named, not taken for a system that cannot exchange."""
    (tmp_path / "one").mkdir()
    with pytest.raises(FileNotFoundError, match="other"):
        publish.exchange(tmp_path / "one", tmp_path / "other")


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_not_replaced(tmp_path: Path, kind: str) -> None:
    """A file or a link in the place stays, and the message says what to do."""
    fresh, place = site(tmp_path / "fresh"), tmp_path / "html"
    if kind == "file":
        place.touch()
    else:
        place.symlink_to(site(tmp_path / "elsewhere"), target_is_directory=True)
    with pytest.raises(FileExistsError, match="no folder but a file or a link: move it away"):
        publish.move_into_place(fresh, place)
    assert place.is_symlink() == (kind == "link")
    assert (fresh / "index.html").is_file()


@pytest.mark.usefixtures("_no_exchange")
@pytest.mark.parametrize("reason", [PermissionError, KeyboardInterrupt])
def test_an_interrupted_move_brings_the_old_site_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: type[BaseException]
) -> None:
    """When the new site cannot be moved, or somebody stops it, the old one is served again."""
    place, fresh = site(tmp_path / "html", text="old"), site(tmp_path / "fresh")
    rename = Path.rename

    def fails_for_fresh(self: Path, target: Path) -> Path:
        if self == fresh:
            raise reason("in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_fresh)
    with pytest.raises(reason, match="in use"):
        publish.move_into_place(fresh, place)
    assert (place / "index.html").read_text(encoding="utf-8") == "old"


def test_what_an_interrupted_move_left_does_not_block_the_next(tmp_path: Path) -> None:
    """An old site that was never cleared away is cleared away by the next move."""
    place = site(tmp_path / "html", text="old")
    site(tmp_path / ".html.old", "page.html", text="older")
    publish.move_into_place(site(tmp_path / "fresh"), place)
    assert [path.name for path in tmp_path.iterdir()] == ["html"]


def test_versions_are_listed_newest_first(tmp_path: Path) -> None:
    """Releases go by number, not by letter, and come before all others; `latest` is the newest."""
    folder = tmp_path / "all"
    for name in ("dev", "0.9.1", "0.10.0", "0.2", "1.0rc1"):
        publish.add_version(version(tmp_path / "built", name), folder, name)
    assert names(folder) == ["0.10.0", "0.9.1", "0.2", "1.0rc1", "dev"]
    assert listed(folder)["newest"] == "0.10.0"
    assert (folder / "latest" / "index.html").read_text("utf-8") == as_built("0.10.0")


def test_before_the_first_release_the_newest_is_what_there_is(tmp_path: Path) -> None:
    """With no release yet, `latest` and so the root lead to the development version."""
    publish.add_version(version(tmp_path / "built", "dev"), tmp_path / "all", "dev")
    assert (tmp_path / "all" / "latest" / "index.html").read_text("utf-8") == as_built("dev")
    assert "url=latest/index.html" in (tmp_path / "all" / "index.html").read_text("utf-8")


def test_the_page_at_the_root_loads_and_runs_nothing(tmp_path: Path) -> None:
    """It only leads on: its content security policy forbids it all else."""
    publish.add_version(version(tmp_path / "built", "dev"), tmp_path / "all", "dev")
    head = (tmp_path / "all" / "index.html").read_text("utf-8").partition("<title>")[0]
    policy = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; """
    assert policy in head


def test_a_version_can_be_published_again(tmp_path: Path) -> None:
    """It replaces its older self, stands once in the list, and no temporary folder is left."""
    folder = tmp_path / "all"
    publish.add_version(version(tmp_path / "one", "0.1.0", "gone.html"), folder, "0.1.0")
    publish.add_version(version(tmp_path / "two", "0.1.0", "a/new.html"), folder, "0.1.0")
    assert listed(folder)["versions"] == [{"name": "0.1.0", "pages": ["a/new.html", "index.html"]}]
    found = {path.name for path in folder.iterdir()}
    assert found == {"0.1.0", "latest", "index.html", "versions.js"}


def test_the_root_has_what_hosts_look_for_there(tmp_path: Path) -> None:
    """The newest version's page for lost readers and its robots.txt are those of the root too."""
    folder = tmp_path / "all"
    for name in ("0.2.0", "0.1.0"):
        built = version(tmp_path / name, name, "404.html", "robots.txt")
        publish.add_version(built, folder, name)
    for file in ("404.html", "robots.txt"):
        assert (folder / file).read_text(encoding="utf-8") == as_built("0.2.0")


@pytest.mark.parametrize("name", ["latest", "", "../up", ".hidden", "a/b", "a b"])
def test_a_name_that_is_no_folder_of_its_own_is_refused(tmp_path: Path, name: str) -> None:
    """Such a version is not published anywhere, and the message gives names that are fine."""
    with pytest.raises(ValueError, match=r"cannot be named .*0\.2\.0 or dev"):
        publish.add_version(version(tmp_path / "built", name), tmp_path / "all", name)
    assert not (tmp_path / "all").exists()


@pytest.mark.parametrize("built_as", ["", "dev"])
def test_a_site_that_was_built_as_another_is_refused(tmp_path: Path, built_as: str) -> None:
    """A site built to stand alone, or as another version, would not find its siblings."""
    with pytest.raises(ValueError, match=r"not built as version '0\.2\.0'.*SITE_VERSION=0\.2\.0"):
        publish.add_version(version(tmp_path / "built", built_as), tmp_path / "all", "0.2.0")
    assert not (tmp_path / "all").exists()
