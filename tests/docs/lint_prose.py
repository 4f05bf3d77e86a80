"""Check the style of all prose with proselint; code is masked, so that it cannot disturb.

Run by ``nox -s lint``, or by hand: ``python -m tests.docs.lint_prose``.
"""

import sys
from collections.abc import Iterator

from proselint.checks import __register__ as checks
from proselint.config import DEFAULT, Config
from proselint.registry import CheckRegistry
from proselint.tools import LintFile

from tests.docs.prose import FILES, read

MASK = "█"  # part of no word
OF_THE_REPOSITORY = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
OFF = {
    "archaism": "it finds `for ever` in `for every`",
    "typography.symbols.curly_quotes": "Sphinx curls straight quotes by itself",
}


def findings() -> Iterator[str]:
    """Yield what proselint finds, with its place."""
    CheckRegistry().register_many(checks)
    known = {check.path for check in checks}
    yield from (f"OFF names {name}, which is no check" for name in OFF if name not in known)
    # Proselint asks the first entry that fits: what is off comes before the families that are on.
    on = {name: value for name, value in DEFAULT["checks"].items() if name not in OFF}
    config = Config(max_errors=DEFAULT["max_errors"], checks=dict.fromkeys(OFF, False) | on)
    for file in [*OF_THE_REPOSITORY, *FILES]:
        paragraphs = read(file, MASK).prose.split("\n\n")  # a heading's last word may come again
        for result, (line, _) in LintFile(file, f" {MASK}\n\n".join(paragraphs)).lint(config):
            yield f"{file}:{line}: {result.message} [{result.check_path}]"


if __name__ == "__main__":
    sys.exit("\n".join(findings()) or 0)
