"""Count how often a start goes wrong: the risk of an initializer, not the luck of one draw."""

from weightinit._chances import born_dead_bound, wilson_interval
from weightinit.risk.rates import failure_rates
from weightinit.risk.result import FailureRates

__all__ = ["FailureRates", "born_dead_bound", "failure_rates", "wilson_interval"]
