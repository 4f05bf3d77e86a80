"""The public face: what is promised is there, and nothing else is."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import weightinit as wi

# A promise to everyone who uses the package: add to it, rename nothing.
PUBLIC = {
    "Activation",
    "Chrono",
    "Comparison",
    "Constant",
    "CoordinateCheck",
    "DeltaOrthogonal",
    "Diagnosis",
    "FailureRates",
    "Fans",
    "Finding",
    "ForgetBias",
    "GradientCheck",
    "History",
    "Identity",
    "Initializer",
    "Monitor",
    "Network",
    "Normal",
    "Orthogonal",
    "Recommendation",
    "Ring",
    "SirenFirst",
    "Sparse",
    "Stacked",
    "StartReport",
    "TruncatedNormal",
    "Uniform",
    "VarianceScaling",
    "ZerO",
    "activations",
    "assert_healthy",
    "check_gradients",
    "cnn",
    "compare",
    "compute_fans",
    "coordinate_check",
    "datasets",
    "deepnorm",
    "delta_orthogonal",
    "diagnose",
    "diagnosis",
    "failure_rates",
    "fixup",
    "gain",
    "glorot_normal",
    "glorot_uniform",
    "gru",
    "he_normal",
    "he_uniform",
    "identity",
    "initialize",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "looks_linear",
    "lstm",
    "lsuv",
    "meanfield",
    "mlp",
    "mu_parametrization",
    "networks",
    "ones",
    "orthogonal",
    "recommend",
    "rezero",
    "rnn",
    "scaled_residual",
    "siren",
    "skipinit",
    "spectral",
    "start",
    "t_fixup",
    "trace",
    "tracing",
    "train",
    "transformer",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
}

MODULES = {
    name: importlib.import_module(name)
    for name in ["weightinit", *(m.name for m in pkgutil.walk_packages(wi.__path__, "weightinit."))]
    if not any(part.startswith("_") for part in name.split("."))
}


#: The modules in subpackages, internal ones among them.
SUBMODULES = [
    m.name
    for m in pkgutil.walk_packages(wi.__path__, "weightinit.")
    if m.name.count(".") > 1
    and not m.ispkg
    and not {"_torch", "_jax"} & set(m.name.split("."))  # imported with their framework alone
]


def public_names(module: ModuleType) -> set[str]:
    """Return the names without underscore that a module defines itself, submodules left out."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and name not in imported and not inspect.ismodule(value)
    }


def test_an_underscore_says_what_is_internal() -> None:
    """A module, or its folder, has an underscore if and only if it defines nothing public."""
    for name in SUBMODULES:
        module = importlib.import_module(name)
        faces = [wi, importlib.import_module(".".join(name.split(".")[:2]))]
        shown = [getattr(face, public) for face in faces for public in face.__all__]
        own = [vars(module)[key] for key in public_names(module)]
        is_public = any(value is other for value in own for other in shown)
        assert is_public != any(part.startswith("_") for part in name.split(".")), name


def test_the_public_names_are_the_promised_ones() -> None:
    """`weightinit.__all__` holds the promised names: none is missing, none was added in passing."""
    assert set(wi.__all__) == PUBLIC


def test_type_checkers_see_what_there_is() -> None:
    """The stub promises the same names, from the same modules."""
    stub = ast.parse(Path(wi.__file__).with_suffix(".pyi").read_text("utf-8"))
    told = {
        alias.name: node.module
        for node in ast.walk(stub)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    [listed] = [node.value for node in stub.body if isinstance(node, ast.Assign)]
    assert told.keys() == set(ast.literal_eval(listed)) == set(wi.__all__)
    for name, module in told.items():
        assert getattr(importlib.import_module(module), name) is getattr(wi, name)


def test_a_name_loads_what_it_needs_alone() -> None:
    """Importing the package loads no module of it; an initializer, none that trains or judges."""
    code = "import sys, weightinit as wi; print(*sys.modules); wi.he_normal; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    bare, drawing = (
        {name for name in line.split() if name.startswith("weightinit.")}
        for line in ran.stdout.splitlines()
    )
    assert not bare
    assert "weightinit.initializers" in drawing
    assert not {f"weightinit.{room}" for room in ("networks", "training", "diagnosis")} & drawing


def test_dir_shows_all_names() -> None:
    """`dir` shows names that are not loaded yet; one that is not there is named in the error."""
    assert set(wi.__all__) < set(dir(wi))
    with pytest.raises(AttributeError, match="module 'weightinit' has no attribute 'he_norml'"):
        wi.he_norml  # noqa: B018  # asking is the test


def test_every_initializer_is_public() -> None:
    """A scheme that named.py lists, and a class beside it, is public all the way up.

    The three lists are written out: mypy does not follow `__all__ += module.__all__`.
    """
    inner = {
        public
        for name, module in MODULES.items()
        if name.startswith("weightinit.init")
        for public in module.__all__
    }
    assert set(wi.initializers.__all__) == inner
    assert inner <= PUBLIC


def test_nothing_leaks() -> None:
    """What `dir(weightinit)` shows without an underscore is public, or a public module."""
    leaked = {name for name in vars(wi) if not name.startswith("_")} - set(wi.__all__)
    assert not {name for name in leaked if f"weightinit.{name}" not in MODULES}


@pytest.mark.parametrize("name", MODULES)
def test_all_is_complete(name: str) -> None:
    """A module's `__all__` is without repeats and holds all that the module defines."""
    module = MODULES[name]
    assert len(module.__all__) == len(set(module.__all__))
    assert public_names(module) <= set(module.__all__)
    assert all(hasattr(module, public) for public in module.__all__)


@pytest.mark.parametrize("name", wi.__all__)
def test_every_public_object_shows_its_use(name: str) -> None:
    """Every public object has a docstring with an example that runs as a doctest."""
    assert ">>> " in inspect.getdoc(getattr(wi, name))
