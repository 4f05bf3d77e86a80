"""How far what is random may stray before it counts as a fault."""

import math

import numpy as np

__all__ = ["SIGMAS", "binomial_tail", "largest_joint", "largest_mean_square"]

#: So many standard deviations are allowed.
SIGMAS = 4.0


def largest_joint(variance: float, k: int) -> float:
    """Return the bound on a factor whose log has this variance, times the mean square of k normals.

    Both stray by chance. The cube root makes a chi-square nearly normal (Wilson and Hilferty 1931).
    Of the logs that two normals make, those with sum of squares SIGMAS^2, the largest is passed
    about as rarely as one normal passes SIGMAS: the sum of two normals would be just as rarely.
    """
    v, angle = 2 / (9 * k), np.linspace(0, np.pi / 2, 181)
    cube_roots = 1 - v + SIGMAS * np.sin(angle) * math.sqrt(v)
    logs = SIGMAS * np.cos(angle) * math.sqrt(variance) + 3 * np.log(cube_roots)
    return math.exp(min(float(logs.max()), 700.0))


def largest_mean_square(k: int) -> float:
    """Return the bound that the mean square of k normals passes as rarely as one passes SIGMAS."""
    return largest_joint(0.0, k)


def binomial_tail(at_least: int, n: int) -> float:
    """Return the probability of at least this many heads in n tosses of a fair coin."""
    return float(sum(math.comb(n, k) for k in range(at_least, n + 1)) / 2**n)
