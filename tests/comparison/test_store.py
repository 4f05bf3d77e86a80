"""What a folder keeps of a comparison: whole cells that are this comparison's own."""

import os
import pickle
import zipfile

import numpy as np
import pytest

import weightinit as wi

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


def pickled_array(path):
    """Put a pickle where the losses were."""
    with np.load(path) as arrays:
        kept = dict(arrays)
    np.savez(path, **kept | {"losses": np.array([Trap()], dtype=object)})


def rewritten(**changed):
    """Return a function that replaces arrays of a file."""

    def damage(path):
        with np.load(path) as arrays:
            kept = dict(arrays)
        np.savez(path, **kept | changed)

    return damage


def without_losses(path):
    """Write a zip that holds something else."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("key.npy", b"no array")


DAMAGES = {
    "truncated": truncated,
    "empty": lambda path: path.write_bytes(b""),
    "pickle": pickled,
    "pickled array": pickled_array,
    "no array": without_losses,
    "another key": rewritten(key=np.array("{}")),
    "nan": rewritten(losses=np.array([1.0, np.nan])),
    "integers": rewritten(losses=np.array([1, 2])),
    "two axes": rewritten(accuracies=np.ones((2, 2))),
    "no epoch": rewritten(losses=np.array([])),
    "many scores": rewritten(score=np.ones(2)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_told_and_replaced(damage, tmp_path, monkeypatch):
    """A file that is not the cell it should be is told of, never unpickled, and run again."""
    monkeypatch.chdir(tmp_path)
    whole = compare(Trainer(), "cells")
    path = min((tmp_path / "cells").iterdir())
    DAMAGES[damage](path)
    trainer = Trainer()
    with pytest.warns(UserWarning, match=rf"{path.name} is not a finished cell .* runs again"):
        assert compare(trainer, "cells") == whole
    assert trainer.calls == 1
    assert not (tmp_path / "sprung").exists()
    assert compare(Trainer(stop_at=1), "cells") == whole  # the file is whole again


def test_foreign_files_are_left_alone(tmp_path):
    """Files that are not a comparison's are neither read nor changed."""
    foreign = {"notes.txt": b"mine", "he-seed0-0000000000000000.npz": pickle.dumps(Trap())}
    for name, content in foreign.items():
        (tmp_path / name).write_bytes(content)
    assert compare(Trainer(), tmp_path) == compare(Trainer(), None)
    assert {name: (tmp_path / name).read_bytes() for name in foreign} == foreign


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    """When a cell cannot be written the error is raised and no part of a file remains."""

    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        compare(Trainer(), tmp_path)
    assert not list(tmp_path.iterdir())
