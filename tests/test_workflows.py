"""The workflows: who may write installs nothing, and a token is seen by the step that needs it."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="the group `test` has it: pyyaml")

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob(".github/workflows/*"))
if not FILES:
    pytest.skip("a source distribution has no workflows", allow_module_level=True)
WORKFLOWS = {file.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}
JOBS = {
    f"{name}: {job}": {"permissions": workflow["permissions"], **content}
    for name, workflow in WORKFLOWS.items()
    for job, content in workflow["jobs"].items()
}
INSTALL = re.compile(r"\b(?:apt|apt-get|brew|conda|curl|nox|npm|npx|pip|pipx|uv|wget)\b")
TOKEN = re.compile(r"\bgithub\.token\b|\bsecrets\b")


def installs(job: dict[str, Any]) -> bool:
    """Tell whether a job runs what comes from elsewhere: an installation, an action of others."""
    return any(
        not step["uses"].startswith("actions/") if "uses" in step else INSTALL.search(run(step))
        for step in job["steps"]
    )


def run(step: dict[str, Any]) -> str:
    """Return what a step runs, with the text of the project's scripts that it names."""
    named = (ROOT / word for word in step["run"].split())
    scripts = [file.read_text(encoding="utf-8") for file in named if file.is_file()]
    return "\n".join([step["run"], *scripts])


def strings(value: object) -> Iterator[str]:
    """Give all texts in a part of a workflow."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from strings(item)
    else:
        yield str(value)


def test_there_are_jobs_of_both_kinds() -> None:
    """Some jobs install, and some may write: what follows is about something."""
    assert any(installs(job) for job in JOBS.values())
    assert any("write" in job["permissions"].values() for job in JOBS.values())


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_installs_may_only_read(name: str) -> None:
    """What is installed could use the rights of its job: it has none but to read the repository."""
    job = JOBS[name]
    assert not installs(job) or job["permissions"].items() <= {"contents": "read"}.items()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_token_is_a_variable_of_one_step(name: str) -> None:
    """A token is part of no address and no command, and no other step is given it."""
    workflow = copy.deepcopy(WORKFLOWS[name])
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    given = [step.pop(key) for step in steps for key in ("env", "with") if key in step]
    held = [text for text in strings(given) if TOKEN.search(text)]
    assert not [text for text in held if not re.fullmatch(r"\$\{\{ [\w.]+ \}\}", text)]
    assert not [text for text in strings(workflow) if TOKEN.search(text)]
