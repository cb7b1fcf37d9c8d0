"""A verb whose help is in the language of this process: looked up when it is shown."""

import click

from dlbook.i18n import language


class _Context(click.Context):
    def make_formatter(self) -> click.HelpFormatter:
        """Return what writes help: click's own in English."""
        if language() != "en":
            from dlbook.cli.translated import Translated

            self.formatter_class = Translated
        return super().make_formatter()


class Verb(click.Command):
    """A verb that speaks the language of its learner; plain commands speak English.

    Its docstring and what is marked with `N_` are in the catalogue (edition/strings.py).
    """

    context_class = _Context


class Verbs(Verb, click.Group):
    """A command whose help lists the verbs as they were added: learners' first."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return list(self.commands)
