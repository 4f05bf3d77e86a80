"""What a diagnosis is worth, on faults that others published and on faults drawn anew.

Each of the modules here that measures has ``measure(progress=False)``, which returns what it found
as plain values; ``nox -s faults`` runs all of them.
"""
