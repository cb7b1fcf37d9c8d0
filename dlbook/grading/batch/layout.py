"""Where people stand in a tree of names: which outer folders are looked through.

A folder is looked through if it holds people and is none: two or more folders or files that name
somebody, or those of an LMS. Where several folders stand beside each other, each has to hold
people, and they have to be different ones, as in a folder for each group of a course.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dlbook.grading.batch.owners import is_attempt, is_of_lms, names_somebody, owner

Path = tuple[str, ...]
_COURSE = ("chapters", "exercises", "solutions")  # folders of the course, which students copy
NBGRADER = ("source", "release", "autograded", "feedback")  # beside `submitted`
_DIFFERENT = 0.9  # of the names below several folders, so that these are groups and not people


_Class = tuple[Path, list[str]]  # a folder that holds people, and who they are


@dataclass
class _Folder:
    """A folder, or a ZIP: what is in it, and whether work that may be a notebook is below."""

    folders: dict[str, "_Folder"] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    notebooks: list[str] = field(default_factory=list)
    has_work: bool = False


def outer_folders(work: Iterable[tuple[Path, bool]], set_names: Iterable[str]) -> list[Path]:
    """Return the folders that are looked through, [] where people stand first on each path.

    Args:
        work: the path of each file, and whether it may be a notebook; of an empty folder, which
            ends with '', it says so too.
        set_names: the names of the sets of the course.
    """
    tree, names = _tree(work), tuple(set_names)
    tops = {name: folder for name, folder in tree.folders.items() if folder.has_work}
    if _is_nbgrader(tops, tree.notebooks):
        return [("submitted",)]
    if tree.notebooks or any(is_of_lms(name, False) for name in tree.files):
        return []
    if any(_is_of_lms(name) and (len(tops) > 1 or _is_zip(name)) for name in tops):
        return []
    classes = [_class_below(name, folder, names) for name, folder in tops.items()]
    if len(tops) < 2:
        return [path for path, _people in classes if path]
    return _groups(tops, classes, names)


def _groups(
    tops: dict[str, _Folder], classes: list[_Class], set_names: tuple[str, ...]
) -> list[Path]:
    """Return the folders of groups or of sets that hold people, [] where they are people."""
    found = [
        inside if inside[0] else _group_of_one(name, folder, set_names)
        for inside, (name, folder) in zip(classes, tops.items(), strict=True)
    ]
    paths = [path for path, _people in found]
    if not all(paths):
        return []
    if all(_is_of_set(name, set_names) for name in tops):
        return paths
    people = [person for _path, inside in found for person in inside]
    are_different = len(set(people)) >= _DIFFERENT * len(people)
    are_classes = 2 * sum(bool(path) for path, _people in classes) > len(classes)
    return paths if are_different and are_classes else []


def _is_nbgrader(tops: dict[str, _Folder], notebooks: list[str]) -> bool:
    """Return whether a tree is nbgrader's: student/assignment/file for all, and nothing beside."""
    if "submitted" not in tops or notebooks or set(tops) - {"submitted", *NBGRADER}:
        return False
    below = tops["submitted"]
    students = below.folders.values()
    return not below.notebooks and not any(student.notebooks for student in students)


def _tree(work: Iterable[tuple[Path, bool]]) -> _Folder:
    tree = _Folder()
    for path, is_work in work:
        folder = tree
        for name in path[:-1]:
            folder.has_work |= is_work
            folder = folder.folders.setdefault(name, _Folder())
        folder.has_work |= is_work
        if path[-1]:
            (folder.notebooks if is_work else folder.files).append(path[-1])
    return tree


def _class_below(name: str, folder: _Folder, set_names: tuple[str, ...]) -> _Class:
    """Return the folder that holds people, and who they are; () where there is none."""
    path: Path = (name,)
    while True:
        people = sorted(set(_people(folder, set_names, _is_of_lms(path[-1]))))
        if people:
            return path, people
        inside = [(n, f) for n, f in folder.folders.items() if f.has_work]
        if len(inside) != 1 or folder.notebooks or _is_of_lms(path[-1]):
            return (), []
        path, folder = (*path, inside[0][0]), inside[0][1]


def _group_of_one(name: str, folder: _Folder, set_names: tuple[str, ...]) -> _Class:
    """Return a folder and the one person that it may hold; () where that is none."""
    inside = [n for n, f in folder.folders.items() if f.has_work]
    is_one = len(inside) == 1 and not folder.notebooks and not _is_of_course(inside[0], set_names)
    return ((name,), inside) if is_one else ((), [])


def _people(folder: _Folder, set_names: tuple[str, ...], is_person: bool) -> Iterator[str]:
    """Yield what in a folder names people; nothing if it may be the folder of one person.

    Args:
        folder: what is in it.
        set_names: the names of the sets of the course.
        is_person: its name is that of a person's folder, so files alone are no other people's.
    """
    folders = {name: f for name, f in folder.folders.items() if f.has_work}
    of_lms = [name for name in folders if _is_of_lms(name)]
    of_lms += [n for n in (*folder.notebooks, *folder.files) if is_of_lms(n, False)]
    dated = sum("timestamp.txt" in inside.files for inside in folders.values())
    if dated and 2 * dated >= len(folders):
        return  # nbgrader's assignments of one student; a file of one student proves nothing
    people = [name for name in folders if not _is_of_course(name, set_names)]
    if not is_person:
        flat = [name for name in folder.notebooks if names_somebody(name, set_names)]
        people += {owner((name,), set_names).student for name in flat}
    if of_lms or len(people) > 1:
        yield from (*of_lms, *people)


def _is_of_lms(name: str) -> bool:
    """Return whether only an LMS gives such a name to a folder, or to a ZIP."""
    return is_of_lms(name, not _is_zip(name))


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _is_of_course(name: str, set_names: tuple[str, ...]) -> bool:
    """Return whether a folder inside a student's is named as part of the course or an attempt."""
    return name.lower() in _COURSE or is_attempt(name) or _is_of_set(name, set_names)


def _is_of_set(name: str, set_names: tuple[str, ...]) -> bool:
    """Return whether a folder has the name of a set, or its number as it is written there."""
    starts = {set_name.partition("_")[0] for set_name in set_names}
    return name in starts or name.lower() in {set_name.lower() for set_name in set_names}
