"""A pass through a model of PyTorch: each function that it calls becomes an operation."""
