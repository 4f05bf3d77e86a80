"""Read what the engine of the lab says, and the data that it is given."""

import math
from base64 import b64decode
from typing import Any

import numpy as np

__all__ = ["arrays", "numbers"]

_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def numbers(values: list[Any]) -> list[float]:
    """Return numbers, with those that are not finite, which JSON has as text."""
    return [_NOT_FINITE[value] if isinstance(value, str) else value for value in values]


def arrays(data: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return x, y, x_test and y_test of a data set as the page keeps it."""
    plane = data["inputs"] == 2
    whole = np.frombuffer(b64decode(data["x"]), np.int8) if plane else list(map(int, data["x"]))
    x = np.reshape(whole, (-1, data["inputs"])) / data["scale"]
    y, n = np.array(list(map(int, data["y"]))), data["train"]
    return {"x": x[:n], "y": y[:n], "x_test": x[n:], "y_test": y[n:]}
