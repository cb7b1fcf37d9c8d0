"""Claims tried once more, on request: chapter 09 puts all of them before the reader.

The experiment is that of the claim's own chapter, called and not copied: of the chapter as it was
published, the code that the claim depends on runs in a namespace of its own, unseen.
"""

import ast
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dlbook import claims
from dlbook.i18n import _
from dlbook.needed import needed_for, settled
from dlbook.predict import ask, reveal

_PACKAGE = Path(__file__).resolve().parent
FOLDERS = _PACKAGE.parent / "chapters", _PACKAGE / "course" / "chapters"  # in a clone, in a wheel
_RETRIED = re.compile(r"\bretry\(\s*\"(\w+)\"")

verdict: dict[str, str | None] = dict.fromkeys(claims.load())  # the reader's, None where none is


def retry(id: str, verdict: str | None) -> None:
    """Run the experiment of a claim and display what `claims.settle` says, and where it stands.

    Nothing runs and nothing is said before there is a verdict, or `reveal.give_up` was called.
    What an experiment found is kept, so that it runs once in a session.

    Args:
        id: such as ``T02``.
        verdict: the reader's, as `claims.understood` reads it; None where there is none yet.

    Raises:
        ValueError: if the claim or the verdict is unknown, or its chapter does not settle it.
        FileNotFoundError: if its chapter is missing.
    """
    claims.find(id)
    verdict = claims.understood(verdict)
    if verdict is None and not reveal.gave_up:
        print(ask())
        return
    claims.settle(id, verdict, section(id), **numbers(id))


@cache
def numbers(id: str) -> dict[str, Any]:
    """Return what the experiment of a claim measures, by name; nothing if reading decides it."""
    if not claims.find(id).predicate:
        return {}
    found: dict[str, Any] = {}

    def settle(settled: str, _verdict: Any, **values: Any) -> None:
        if settled == id:
            found.update(values)

    _run(_code_of(id), settle)
    return found


def section(id: str) -> str:
    """Return a link to the section that puts a claim to the test, in Markdown."""
    chapter = _chapter_of(id)
    title = chapter.sections[id]
    anchor = re.sub(r"[`*]", "", title).replace(" ", "-")
    return f"[{title}]({chapter.name}#{anchor})"


def texts(source: str) -> list[str]:
    """Return what stands in the outputs of code: claims that it names, experiments that it runs.

    So a notebook that retries a claim is no longer fresh when its experiment has changed.
    """
    return claims.texts(source) + [
        line for id in sorted({*_RETRIED.findall(source)}) for line in _code_of(id)
    ]


# ---- the chapter of a claim ----


@dataclass(frozen=True)
class _Chapter:
    """A chapter: its file name, its code cells, and the title of each claim's section."""

    name: str
    sources: list[str]
    sections: dict[str, str]


def _code_of(id: str) -> list[str]:
    code = needed_for(id, _chapter_of(id).sources)
    if not code:
        raise ValueError(
            f"claim {id} needs a cell of chapter {claims.find(id).chapter} that settles it, got "
            f'none; add `claims.settle("{id}", verdict, ...)` there'
        )
    return code


def _chapter_of(id: str) -> _Chapter:
    number = claims.find(id).chapter
    for folder in FOLDERS:
        for path in folder.glob(f"{number}_*.ipynb"):
            return _read(path)
    raise FileNotFoundError(
        f"claim {id} needs chapter {number} of the course, got none in {FOLDERS[0].name}/ beside "
        "the package; get the whole course, or install dlbook again"
    )


@cache
def _read(path: Path) -> _Chapter:
    sources: list[str] = []
    sections: dict[str, str] = {}
    title = ""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            title = (re.findall(r"^## (.+)$", source, re.MULTILINE) or [title])[-1]
        elif cell["cell_type"] == "code":
            sources.append(source)
            sections |= dict.fromkeys(settled(source), title)
    return _Chapter(path.name, sources, sections)


# ---- running ----


class _Handing(ast.NodeTransformer):
    """Turns ``claims.settle`` into ``settle``, a name that the namespace of the run holds."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if ast.unparse(node) == "claims.settle":
            return ast.copy_location(ast.Name("settle", ast.Load()), node)
        self.generic_visit(node)
        return node


def _run(code: list[str], settle: Any) -> None:
    """Run code in a namespace of its own; what it prints and draws is dropped."""
    from IPython.utils.capture import capture_output

    space = {"__name__": "__main__", "settle": settle}
    with capture_output():
        for cell in code:
            tree = ast.fix_missing_locations(_Handing().visit(ast.parse(cell)))
            exec(compile(tree, _("experiment"), "exec"), space)
