"""What stands beside the notebooks of a bundle: words for students, and what to install."""

import json
import re
import tomllib
from importlib.metadata import requires
from pathlib import Path
from string import Template

from dlbook.check.errors import UserError
from dlbook.grading.errors import ReleaseError

OWN = Path(__file__).parent / "own"  # what a new course begins with
_WORDS = "STUDENTS.md"  # in a course: the README of its bundle
_OURS = Path(__file__).parent / "students.md"
_EXTRA = re.compile(r"""(.+?)\s*;\s*extra == ['"]torch['"]""")


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


def new_pyproject(title: str) -> str:
    """Return a project that carries dlbook, with what it needs, under the name of a course."""
    needed = requires("dlbook") or []
    plain = [line for line in needed if "extra ==" not in line]
    torch = [match[1] for line in needed if (match := _EXTRA.fullmatch(line))]
    return filled(
        "project.txt",
        name=_name(title),
        title=json.dumps(title, ensure_ascii=False),
        dependencies=_toml(plain),
        torch=_toml(torch),
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
    """Return a name for a distribution: plain letters, digits and lines."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return plain if plain not in ("", "dlbook") else "own-course"


def _toml(lines: list[str]) -> str:
    return "".join(f"    {json.dumps(line)},\n" for line in lines)
