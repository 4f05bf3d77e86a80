"""What ``python -m weightinit`` runs."""

import sys

from weightinit._command import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
