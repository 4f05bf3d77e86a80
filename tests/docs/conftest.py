"""Keeps out of the tests what is none."""

# Doctests are sought in every module; this one needs proselint, which only `nox -s lint` installs.
collect_ignore = ["lint_prose.py"]
