"""Explorers: figures that answer when the reader moves something, each with a still picture.

Each lives in a file of its own name, and `base` holds what they share. `__init__.pyi` lists them,
so that editors know them; each is loaded when it is first used (SPEC 1 of Scientific Python).
"""

import sys
from types import ModuleType

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Return the explorer called `name`, importing its file now (PEP 562)."""
    if name in __all__:
        return _load(name)
    raise AttributeError(f"dlbook.explore has no {name!r}; it has {', '.join(__all__)}")


class _Package(ModuleType):
    """This package, in which a name stands for an explorer and never for its file.

    When ``one_neuron.py`` is imported, Python sets the module as the attribute `one_neuron` of
    its package. `explore.one_neuron()` needs the function of that name instead.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType):
            value = getattr(value, name, value)  # `base` holds no function `base`: it stays
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
