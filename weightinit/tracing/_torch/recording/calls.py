"""A call of a function of PyTorch."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch

__all__ = ["Call", "tensors_in"]


class Call(NamedTuple):
    """
    A function, the name that it goes by, and its arguments.

    Parameters
    ----------
    func : callable
        The function.
    name : str
        Its name, without what tells its in-place form.
    args, kwargs : tuple, dict
        Its arguments.
    """

    func: Callable[..., Any]
    name: str
    args: Any
    kwargs: dict[str, Any]

    def make(self) -> Any:
        """Call the function."""
        return self.func(*self.args, **self.kwargs)

    @property
    def tensors(self) -> list[torch.Tensor]:
        """All tensors among the arguments."""
        return list(tensors_in((self.args, self.kwargs)))

    def argument(self, key: str, place: int) -> Any:
        """Return an argument by its name, or by its place; None if it is not given."""
        return self.kwargs.get(key, self.args[place] if len(self.args) > place else None)

    def instead(self, old: torch.Tensor, new: torch.Tensor) -> "Call":
        """Return the call with another tensor in the place of one, in a list too."""
        args = tuple(_instead(arg, old, new) for arg in self.args)
        kwargs = {key: _instead(value, old, new) for key, value in self.kwargs.items()}
        return self._replace(args=args, kwargs=kwargs)

    @property
    def overwritten(self) -> torch.Tensor | None:
        """The tensor that the function writes into."""
        name = getattr(self.func, "__name__", "")
        writes = (name.endswith("_") and not name.startswith("__")) or name.startswith("__i")
        found = self.args[0] if self.args and (writes or name == "__setitem__") else None
        return found if isinstance(found, torch.Tensor) else None


def _instead(found: Any, old: torch.Tensor, new: torch.Tensor) -> Any:
    if type(found) in (list, tuple):
        return type(found)(_instead(value, old, new) for value in found)
    return new if found is old else found


def tensors_in(found: Any) -> Iterable[torch.Tensor]:
    """Yield all tensors in arguments or in what was returned."""
    if isinstance(found, torch.Tensor):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from tensors_in(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from tensors_in(value)
