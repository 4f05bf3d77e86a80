"""Training: minibatches, SGD with momentum or Adam, and a record of losses and accuracies."""

from weightinit.training.history import History
from weightinit.training.loop import train
from weightinit.training.optimizers import OPTIMIZERS, Adam, Optimizer, Sgd

__all__ = ["OPTIMIZERS", "Adam", "History", "Optimizer", "Sgd", "train"]
