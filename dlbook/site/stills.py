"""What the still picture of an explorer says, in the language of a page.

Stored outputs are those of the English edition. An explorer draws the same picture in every
language and says its own words for it, so it is asked for them once more, as it begins.
"""

import re
from functools import cache
from html import escape

from dlbook.explore.base.still import STILL
from dlbook.i18n import language, speaking

_FRAME = f'<div class="{STILL}">'
_CALL = re.compile(r"^explore\.(\w+)\(", re.MULTILINE)
_BELOW = '<p class="still-words" aria-hidden="true">{}</p>'  # words in pictures are English


def is_explorer(html: str) -> bool:
    """Return whether an output without its style is an explorer's picture, and no plain figure."""
    return html.startswith(_FRAME)


def retold(html: str, source: str) -> str:
    """Return a still picture with its words in the language of this process, below it as well.

    Words that the explorer does not say as it begins stay in English.

    Args:
        html: the stored output.
        source: the code of its cell.
    """
    shown = _CALL.findall(source)
    if language() == "en" or not shown:
        return html
    with speaking("en"):
        english = f'alt="{escape(_words(shown[-1], language()))}"'
    other = escape(_words(shown[-1], language()))
    if english not in html:
        return html
    return html.replace(english, f'alt="{other}"', 1) + _BELOW.format(other)


@cache
def _words(name: str, _language: str) -> str:
    """Return what an explorer says of its first picture in the language of this process."""
    from dlbook import explore

    return str(getattr(explore, name)().alt)
