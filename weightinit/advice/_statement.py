"""A sentence of the adviser, and the numbers that it states."""

from typing import Any, Self

__all__ = ["Statement"]


class Statement(str):
    """
    A sentence, rendered from a template and from numbers that it keeps.

    It is a string in every respect. What it states can be read from ``numbers``, so that nobody
    has to parse English.

    Parameters
    ----------
    template : str
        The sentence, in the syntax of :meth:`str.format`.
    **values : float or str
        What the template names.

    Attributes
    ----------
    numbers : dict of str to float
        The values that are numbers, by name, unrounded.

    Examples
    --------
    >>> from weightinit.advice._statement import Statement
    >>> said = Statement("{name} passes on {kept:.2g} of it", name="relu", kept=0.5)
    >>> said
    'relu passes on 0.5 of it'
    >>> said.numbers
    {'kept': 0.5}
    """

    __slots__ = ("numbers",)

    numbers: dict[str, float]

    def __new__(cls, template: str, **values: float | str) -> Self:
        """Render the sentence."""
        said = super().__new__(cls, template.format(**values))
        said.numbers = {name: v for name, v in values.items() if not isinstance(v, str)}
        return said

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Pickle the rendered sentence; its numbers travel with the attributes."""
        return (self.replace("{", "{{").replace("}", "}}"),), {}
