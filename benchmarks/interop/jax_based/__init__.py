"""Models of Keras on JAX, and of Flax."""
