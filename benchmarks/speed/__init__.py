"""What this package costs beside what a user would take instead: ``nox -s bench``.

All costs are ratios of one run, in which the candidates take turns on the same threads.
"""
