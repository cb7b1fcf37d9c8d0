"""Figures as files of the site: pages stay small, and a browser loads what it comes to."""

import base64
import hashlib
import re
from pathlib import Path

from dlbook import atomic

FOLDER = "figures"
_INLINE = re.compile(r'<img (?P<words>[^>]*?)src="data:image/png;base64,(?P<data>[^"]+)"')


def stored(html: str, root: Path, up: str) -> str:
    """Return HTML whose figures are files below `root`, each named by what is in it.

    Args:
        html: the output of a cell, with its figures as `data:` addresses.
        root: the folder of the site.
        up: how its page reaches the root, such as `../`.
    """

    def store(found: re.Match[str]) -> str:
        data = base64.b64decode(found["data"])
        path = root / FOLDER / f"{hashlib.sha256(data).hexdigest()[:16]}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, data, sync=False)
        words = found["words"] + _height(found["words"], data)
        return f'<img {words} loading="lazy" src="{up}{FOLDER}/{path.name}"'

    return _INLINE.sub(store, html)


def _height(words: str, data: bytes) -> str:
    """Return the height that goes with the width in `words`, so that no text jumps later."""
    width = re.search(r'width="(\d+)"', words)
    if width is None or data[:4] != b"\x89PNG":
        return ""
    across, down = (int.from_bytes(data[start : start + 4], "big") for start in (16, 20))
    return f'height="{round(int(width[1]) * down / across)}"'
