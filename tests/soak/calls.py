"""Everything public that can be called, and valid calls of it."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import weightinit as wi
from tests.soak import known, odd
from weightinit import networks

__all__ = ["NAMESPACE", "Target", "faces", "targets", "unknown"]

#: What the expressions of calls are evaluated in.
NAMESPACE: dict[str, Any] = {
    **{name: getattr(odd, name) for name in odd.__all__},
    **{name: getattr(networks, name) for name in networks.__all__},
    **{name: getattr(known, name) for name in known.__all__},
}


@dataclass(frozen=True)
class Target:
    """A callable: its name, the expression that gives it, and valid values of its parameters."""

    name: str
    owner: str  #: the expression of the object that a method belongs to, else empty
    function: str  #: the expression of the callable
    doc: str
    values: dict[str, list[str]]  #: parameter -> expressions

    def bases(self) -> Iterator[dict[str, str]]:
        """Yield combinations of valid values: the first of each, and one other at a time."""
        first = {name: codes[0] for name, codes in self.values.items()}
        yield first
        for name, (_, *others) in self.values.items():
            yield from ({**first, name: code} for code in others)

    def answers(self, base: dict[str, str]) -> bool:
        """Tell whether a call that is taken for valid is answered."""
        try:
            call = {name: eval(code, NAMESPACE) for name, code in base.items()}
            eval(self.function, NAMESPACE)(**call)
        except Exception:
            return False
        return True


def faces() -> list[Any]:
    """Return the public modules: the package, and each module or subpackage right below it."""
    found = pkgutil.iter_modules(wi.__path__, "weightinit.")
    names = [module.name for module in found if not module.name.startswith("weightinit._")]
    return [wi, *map(importlib.import_module, names)]


@cache
def targets() -> dict[str, Target]:
    """Return all that can be called, by name."""
    seen: set[int] = set()
    found = {}
    for module in faces():
        prefix = module.__name__.replace("weightinit", "wi", 1)
        for public in module.__all__:
            value = getattr(module, public)
            if id(value) not in seen and not inspect.ismodule(value):
                seen.add(id(value))
                found |= {target.name: target for target in _of(f"{prefix}.{public}", value)}
    return {name: target for name, target in found.items() if name not in known.REFUSES}


def unknown() -> list[str]:
    """Say of what callables it is not known how to call them, and why."""
    told = []
    for target in targets().values():
        missing = [name for name, codes in target.values.items() if not codes]
        if missing:
            told.append(f"{target.name}: no valid value is known of {', '.join(missing)}")
        elif not any(map(target.answers, target.bases())):
            told.append(f"{target.name}: none of the calls that are taken for valid is answered")
    return told


def _of(path: str, value: Any) -> Iterator[Target]:
    """Yield what can be called of a public value: itself, its methods."""
    if inspect.isfunction(value):
        yield Target(path, "", path, _doc(value), _values(path, value))
    elif inspect.isclass(value):
        if not inspect.isabstract(value):
            yield Target(path, "", path, _doc(value), _fields(value) or _values(path, value))
            yield from _methods(path, _instance(path, value))
    elif type(value).__module__.startswith("weightinit"):
        yield from _methods(path, path)


def _methods(path: str, owner: str) -> Iterator[Target]:
    """Yield the public methods of an object, and what it does when it is called."""
    try:
        instance = eval(owner, NAMESPACE)
    except Exception:
        yield Target(f"{path} (its methods)", "", path, "", {f"an object, by {owner}": []})
        return
    for name in ("__call__", *dir(instance)):
        value = getattr(instance, name, None)
        if _is_method(value) and (name == "__call__" or not name.startswith("_")):
            values = _values(f"{path}.{name}", value, type(instance))
            codes = {k: [code.replace("{0}", owner) for code in v] for k, v in values.items()}
            function = owner if name == "__call__" else f"{owner}.{name}"
            yield Target(f"{path}.{name}", owner, function, _doc(value), codes)


def _is_method(value: Any) -> bool:
    """Tell whether a value is a method of the package, or stands for one (as a callable std)."""
    if inspect.ismethod(value):
        return str(value.__module__).startswith("weightinit")
    kind = type(value)
    return (
        callable(value)
        and f"{kind.__module__}.{kind.__name__}".startswith("weightinit.")
        and (kind.__name__.startswith("_"))
    )


def _values(path: str, function: Any, kind: type | None = None) -> dict[str, list[str]]:
    return {name: _known(path, name, kind) for name in inspect.signature(function).parameters}


def _known(path: str, name: str, kind: type | None) -> list[str]:
    """Return valid values of a parameter: of the class, the callable, the module, or any."""
    for base in kind.__mro__ if kind else ():
        if name in known.BY_CLASS.get(base.__name__, {}):
            return known.BY_CLASS[base.__name__][name]
    while path:
        if name in known.BY_CALLABLE.get(path, {}):
            return known.BY_CALLABLE[path][name]
        path = path.rpartition(".")[0]
    return known.BY_NAME.get(name, [])


def _fields(kind: Any) -> dict[str, list[str]]:
    """Return the values of a class that the package makes from one of them, field by field."""
    has_fields = is_dataclass(kind) or hasattr(kind, "_fields")
    if kind.__name__ not in known.INSTANCES or not has_fields:
        return {}
    names = [f.name for f in fields(kind) if f.init] if is_dataclass(kind) else kind._fields
    return {name: [f"instance({kind.__name__!r}).{name}"] for name in names}


@cache
def instance(kind: str) -> Any:
    """Return the object of a class whose fields are given again: made once, since none changes."""
    return eval(known.INSTANCES[kind], NAMESPACE)


NAMESPACE["instance"] = instance


def _instance(path: str, kind: Any) -> str:
    if kind.__name__ in known.INSTANCES:
        return known.INSTANCES[kind.__name__]
    given = {name: codes[0] for name, codes in _values(path, kind).items() if codes}
    return f"{path}({', '.join(f'{name}={code}' for name, code in given.items())})"


def _doc(value: Any) -> str:
    return inspect.getdoc(value) or ""
