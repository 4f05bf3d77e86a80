"""Never, always, only, any, all, every: each that readers see is listed with its reason."""

import pytest

from tests.docs.universals import REASONS, SOURCES, kept, text_of, universals, unlisted

LISTED = kept()


@pytest.mark.parametrize("file", SOURCES)
def test_each_universal_has_its_reason(file):
    """A universal is proved, qualified, or gone: what stays is in a list, after a reason."""
    found = unlisted(file, LISTED.get(file, []))
    assert not found, f"{file}: prove, qualify or delete; else list:\n" + "\n".join(found)


@pytest.mark.parametrize("file", LISTED)
def test_the_list_does_not_outlive_what_it_lists(file):
    """Each entry names a reason that exists, and words with a universal that the file still has."""
    text = text_of(file).lower()
    for reason, words in LISTED[file]:
        assert reason in REASONS, f"{reason!r} is none of {', '.join(REASONS)}"
        assert list(universals(words)), f"{words!r} holds no universal"
        assert words.lower() in text, f"{file} no longer says {words!r}"


def test_a_planted_universal_is_found(monkeypatch):
    """A sentence with a universal is found, and no longer once its words are listed."""
    monkeypatch.setattr("tests.docs.universals.text_of", lambda _: "Zero never learns. Not all do.")
    assert unlisted("page", []) == ["Zero never learns"]
    assert not unlisted("page", [("proved", "never learns")])
