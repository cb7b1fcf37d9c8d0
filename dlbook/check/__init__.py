"""The desk: what a learner's notebook and the grader share to judge an answer.

Notebooks say `from dlbook.check import check`. Each file is loaded when it is first needed, so
that a grader who only compares values does not touch the running notebook.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
