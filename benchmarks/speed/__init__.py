"""How long drawing and training take beside PyTorch, measured in one process."""
