"""Who handed a file in, and which set it is: read from names, as the systems of schools write them.

Canvas      lovelaceada_LATE_1042_77_05_backpropagation-2.ipynb
Moodle      Ada Lovelace_1042_assignsubmission_file_/05_backpropagation.ipynb, or all in one name
nbgrader    submitted/ada/05/05_backpropagation.ipynb
otherwise   ada/anything.ipynb, or ada_05_backpropagation.ipynb
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dlbook.check.roles import stub_message

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL
)
_ATTEMPT = re.compile(r"(?:-| \()(\d{1,3})\)?(?=\.\w+$)")
_MENTION = re.compile(rb"answer\s*:\s*(\w+)|def\s+(\w+)")
_STUB = re.compile(rb"raise NotImplementedError\(\\?[\"']" + stub_message(r"(\w+)").encode())
_NOISE = (".", "_", "~$")


@dataclass(frozen=True)
class Owner:
    """Who a file is from: `student` is unique in a batch, `lms_id` the number the LMS gave."""

    student: str
    name: str = ""
    lms_id: str = ""
    late: bool = False
    attempt: int = 0


def owner(parts: tuple[str, ...], set_names: tuple[str, ...] = ()) -> Owner:
    """Return who the file is from whose path below the submissions is `parts`.

    Args:
        parts: names of folders and of the file, at least one.
        set_names: names of exercise sets, taken off the name of a file that stands alone.
    """
    if parts[0] == "submitted" and len(parts) > 2:
        parts = parts[1:]
    moodle, canvas = _MOODLE.fullmatch(parts[0]), _CANVAS.fullmatch(parts[0])
    if moodle:
        number, name = moodle["id"], moodle["name"]
        return Owner(f"{name} {number}", name, number, attempt=_attempt(parts[-1]))
    if len(parts) > 1:
        return Owner(parts[0], attempt=0)
    if canvas:
        late = canvas["late"] is not None
        name, number = canvas["name"], canvas["id"]
        return Owner(f"{name} {number}", name, number, late, _attempt(canvas["file"]))
    return Owner(_alone(parts[0], set_names))


def is_noise(parts: tuple[str, ...]) -> bool:
    """Return whether a path is of a kind that machines leave behind: hidden, backups, caches."""
    return any(part.startswith(_NOISE) for part in parts) or parts[-1] in (
        "Thumbs.db",
        "desktop.ini",
        "timestamp.txt",
    )


def recognise(
    file_name: str, data: bytes, exercises: Mapping[str, frozenset[str]]
) -> tuple[str | None, int, int]:
    """Return the set that a file belongs to, how many of its answers are in it, and are written.

    Those are written whose first line is there more often than the stub.

    Args:
        file_name: the file's name, which decides where the contents do not.
        data: its bytes, of any kind.
        exercises: the names of the exercises of each set.
    """
    data = data.replace(b"\0", b"")  # UTF-16 has a NUL at each letter
    mentions = _MENTION.findall(data)
    answers, functions = (
        Counter(pair[i].decode("ascii", "ignore") for pair in mentions) for i in (0, 1)
    )
    written = answers - Counter(name.decode("ascii", "ignore") for name in _STUB.findall(data))
    named = _named(file_name, tuple(exercises))
    scores = {
        name: (len(wanted & set(answers)), len(wanted & set(functions)), name == named)
        for name, wanted in exercises.items()
    }
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or not any(scores[best]):
        return None, 0, 0
    return best, scores[best][0], len(exercises[best] & set(written))


def _named(file_name: str, set_names: tuple[str, ...]) -> str | None:
    plain = re.sub(r"[\W_]+", "_", file_name.lower())
    return next((name for name in set_names if name.lower() in plain), None)


def _attempt(file_name: str) -> int:
    match = _ATTEMPT.search(file_name)
    return int(match[1]) if match else 0


def _alone(file_name: str, set_names: tuple[str, ...]) -> str:
    """Return the student of a file that stands alone: its name less ending and set."""
    stem = _ATTEMPT.sub("", file_name).rpartition(".")[0] or file_name
    for name in set_names:
        pattern = r"[\s_.-]*" + r"[\s_-]+".join(map(re.escape, name.split("_"))) + r"[\s_.-]*"
        rest = re.sub(pattern, " ", stem, count=1, flags=re.IGNORECASE).strip()
        if rest and rest != stem:
            return rest
    return stem
