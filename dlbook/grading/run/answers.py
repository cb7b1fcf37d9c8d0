"""Which cells of a notebook are answers: what a name is bound to when a cell has run counts.

A cell with the line `# answer: NAME` that plainly defines NAME needs no further look. Where that
leaves a doubt, the kernel is asked which cells bind the name; nothing is parsed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dlbook.check.answer_key import Key
from dlbook.check.lines import bound_names, definitions, may_bind, surely_binds
from dlbook.check.roles import is_stub, marks
from dlbook.check.shared import _
from dlbook.grading.notebook import Cell

Bound = Mapping[str, Sequence[int]]  # exercise: the cells that bind its name, in their order


@dataclass(frozen=True)
class Answer:
    """Where the answer of an exercise is, with notes for the report.

    `place` is the index of the cell, None where there is none. `renamed` says what that cell
    defines instead of what was asked for.
    """

    place: int | None
    notes: tuple[str, ...] = ()
    renamed: str = ""


class Answers:
    """The answers in the cells of a submission to the set of `key`."""

    def __init__(self, cells: tuple[Cell, ...], key: Key) -> None:
        self.cells = cells
        self._names = [entry.name for entry in key.exercises]
        self._handed_out = {c.source.strip() for e in key.exercises for c in e.checks}
        self._answers = [marks(cell.source) for cell in cells]
        self._checks = [marks(cell.source, "check") for cell in cells]
        self.own_code = [index for index in range(len(cells)) if self._is_own_code(index)]

    def _is_own_code(self, index: int) -> bool:
        """Return whether a cell is code of the learner's own: neither a check nor a stub.

        A check cell that was written in is such code: an answer or a helper may be there.
        """
        cell, answers, role = self.cells[index], self._answers[index], self.cells[index].role
        if role is not None and role.kind != "answer" and not answers:
            is_other_set = role.name not in self._names
            if is_other_set or cell.source.strip() in self._handed_out:
                return False
        only_stubs = bool(answers) and all(is_stub(name, cell.source) for name in answers)
        return cell.kind == "code" and not only_stubs

    def doubtful(self) -> list[str]:
        """Return the exercises whose answer only a kernel can find.

        Those are the ones without a cell of theirs that plainly defines the name, where another
        cell might bind it.
        """
        return [
            name
            for name in self._names
            if not self._plain(name) and any(self._may_bind(name, i) for i in self.own_code)
        ]

    def last_that_may_bind(self, names: Sequence[str]) -> int:
        """Return the index of the last cell that may bind one of `names`, -1 for none."""
        found = (i for i in self.own_code for name in names if self._may_bind(name, i))
        return max(found, default=-1)

    def _may_bind(self, name: str, index: int) -> bool:
        return may_bind(name, self.cells[index].source)

    def _marked(self, name: str) -> list[int]:
        return [i for i, names in enumerate(self._answers) if name in names]

    def _written(self, name: str, places: Sequence[int]) -> list[int]:
        return [i for i in places if not is_stub(name, self.cells[i].source)]

    def _plain(self, name: str) -> list[int]:
        """Return the written cells marked as answers of `name`, if the last plainly defines it."""
        written = self._written(name, self._marked(name))
        code = [i for i in written if self.cells[i].kind == "code" and self._may_bind(name, i)]
        return code if code and surely_binds(name, self.cells[code[-1]].source) else []

    def find(self, name: str, bound: Bound) -> Answer:
        """Return the answer of exercise `name`: the last one that was written counts.

        Args:
            name: the exercise.
            bound: what the kernel has found.
        """
        marked, binding = self._marked(name), bound.get(name, ())
        written = self._written(name, binding)
        found = self._plain(name) or [i for i in written if i in marked] or written
        if found:
            return self._counted(name, found, marked)
        unbound = self._written(name, marked)
        other_kind = [i for i in unbound if surely_binds(name, self.cells[i].source)]
        found = other_kind or unbound or marked or list(binding)
        if not found:
            return Answer(None)
        place = found[-1]
        return self._counted(name, [place], marked, self._renamed(name, place))

    def _counted(self, name: str, found: list[int], marked: list[int], renamed: str = "") -> Answer:
        notes, place = [], found[-1]
        if len(found) > 1:
            text = _("{name}: {count} answer cells, the last one counts")
            notes.append(text.format(name=name, count=len(found)))
        if place not in marked:
            text = _(
                "{name}: answer found by its function's name, in a cell without `# answer: {name}`"
            )
            notes.append(text.format(name=name))
        elif self._is_defined_after(place, name):
            text = _(
                "{name}: a later cell without `# answer: {name}` defines it again, "
                "which does not count"
            )
            notes.append(text.format(name=name))
        kind = self.cells[place].kind
        if kind != "code":
            text = _("{name}: its answer cell was turned into {kind}, run as code")
            notes.append(text.format(name=name, kind=kind))
        return Answer(place, tuple(notes), renamed)

    def _is_defined_after(self, place: int, name: str) -> bool:
        """Return whether a cell below that at `place` and its check plainly defines `name`."""
        end = self.check_place(name, place)
        return any(
            i > end and surely_binds(name, self.cells[i].source)
            for i in self._written(name, self.own_code)
        )

    def _renamed(self, name: str, place: int) -> str:
        """Return what the cell at `place` defines, where that is not `name`."""
        source = self.cells[place].source
        defined = definitions(source)
        if not defined or name in bound_names(source):
            return ""
        text = _("its answer cell defines {names}, and no {name}")
        return text.format(names=", ".join(defined), name=name)

    def check_place(self, name: str, answer: int) -> int:
        """Return the index of the cell after which the checks of `name` run.

        That is the learner's own check cell, at the answer or below it, or else the answer.
        """
        places = range(answer, len(self.cells))
        return next((i for i in places if name in self._checks[i]), answer)
