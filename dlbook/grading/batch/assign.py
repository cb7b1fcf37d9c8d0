"""Whose each file is: from where it lies in the tree of all names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dlbook.grading.batch.items import TIME, Item, people_of
from dlbook.grading.batch.layout import NBGRADER, Path, outer_folders
from dlbook.grading.batch.owners import Owner, is_of_lms, owner

_BESIDE = "lies beside what people handed in, and is no notebook: whose it is, is not known."
_NBGRADER = "a folder of nbgrader's own beside what was handed in."
_SHOWN = 5


def assign(items: Sequence[Item], set_names: tuple[str, ...]) -> tuple[list[Item], list[str]]:
    """Return the items with their owners, and remarks on how these were found."""
    work = [(i.file.parts, i.is_work) for i in items if not i.file.noise or i.file.name == TIME]
    outer = outer_folders(work, set_names)
    tops = frozenset(outer)
    lists = [item for item in items if len(_below(item, tops)) == 1]  # none in a student's folder
    people = {folder: who for item in lists for folder, who in people_of(item).items()}
    with_folders = {
        _top(item, tops) for item in items if len(_below(item, tops)) > 1 and not item.file.noise
    }
    owned = [_owned(item, tops, set_names, people, with_folders) for item in items]
    present = {_below(item, tops)[0] for item in items}
    absent = {folder: who for folder, who in people.items() if folder not in present}
    return [_with_absent(item, absent) for item in owned], _remarks(outer)


def _with_absent(item: Item, absent: Mapping[str, list[Owner]]) -> Item:
    """Return Gradescope's list with those people in it of whom there is nothing else."""
    listed = people_of(item) if absent and not item.owners else {}
    owners = tuple(one for folder, who in listed.items() if folder in absent for one in who)
    return replace(item, owners=owners) if owners else item


def _owned(
    item: Item,
    outer: frozenset[Path],
    set_names: tuple[str, ...],
    people: Mapping[str, list[Owner]],
    with_folders: set[Path],
) -> Item:
    top, below = _top(item, outer), _below(item, outer)
    if outer and not top:
        is_nbgraders = outer == {("submitted",)} and below[0] in NBGRADER
        return _nobodys(item, _NBGRADER if is_nbgraders else _BESIDE)
    is_loose = len([part for part in below if part]) == 1
    if is_loose and item.file.noise:
        return item
    is_somebodys = item.is_work or is_of_lms(below[0], is_folder=False)
    if is_loose and top in with_folders and not is_somebodys:
        return _nobodys(item, _BESIDE)
    found = owner(below, set_names)
    group = [replace(who, attempt=found.attempt) for who in people.get(below[0], [])]
    return replace(item, owners=tuple(group) or (found,), place=_place(below))


def _place(below: Path) -> str:
    """Return the folder inside a student's in which a file lies, or the ZIP that is no attempt."""
    is_zip = below[0].lower().endswith(".zip") and not is_of_lms(below[0], is_folder=False)
    return "/".join(below[:-1] if is_zip else below[1:-1])


def _nobodys(item: Item, reason: str) -> Item:
    return replace(item, problem="" if item.file.noise else reason)


def _top(item: Item, outer: frozenset[Path]) -> Path:
    """Return the outer folder that an item lies in, () for none."""
    parts = item.file.parts
    return next((parts[:n] for n in range(1, len(parts)) if parts[:n] in outer), ())


def _below(item: Item, outer: frozenset[Path]) -> Path:
    return item.file.parts[len(_top(item, outer)) :]


def _remarks(outer: Sequence[Path]) -> list[str]:
    if not outer:
        return []
    names = ", ".join("/".join(path) for path in outer[:_SHOWN])
    more = f" and {len(outer) - _SHOWN} more" if len(outer) > _SHOWN else ""
    return [f"everybody's work lies inside {names}{more}: people are looked for there"]
