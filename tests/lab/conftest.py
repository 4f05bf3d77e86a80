"""What the tests of the lab's engine share: Node.js, which `nox -s tests` installs, runs it.

Where that is missing they are not collected.
"""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))

if not shutil.which("node"):
    collect_ignore_glob = ["*.py"]
