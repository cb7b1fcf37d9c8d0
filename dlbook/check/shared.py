"""What the grader takes from the ground floor of dlbook: translation, and writing files safely.

The grader imports nothing of dlbook beside this package, so that it can be lifted out and used
for another course. What it needs from elsewhere in dlbook therefore comes through this one file.
"""

from dlbook import atomic
from dlbook.i18n import LANGUAGES, N_, _, language, use
from dlbook.i18n.retell import retold

__all__ = [
    "LANGUAGES",
    "N_",
    "_",
    "atomic",
    "language",
    "retold",
    "use",
]
