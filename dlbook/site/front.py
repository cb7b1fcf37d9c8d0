"""The pages that are no notebook: the front page, and the claims on trial."""

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dlbook import claims
from dlbook.edition.book import Edition
from dlbook.grading.notebook import Notebook
from dlbook.grading.teach.prose import anchor, parts, plain
from dlbook.i18n import _
from dlbook.i18n.overlay import told
from dlbook.site.addresses import run_address
from dlbook.site.pages import Opening, opening
from dlbook.site.wrong_line import wrong_line

THEME = Path(__file__).parent / "theme"
_BUILD, _BUILT = "In this chapter you build ", "You build "
_SETTLED = re.compile(r"claims\.settle\(\s*\"(\w+)\"")


@dataclass(frozen=True)
class Row:
    """One row of the map: a chapter and the set of the same stem; None where there is none."""

    stem: str
    chapter: Opening
    exercises: Opening | None
    is_translated: bool

    @property
    def builds(self) -> str:
        """What the reader builds in the chapter, as a sentence."""
        return self.chapter.sentence.replace(_BUILD, _BUILT, 1)


def front_page(edition: Edition, runs: bool) -> str:
    """Return the front page in Markdown.

    Args:
        edition: its chapters and exercise sets, in its language.
        runs: whether the site can run them.
    """
    of_stem = {
        path.stem: opening(edition.notebook(path)) for path in edition.course.notebooks("exercises")
    }
    rows = [
        Row(
            path.stem,
            opening(edition.notebook(path)),
            of_stem.get(path.stem),
            edition.has_begun(path),
        )
        for path in edition.course.notebooks("chapters")
    ]
    line = wrong_line()
    if line and line.set_name not in of_stem:
        line = None
    address = run_address("exercises", line.set_name, edition.language) if line and runs else ""
    return _render(
        "front.md",
        rows=rows,
        line=line,
        address=address,
        is_english=edition.language == "en",
    )


def claims_page(edition: Edition) -> str:
    """Return the page of the claims in Markdown; '' where no chapter of the edition settles one."""
    table = claims.load()
    rows = []
    for path in edition.course.notebooks("chapters"):
        notebook = edition.notebook(path)
        places = {id: place for id, place in _settled(notebook).items() if id in table}
        found = [(table[id], place, anchor(place)) for id, place in places.items()]
        found = [row for row in found if row[0].chapter == path.stem[:2]]
        if found:
            rows.append((path.stem, opening(notebook).title, found))
    if not rows:
        return ""
    return _render(
        "claims.md",
        chapters=rows,
        verdicts=claims.VERDICTS,
        part=_part,
        is_chinese=edition.language == "zh",
    )


def _part(claim: claims.Claim, name: str) -> Markup:
    """Return a part of a claim in the language of the page."""
    return Markup(told(claims.OVERLAY, f"{claim.id} {name}", getattr(claim, name)))


def _settled(notebook: Notebook) -> dict[str, str]:
    """Return the claims that a chapter settles, each with the title of the section."""
    found: dict[str, str] = {}
    for part in parts(notebook.cells):
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
    environment.globals["_"] = lambda text: Markup(_(text))
    return environment.get_template(template).render(values)
