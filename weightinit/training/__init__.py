"""Training with minibatches, SGD with momentum, Adam or AdamW, and a record of the losses."""

from weightinit.training.adam import Adam, AdamW
from weightinit.training.history import History
from weightinit.training.loop import train
from weightinit.training.optimizers import Optimizer, Sgd

__all__ = ["Adam", "AdamW", "History", "Optimizer", "Sgd", "train"]
