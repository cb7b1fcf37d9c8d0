"""Stands in the place of a package that an exercise is to be solved without."""

raise ImportError("this exercise is to be solved without this package: write it yourself")
