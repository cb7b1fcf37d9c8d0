"""The words of click that learners meet: headings of help and errors, in our language.

click takes its words through a `_` of its own, which asks the operating system for the language.
Ours is put there instead. What is not listed here stays English, and so does all of it if a click
to come keeps its `_` elsewhere. Versions of click word some of these differently.
"""

import sys

import click

from dlbook.i18n import N_, _

_NO_COMMAND = N_("No such command {name!r}.")
THEIRS = (
    _NO_COMMAND,
    N_("Options"),
    N_("Commands"),
    N_("Show this message and exit."),
    N_("No such option {name!r}."),
    N_("No such option: {name}"),  # 8.1
    N_("Did you mean {possibility}?"),
    N_("(Did you mean one of: {possibilities}?)"),
    N_("(Possible options: {possibilities})"),  # 8.1
    N_("Missing argument"),
    N_("Missing option"),
    N_("Got unexpected extra argument ({args})"),
    N_("Got unexpected extra arguments ({args})"),
    N_("Option {name!r} does not take a value."),
    N_("Option {name!r} requires an argument."),
    N_("Invalid value for {param_hint}: {message}"),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("{value!r} is not one of {choices}."),
    N_("integer range"),
)


def lend() -> None:
    """Let click look its words up where we look up ours."""
    for name in ("core", "exceptions", "parser", "types"):
        if module := sys.modules.get(f"click.{name}"):
            vars(module).update(_=_, ngettext=_one_or_many)


def _one_or_many(one: str, many: str, count: int) -> str:
    return _(one if count == 1 else many)


def in_one_line(error: click.ClickException) -> str:
    """Return what click says of an error, and where more is told."""
    text = " ".join(error.format_message().split())
    if text.endswith("."):
        text = text[:-1] + _(".")
    if isinstance(error, click.UsageError) and error.ctx:
        text += _verbs(error.ctx.command, text)
        text += _(" (see `{command} --help`)").format(command=error.ctx.command_path)
    return text.replace("。 ", "。")  # click puts a space between two sentences


def _verbs(command: click.Command, text: str) -> str:
    """Return the names of all verbs where the one that was typed is none."""
    if isinstance(command, click.Group) and text.startswith(_(_NO_COMMAND).partition("{")[0]):
        return _(" The verbs are: {verbs}").format(verbs=_(", ").join(command.commands))
    return ""
