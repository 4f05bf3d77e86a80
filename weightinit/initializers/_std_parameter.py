"""A dataclass field that is a number and, called with a shape, a method."""

from collections.abc import Callable, Sequence

from weightinit._checks import check_nonnegative
from weightinit.initializers.base import Initializer

__all__ = ["StdParameter"]

_HINT = "for a std that follows from the fans use a scheme such as wi.he_normal"


class StdParameter:
    """A dataclass field named ``std`` that leaves ``std(shape)`` in place.

    ``Normal(std=0.02).std`` is the number 0.02, and ``Normal(std=0.02).std(shape)`` is the theory,
    as for every initializer.
    """

    def __init__(self, *default: float) -> None:
        self._default = default

    def __get__(self, instance: Initializer | None, owner: type[Initializer]) -> "_CallableStd":
        if instance is not None:
            theory = Initializer.std.__get__(instance)
            return _CallableStd(instance.__dict__["std"], theory)
        if not self._default:  # which tells dataclass that the field has no default
            raise AttributeError("std")
        return _CallableStd(self._default[0], None)

    def __set__(self, instance: Initializer, value: float) -> None:
        instance.__dict__["std"] = check_nonnegative("std", value, hint=_HINT)


class _CallableStd(float):
    _theory: Callable[[Sequence[int]], float] | None

    def __new__(
        cls, value: float, theory: Callable[[Sequence[int]], float] | None
    ) -> "_CallableStd":
        number = super().__new__(cls, value)
        number._theory = theory
        return number

    def __call__(self, shape: Sequence[int]) -> float:
        if self._theory is None:
            raise TypeError("std(shape) is asked of an initializer, not of its class")
        return self._theory(shape)

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)
