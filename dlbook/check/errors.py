"""What is told to whoever can mend it."""


class UserError(Exception):
    """Raised when something is wrong that a user can mend.

    Its text says what is needed, what was got and what to do next. The command line prints it and
    ends with `exit_code`: nothing else catches it on the way but who knows what to do instead.
    """

    exit_code = 2
