"""Rules for links: what is named is a link, every link resolves, every source has an address."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from dlbook.grading.notebook import Cell, read
from dlbook.grading.teach.prose import LINK
from tests import ROOT
from tests.style.sheet import HEADING, Breaches, Sheet, body

OUTER = re.compile(r"https?://[\w-]+(\.[\w-]+)*\.[a-z]{2,}(:\d+)?(/[^\s<>\"]*)?")
ADDRESS = re.compile(r"\b10\.\d{4,}/\S|\barXiv:(\d{4}\.\d{4,5}|[a-z-]+/\d{7})|https?://\w", re.I)
NAMED = {  # what is a name in prose outside of links, and what it should link to
    r"\b[Cc]hapters? \d+": "the chapter, `[chapter 05](05_backpropagation.ipynb)`",
    r"(?<![\w.,-])0\d(?!\w|\.\d)": "the chapter, `[05](05_backpropagation.ipynb)`",
    r"\b[Ss]ections? \d+\.\d+": "the section, `[section 5.3](05_...ipynb#5.3-Words-of-the-title)`",
    r"\b(?:[Cc]laims? )?T\d\d\b": "where it is tried, `[claim T12](05_...ipynb#5.7-...)`",
    r"\bexercises? `\w+`|`\w+` exercises?\b|`exercises/[^`]*`": (
        "the exercise, `[exercise relu_back](../exercises/05_...ipynb#5.2-...)`"
    ),
}


def links_of(cell: Cell) -> list[tuple[str, str]]:
    """Return text and target of each link in a prose cell."""
    return LINK.findall(cell.source) if cell.kind == "markdown" else []


# ---- what is named is a link ----


def unlinked(cell: Cell) -> str:
    """Return the prose that is neither link nor heading nor formula, code but for backticks."""
    text = HEADING.sub("", LINK.sub("", body(cell)))
    return re.sub(r"\$\$.+?\$\$|\$[^$\n]+\$", "", text, flags=re.DOTALL)


def named_are_links(sheet: Sheet) -> Breaches:
    own = [text.split()[0] for _cell, _level, text in sheet.headings if re.match(r"\d+\.\d", text)]
    here = rf"\b(?:[Ii]n|[Ss]ee) (?:{'|'.join(map(re.escape, own)) or 'no section'})\b(?!\.?\d)"
    section = next(todo for name, todo in NAMED.items() if "ections" in name)
    for cell in sheet.prose:
        text = unlinked(cell)
        plain = re.sub(r"`[^`\n]*`", "x", text)
        for pattern, todo in {**NAMED, here: section}.items():
            for found in re.finditer(pattern, text if "`" in pattern else plain):
                yield cell.id, f"{found[0]!r} is no link: link {todo}"


# ---- links resolve ----


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the anchors of headings in a file, as JupyterLab and GitHub both make them."""
    if path.suffix == ".ipynb":
        return anchors_of(list(read(path).cells))
    titles = [title for _marks, title in HEADING.findall(path.read_text("utf-8"))]
    return frozenset(re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles)


def anchors_of(cells: list[Cell]) -> frozenset[str]:
    sources = [cell.source for cell in cells if cell.kind == "markdown"]
    titles = [title for source in sources for _marks, title in HEADING.findall(source)]
    shown = [re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", LINK.sub(r"\1", title)) for title in titles]
    return frozenset(title.strip().replace(" ", "-") for title in shown)


def links_resolve(sheet: Sheet) -> Breaches:
    for cell in sheet.prose:
        for text, target in links_of(cell):
            if "://" in target:
                if not OUTER.fullmatch(target):
                    yield cell.id, f"[{text}]({target}): no address that a browser would take"
            elif problem := _inner(sheet, target):
                yield cell.id, f"[{text}]({target}): {problem}"


def _inner(sheet: Sheet, target: str) -> str:
    """Return why a link to a place in the course leads nowhere, '' where it leads somewhere."""
    place, _, anchor = target.partition("#")
    path = (ROOT / sheet.path).parent / unquote(place) if place else ROOT / sheet.path
    folder = path.resolve().parent
    if place and folder not in (ROOT / "chapters", ROOT / "exercises"):
        return "link files in chapters/ and exercises/ alone: a working copy has no others"
    if place and not path.is_file():
        return "there is no such file, mend the name"
    known = anchors(path) if place else anchors_of(sheet.cells)
    if anchor and unquote(anchor) not in known:
        number = anchor.partition("-")[0]
        near = [other for other in sorted(known) if other.startswith(number + "-")]
        return f"no heading has this anchor, take {near[0] if near else 'one of ' + place}"
    return "" if place or anchor else "it has no target"


# ---- sources, and where to go on ----


def sources(sheet: Sheet) -> list[tuple[str, str]]:
    """Return cell and text of each source at the end."""
    found = []
    for cell in sheet.prose:
        listed = cell.source.partition("## Sources")[2]
        found += [(cell.id, item) for item in re.findall(r"^- +(.*(?:\n +.*)*)", listed, re.M)]
    return found


def sources_have_addresses(sheet: Sheet) -> Breaches:
    for where, item in sources(sheet):
        if not ADDRESS.search(item):
            yield where, f"{item[:50]!r}...: add its DOI, arXiv number or URL"


def neighbours(sheet: Sheet) -> list[str]:
    """Return the targets that lead on: the chapters before and after, and the exercises."""
    number, found = sheet.number, []
    for folder, n in (("chapters", number - 1), ("exercises", number), ("chapters", number + 1)):
        prefix = "" if folder == "chapters" else f"../{folder}/"
        found += [prefix + path.name for path in sorted(ROOT.glob(f"{folder}/{n:02}_*.ipynb"))]
    return found


def leads_on(sheet: Sheet) -> Breaches:
    for cell in (sheet.cells[0], sheet.cells[-1]):
        targets = {target.partition("#")[0] for _text, target in links_of(cell)}
        for target in neighbours(sheet):
            if target not in targets:
                yield cell.id, f"lead on in the first and the last cell: add a link to {target}"
