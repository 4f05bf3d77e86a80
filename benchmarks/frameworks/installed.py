"""The initializers of the installed packages, found by looking: no name is written here."""

import ast
import importlib.util
import inspect
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
import jax
import keras
import torch

__all__ = ["PACKAGES", "initializers", "timm_layers"]

#: Distributions, by the module that holds their initializers.
PACKAGES = {
    "torch.nn.init": "torch",
    "keras.initializers": "keras",
    "jax.nn.initializers": "jax",
    "timm.layers": "timm",
}


def initializers(module: str) -> dict[str, list[str]]:
    """Return the initializers of a module by the names of their definitions, with other names."""
    names = {
        "torch.nn.init": _of_torch,
        "keras.initializers": _of_keras,
        "jax.nn.initializers": _of_jax,
        "timm.layers": _of_timm,
    }[module]
    found: dict[str, list[str]] = {}
    for name, value in names():
        found.setdefault(value.__name__, []).append(name)
    return {own: sorted(set(of) - {own}) for own, of in found.items()}


@cache
def timm_layers() -> Mapping[str, Any]:
    """Return what `timm.layers` exports of its initializers, without importing all of timm.

    That would import torchvision, whose compiled operators must fit the build of PyTorch.
    """
    folder = Path(importlib.util.find_spec("timm").origin).parent / "layers"
    spec = importlib.util.spec_from_file_location("weight_init", folder / "weight_init.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    exported = [
        name.name
        for node in ast.walk(ast.parse((folder / "__init__.py").read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "weight_init"
        for name in node.names
    ]
    return {name: getattr(module, name) for name in exported}


def _public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in vars(module).items() if not name.startswith("_"))


def _first(function: Any) -> str:
    """Return the name of the first parameter of a function."""
    return next(iter(inspect.signature(function).parameters), "")


def _of_torch() -> Iterator[tuple[str, Any]]:
    """Yield the functions that fill a tensor; names without `_` are deprecated."""
    for name, value in _public(torch.nn.init):
        if inspect.isfunction(value) and value.__module__ == torch.nn.init.__name__:
            current = getattr(torch.nn.init, f"{name}_", value)
            if _first(current) == "tensor":
                yield name, current


def _of_keras() -> Iterator[tuple[str, Any]]:
    """Yield the classes of initializers, but for their base."""
    base = keras.initializers.Initializer
    for name, value in _public(keras.initializers):
        if inspect.isclass(value) and issubclass(value, base) and value is not base:
            yield name, value


def _of_jax() -> Iterator[tuple[str, Any]]:
    """Yield what can be called, but for the type: it initializes, or returns what does."""
    for name, value in _public(jax.nn.initializers):
        if callable(value) and not inspect.isclass(value):
            yield name, value


def _of_timm() -> Iterator[tuple[str, Any]]:
    """Yield the functions that fill a tensor or a module."""
    return ((name, of) for name, of in timm_layers().items() if _first(of) in ("tensor", "module"))
