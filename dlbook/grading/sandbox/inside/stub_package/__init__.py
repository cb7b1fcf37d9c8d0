"""Stands in the place of a package that an exercise set is to be solved without."""

from dlbook.check.hidden import refusal

raise ImportError(refusal(__name__))
