"""What a folder keeps of a comparison: whole cells that are this comparison's own."""

import io
import os
import pickle
import re
import tracemalloc
import zipfile

import numpy as np
import pytest

import weightinit as wi
from tests.comparison.keeping import STARTS, Trainer, compare
from weightinit.comparison._cellfile import checksum


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
    assert {warning.filename for warning in told} == {compare.__code__.co_filename}
    assert (path / "mine").is_dir()


def test_foreign_files_are_left_alone(tmp_path):
    """Files that are not a comparison's are neither read nor changed."""
    foreign = {"notes.txt": b"mine", "he-seed0-0000000000000000.npz": pickle.dumps(Trap())}
    for name, content in foreign.items():
        (tmp_path / name).write_bytes(content)
    assert compare(Trainer(), tmp_path) == compare(Trainer(), None)
    assert {name: (tmp_path / name).read_bytes() for name in foreign} == foreign
