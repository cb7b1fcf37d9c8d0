"""What stands beside the notebooks of a bundle: words for students, and what to install."""

import json
import re
import tomllib
import unicodedata
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from string import Template

from dlbook.check.errors import UserError
from dlbook.grading.errors import ReleaseError

OWN = Path(__file__).parent / "own"  # what a new course begins with
_WORDS = "STUDENTS.md"  # in a course: the README of its bundle
_OURS = Path(__file__).parent / "students.md"
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})  # of one piece
_EXTRA = re.compile(r"""(.+?) ?; ?(?:(.+) and )?extra == ['"](\w+)['"]""")


def readme(course: Path) -> str:
    """Return the README of a bundle: the words of the course in the folder, or our own."""
    path = course / _WORDS
    return (path if path.is_file() else _OURS).read_text("utf-8")


def pyproject(course: Path) -> str:
    """Return what makes a bundle a project to install: the course's own, or one of its name.

    Raises:
        ReleaseError: if the course's own is none that can be installed.
    """
    path = course / "pyproject.toml"
    if not path.is_file():
        return new_pyproject(course.resolve().name)
    text = path.read_text("utf-8")
    try:
        project = tomllib.loads(text)["project"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise ReleaseError(f"{path} needs a [project] table, got {error}: mend it") from None
    if project.get("scripts", {}).get("dlbook") != "dlbook.cli:main":
        raise ReleaseError(
            f'{path} needs `dlbook = "dlbook.cli:main"` in [project.scripts], or students would '
            "have no command: add it"
        )
    return text


def new_pyproject(title: str, folder: str = "") -> str:
    """Return a project that carries dlbook, with what it needs, under the name of a course.

    Args:
        title: of the course.
        folder: the name of its folder, which a title without plain letters gives way to.

    Raises:
        UserError: if dlbook is not installed.
    """
    try:
        found = [_understood(line) for line in requires("dlbook") or []]
    except PackageNotFoundError:
        raise UserError(
            "dlbook needs to be installed to know what a course on it needs, it only runs from "
            "its folder: `pip install -e .` there"
        ) from None
    return filled(
        "project.txt",
        name=_name(title) or _name(folder) or "own-course",
        title=json.dumps(title, ensure_ascii=False),
        dependencies=_toml([line for line, extra in found if extra in ("", "lab", "grade")]),
        torch=_toml([line for line, extra in found if extra == "torch"]),
    )


def filled(file: str, **values: str) -> str:
    """Return a text that a new course begins with, with values in the places of their names."""
    return Template((OWN / file).read_text("utf-8")).substitute(values)


def require_title(title: str) -> None:
    """Refuse a title that would not stand in one line.

    Raises:
        UserError: if it is empty, or has a line end or another control character.
    """
    if not title.strip() or not title.isprintable():
        raise UserError(f"--title needs words in one line, got {title!r}")


def _name(title: str) -> str:
    """Return a name for a distribution: plain letters, digits and lines; '' where none is left."""
    letters = unicodedata.normalize("NFKD", title.casefold().translate(_PLAIN))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    plain = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    return "" if plain == "dlbook" else plain


def _understood(line: str) -> tuple[str, str]:
    """Return what metadata ask for, and the extra that asks for it, '' for none."""
    match = _EXTRA.fullmatch(line)
    if match is None:
        return line, ""
    return match[1] + (f"; {match[2]}" if match[2] else ""), match[3]


def _toml(lines: list[str]) -> str:
    return "".join(f"    {json.dumps(line)},\n" for line in dict.fromkeys(lines))
