"""Record passes through models on JAX: those of Flax, and of Keras on JAX."""
