"""Rule for terms: where a chapter first has one in bold, it links the table in chapter 00."""

import re

from dlbook import terms
from tests.style.sheet import Breaches, Sheet

BOLD = re.compile(r"(?<![Mm]ove )\*\*([^*\n]+)\*\*")  # `move **step**` names a control
HOME = "00_start_here.ipynb"


def terms_are_links(sheet: Sheet) -> Breaches:
    """Yield each first term in bold that is no link, and each link to the table beyond these."""
    target = f"{'' if sheet.path.endswith(HOME) else HOME}#Terms"
    seen: set[str] = set()
    for cell in sheet.prose[1:]:  # the title cell has labels in bold
        for found in BOLD.finditer(cell.source):
            named = {term.id for term in terms.load() if term.pattern.fullmatch(found[1])}
            is_first = bool(named) and not named & seen
            if is_first and not is_linked(cell.source, found, target):
                yield cell.id, f"{found[0]}: here first, so write `[{found[0]}]({target})`"
            if not is_first and is_linked(cell.source, found, target):
                yield cell.id, f"{found[0]}: no term, or linked above: take the link away"
            seen |= named


def is_linked(text: str, found: re.Match[str], target: str) -> bool:
    return text[: found.start()].endswith("[") and text[found.end() :].startswith(f"]({target})")
