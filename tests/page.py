"""What a browser would see in HTML, as far as tests ask for it."""

from collections import Counter
from html.parser import HTMLParser


class Page(HTMLParser):
    """The elements of a page in order, with the names of their attributes, and all its text.

    `words` is the text between tags, without the stylesheet; `labels` what a screen reader says;
    `links` is where links lead, `ids` what links within the page can name.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, ...]] = []
        self.words, self.style = "", ""
        self.labels: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    @property
    def tags(self) -> Counter[str]:
        return Counter(tag for tag, *_names in self.shape)

    def handle_starttag(self, tag, attrs):
        self.shape.append((tag, *(name for name, _value in attrs)))
        for found, wanted in (
            (self.labels, "aria-label"),
            (self.links, "href"),
            (self.ids, "id"),
        ):
            found += [value for name, value in attrs if name == wanted]

    def handle_data(self, data):
        if self.lasttag == "style" and not self.style:
            self.style = data
        else:
            self.words += data
