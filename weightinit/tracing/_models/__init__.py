"""Models of other frameworks: what a pass through them does, as a list of operations."""
