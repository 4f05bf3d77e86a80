"""What PyTorch, Keras, JAX, Flax and timm draw, measured and listed from the installed packages."""
