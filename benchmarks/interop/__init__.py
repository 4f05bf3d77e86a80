"""Models that nobody here wrote, as their libraries start them, with faults planted in them.

``nox -s interop`` builds each by its configuration, without weights that somebody trained, records
and judges it, and keeps what `docs/about/interop.md` shows.
"""
