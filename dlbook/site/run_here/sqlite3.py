"""What IPython names of Python's database, whose half megabyte nobody needs in a browser.

IPython keeps no history there: none of this is ever used.
"""


class Connection:
    """What a database is reached by; there is none."""


class DatabaseError(Exception):
    """Never raised."""


class OperationalError(DatabaseError):
    """Never raised."""


class IntegrityError(DatabaseError):
    """Never raised."""
