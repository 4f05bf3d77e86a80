"""Layers that follow each other: those outside of residual branches, and those in each branch."""

from collections.abc import Mapping, Sequence

from weightinit.tracing import LayerTrace

__all__ = ["levels"]


def levels(rows: Sequence[LayerTrace]) -> list[list[LayerTrace]]:
    """Group layers that follow each other: in each residual branch, and outside of any.

    Inner branches come first: what is wrong in one shows in the blocks around it.
    """
    around = {row.name: row.block for row in rows if row.weight is None}
    found: list[list[LayerTrace]] = []
    for row in rows:
        ahead = [level for level in found if level[0].block == row.block]
        if row.after is None:
            ahead = ahead[-1:]
        else:
            ahead = [level for level in ahead if level[-1].name == row.after]
        if ahead:
            ahead[0].append(row)
        else:
            found.append([row])
    return sorted(found, key=lambda level: _depth(level[0].block, around), reverse=True)


def _depth(block: str, around: Mapping[str, str]) -> int:
    return _depth(around[block], around) + 1 if block in around else 0
