"""Compare two builds of the site byte by byte: ``compare_sites.py FIRST SECOND``.

Prints each file that differs, with the first place where it does; fails if there is one.
"""

import argparse
import filecmp
from pathlib import Path

AROUND = 60  # bytes shown before and after the first that differs


def compare(first: Path, second: Path) -> tuple[int, list[str]]:
    """Return how many files two folders hold together, and a line for each that differs."""
    one, other = files_in(first), files_in(second)
    found = dict.fromkeys(one - other, f"is only in {first}")
    found |= dict.fromkeys(other - one, f"is only in {second}")
    for name in one & other:
        if not filecmp.cmp(first / name, second / name, shallow=False):
            found[name] = first_difference(first / name, second / name)
    return len(one | other), [f"{name}: {found[name]}" for name in sorted(found)]


def files_in(folder: Path) -> set[str]:
    """Return the paths of all files in a folder, from there; refuse one that has none."""
    paths = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if not paths:
        raise FileNotFoundError(f"no files in {folder}: build the site to there first")
    return paths


def first_difference(first: Path, second: Path) -> str:
    """Say in which line two files begin to differ, and what stands there in each."""
    a, b = first.read_bytes(), second.read_bytes()
    differ = (place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    place = next(differ, min(len(a), len(b)))
    line = a.count(b"\n", 0, place) + 1
    start = max(0, place - AROUND)
    shown = "\n".join(f"    {text[start : place + AROUND]!r}" for text in (a, b))
    return f"line {line}, byte {place}\n{shown}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path, help="folder of a built site")
    parser.add_argument("second", type=Path, help="folder of another build of it")
    given = parser.parse_args()
    count, differences = compare(given.first, given.second)
    summary = f"{count} files compared, {len(differences)} differ"
    parser.exit(bool(differences), "\n".join([*differences, summary]) + "\n")
