"""Training with minibatches, SGD with momentum or Adam, and a record of the losses."""

from weightinit.training.history import History
from weightinit.training.loop import train
from weightinit.training.optimizers import Adam, Optimizer, Sgd

__all__ = ["Adam", "History", "Optimizer", "Sgd", "train"]
