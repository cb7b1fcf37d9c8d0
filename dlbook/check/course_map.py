"""The course as a small map: which exercises have been right, and what comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from xml.etree import ElementTree

from dlbook.check import answer_key
from dlbook.check.answer_key import ExerciseKey
from dlbook.check.progress import Entry
from dlbook.i18n import _
from dlbook.i18n.terminal import columns

_RIGHT, _TRIED, _OPEN = "●", "◐", "○"


@dataclass(frozen=True)
class Row:
    """One exercise set: its name, and each exercise with what is noted of it."""

    name: str
    exercises: tuple[tuple[ExerciseKey, Entry], ...]

    @property
    def title(self) -> str:
        number, _line, words = self.name.partition("_")
        return f"{number} {_(words.replace('_', ' '))}"

    @property
    def dots(self) -> str:
        """A mark an exercise: was right, tried, open."""
        return "".join(
            _RIGHT if entry.solved else _TRIED if entry.attempts else _OPEN
            for _key, entry in self.exercises
        )

    @property
    def open(self) -> list[ExerciseKey]:
        return [key for key, entry in self.exercises if not entry.solved]


def rows(entries: Mapping[str, Entry]) -> list[Row]:
    """Return a row for each exercise set of the course, in its order."""
    return [
        Row(key.name, tuple((e, entries.get(e.name, Entry())) for e in key.exercises))
        for key in answer_key.all_keys()
    ]


def plain(found: Iterable[Row]) -> list[dict[str, object]]:
    """Return the map as plain data for JSON: an entry for each exercise, in order."""
    return [
        {"set": row.name, "exercise": key.name, "minutes": key.minutes} | asdict(entry)
        for row in found
        for key, entry in row.exercises
    ]


def text(found: Iterable[Row]) -> str:
    """Return the map as lines, with what comes next in the last one."""
    found = list(found)
    width = max((columns(row.title) for row in found), default=0)
    lines = [f"{row.title}{' ' * (width - columns(row.title))}  {row.dots}" for row in found]
    return "\n".join([*lines, "", _below(found)])


def html(found: Iterable[Row]) -> str:
    """Return the map as a table whose titles lead to the exercise sets."""
    found = list(found)
    page = ElementTree.Element("div", role="status")
    table = ElementTree.SubElement(page, "table")
    for row in found:
        line = ElementTree.SubElement(table, "tr")
        title = ElementTree.SubElement(line, "th", scope="row", style="text-align:left")
        link = ElementTree.SubElement(title, "a", href=f"../exercises/{row.name}.ipynb")
        link.text = row.title
        style = "text-align:left;overflow-wrap:anywhere"
        cell = ElementTree.SubElement(line, "td", style=style)
        right = len(row.exercises) - len(row.open)
        words = _("{right} of {all} right").format(right=right, all=len(row.exercises))
        dots = {"role": "img", "aria-label": words}
        ElementTree.SubElement(cell, "span", dots).text = row.dots
    ElementTree.SubElement(page, "div").text = _below(found)
    return ElementTree.tostring(page, encoding="unicode", method="html")


def _below(found: list[Row]) -> str:
    """Return what the marks mean, and what comes next."""
    text = _("{right} was right, {tried} tried, {open} open. {summary}")
    marks = {"right": _RIGHT, "tried": _TRIED, "open": _OPEN}
    return text.format(**marks, summary=_summary(found))


def _summary(found: list[Row]) -> str:
    count = sum(len(row.exercises) for row in found)
    right = count - sum(len(row.open) for row in found)
    words = _("{right} of {all} exercises have been right.").format(right=right, all=count)
    for row in found:
        for key in row.open:
            text = _("Next: {exercise} in {set}, about {minutes} minutes.")
            next_one = text.format(exercise=key.name, set=row.title, minutes=key.minutes)
            return _("{one} {two}").format(one=words, two=next_one)
    return words
