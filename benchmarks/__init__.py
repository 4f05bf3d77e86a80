"""Measurements of this package against what others made; each is a session of nox, none a test."""
