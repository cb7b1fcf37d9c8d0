"""What others show of a page that leads to it: its title and its first sentence.

Search engines and messengers read them from its head. A picture would need the address at which the
site is, which is not known when it is built.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_NO_SENTENCE = ("p.run-here", "p.start", "blockquote p", ".cell p", "nav p", "details p")


def tell(page: "BeautifulSoup") -> None:
    """Write the title and the description of a page into its head.

    Args:
        page: it is changed. One without a title in its text is left as it is.
    """
    title = page.select_one("article h1")
    if title is None or page.head is None:
        return
    title_words = title.get_text().removesuffix("#").strip()
    said = page.head.find("meta", attrs={"name": "description"})
    words = str(said["content"]) if said else _first_sentence(page)
    if words and not said:
        page.head.append(page.new_tag("meta", attrs={"name": "description", "content": words}))
    found = {"og:type": "article", "og:title": title_words, "og:description": words}
    for name, content in found.items():
        if content:
            page.head.append(page.new_tag("meta", attrs={"property": name, "content": content}))


def _first_sentence(page: "BeautifulSoup") -> str:
    """Return the first paragraph of the text, "" where there is none."""
    left_out = {id(tag) for name in _NO_SENTENCE for tag in page.select(f"article {name}")}
    for paragraph in page.select("article p"):
        if id(paragraph) not in left_out:
            return " ".join(paragraph.get_text().split())
    return ""
