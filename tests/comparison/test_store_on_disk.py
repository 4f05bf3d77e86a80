"""A folder on a full or foreign disk, and what killed and interrupted runs leave there."""

import errno
import os
from pathlib import Path

import pytest

from tests.comparison.keeping import Trainer, compare


def no_room(*_):
    """Stand in for os.fsync on a disk that is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_cell_that_cannot_be_written_is_not_lost(tmp_path, monkeypatch):
    """When the disk is full in mid-run, each cell is told of, and the comparison is whole."""
    whole = compare(Trainer(), None)
    fsync, trainer = os.fsync, Trainer()

    def full_after_two(descriptor):
        return (no_room if trainer.calls > 2 else fsync)(descriptor)

    monkeypatch.setattr(os, "fsync", full_after_two)
    with pytest.warns(UserWarning, match=r"seed\d-\w+.npz could not be written .*No space") as told:
        assert compare(trainer, tmp_path) == whole
    assert len(told) == 4
    assert len(list(tmp_path.iterdir())) == 2  # and no part of another


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    """An interrupt while a cell is written stops the comparison, and no part of a file remains."""
    fsync, trainer = os.fsync, Trainer()

    def stopped_after_one(descriptor):
        if trainer.calls:
            raise KeyboardInterrupt
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", stopped_after_one)
    with pytest.raises(KeyboardInterrupt):
        compare(trainer, tmp_path)
    assert trainer.calls == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("call", ["open", "replace", "mkdir"])
def test_a_folder_that_takes_no_file_is_told_before_any_training(
    number, call, tmp_path, monkeypatch
):
    """A full disk, one that is read-only, a folder of somebody else: told before the first cell."""

    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, call, fail)
    trainer = Trainer()
    told = rf"cache_dir must be a folder .* got '.*' \({os.strerror(number)}\); name another"
    with pytest.raises(OSError, match=told) as caught:
        compare(trainer, tmp_path)
    assert (caught.value.errno, trainer.calls) == (number, 0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["file/below", "x" * 300])
def test_a_path_that_no_folder_can_have_is_told_before_any_training(name, tmp_path):
    """A folder below a file, or of too long a name, cannot be made: told before the first cell."""
    (tmp_path / "file").touch()
    trainer = Trainer()
    with pytest.raises(OSError, match=r"cache_dir must be a folder .*; name another"):
        compare(trainer, tmp_path / name)
    assert trainer.calls == 0


def test_kept_cells_are_read_where_nothing_can_be_written(tmp_path, monkeypatch):
    """A finished comparison in a folder that is only to be read comes back."""
    whole = compare(Trainer(), tmp_path)
    monkeypatch.setattr(os, "fsync", no_room)
    assert compare(Trainer(stop_at=1), tmp_path) == whole


@pytest.mark.skipif(os.name != "posix", reason="there are no groups and others elsewhere")
def test_files_are_readable_by_whom_the_umask_lets(tmp_path):
    """A cell has the rights of any new file, so that a group can share a folder."""
    before = os.umask(0o027)
    try:
        compare(Trainer(), tmp_path / "new")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()} == {0o640}


def leave_a_part(folder, monkeypatch):
    """Return what a run leaves behind that is killed while it writes its first cell."""
    trainer, replace, unlink = Trainer(), Path.replace, Path.unlink

    def killed(path, target):
        if trainer.calls:
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        patch.setattr(Path, "unlink", lambda path: None if trainer.calls else unlink(path))
        with pytest.raises(KeyboardInterrupt):
            compare(trainer, folder)
    (part,) = folder.glob("he-seed0-*")
    assert part.suffix == ".part"
    return part


def test_parts_of_killed_runs_are_swept_and_those_of_living_ones_stay(tmp_path, monkeypatch):
    """A part older than an hour goes; a younger one may be a living run's, others are foreign."""
    old = leave_a_part(tmp_path / "one", monkeypatch)
    young = leave_a_part(tmp_path / "two", monkeypatch)
    folder, foreign = tmp_path / "two", tmp_path / "two" / "film.mp4.part"
    old = old.rename(folder / old.name)
    foreign.touch()
    for path in (old, foreign):
        os.utime(path, (0, path.stat().st_mtime - 3700))
    assert compare(Trainer(), folder) == compare(Trainer(), None)
    assert {path for path in folder.iterdir() if path.suffix != ".npz"} == {young, foreign}
