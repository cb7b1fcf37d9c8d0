"""Types of options that several verbs use, or that need more than a number or a word."""

from pathlib import Path
from typing import Any, NamedTuple

import click

from dlbook.check.errors import UserError
from dlbook.i18n import LANGUAGES, N_, _

PATH = click.Path(path_type=Path)


class _WholeNumber(click.IntRange):
    """A whole number; help and errors name it in the language of this process."""

    @property
    def name(self) -> str:  # type: ignore[override]
        """What the number is called."""
        return _("integer range")


SEED = _WholeNumber(min=0)


class Shard(NamedTuple):
    """The part `part` of `parts`, counted from 1."""

    part: int = 1
    parts: int = 1

    @property
    def journal(self) -> str:
        """The name of the journal of this part."""
        if self.parts == 1:
            return "journal.sqlite"
        return f"journal-{self.part}-of-{self.parts}.sqlite"


def shard(text: str) -> Shard:
    """Return the shard that `I/N` names.

    Raises:
        UserError: if I is no number from 1 to N.
    """
    part, _slash, parts = text.partition("/")
    if part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts):
        return Shard(int(part), int(parts))
    raise UserError(f"--shard needs I/N with I from 1 to N, such as 2/8, got {text!r}")


def dask_url(text: str) -> str:
    """Return `text` if it is the address of a dask scheduler.

    Raises:
        UserError: if it is not.
    """
    if text.startswith("dask://"):
        return text
    raise UserError(f"--executor needs dask://HOST:PORT, got {text!r}")


class Above(click.FloatRange):
    """A number above a least one, which it must not be; `nan` is above nothing."""

    def __init__(self, least: float) -> None:
        super().__init__(min=least, min_open=True)
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number that was typed, or refuse it."""
        number = click.FLOAT.convert(value, param, ctx)
        if number > self._least:
            return number
        name = param.opts[-1] if param else "the option"
        raise UserError(f"{name} needs more than {self._least:g}, got {number:g}")


language_option = click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    help=N_("The language of your copies: that of those that are there changes, too."),
)
sandbox_option = click.option(
    "--sandbox",
    type=click.Choice(["required", "off"]),
    default="required",
    show_default=True,
    help="off: the students' code runs with all your rights.",
)
