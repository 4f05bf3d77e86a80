"""Types that the modules of networks share."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

__all__ = ["Array", "Gradients", "Parameters", "Shape"]

Array = NDArray[Any]

#: The shape of one sample; None stands for an axis of any length, such as time.
Shape = tuple[int | None, ...]

#: Arrays by the name of the parameter.
Parameters = Mapping[str, Array]
Gradients = dict[str, Array]
