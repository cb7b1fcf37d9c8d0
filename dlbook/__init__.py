"""dlbook: deep learning in readable NumPy, and exercises that say why not.

`import dlbook` loads NumPy alone; every submodule is loaded when it is first named.
"""

from importlib import import_module

_MODULES = (
    "check",
    "claims",
    "data",
    "explore",
    "functional",
    "gradcheck",
    "models",
    "nn",
    "optim",
    "plots",
    "predict",
    "summary",
    "tensor",
    "train",
)
_NAMES = ("Tensor", "no_grad", "record")  # all of them live in dlbook.tensor

__all__ = [*_MODULES, *_NAMES]


def __getattr__(name: str) -> object:
    """Return the submodule or object called `name`, importing it now (PEP 562)."""
    if name in _NAMES:
        return getattr(import_module("dlbook.tensor"), name)
    if name in _MODULES:
        return import_module(f"dlbook.{name}")
    raise AttributeError(f"dlbook has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return list(__all__)
