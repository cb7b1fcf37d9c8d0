"""From solutions/ everything else: keys, executed solutions, exercises; and is all of it fresh?

`build` writes, `check` only tells. A notebook that somebody has worked in is never overwritten.

A key notes what was in order when it was built (see `marks`), so that `build` leaves a set alone
while nothing changed that its key or its lint depends on. `check` believes no such note: it would
pass a key whose note was copied or made up, and one that was linted under another NumPy. A release
believes it, as `build` does, so that it takes seconds; CI runs `dlbook build --check`.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dlbook.check import answer_key as keys
from dlbook.check.answer_key import Key
from dlbook.check.errors import UserError
from dlbook.check.shared import atomic
from dlbook.grading.course import following, lint, marks
from dlbook.grading.course.attack import tally
from dlbook.grading.course.beside import notebooks, shared_names, stray_problems
from dlbook.grading.course.exercise_set import ExerciseSet, content_digest, derive, understand
from dlbook.grading.course.programs import make_key, same_key
from dlbook.grading.errors import CellFailedError, UnreadableError
from dlbook.grading.notebook import Texts, canonical, code_digest, no_texts, read

Say = Callable[[str], None]


@dataclass(frozen=True)
class Course:
    """The folders of a course below its root.

    `texts` returns what else stands in the outputs of some code, such as the words of a claim
    that it names: a notebook is run again when they change.
    """

    root: Path
    texts: Texts = no_texts

    @property
    def keys(self) -> Path:
        return self.root / "dlbook" / "keys"

    def key(self, name: str) -> Path:
        """Return where the key of the set `name` is, or will be."""
        return self.keys / f"{name}.json"

    def notebooks(self, folder: str) -> list[Path]:
        return notebooks(self.root, folder)

    def choose(self, wanted: Iterable[str]) -> set[str]:
        """Return the names of sets and chapters by numbers or beginnings: 5, 05, 05_back.

        Raises:
            UserError: if one of `wanted` names none.
        """
        names = {p.stem for folder in ("solutions", "chapters") for p in self.notebooks(folder)}
        chosen = set()
        for start in wanted:
            start = start.zfill(2) if start.isdigit() else start
            found = {name for name in names if name.startswith(start)}
            if not found:
                sets = ", ".join(sorted(names)) or "none"
                raise UserError(f"a set is needed, got {start!r}; the sets are: {sets}")
            chosen |= found
        return chosen


def build(course: Course, say: Say, sets: Iterable[str] = ()) -> list[str]:
    """Bring keys, executed outputs and exercises along with solutions/ and chapters/.

    Args:
        course: where they are.
        say: is told what is done, a line each.
        sets: which sets are built, changed or not, by number or the beginning of their names;
            by default all that changed.

    Returns:
        The problems; a set with one is left as it was.

    Raises:
        UserError: if there is no such set.
    """
    chosen = course.choose(sets)
    builder = _Builder(course, say, trusting=not chosen)
    problems = stray_problems(course.root, course.keys)
    shared = shared_names(course.notebooks("solutions"))
    for path in _chosen(course, "solutions", chosen):
        found = shared.get(path) or builder.exercise_set(path)
        problems += [f"solutions/{path.name}: {problem}" for problem in found]
    for path in _chosen(course, "chapters", chosen):
        problems += [f"chapters/{path.name}: {p}" for p in builder.notebook(path)]
    return problems


def check(
    course: Course, say: Say, only: Collection[str] = (), *, trusting: bool = False
) -> list[str]:
    """Return the problems of a course, a sentence each; writes nothing.

    Args:
        course: where it is.
        say: is told which sets are looked through, a line each.
        only: the names of the sets and chapters to look at; by default all of them, and what
            does not belong beside them.
        trusting: whether a set is believed to be in order if its key notes that it is; what was
            derived from it is looked at all the same.
    """
    problems = [] if only else stray_problems(course.root, course.keys)
    shared = {} if only else shared_names(course.notebooks("solutions"))
    for path in _chosen(course, "solutions", only):
        solution, found = _understand(path)
        found = [*found, *shared.get(path, [])]
        if solution and not found:
            found = _set_problems(course, solution, say, trusting)
        problems += [f"solutions/{path.name}: {problem}" for problem in found]
    for path in _chosen(course, "chapters", only):
        problems += [f"chapters/{path.name}: {p}" for p in _form_problems(course, path)]
    return problems


def _chosen(course: Course, folder: str, only: Collection[str]) -> list[Path]:
    return [path for path in course.notebooks(folder) if not only or path.stem in only]


def _set_problems(course: Course, solution: ExerciseSet, say: Say, trusting: bool) -> list[str]:
    path = course.root / "solutions" / f"{solution.name}.ipynb"
    key = _load_key(course.key(solution.name))
    if trusting and key and marks.is_valid(key, solution, marks.engine(solution)):
        return [*_form_problems(course, path), *_exercise_problems(course, solution)]
    say(f"check  solutions/{path.name}")
    return lint.problems(solution) or [
        *_form_problems(course, path),
        *_key_problems(key, solution),
        *_exercise_problems(course, solution),
    ]


def _understand(path: Path) -> tuple[ExerciseSet | None, list[str]]:
    try:
        return understand(path.stem, read(path))
    except UnreadableError as error:
        return None, [str(error)]


def _load_key(path: Path) -> Key | None:
    """Return the key at `path`, None where it is missing or damaged: it is made anew then."""
    try:
        return keys.load(path)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


@dataclass
class _Builder:
    """Builds sets and chapters; `trusting` says whether what a key notes is believed."""

    course: Course
    say: Say
    trusting: bool
    announced: bool = False

    def exercise_set(self, path: Path) -> list[str]:
        """Bring one set along and return its problems."""
        solution, problems = _understand(path)
        if problems or solution is None:
            return problems
        old = _load_key(self.course.key(path.stem))
        new, problems = self._key(solution, old)
        if problems or new is None:
            return problems
        exercise = self.course.root / "exercises" / path.name
        if exercise.exists() and not _untouched(exercise, old, new):
            return [
                f"exercises/{path.name} was worked in and is not overwritten: "
                "move it away, or take its answers out; then build again."
            ]
        _write(self.course.key(path.stem), new.to_json(), self.say)
        problems = self.notebook(path)
        if not problems:
            solution, _ = understand(path.stem, read(path))
            _write(exercise, canonical(derive(solution)), self.say)
            for line in following.lines(self.course.root, old, new):
                self.say(line)
        return problems

    def _key(self, solution: ExerciseSet, old: Key | None) -> tuple[Key | None, list[str]]:
        """Return the key of a set, the old one where nothing changed; or why there is none."""
        engine = marks.engine(solution)
        if self.trusting and old and marks.is_valid(old, solution, engine):
            return old, []
        if self.trusting and old and marks.is_of_other_engine(old, engine):
            self._announce_engine()
        self.say(f"lint   solutions/{solution.name}.ipynb")
        problems = lint.problems(solution)
        if problems:
            return None, problems
        new = make_key(solution, keys.RELEASED_SEED, hidden=False)
        for note in lint.notes(new):
            self.say(f"note   {note}")
        self.say(tally(solution, [keys.RELEASED_SEED]).line(solution.name))
        kept = old if old and same_key(old, new) else new  # last digits differ between machines
        return replace(kept, linted=marks.mark(kept, solution, engine)), []

    def _announce_engine(self) -> None:
        if not self.announced:
            self.say("the checking code changed: the sets that it checks are linted again")
        self.announced = True

    def notebook(self, path: Path) -> list[str]:
        """Bring a chapter or solution into canonical form, and run it where it was not run."""
        from dlbook.grading.course.execute import execute  # `dlbook init` is to need no kernel

        texts = self.course.texts
        try:
            notebook = read(path)
            cells = list(notebook.cells)
            if not notebook.is_executed(texts):
                self.say(f"run    {path.parent.name}/{path.name}")
                cells = execute(cells, path.parent, {"DLBOOK_KEYS": str(self.course.keys)})
        except (UnreadableError, CellFailedError) as error:
            return [str(error)]
        _write(path, canonical(cells, code_digest(cells, texts)), self.say)
        return []


def _untouched(exercise: Path, old: Key | None, new: Key) -> bool:
    """Return whether an exercise notebook says what it said when it was derived."""
    try:
        current = content_digest(read(exercise).cells)
    except UnreadableError:
        return False
    return current in {new.exercise_digest, old.exercise_digest if old else None}


def _write(path: Path, text: str, say: Say) -> None:
    """Write a file if it says something new, whole or not at all."""
    data = text.encode("utf-8")
    if path.exists() and path.read_bytes() == data:
        return
    say(f"write  {path.parent.name}/{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, data)


def _form_problems(course: Course, path: Path) -> list[str]:
    try:
        notebook = read(path)
    except UnreadableError as error:
        return [str(error)]
    if not notebook.is_executed(course.texts):
        return ["was not run from top to bottom since its code changed: run `dlbook build`."]
    if path.read_text("utf-8") != canonical(notebook.cells, notebook.ran):
        return ["is not in canonical form: run `dlbook build`."]
    return []


def _key_problems(old: Key | None, solution: ExerciseSet) -> list[str]:
    new = make_key(solution, keys.RELEASED_SEED, hidden=False)
    if old is None or not same_key(old, new):
        return [f"its key is stale: run `dlbook build {solution.name[:2]}`."]
    return []


def _exercise_problems(course: Course, solution: ExerciseSet) -> list[str]:
    name = f"{solution.name}.ipynb"
    exercise = course.root / "exercises" / name
    if not exercise.is_file():
        return [f"exercises/{name} is missing: run `dlbook build`."]
    if exercise.read_text("utf-8") != canonical(derive(solution)):
        return [
            f"exercises/{name} is stale or was worked in: edit solutions/{name}, "
            "move your own work away, and run `dlbook build`."
        ]
    return []
