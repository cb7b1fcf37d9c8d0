"""Search in a Chinese book: two neighbouring characters are a word, so no dictionary is needed.

Sphinx loads this file as an extension. Its own Chinese search needs a dictionary, and without one
it finds whole clauses only.
"""

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_PIECES = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")


class SearchChinese(SearchEnglish):
    """Splits Chinese into pairs of characters, and everything else as an English book does.

    The script splits what a reader types in the same way. It has no quotes and no signs of HTML,
    since Sphinx escapes these.
    """

    lang = "zh"
    js_splitter_code = r"""
var splitQuery = function (query) {
  const found = [];
  const pieces = /[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{Letter}\p{Number}_])+/gu;
  for (const [piece] of query.matchAll(pieces)) {
    if (/^[\u4e00-\u9fff]{2}/.test(piece)) {
      Array.from(piece).slice(1).forEach(function (letter, i) { found.push(piece[i] + letter); });
    } else {
      found.push(piece);
    }
  }
  return found;
};
"""

    def split(self, input: str) -> list[str]:
        """Return the words of a text."""
        return [word for piece in _PIECES.findall(input) for word in _words(piece)]


def _words(piece: str) -> list[str]:
    is_chinese = "\u4e00" <= piece[0] <= "\u9fff"
    return list(map("".join, pairwise(piece))) if is_chinese and piece[1:] else [piece]


def setup(app: "Sphinx") -> dict[str, Any]:
    """Let a book in Chinese be searched in this way."""
    app.add_search_language(SearchChinese)
    return {"parallel_read_safe": True}
