"""Measure and list what the installed frameworks draw, for two pages: ``nox -s frameworks``."""

import sys

from benchmarks.frameworks import defaults, kept, table
from benchmarks.frameworks.installed import PACKAGES


def main() -> int:
    """Write the data of the page on defaults and of the table of initializers."""
    kept.write(kept.INITIALIZERS, table.rows(), PACKAGES.values())
    kept.write(kept.DEFAULTS, defaults.measure(), defaults.PACKAGES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
