"""Help in another language than English: click's order, Chinese words, lines that fit."""

from collections.abc import Iterable

import click

from dlbook.i18n import N_, _
from dlbook.i18n.terminal import fill, paragraphs, table

_PLACES = (N_("[OPTIONS OF JUPYTERLAB]"), N_("[OPTIONS]"), N_("VERB ..."))
_MORE = "  ["  # stands between the help of an option and what click adds, such as [x>=0]


class Translated(click.HelpFormatter):
    """Writes help in another language than English.

    click hands it every piece of English, with headings and marks that are translated already.
    """

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a verb is called; names in capitals stay, since its help speaks of them."""
        for place in _PLACES:
            args = args.replace(place, _(place))
        self._write([f"{_('Usage:')}{prog} {args}"])

    def write_heading(self, heading: str) -> None:
        """Write the heading of a list."""
        self._write([heading + _(": ").strip()])

    def write_text(self, text: str) -> None:
        """Write the help of a verb."""
        found = [fill(_(part), self.width - self.current_indent) for part in paragraphs(text)]
        for number, lines in enumerate(found):
            self._write(["", *lines] if number else lines)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write a list of options, or of verbs."""
        told = [(name, _both(text)) for name, text in rows]
        self._write(table(told, self.width - self.current_indent, col_spacing))

    def _write(self, lines: list[str]) -> None:
        for line in lines:
            self.write(f"{' ' * self.current_indent}{line}".rstrip() + "\n")


def _both(text: str) -> str:
    """Return the help of an option in the language of this process, with what click adds to it."""
    english, mark, more = text.partition(_MORE)
    return _(english) + mark + more
