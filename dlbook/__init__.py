"""dlbook: deep learning in readable NumPy, and exercises that say why not.

`import dlbook` is quick: `__init__.pyi` lists the names, and each is loaded when it is
first used (SPEC 1 of the Scientific Python project).
"""

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Return the submodule or object called `name`, importing it now (PEP 562)."""
    if name in __all__:
        return _load(name)
    if name == "__version__":
        from dlbook.version import version

        return version()
    raise AttributeError(f"dlbook has no {name!r}; it has {', '.join(__all__)}")
