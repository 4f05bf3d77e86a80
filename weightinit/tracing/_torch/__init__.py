"""Models of PyTorch; nothing outside of this folder imports torch."""
