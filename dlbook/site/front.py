"""The pages that are no notebook: the front page, and the claims on trial."""

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dlbook import claims
from dlbook.grading.notebook import read
from dlbook.grading.teach.prose import anchor, parts, plain
from dlbook.site.addresses import run_address
from dlbook.site.pages import Opening, opening
from dlbook.site.wrong_line import wrong_line

THEME = Path(__file__).parent / "theme"
_BUILD = "In this chapter you build "
_SETTLED = re.compile(r"claims\.settle\(\s*\"(\w+)\"")


@dataclass(frozen=True)
class Row:
    """One row of the map: a chapter and the set of the same stem; None where there is none."""

    stem: str
    chapter: Opening
    exercises: Opening | None

    @property
    def builds(self) -> str:
        """What the reader builds in the chapter."""
        return self.chapter.sentence.removeprefix(_BUILD)


def front_page(chapters: list[Path], sets: list[Path], runs: bool) -> str:
    """Return the front page in Markdown.

    Args:
        chapters: the notebooks of the chapters, in order.
        sets: those of the exercise sets.
        runs: whether the site can run them.
    """
    of_stem = {path.stem: opening(path) for path in sets}
    rows = [Row(path.stem, opening(path), of_stem.get(path.stem)) for path in chapters]
    line = wrong_line()
    if line and line.set_name not in of_stem:
        line = None
    address = run_address("exercises", line.set_name) if line and runs else ""
    return _render("front.md", rows=rows, line=line, address=address)


def claims_page(chapters: list[Path]) -> str:
    """Return the page of the claims in Markdown; '' where no chapter settles one.

    Args:
        chapters: their notebooks, in order.
    """
    table = claims.load()
    rows = []
    for path in chapters:
        places = {id: place for id, place in _settled(path).items() if id in table}
        found = [(table[id], place, anchor(place)) for id, place in places.items()]
        found = [row for row in found if row[0].chapter == path.stem[:2]]
        if found:
            rows.append((path.stem, opening(path).title, found))
    return _render("claims.md", chapters=rows, verdicts=claims.VERDICTS) if rows else ""


def _settled(path: Path) -> dict[str, str]:
    """Return the claims that a chapter settles, each with the title of the section."""
    found: dict[str, str] = {}
    for part in parts(read(path).cells):
        if part.cell.kind == "code":
            found |= dict.fromkeys(_SETTLED.findall(part.cell.source), part.heading)
    return found


def _strong(text: str) -> Markup:
    """Return text whose words between two stars are strong, as HTML."""
    return Markup(
        re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(" ".join(text.split()))))
    )


def _render(template: str, **values: object) -> str:
    environment = Environment(
        loader=FileSystemLoader(THEME),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"strong": _strong, "plain": plain}
    return environment.get_template(template).render(values)
