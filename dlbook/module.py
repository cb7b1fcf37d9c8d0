"""The names `Module`, `Parameter` and `Buffer` where notebooks have imported them from so far."""

from dlbook.nn.module import Buffer, Module, Parameter

__all__ = ["Buffer", "Module", "Parameter"]
