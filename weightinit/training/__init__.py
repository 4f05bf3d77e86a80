"""Training: minibatches, SGD with momentum or Adam, and a record of losses and accuracies."""

from weightinit.training.history import History
from weightinit.training.loop import train
from weightinit.training.optimizers import Adam, Optimizer, Sgd

__all__ = ["Adam", "History", "Optimizer", "Sgd", "train"]
