"""What a folder keeps of a comparison: whole cells that are this comparison's own."""

import errno
import io
import os
import pickle
import re
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import weightinit as wi
from weightinit.comparison._cellfile import checksum

STARTS = {"he": wi.he_normal, "zero": wi.zeros}


class Trainer:
    """A `train_once` that counts its calls and fails at one of them."""

    def __init__(self, stop_at=None, error=KeyboardInterrupt):
        self.calls, self.stop_at, self.error = 0, stop_at, error

    def __call__(self, initializer, rng):
        """Return curves that know the initializer and the stream."""
        self.calls += 1
        if self.calls == self.stop_at:
            raise self.error
        size = float(np.abs(initializer((2, 3), rng=rng)).sum())
        return wi.History([size, size / 3], [rng.random()])


def compare(trainer, folder, **changed):
    """Compare two starts over three seeds, and keep the cells."""
    return wi.compare(
        trainer, **{"initializers": STARTS, "seeds": 3, "cache_dir": folder} | changed
    )


def test_resuming_equals_running_through(tmp_path):
    """Interrupted at any cell and called again, all is as in one run, and no cell runs twice."""
    whole = compare(Trainer(), None)
    for stop_at in range(1, 7):
        folder = tmp_path / str(stop_at)
        with pytest.raises(KeyboardInterrupt):
            compare(Trainer(stop_at), folder)
        rest = Trainer()
        assert compare(rest, folder) == whole
        assert rest.calls == 6 - (stop_at - 1)
        assert compare(Trainer(stop_at=1), folder) == whole  # nothing is left to run


def test_scores_are_kept_as_well(tmp_path):
    """A number comes back as the same bits, 0 included."""
    scores = {0: 0.0, 1: 1 / 3}

    def train_once(_, rng):
        return scores[rng.bit_generator.seed_seq.entropy]

    first, second = (compare(train_once, tmp_path, seeds=2) for _ in range(2))
    assert first == second
    assert [cell.result for cell in second.cells] == [0.0, 1 / 3] * 2


def test_training_that_the_keyboard_cut_short_is_not_kept(tmp_path):
    """A History that ended early by the keyboard is an interrupt, not a finished cell."""
    with pytest.raises(KeyboardInterrupt):
        compare(lambda *_: wi.History([1.0], interrupted=True), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_score_of_training_that_was_cut_short_is_not_kept(tmp_path):
    """Where the keyboard stops a training in the midst of `train_once`, that goes no further."""
    went_on = []

    def press(step, *_):
        if step == 3:
            raise KeyboardInterrupt

    def train_once(initializer, rng):
        x, y = wi.datasets.ring(20, rng=rng)
        net = wi.mlp([2, 4, 1]).initialize(initializer, rng=rng)
        wi.train(net, x, y, epochs=5, batch_size=10, learning_rate=0.1, monitor=press)
        went_on.append(net)
        return np.mean(net.predict(x) == y)

    for n_jobs in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            compare(train_once, tmp_path, n_jobs=n_jobs)
    assert not went_on
    assert not list(tmp_path.glob("*.npz"))


def test_failures_run_again(tmp_path):
    """A failed cell is not kept: the next call tries it anew."""
    assert len(compare(Trainer(stop_at=2, error=ValueError), tmp_path).failures) == 1
    rest = Trainer()
    assert compare(rest, tmp_path) == compare(Trainer(), None)
    assert rest.calls == 1


@pytest.mark.parametrize(
    "changed, calls",
    [
        ({"seeds": 4}, 2),  # one new seed for each of two starts
        ({"initializers": {**STARTS, "one": wi.ones}}, 3),
        ({"initializers": {"he": wi.he_normal, "zero": wi.ones}}, 3),  # a label's new meaning
        ({"initializers": {"he": wi.he_normal, "null": wi.zeros}}, 3),  # a new label
        ({"initializers": {"zero": wi.zeros, "he": wi.he_normal}}, 0),
    ],
)
def test_the_key_covers_label_initializer_and_seed(changed, calls, tmp_path):
    """Cells are taken over where label, initializer and seed agree, and run where they do not."""
    compare(Trainer(), tmp_path)
    trainer = Trainer()
    assert compare(trainer, tmp_path, **changed) == compare(Trainer(), None, **changed)
    assert trainer.calls == calls


def test_the_key_covers_the_name_of_the_task(tmp_path):
    """Two functions of different names share a folder without meeting."""

    def other(*_):
        return wi.History([2.0])

    compare(Trainer(), tmp_path)
    assert compare(other, tmp_path) == compare(other, None)


def test_files_say_what_they_are(tmp_path):
    """A file is named after label and seed, and its key can be read; none is left half-written."""
    compare(Trainer(), tmp_path, initializers={"a/b: c": wi.zeros}, seeds=[7])
    (path,) = tmp_path.iterdir()
    assert path.name.startswith("a_b_c-seed7-")
    with np.load(path, allow_pickle=False) as arrays:
        key = str(arrays["key"])
    assert '"label": "a/b: c", "initializer": "Constant(value=0.0)", "seed": 7' in key


class Trap:
    """An object that does harm when it is unpickled."""

    def __reduce__(self):
        """Make unpickling create a folder."""
        return os.mkdir, ("sprung",)


def truncated(path):
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def pickled(path):
    """Put a pickle in the place of the file."""
    path.write_bytes(pickle.dumps(Trap()))


def rewritten(*, signed=True, savez=np.savez, **changed):
    """Return a function that replaces arrays of a file, by default with a checksum that fits."""

    def damage(path):
        with np.load(path) as arrays:
            kept = dict(arrays)
        written = kept.pop("sha256")
        if signed:
            written = np.array(checksum(kept | changed))
        savez(path, sha256=written, **kept | changed)

    return damage


def zipped(*entries, times=1):
    """Return a function that writes a zip of named bytes, listing each so many times."""

    def damage(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in entries:
                archive.writestr(name, content)
            archive.filelist *= times

    return damage


def claiming(shape):
    """Return an array file that has the header of a shape and two numbers."""
    file = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + bytes(16)


def pipe(path):
    """Put a pipe in the place of the file, which nobody writes to."""
    path.unlink()
    os.mkfifo(path)


LARGE = 10_000_000  # numbers: 80 MB

DAMAGES = {
    "truncated": (truncated, "not a zip"),
    "empty": (lambda path: path.write_bytes(b""), "not a zip"),
    "pickle": (pickled, "not a zip"),
    "pickled array": (rewritten(losses=np.array([Trap()], dtype=object)), "Object arrays"),
    "no array": (zipped(("key.npy", b"no array")), "magic string"),
    "no key": (zipped(("losses.npy", claiming((2,)))), "key"),
    "another key": (rewritten(key=np.array("{}")), "its key is another one"),
    "edited": (rewritten(signed=False, accuracies=np.array([1.0])), "its checksum is another one"),
    "nan": (rewritten(losses=np.array([1.0, np.nan])), "finite float64"),
    "integers": (rewritten(losses=np.array([1, 2])), "finite float64"),
    "two axes": (rewritten(accuracies=np.ones((2, 2))), "finite float64"),
    "no epoch": (rewritten(losses=np.array([])), "no losses"),
    "many scores": (rewritten(score=np.ones(2)), "too many values"),
    "bomb": (rewritten(losses=np.zeros(LARGE), savez=np.savez_compressed), "compressed"),
    "false size": (zipped(("losses.npy", claiming((LARGE,)))), "claims to hold more"),
    "one for many": (zipped(("losses.npy", claiming((2,))), times=99), "claims to hold more"),
    "other arrays": (zipped(("losses.npy", b"\x93NUMPY\x03\x00")), "of another kind"),
    "pipe": pytest.param(
        (pipe, "it is no file"),
        marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders"),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_told_and_replaced(damage, tmp_path, monkeypatch):
    """A file that is not the cell it should be is told of, never unpickled, and run again."""
    monkeypatch.chdir(tmp_path)
    whole = compare(Trainer(), "cells")
    path = min((tmp_path / "cells").iterdir())
    change, reason = damage
    change(path)
    trainer = Trainer()
    told = rf"{path.name} is not a finished cell .*{reason}.* runs again"
    with pytest.warns(UserWarning, match=told):
        assert compare(trainer, "cells") == whole
    assert trainer.calls == 1
    assert not (tmp_path / "sprung").exists()
    assert compare(Trainer(stop_at=1), "cells") == whole  # the file is whole again


@pytest.mark.parametrize("damage", ["bomb", "false size"])
def test_a_file_is_not_believed_about_its_size(damage, tmp_path):
    """A small file that speaks of 80 MB costs no memory: less than a hundredth of them."""
    compare(Trainer(), tmp_path)
    DAMAGES[damage][0](min(tmp_path.iterdir()))
    tracemalloc.start()
    try:
        with pytest.warns(UserWarning, match="not a finished cell"):
            compare(Trainer(), tmp_path)
        assert tracemalloc.get_traced_memory()[1] < LARGE * 8 / 100
    finally:
        tracemalloc.stop()


def test_a_folder_in_a_cells_place_costs_that_file_alone(tmp_path):
    """What cannot be replaced is told of before and after; the comparison is whole all the same."""
    whole = compare(Trainer(), tmp_path)
    path = min(tmp_path.iterdir())
    path.unlink()
    (path / "mine").mkdir(parents=True)
    with pytest.warns(UserWarning, match=path.name) as told:
        assert compare(Trainer(), tmp_path) == whole
    messages = [str(warning.message) for warning in told]
    assert re.search(rf"{path.name} is not a finished cell .*it is no file", messages[0])
    assert re.search(rf"{path.name} could not be written .* the comparison has", messages[1])
    assert len(messages) == 2
    assert {warning.filename for warning in told} == {__file__}
    assert (path / "mine").is_dir()


def test_foreign_files_are_left_alone(tmp_path):
    """Files that are not a comparison's are neither read nor changed."""
    foreign = {"notes.txt": b"mine", "he-seed0-0000000000000000.npz": pickle.dumps(Trap())}
    for name, content in foreign.items():
        (tmp_path / name).write_bytes(content)
    assert compare(Trainer(), tmp_path) == compare(Trainer(), None)
    assert {name: (tmp_path / name).read_bytes() for name in foreign} == foreign


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
