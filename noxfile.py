#!/usr/bin/env python3
# /// script
# dependencies = ["nox>=2025.10.16"]
# ///
"""Every task a person does here: `nox -l` lists them, `nox -s NAME` runs one.

Each session makes its own environment and installs there what it needs.
"""

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

nox.needs_version = ">=2025.10.16"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"

ROOT = Path(__file__).resolve().parent
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)  # those that the classifiers name
BUILD = ROOT / "docs" / "_build"
SITE = BUILD / "html"
# What a build of the site leaves behind. A clean build begins without it, since the caches know
# when a page or a script changed but not when the package did.
GENERATED = [
    "_build/doctrees",
    "_build/extra",
    "_build/fresh",
    "auto_gallery",
    "reference/examples",
    "reference/generated",
]
MARKDOWN = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "PUBLISHING.md"]
# pyenv hides the Pythons that it has not activated; `compat` is for all that are on the machine.
for folder in Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin"):
    os.environ["PATH"] += f"{os.pathsep}{folder}"
TESTED: dict[str, None] = {}  # the lines of the table of what was tested, in this order


@nox.session
def tests(session: nox.Session) -> None:
    """Run unit tests, doctests and the gallery's claims; the quick part: -- -m "not gallery"."""
    install(session, "node", "test", package="-e.[examples]")
    # a file stays in one process, which runs each gallery script once for all tests of it
    options = ("-n", "auto", "--dist", "loadfile", *session.posargs)
    session.run("pytest", *options)


@nox.session(python=PYTHONS, reuse_venv=False, default=False)
def compat(session: nox.Session) -> None:
    """Run the quick tests on every supported Python that is here, with the newest packages."""
    install(session, "distributed", package="-e.[examples]")
    quick_tests(session)


@nox.session(python=PYTHONS[0], default=False)
def lowest(session: nox.Session) -> None:
    """Run the quick tests with the lowest version of each package that pyproject.toml allows."""
    install(session, package="-e.[examples]", requirements=floors("distributed"))
    quick_tests(session)


@nox.session(reuse_venv=False, default=False)
def prerelease(session: nox.Session) -> None:
    """Run the quick tests with what NumPy, SciPy and others will release; $PIP_EXTRA_INDEX_URL."""
    install(session, "distributed", package="-e.[examples]")
    coming = ("numpy", "scipy", "scikit-learn", "matplotlib")
    session.install("--upgrade", "--pre", *coming)
    quick_tests(session)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, docstrings, spelling, prose and the project's own files; says all it finds."""
    install(session, "lint", "node")
    eslint = f"{node_modules(session, ROOT / 'tests' / 'lab')}/eslint/bin/eslint.js"
    scripts = ("docs/_static/lab", "docs/_static/lab-embed.js")
    modules = [str(path) for path in sorted(Path("weightinit").rglob("*.py"))]
    workflows = [str(path) for path in sorted(Path(".github/workflows").iterdir())]
    schema = ("check-jsonschema", "--builtin-schema")
    run_all(
        session,
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        ("numpydoc", "lint", *modules),
        ("codespell",),
        ("node", eslint, "--config", "tests/lab/eslint.config.js", *scripts),
        ("python", "-m", "tests.docs.lint_prose"),
        ("mdformat", "--check", *MARKDOWN),
        ("validate-pyproject", "pyproject.toml"),
        (*schema, "vendor.citation-file-format", "CITATION.cff"),
        (*schema, "vendor.dependabot", ".github/dependabot.yml"),
        (*schema, "vendor.github-workflows", *workflows),
        (*schema, "vendor.readthedocs", ".readthedocs.yaml"),
        ("zizmor", "--offline", "--no-progress", ".github"),
        ("repo-review", "--show", "err", "."),
    )


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the package, strictly."""
    install(session, "types", package="-e.[parallel,plots]")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site from clean, warnings as errors, test it; a page: -- --only theory/he."""
    install(session, "docs", "test", package="-e.[examples]")
    if session.posargs:
        only(session, *session.posargs)
        return
    for folder in GENERATED:
        shutil.rmtree(ROOT / "docs" / folder, ignore_errors=True)
    sphinx(session, "html", BUILD / "fresh", "-W")
    session.run("pytest", "-m", "site", f"--site={BUILD / 'fresh'}", "tests/site")
    session.run("python", "docs/publish.py", BUILD / "fresh", SITE)
    session.log(f"The site is built. Open {SITE / 'index.html'}")


@nox.session
def browser(session: nox.Session) -> None:
    """Look at every page of the built site in Chromium: faults, weight, axe-core, Lighthouse."""
    if not (SITE / "index.html").is_file():
        session.error(f"no site in {SITE}: run `nox -s docs` first")
    install(session, "browser", package="-e.")
    session.env["CHROME_PATH"] = chromium(session)
    session.env["NODE_PATH"] = node_modules(session, ROOT / "tests" / "browser")
    pytest = ("pytest", f"--site={SITE}")
    alone = "tests/browser/test_lighthouse.py"  # what runs beside it would slow the page down
    run_all(
        session,
        (*pytest, "-n", "2", "--dist", "loadgroup", "tests/browser", f"--ignore={alone}"),
        (*pytest, alone),
    )


@nox.session(default=False)
def serve(session: nox.Session) -> None:
    """Build the site, serve it on localhost, and build again whenever a source changes."""
    install(session, "serve", package="-e.[examples]")
    watched = [f"--watch={folder}" for folder in ("weightinit", "gallery")]
    generated = [BUILD, *(ROOT / "docs" / folder for folder in GENERATED)]
    ignored = [f"--ignore={folder / '*'}" for folder in generated]
    unguarded = ("-D", "template_bridge=")  # the policy of pages would stop the reloading script
    options = (*watched, *ignored, *unguarded)
    session.run("sphinx-autobuild", *options, "docs", BUILD / "serve", *session.posargs)


@nox.session(default=False)
def publish(session: nox.Session) -> None:
    """Put the built site beside other versions of it: -- FOLDER; its name is $SITE_VERSION."""
    if not (version := os.environ.get("SITE_VERSION")) or len(session.posargs) != 1:
        session.error(
            "say where to, and which version: SITE_VERSION=0.2.0 nox -s publish -- FOLDER; "
            "build with the same: SITE_VERSION=0.2.0 SITE_URL=https://... nox -s docs"
        )
    session.run("python", "docs/publish.py", SITE, *session.posargs, version)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Run each notebook of the built site as a reader would: alone, the package installed."""
    install(session, "notebooks", package=".[examples]")
    found = session.posargs or sorted(map(str, SITE.glob("_downloads/**/*.ipynb")))
    if not found:
        session.error(f"there are no notebooks in {SITE}: build the site first, nox -s docs")

    def runs(notebook: str) -> bool:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as elsewhere:
            copy = shutil.copy(ROOT / notebook, elsewhere)
            passed = passes(session, "jupyter", "execute", "--timeout=600", copy, quiet=True)
        session.log(f"{time.perf_counter() - began:5.1f} s  {Path(notebook).name}")
        return passed

    with tempfile.TemporaryDirectory() as profile, ThreadPoolExecutor(os.cpu_count()) as pool:
        session.env["IPYTHONDIR"] = profile  # nobody's own settings
        passed = list(pool.map(runs, found))
    failed = [name for name, ran in zip(found, passed, strict=True) if not ran]
    report(session, failed, f"{len(found)} notebooks ran to the end")


@nox.session(default=False)
def reproducible(session: nox.Session) -> None:
    """Build the site twice, in two places and two ways; compare every byte (14 min of CPU)."""
    install(session, "docs", package="-e.[examples]")
    session.env["SITE_URL"] = "https://weightinit.example/"  # with what only an address brings
    left_out = shutil.ignore_patterns(".*", "_build", *(Path(name).name for name in GENERATED))

    def build(name: str, jobs: str, seed: str, zone: str) -> Path:
        copy = Path(elsewhere, name)
        shutil.copytree(ROOT, copy, ignore=left_out)
        made = copy / "docs" / "_build"
        env = {"PYTHONPATH": str(copy), "PYTHONHASHSEED": seed, "TZ": zone}
        options = ("-n", "-W", "-j", jobs, "-d", made / "doctrees")
        session.run("sphinx-build", *options, copy / "docs", made / "fresh", env=env, silent=True)
        session.run("python", copy / "docs" / "publish.py", made / "fresh", made / "html")
        return made / "html"

    with tempfile.TemporaryDirectory() as elsewhere, ThreadPoolExecutor() as pool:
        # the zones are 26 hours apart: wherever it is now, the dates differ
        first = pool.submit(build, "one", "1", "1", "EAST-14")
        second = pool.submit(build, "the/other", "2", "2", "WEST+12")
        # every line that differs is printed, and one that does fails the session
        session.run("diff", "--recursive", first.result(), second.result(), external=True)


@nox.session(default=False)
def linkcheck(session: nox.Session) -> None:
    """Ask every link on the site whether it still leads somewhere (needs the internet)."""
    install(session, "docs", package="-e.[examples]")
    sphinx(session, "linkcheck", BUILD / "linkcheck")


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Ask PyPI and npm whether what the tasks install has known vulnerabilities (internet)."""
    install(session, "audit", package="-e.[examples]")
    # --strict: what no list knows fails, rather than pass unasked; and none knows this package
    session.run("python", "-m", "pip", "uninstall", "--yes", "--quiet", "weightinit")
    run_all(
        session,
        ("pip-audit", "--strict", "--local"),
        ("npm", "audit", "--package-lock-only", "--prefix=tests/browser"),
        ("npm", "audit", "--package-lock-only", "--prefix=tests/lab"),
    )


@nox.session(default=False)
def parity(session: nox.Session) -> None:
    """Compare with PyTorch, Keras and JAX: networks, training, guides (large installations)."""
    install(session, "parity", package="-e.[examples]")
    session.run("pytest", "tests/parity", *session.posargs)


@nox.session(default=False)
def frameworks(session: nox.Session) -> None:
    """Measure what PyTorch, Keras, Flax and timm draw; keep what two pages show of it (minutes)."""
    install(session, "parity", package="-e.[examples]")
    session.run("python", "-m", "benchmarks.frameworks")


@nox.session(default=False)
def distributed(session: nox.Session) -> None:
    """Work in several processes: compare starts, one killed; draw shards for Dask, JAX, PyTorch."""
    install(session, "shards", package="-e.[examples]")
    places = ("tests/comparison", "tests/distributed")
    session.run("pytest", "-m", "distributed", *places, *session.posargs)


@nox.session(default=False)
def sweeps(session: nox.Session) -> None:
    """Diagnose a thousand healthy networks and ask for silence (minutes)."""
    install(session, "test", package="-e.[examples]")
    session.run("pytest", "-n", "auto", "tests/sweeps", *session.posargs)


@nox.session(default=False)
def advice(session: nox.Session) -> None:
    """Train from recommended starts and from others; keep what docs/about/advice.md draws.

    Names of combinations measure these alone: -- "plain, tanh 10".
    """
    install(session, "test", package="-e.[examples]")
    session.run("python", "-m", "tests.sweeps.advice", *session.posargs)


@nox.session(default=False)
def faults(session: nox.Session) -> None:
    """Measure what a diagnosis is worth on published and planted faults (about two hours of CPU).

    It prints the figures, and keeps what docs/about/faults.md draws. Names measure these alone:
    -- published, without training (minutes).
    """
    install(session, "test", package="-e.[examples]")
    session.run("python", "-m", "benchmarks.faults", *session.posargs)


@nox.session(default=False)
def interop(session: nox.Session) -> None:
    """Plant faults in forty models of other libraries, and judge them (large; hours of CPU).

    It prints the figures, and keeps what docs/about/interop.md draws. Names measure these models
    alone: -- GPT-2 Swin.
    """
    install(session, "interop", package="-e.[examples]")
    # two models are measured at once, and each of them takes one thread
    session.run(
        "python", "-m", "benchmarks.interop", *session.posargs, env={"OMP_NUM_THREADS": "1"}
    )


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Time drawing, training, diagnosing, importing and building, beside PyTorch (half an hour).

    It prints the table, and keeps what docs/about/speed.md shows. Groups measure these alone:
    -- drawing steps.
    """
    install(session, "bench", package="-e.[examples]")
    session.run("python", "-m", "benchmarks.speed", *session.posargs, env={"OMP_NUM_THREADS": "1"})


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Call everything public with odd arguments, 120,000 times; another choice: -- --seed 7."""
    install(session, "test", package="-e.[examples]")
    session.run("python", "-m", "tests.soak", *session.posargs, env={"MPLBACKEND": "Agg"})


def install(
    session: nox.Session,
    *groups: str,
    package: str | None = None,
    requirements: Sequence[str] = (),
) -> None:
    """Install dependency groups, and the package if wanted, into the session's environment."""
    wanted = [package] if package else []
    session.install(*wanted, *nox.project.dependency_groups(PYPROJECT, *groups), *requirements)
    # One BLAS thread: the arrays here are small, and threads that wait for a busy core take
    # minutes where one takes a second.
    session.env["OPENBLAS_NUM_THREADS"] = "1"
    session.env["PYTHONPATH"] = None


def quick_tests(session: nox.Session) -> None:
    """Run all tests but the gallery's, then print the table of what was tested so far."""
    results = Path(session.create_tmp()) / "results.xml"
    results.unlink(missing_ok=True)
    options = ("-n", "auto", "--dist", "loadfile", "-m", "not gallery", f"--junit-xml={results}")
    passed = passes(session, "pytest", *options, *session.posargs)
    if not results.exists():
        session.error("pytest ended before it wrote its results: see above, or was it killed?")
    told = session.run("python", "tests/tested.py", session.name, results, silent=True, log=False)
    TESTED.update(dict.fromkeys(told.splitlines()))
    session.log("\n".join(["so far, tested were:", *TESTED]))
    if not passed:
        session.error("tests failed")


def floors(*groups: str) -> list[str]:
    """Return what pyproject.toml asks for, each package at the lowest version that it allows."""
    project = PYPROJECT["project"]
    extras = itertools.chain.from_iterable(project["optional-dependencies"].values())
    asked = (*project["dependencies"], *extras, *nox.project.dependency_groups(PYPROJECT, *groups))
    return [package.replace(">=", "==") for package in asked if ">=" in package]


def sphinx(session: nox.Session, builder: str, output: Path, *options: str) -> None:
    """Run a Sphinx builder over the documentation; every reference must resolve."""
    doctrees = BUILD / "doctrees"
    session.run(
        "sphinx-build", "-n", "-j", "auto", *options, "-d", doctrees, "-b", builder, "docs", output
    )


def only(session: nox.Session, option: str = "", page: str = "", *more: str) -> None:
    """Build one page or script as far as it can stand alone, to look at while writing."""
    page = page.removesuffix(".md").removesuffix(".py").removeprefix("auto_")
    sources = (f"docs/{page}.md", f"docs/{page}.rst", f"{page}.py")
    if option != "--only" or more or not any((ROOT / source).is_file() for source in sources):
        session.error(
            "name one page below docs/ or one script: -- --only theory/he, "
            "-- --only gallery/training/plot_train_on_a_ring"
        )
    page = f"auto_{page}" if page.startswith("gallery/") else page
    session.env["ONLY_PAGE"] = page
    place = BUILD / "only"
    session.run("sphinx-build", "-q", "-d", place / ".doctrees", "docs", place)
    session.log(f"Open {place / page}.html; links to other pages lead nowhere")


def chromium(session: nox.Session) -> str:
    """Return where Chromium is; on Debian, install it if it is missing and we may."""
    # The shell first: it is Chromium without windows, and quicker by a fifth.
    shell = "chromium-headless-shell"
    names = (shell, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

    def find() -> str | None:
        found = (os.environ.get("CHROME_PATH"), *map(shutil.which, names))
        return next(filter(None, found), None)

    if not find() and shutil.which("apt-get") and os.geteuid() == 0:
        session.run("apt-get", "update", "--quiet", external=True)
        session.run("apt-get", "install", "--quiet", "--yes", shell, external=True)
    return find() or session.error(
        f"Chromium is missing: install it (Debian: `apt-get install {shell}`), or say where it is: "
        "CHROME_PATH=/path/to/chrome nox -s browser"
    )


def node_modules(session: nox.Session, source: Path) -> str:
    """Install the npm packages that a folder locks, into the session's environment."""
    folder = Path(session.virtualenv.location) / "npm"
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder)
    session.run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", f"--prefix={folder}")
    return str(folder / "node_modules")


def passes(session: nox.Session, *command: str, quiet: bool = False) -> bool:
    """Run a command and tell whether it succeeded; a quiet one is heard only when it fails."""
    try:
        session.run(*command, silent=quiet, log=not quiet)
    except nox.command.CommandFailed:
        return False
    return True


def run_all(session: nox.Session, *commands: tuple[str, ...]) -> None:
    """Run all commands, whatever becomes of the others, then fail if any did."""
    failed = [" ".join(command[:3]) for command in commands if not passes(session, *command)]
    report(session, failed, f"{len(commands)} checks passed")


def report(session: nox.Session, failed: list[str], success: str) -> None:
    """End a session with what failed, or with its success."""
    if failed:
        session.error(f"failed: {', '.join(failed)}")
    session.log(success)


if __name__ == "__main__":
    nox.main()
