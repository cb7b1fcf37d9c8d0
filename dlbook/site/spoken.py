"""What a screen reader says of a page: in which language each part is, and the theme's own words.

A reader's program speaks a page in the language that its root names. A part in the other language
of the course needs a mark, else Chinese is spelt out in English or left out. The theme has words of
its own that it knows in English alone; and one of them hides the words on each fold.
"""

import re
from typing import TYPE_CHECKING

from dlbook.i18n import N_, _

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_OF_THEME = (
    N_("Color mode"),
    N_("Main"),
    N_("Page"),
    N_("Search..."),
    N_("System Settings"),
    N_("Toggle primary sidebar"),
    N_("Toggle secondary sidebar"),
)
_NAMES = {"aria-label", "placeholder", "title"}  # attributes with words
_PARTS = {  # elements that hold words, from large to small
    *("section", "blockquote", "table", "tr", "ul", "ol", "dl", "li", "dt", "dd", "p", "pre"),
    *("h1", "h2", "h3", "h4", "th", "td", "div", "a", "em", "strong", "span"),
}
_SIGNS = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)  # formulas
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[A-Za-z]{2}")


def tell(page: "BeautifulSoup", language: str) -> None:
    """Let a page be spoken in its languages, and each of its controls by its name.

    Args:
        page: it is changed.
        language: of its edition, which is the language of this process.
    """
    words = {word: _(word) for word in _OF_THEME}
    for tag in page.find_all(True):
        if tag.name == "summary" and "aria-label" in tag.attrs:
            del tag["aria-label"]  # its own words say what it holds
        for name in _NAMES.intersection(tag.attrs):
            tag[name] = words.get(str(tag[name]), tag[name])
    for text in page.find_all(string=re.compile("|".join(map(re.escape, _OF_THEME)))):
        if text.strip() in words:
            text.replace_with(words[text.strip()])
    if page.body:
        _mark(page.body, {"en": "zh-CN", "zh": "en"}[language])


def _mark(parent: "Tag", other: str) -> None:
    """Name the language of the largest parts below an element that are in the other language."""
    for tag in parent.find_all(True, recursive=False):
        if tag.has_attr("lang") or tag.name in ("script", "style", "svg"):
            continue
        said = tag.get_text() if tag.name in _PARTS else str(tag.get("alt", ""))
        if in_other(said, other):
            tag["lang"] = other
        else:
            _mark(tag, other)


def in_other(text: str, other: str) -> bool:
    """Return whether a text is in the other language of the course, `en` or `zh-CN`.

    English has no Chinese letter. Chinese has names and code between its words, so that it has more
    Chinese letters than Latin ones.
    """
    text = _SIGNS.sub(" ", text)
    chinese = len(_HAN.findall(text))
    if other == "en":
        return not chinese and bool(_WORD.search(text))
    return chinese > len(_LATIN.findall(text))
