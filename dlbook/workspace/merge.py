"""Bring a newer course into a notebook that somebody has worked in, cell by cell.

Three states of a notebook meet: `base`, as it was handed out, `mine`, as it is now, and `new`, as
the course has it today. What a learner has written always stays. What he has not touched becomes
new. Where both have changed one cell, his stays and the course's is put below it.

Cells are dicts as they stand in the file, so that pictures in a text cell and metadata stay, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dlbook.check.roles import role
from dlbook.i18n import _
from dlbook.workspace.raw import RawCell, text

_NEWS = "-news"  # at the end of the id of a cell that shows the course's own version


@dataclass(frozen=True)
class Merged:
    """The cells of the merged notebook, and what a learner is told, a sentence each."""

    cells: list[RawCell]
    remarks: list[str]


def merge(base: list[RawCell], mine: list[RawCell], new: list[RawCell]) -> Merged:
    """Return `mine` with what `new` has changed since `base`.

    Args:
        base: the cells as they were handed out.
        mine: as they are now; own cells may stand anywhere, others may be gone or moved.
        new: as the course has them today; their order is that of the result.
    """
    return _Merge(base, mine, new).result()


class _Merge:
    def __init__(self, base: list[RawCell], mine: list[RawCell], new: list[RawCell]) -> None:
        self._base = {_id(cell): cell for cell in base}
        self._new = {_id(cell): cell for cell in new}
        self._mine = _with_known_ids(base, mine, self._new)
        self._kept: dict[str, RawCell] = {}  # by id, of the cells that the course has, too
        self._below: dict[str, RawCell] = {}  # news by the id of the cell above it
        self._remarks: list[str] = []

    def result(self) -> Merged:
        mine = {_id(cell): cell for cell in self._mine}
        order = [name for name in self._new if self._decide(name, mine.get(name))]
        order = self._with_own_cells(order)
        cells = []
        for name in order:
            cells.append(self._kept[name])
            if name in self._below:
                cells.append(self._below[name])
        return Merged(cells, self._remarks)

    def _decide(self, name: str, mine: RawCell | None) -> bool:
        """Settle what becomes of a cell of the course; return whether it is in the result."""
        base, new = self._base.get(name), self._new[name]
        if mine is None:
            if base is not None and _same(base, new):
                return False  # the learner has removed it, and the course has nothing to add
            if base is not None:
                text = _("{cell} is back, since the course has changed it after you removed it")
                self._tell(text, new)
            self._kept[name] = new
        elif base is None or _same(mine, new) or _same(base, new):
            self._kept[name] = mine
        elif _same(mine, base):
            self._kept[name] = new
        else:
            self._kept[name] = mine
            self._add_news(name, new)
        return True

    def _add_news(self, name: str, new: RawCell) -> None:
        news = _shown(name, new)
        if not any(_same(news, cell) for cell in self._mine):  # a killed update has added it
            self._below[name] = news
        text = _("{cell} has changed in the course: yours stays, the course's stands below it")
        self._tell(text, new)

    def _with_own_cells(self, order: list[str]) -> list[str]:
        """Return the order with cells that only the learner has, each after the one before it."""
        before = ""
        for cell in self._mine:
            name = _id(cell)
            if name not in self._kept:
                if not self._stays(cell):
                    continue
                self._kept[name] = cell
                order.insert(order.index(before) + 1 if before else 0, name)
            before = name
        return order

    def _stays(self, cell: RawCell) -> bool:
        """Return whether a cell that the course does not have stays."""
        base = self._base.get(_id(cell))
        if base is None:
            return True
        if _same(base, cell):
            return False
        text = _("{cell} is no longer in the course: yours stays, since you have changed it")
        self._tell(text, cell)
        return True

    def _tell(self, text: str, cell: RawCell) -> None:
        self._remarks.append(text.format(cell=_title(cell)))


def _with_known_ids(
    base: list[RawCell], mine: list[RawCell], new: Mapping[str, RawCell]
) -> list[RawCell]:
    """Return `mine` in which cells have the ids of `base` where they are recognised.

    Some programs write new ids. Then a cell is known by its text, or by the exercise it answers.
    An own cell whose id the course has taken gets another one. A cell that is the course's new one
    keeps its id: an update that was killed has brought it.
    """
    known = {_id(cell) for cell in base}
    missing = [cell for cell in base if _id(cell) not in {_id(cell) for cell in mine}]
    seen: set[str] = set()
    found = []
    for cell in mine:
        name = _id(cell)
        is_brought = name in new and _is_the_same_cell(new[name], cell)
        if name in seen or (name not in known and not is_brought):
            twin = next((b for b in missing if _is_the_same_cell(b, cell)), None)
            if twin is not None:
                missing.remove(twin)
                name = _id(twin)
            else:
                name = _free(name, known | seen | set(new))
        seen.add(name)
        found.append({**cell, "id": name})
    return found


def _is_the_same_cell(base: RawCell, mine: RawCell) -> bool:
    if _same(base, mine):
        return True
    known = role(text(base))
    return known is not None and known == role(text(mine))


def _free(name: str, taken: set[str]) -> str:
    """Return an id that is not taken, near to `name`."""
    wanted, number = name or "own", 1
    while not name or name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _id(cell: RawCell) -> str:
    return str(cell.get("id", ""))


def _same(one: RawCell, two: RawCell) -> bool:
    kinds = one.get("cell_type"), two.get("cell_type")
    return kinds[0] == kinds[1] and text(one).rstrip() == text(two).rstrip()


def _shown(name: str, new: RawCell) -> RawCell:
    """Return a text cell that shows the course's own version of a cell."""
    body = text(new).rstrip()
    if new.get("cell_type") == "code":
        fence = "`" * max(3, _longest_run(body, "`") + 1)
        body = f"{fence}python\n{body}\n{fence}"
    told = _("The course has changed the cell above. Its version:")
    source = f"*{told}*\n\n{body}"
    lines = source.splitlines(keepends=True)
    return {"cell_type": "markdown", "id": f"{name}{_NEWS}", "metadata": {}, "source": lines}


def _longest_run(body: str, letter: str) -> int:
    longest = run = 0
    for one in body:
        run = run + 1 if one == letter else 0
        longest = max(longest, run)
    return longest


def _title(cell: RawCell) -> str:
    first = next((line.strip("# ") for line in text(cell).splitlines() if line.strip("# ")), "")
    return repr(first[:60]) if first else _("an empty cell")
