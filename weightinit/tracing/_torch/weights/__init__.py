"""The parameters of a model of PyTorch, as a pass reads them: moved, computed, side by side."""
