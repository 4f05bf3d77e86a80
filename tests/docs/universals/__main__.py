"""Print the universals of the named files that no list holds, as lines to complete."""

import sys

from tests.docs.universals import REASONS, SOURCES, kept, unlisted

if __name__ == "__main__":
    listed = kept()
    for file in sys.argv[1:] or SOURCES:
        if found := unlisted(file, listed.get(file, [])):
            sys.stdout.write(f"{file}\n" + "".join(f"    REASON: {words}\n" for words in found))
    reasons = "".join(f"\n  {name}: {why}" for name, why in REASONS.items())
    sys.stdout.write(f"\nreasons:{reasons}\n")
