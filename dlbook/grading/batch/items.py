"""Each file by itself: what it holds, or why it cannot be graded. Only what may be work is read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dlbook.check.shared import N_, _
from dlbook.grading.batch.listing import HEAD, File, is_like_notebook, list_files
from dlbook.grading.batch.noise import likely_noise
from dlbook.grading.batch.owners import Owner, submitters
from dlbook.grading.batch.recognise import Held, Recogniser
from dlbook.grading.errors import UnreadableError

TIME, PEOPLE = "timestamp.txt", "submission_metadata.yml"
_NOTES = {
    TIME: "nbgrader's note of the time",
    PEOPLE: "Gradescope's list of people",
    "metadata.yml": "Gradescope's note on a submission",
}
_UNKNOWN = N_("not an exercise notebook of this course: hand in the one that was released.")
_OTHER = {  # endings of files that are no notebooks: the problem that is reported
    ".py": N_("only the notebook is graded: put what it needs into a cell."),
    ".html": N_("a page or text typed into the LMS, no notebook: hand in the .ipynb file."),
    ".pdf": N_("a PDF, no notebook: hand in the .ipynb file."),
} | dict.fromkeys(
    (".rar", ".7z", ".gz", ".tgz", ".tar", ".xz", ".txz", ".bz2", ".tbz", ".tbz2", ".zst"),
    N_("an archive of another kind: hand in the .ipynb file, or a ZIP."),
)
_MAX_PEOPLE = 5_000_000  # bytes of Gradescope's list


@dataclass(frozen=True)
class Item:
    """A file that was looked at: what it holds, why it cannot be graded, and whose it is.

    `place` is the folder inside the student's in which it lies. Nobody's files have no owners.
    """

    file: File
    label: str
    held: tuple[Held, ...] = ()
    problem: str = ""
    is_notebook: bool = False
    owners: tuple[Owner, ...] = ()
    place: str = ""

    @property
    def is_guessed(self) -> bool:
        """Whether its name is in an encoding that can only be guessed."""
        return self.file.guess not in ("", "UTF-8")

    @property
    def is_work(self) -> bool:
        """Whether it may be what somebody handed in: a notebook, a ZIP, or an empty folder."""
        named_so = self.file.name == "" or self.file.is_zip
        return not self.file.noise and (self.is_notebook or named_so)


def look_at_all(
    place: Path, exercises: Mapping[str, frozenset[str]], only: str | None
) -> Iterator[Item]:
    """Yield an item for each name at `place`; equal labels are told apart.

    Raises:
        UnreadableError: if there is nothing at `place`.
    """
    recogniser, labels = Recogniser(exercises), _Labels()
    for file in list_files(place):
        item = Item(file, labels.unlike_others("/".join(file.parts)), problem=file.problem)
        looked_at = _look_at(item, recogniser, only)
        yield replace(looked_at, file=replace(looked_at.file, archive=b""))


class _Labels:
    """The labels that are taken, so that two files of one name are told apart."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._copies: Counter[str] = Counter()

    def unlike_others(self, name: str) -> str:
        """Return a label that no other file has, and take it."""
        label = name
        while label in self._taken:
            self._copies[name] += 1
            label = f"{name} ({1 + self._copies[name]}. of this name)"
        self._taken.add(label)
        return label


def people_of(item: Item) -> dict[str, list[Owner]]:
    """Return who made which submission, if the item is Gradescope's list of it."""
    if item.file.name.lower() != PEOPLE:
        return {}
    try:
        return submitters(item.file.source.read(_MAX_PEOPLE).decode("utf-8", "replace"))
    except UnreadableError:
        return {}


def _look_at(item: Item, recogniser: Recogniser, only: str | None) -> Item:
    file, problem = item.file, item.problem
    noise = file.noise or _NOTES.get(file.name.lower(), "")
    if noise:
        return replace(item, file=replace(file, noise=noise))
    held = recogniser.sets(file.name, b"")
    try:
        if not problem and is_like_notebook(file.name, file.read(HEAD)):
            held = recogniser.sets(file.name, file.read())
        elif not problem:
            problem = _what_else(file.name)
    except UnreadableError as error:
        problem = str(error)
    has_answers = any(found.answers for found in held)
    if not has_answers and likely_noise(file.name):
        return replace(item, file=replace(file, noise=likely_noise(file.name)))
    is_notebook = has_answers or ".ipynb" in file.name.lower()
    problem = problem or _why_not(file.name, held, is_notebook, only)
    return replace(item, held=held, problem=problem, is_notebook=is_notebook)


def _what_else(name: str) -> str:
    """Return why a file that is no notebook is not graded."""
    return _(_OTHER.get(Path(name).suffix.lower(), _UNKNOWN))


def _why_not(name: str, held: Sequence[Held], is_notebook: bool, only: str | None) -> str:
    """Return why a file that can be read is not graded, '' if it is."""
    if not held and not (only and is_notebook):
        return _what_else(name)
    if only and held and all(found.set_name != only for found in held):
        words = _("holds the set {set}, where {only} is graded.")
        return words.format(set=held[0].set_name, only=only)
    return ""
