"""Where a page finds the notebooks of a course: beside it on the disk, or at an address."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from dlbook.check.errors import UserError


@dataclass(frozen=True)
class Links:
    """The links of a page into a course; `base` is where the folders of the course are."""

    base: str

    def to(self, folder: str, stem: str, anchor: str = "") -> str:
        """Return the link to a notebook, or to the section of it that has an anchor."""
        place = f"{self.base}/{folder}/{quote(stem)}.ipynb"
        return f"{place}#{quote(anchor)}" if anchor else place


def links(root: Path, page: Path, address: str | None = None) -> Links:
    """Return the links of a page into the course in the folder `root`.

    Args:
        root: the folder that holds chapters/.
        page: the file that will hold the page.
        address: where the course can be read on the web; None for links to the folder itself.

    Raises:
        UserError: if the address is none that a browser would follow.
    """
    if address is not None:
        if not address.startswith(("https://", "http://")):
            raise UserError(
                f"--address needs where the course is on the web, got {address!r}: "
                "begin it with https://, or leave it out"
            )
        return Links(quote(address.rstrip("/"), safe="/:?=&%@~+,;"))
    try:
        beside = os.path.relpath(root, page.resolve().parent)
    except ValueError:  # another drive on Windows
        return Links(root.resolve().as_uri())
    return Links(quote(Path(beside).as_posix()))
