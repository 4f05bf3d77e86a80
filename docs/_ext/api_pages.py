"""What the API pages need to know about the package beyond what autosummary sees."""

import inspect

import weightinit as wi

_SCHEMES = {
    name: value
    for name, value in ((name, getattr(wi, name)) for name in wi.__all__)
    if isinstance(value, wi.Initializer)
}


def kinds() -> dict[str, str]:
    """Return, by full name, the type of which each scheme known by name is a value."""
    return {f"weightinit.{name}": type(value).__name__ for name, value in _SCHEMES.items()}


def synonyms() -> dict[str, list[str]]:
    """Return, by the full name that a scheme prints itself with, the other names it has."""
    others: dict[str, list[str]] = {}
    for name, value in _SCHEMES.items():
        if str(value) != name:
            others.setdefault(f"weightinit.{value}", []).append(name)
    return others


def types() -> dict[str, str]:
    """Return, by the word for it in a list of parameters, each class of this package."""
    modules = ("meanfield", "advice", "networks", "tracing", "diagnosis")
    places = [*((f"{module}.", getattr(wi, module)) for module in modules), ("", wi)]
    return {  # a name that is higher up, further back here, has its page there
        name: f"weightinit.{prefix}{name}"
        for prefix, module in places
        for name in module.__all__
        if inspect.isclass(getattr(module, name))
    }
