"""How far a share of few cases can be trusted."""

import math

__all__ = ["wilson"]


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval for the probability behind k of n; 95 % with this z."""
    if n == 0:
        return 0.0, 1.0
    middle, spread = k / n + z * z / (2 * n), math.sqrt(k * (n - k) / n + z * z / 4) / n
    scale = 1 + z * z / n
    return max(0.0, (middle - z * spread) / scale), min(1.0, (middle + z * spread) / scale)
