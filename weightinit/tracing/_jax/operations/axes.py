"""Which axis of a value holds the samples, and which hold the features."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = [
    "BATCH",
    "FEATURE",
    "OTHER",
    "Labels",
    "axis_of",
    "guess",
    "merged",
    "moved",
    "units",
]

BATCH, FEATURE, OTHER = "batch", "feature", ""

#: For each axis of a value: what it holds.
Labels = tuple[str, ...]


def guess(shape: Sequence[int], samples: int) -> Labels:
    """Return labels for a value of which nothing is known: samples first, features last."""
    labels = [OTHER] * len(shape)
    if shape:
        labels[-1] = FEATURE
        labels[0] = BATCH if shape[0] == samples else labels[0]
    return tuple(labels)


def axis_of(labels: Labels) -> int:
    """Return the last axis of features, counted from the end; -1 if there is none."""
    return next((i - len(labels) for i in reversed(range(len(labels))) if labels[i] == FEATURE), -1)


def units(labels: Labels, shape: Sequence[int]) -> int:
    """Return how many features a value has."""
    return math.prod(n for label, n in zip(labels, shape, strict=True) if label == FEATURE)


def moved(
    kind: str, params: Mapping[str, Any], labels: Labels, old: Sequence[int], new: Sequence[int]
) -> Labels:
    """Return the labels after a value was transposed, reshaped, squeezed, expanded or reduced."""
    if kind == "transpose":
        return tuple(labels[axis] for axis in params["permutation"])
    if kind == "broadcast_in_dim":
        placed = dict(zip(params["broadcast_dimensions"], labels, strict=True))
        return tuple(placed.get(axis, OTHER) for axis in range(len(new)))
    if kind == "reshape":
        return _reshaped(labels, old, new)
    gone = params.get("axes", params.get("dimensions", ()))
    if len(new) == len(old):
        return labels
    if len(new) == len(old) - len(gone):
        return tuple(label for axis, label in enumerate(labels) if axis not in gone)
    return ()


def merged(all_labels: Sequence[Labels]) -> Labels:
    """Return the labels of what several values of one shape make, entry by entry."""
    return tuple(
        next((label for label in axis if label), OTHER) for axis in zip(*all_labels, strict=True)
    )


def _reshaped(labels: Labels, old: Sequence[int], new: Sequence[int]) -> Labels:
    """Return the labels after a reshape: a group of axes that is joined or split keeps its own."""
    found = [OTHER] * len(new)
    for before, after in _groups(old, new):
        names = {labels[axis] for axis in before if old[axis] != 1}
        if names == {FEATURE} or (not names and FEATURE in {labels[a] for a in before}):
            for axis in after:
                found[axis] = FEATURE
        elif after and BATCH in names and labels[before[0]] == BATCH:
            found[after[0]] = BATCH  # samples come first, so the others are positions in them
    return tuple(found)


def _groups(old: Sequence[int], new: Sequence[int]) -> Iterator[tuple[range, range]]:
    """Yield the smallest groups of axes, of both shapes, that hold as many entries."""
    i = j = 0
    while i < len(old) or j < len(new):
        first, other = i, j
        i, j = min(i + 1, len(old)), min(j + 1, len(new))
        while (left := math.prod(old[first:i])) != (right := math.prod(new[other:j])):
            if (left < right and i < len(old)) or j == len(new):
                i += 1
            else:
                j += 1
        yield range(first, i), range(other, j)
