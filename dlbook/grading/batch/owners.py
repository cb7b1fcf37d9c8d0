"""Who handed a file in: read from the names on its path, as the systems of schools write them.

Canvas      lovelaceada_LATE_1042_77_05_backpropagation-2.ipynb
Moodle      Ada Lovelace_1042_assignsubmission_file_/05_backpropagation.ipynb, or all in one name
Blackboard  Homework 5_al9_attempt_2026-11-20-10-30-00_05_backpropagation.ipynb
Gradescope  submission_71234/05_backpropagation.ipynb, with submission_metadata.yml beside
otherwise   ada/anything.ipynb, or ada_05_backpropagation.ipynb
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?:\d+_(?P<file>.+)|text\.html)", re.DOTALL
)
_BLACKBOARD = re.compile(
    r".+_(?P<name>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_.+|\.txt)", re.DOTALL
)
_GRADESCOPE = re.compile(r"submission_\d+")
_SUBMITTER = re.compile(r"(submission_\d+):|\s*-?\s*:(name|sid|email):\s*(.*)")
_COPY = re.compile(r" \((\d{1,3})\)(?=\.\w+$)")  # a browser's: work (2).ipynb
_AGAIN = re.compile(r"-(\d{1,3})(?=\.\w+$)")  # Canvas's: work-2.ipynb
_FOLDER = re.compile(r"(?:attempt|version)[ _-]?(\d{1,3})", re.IGNORECASE)
_SEPARATORS = " \t_.-()[]"


@dataclass(frozen=True)
class Owner:
    """Who a file is from: `student` is unique in a batch, `lms_id` the number the LMS gave.

    `time` is when it was handed in, where the LMS wrote that into its name: 2026-11-20T10:30:00.
    """

    student: str
    name: str = ""
    lms_id: str = ""
    late: bool = False
    attempt: int = 0
    time: str = ""


def owner(parts: tuple[str, ...], set_names: Iterable[str] = ()) -> Owner:
    """Return who the file is from whose path below the folder of a class is `parts`.

    Args:
        parts: names of folders, or of a ZIP, and of the file; at least one.
        set_names: names of exercise sets, taken off the name of a file that stands alone.
    """
    first = parts[0]
    attempt = max(_number(_COPY, parts[-1]), *map(_folder_attempt, parts), 0)
    if moodle := _MOODLE.fullmatch(first):
        return _with_number(moodle, attempt)
    if len(parts) > 1 and not first.lower().endswith(".zip"):
        return Owner(first, attempt=attempt)
    if canvas := _CANVAS.fullmatch(first):
        again = _number(_AGAIN, canvas["file"] or "")
        return replace(_with_number(canvas, max(attempt, again)), late=bool(canvas["late"]))
    if blackboard := _BLACKBOARD.fullmatch(first):
        date, clock = blackboard["time"][:10], blackboard["time"][11:].replace("-", ":")
        attempt = int(blackboard["time"].replace("-", ""))
        return Owner(blackboard["name"], attempt=attempt, time=f"{date}T{clock}")
    return Owner(_alone(first, set_names), attempt=attempt)


def is_of_lms(name: str, is_folder: bool) -> bool:
    """Return whether only an LMS's export names a person's file or folder so."""
    forms = (_MOODLE, _GRADESCOPE) if is_folder else (_MOODLE, _CANVAS, _BLACKBOARD)
    return any(form.fullmatch(name) for form in forms)


def names_somebody(file_name: str, set_names: Iterable[str]) -> bool:
    """Return whether the name of a file is that of a set and of somebody besides."""
    stem = file_name.rpartition(".")[0] or file_name
    return any(_without(stem, name) not in ("", stem) for name in set_names)


def is_attempt(folder_name: str) -> bool:
    """Return whether a folder is one of several attempts of one person."""
    return bool(_FOLDER.fullmatch(folder_name))


def submitters(text: str) -> dict[str, list[Owner]]:
    """Return who made each submission, by its folder, from Gradescope's submission_metadata.yml."""
    found: dict[str, list[dict[str, str]]] = {}
    people: list[dict[str, str]] = []
    for line in text.splitlines():
        match = _SUBMITTER.fullmatch(line)
        if match and match[1]:
            people = found.setdefault(match[1], [])
        elif match:
            if match[2] == "name":
                people.append({})
            if people:
                people[-1].setdefault(match[2], match[3].strip("'\" "))
    return {folder: _owners(people) for folder, people in found.items() if people}


def _owners(people: Iterable[Mapping[str, str]]) -> list[Owner]:
    found = []
    for person in people:
        name, number = person.get("name", ""), person.get("sid", "") or person.get("email", "")
        if who := f"{name} {number}".strip():
            found.append(Owner(who, name, number))
    return found


def _with_number(match: re.Match[str], attempt: int) -> Owner:
    return Owner(f"{match['name']} {match['id']}", match["name"], match["id"], attempt=attempt)


def _number(pattern: re.Pattern[str], name: str) -> int:
    match = pattern.search(name)
    return int(match[1]) if match else 0


def _folder_attempt(name: str) -> int:
    match = _FOLDER.fullmatch(name)
    return int(match[1]) if match else 0


def _alone(file_name: str, set_names: Iterable[str]) -> str:
    """Return the student of a file that stands alone: its name less endings, copy and set."""
    stem = _COPY.sub("", file_name).rpartition(".")[0] or file_name
    if stem.lower().endswith(".ipynb") and stem[:-6]:
        stem = stem[:-6]
    found = (_without(stem, name) for name in set_names)
    return next((rest for rest in found if rest not in ("", stem)), stem)


def _without(stem: str, set_name: str) -> str:
    """Return a name without that of a set and what sets it off; the start of the name stays."""
    pattern = r"[\s_-]{1,3}".join(map(re.escape, set_name.split("_")))
    match = re.search(pattern + r"(?:-\d{1,3}$)?", stem, re.IGNORECASE)
    if match is None:
        return stem
    before, after = stem[: match.start()].rstrip(_SEPARATORS), stem[match.end() :]
    return f"{before} {after.strip(_SEPARATORS)}".strip()
