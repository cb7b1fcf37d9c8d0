"""The pictures in the outputs of a notebook, by their words."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

IMAGE = re.compile(r'<img alt="([^"]*)" width="\d+"[^>]* src="data:image/png;base64,[^"]+">')


def alts(outputs: Iterable[dict[str, Any]]) -> list[str]:
    """Return the alt text of each picture that the library put into some outputs."""
    pages = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    return [unescape(alt) for page in pages for alt in IMAGE.findall(page)]
