"""How a version comes to the branch that holds the site: as one commit, and over nobody else's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.git_server import TOKEN, serve

SCRIPT = Path(__file__).parents[2] / "docs" / "publish_to_branch.sh"
NOBODY = {
    f"GIT_{role}_{what}": "nobody" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("git"), reason="runs where GitHub Pages is made"
)


def git(repository: Path, *command: str) -> str:
    """Run git in a repository, and return what it says."""
    run = ["git", f"--git-dir={repository}", *command]
    return subprocess.check_output(run, text=True, env={**os.environ, **NOBODY}).strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """Return a repository without the branch, and with one of which the name ends alike."""
    repository = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(repository)], check=True)
    git(repository, "config", "http.receivepack", "true")
    git(repository, "update-ref", "refs/heads/old/site", other_commit(repository))
    return repository


def other_commit(repository: Path) -> str:
    """Make a commit that holds nothing, of somebody else."""
    tree = git(repository, "hash-object", "-t", "tree", "-w", "/dev/null")
    return git(repository, "commit-tree", tree, "-m", "other")


@pytest.fixture(params=["folder", "host"])
def address(request: pytest.FixtureRequest, remote: Path) -> Iterator[str]:
    """Return where the repository is: in a folder, and on a host that asks for the token."""
    if request.param == "folder":
        yield str(remote)
    else:
        with serve(remote.parent) as host:
            yield f"{host}/{remote.name}"


def publish(
    work: Path, address: str, version: str, *, token: str = TOKEN, hooks: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Build a tiny site in a folder, and put it to the branch, as the workflow does."""
    site = work / "built"
    site.mkdir(parents=True)
    (site / "index.html").write_text(f'<div data-version="{version}">', encoding="utf-8")
    home = {"HOME": str(work), "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    home["GIT_TRACE"] = "1"  # which tells each command on standard error, with its arguments
    where = {"REMOTE": address, "HOST": address.rpartition("/")[0], "TOKEN": token}
    if hooks:
        where |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath"}
        where["GIT_CONFIG_VALUE_0"] = str(hooks)
    command = [str(SCRIPT), str(site), str(work / "site"), version]
    return subprocess.run(command, env=home | where, capture_output=True, text=True, check=False)


def test_versions_come_one_after_another(tmp_path: Path, remote: Path, address: str) -> None:
    """The first makes the branch, the next keeps the first, and the branch stays one commit."""
    for number, version in enumerate(("0.1.0", "dev"), start=1):
        done = publish(tmp_path / version, address, version)
        assert done.returncode == 0, done.stderr
        folders = {"latest", *("0.1.0", "dev")[:number]}
        files = git(remote, "ls-tree", "-r", "--name-only", "site").splitlines()
        assert set(files) == {f"{name}/index.html" for name in folders} | {
            "index.html",
            "versions.js",
        }
        assert git(remote, "rev-list", "--count", "site") == "1"


@pytest.mark.parametrize("already", [False, True], ids=["first", "later"])
def test_nobody_is_overwritten(tmp_path: Path, remote: Path, address: str, already: bool) -> None:
    """When somebody else pushes in the meantime, it fails, and the branch is theirs."""
    if already:
        assert publish(tmp_path / "before", address, "0.1.0").returncode == 0
    theirs = other_commit(remote)
    hook = tmp_path / "hooks" / "pre-commit"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ngit --git-dir={remote} update-ref refs/heads/site {theirs}\n")
    hook.chmod(0o755)
    done = publish(tmp_path / "mine", address, "dev", hooks=hook.parent)
    assert done.returncode != 0
    assert "stale info" in done.stderr
    assert git(remote, "rev-parse", "site") == theirs


def test_a_refused_site_changes_nothing(tmp_path: Path, remote: Path, address: str) -> None:
    """When docs/publish.py refuses the version, nothing is pushed."""
    done = publish(tmp_path, address, "latest")
    assert done.returncode != 0
    assert "cannot be named 'latest'" in done.stderr
    assert git(remote, "for-each-ref", "--format=%(refname)") == "refs/heads/old/site"


def test_a_host_that_is_not_reached_is_no_new_branch(tmp_path: Path) -> None:
    """Where the branch cannot be asked for, nothing is made."""
    done = publish(tmp_path, str(tmp_path / "nowhere.git"), "dev")
    assert done.returncode != 0
    assert not (tmp_path / "site").exists()


def test_the_token_is_told_to_its_host_alone(tmp_path: Path, remote: Path) -> None:
    """No file, no message and no argument of git holds it; the host refuses any other."""
    with serve(remote.parent) as host:
        address = f"{host}/{remote.name}"
        done = [publish(tmp_path / name, address, name) for name in ("0.1.0", "dev")]
        refused = publish(tmp_path / "other", address, "dev", token="another")
    assert [run.returncode == 0 for run in (*done, refused)] == [True, True, False]
    for run in done:
        assert "push --quiet --force-with-lease" in run.stderr  # git tells what it was given
        assert TOKEN not in run.stdout + run.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "dev" / "site" / ".git" / "config" in files
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
