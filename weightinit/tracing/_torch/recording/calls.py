"""A call of a function of PyTorch."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch

from weightinit.tracing._torch.recording.functions import KINDS, named

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

    @classmethod
    def of(cls, func: Callable[..., Any], args: Any, kwargs: dict[str, Any] | None) -> "Call":
        """Return a call of a function by the name that it goes by."""
        return cls(func, named(func), args, kwargs or {})

    @property
    def kind(self) -> str:
        """What the function does; empty if that is not known."""
        return KINDS.get(self.name, "")

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

    def mapped(self, of: Callable[[Any], Any]) -> "Call":
        """Return the call with what a function makes of each argument, in lists too."""
        return self._replace(args=_mapped(of, self.args), kwargs=_mapped(of, self.kwargs))

    def instead(self, old: torch.Tensor, new: torch.Tensor) -> "Call":
        """Return the call with another tensor in the place of one."""
        return self.mapped(lambda found: new if found is old else found)

    @property
    def overwritten(self) -> torch.Tensor | None:
        """The tensor that the function writes into."""
        name = getattr(self.func, "__name__", "")
        writes = (name.endswith("_") and not name.startswith("__")) or name.startswith("__i")
        found = self.args[0] if self.args and (writes or name == "__setitem__") else None
        return found if isinstance(found, torch.Tensor) else None


def _mapped(of: Callable[[Any], Any], found: Any) -> Any:
    if type(found) is dict:
        return {key: _mapped(of, value) for key, value in found.items()}
    if type(found) in (list, tuple):
        return type(found)(_mapped(of, value) for value in found)
    return of(found)


def tensors_in(found: Any) -> Iterable[torch.Tensor]:
    """Yield all tensors in arguments or in what was returned."""
    if isinstance(found, torch.Tensor):
        yield found
    elif isinstance(found, dict | list | tuple):
        for value in found.values() if isinstance(found, dict) else found:
            yield from tensors_in(value)
