"""Models of Keras on JAX, and of Flax."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")  # before Keras is imported
