"""A pass through a model on JAX as a flat list of equations, rewritten and put together."""
