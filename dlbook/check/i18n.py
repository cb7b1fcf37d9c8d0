"""The words of the desk: the grader takes them from here and needs nothing else of dlbook."""

from dlbook.i18n import _

__all__ = ["_"]
