"""What a file is that is no notebook, in words for whoever handed it in."""

import re

from dlbook.check.shared import N_, _

_BINARY = {  # how a file begins: what it is
    b"PK\3\4": N_("a ZIP or Word file"),
    b"%PDF": N_("a PDF"),
    b"\x89PNG": N_("a picture"),
    b"\xff\xd8\xff": N_("a picture"),
    b"\x1f\x8b": N_("a packed file"),
    b"Rar!": N_("a packed file"),
    b"7z\xbc\xaf": N_("a packed file"),
    b"bplist": N_("a placeholder of a cloud"),
    b"\xd0\xcf\x11\xe0": N_("an old Word or Excel file"),
}
_NO_PAGE = N_("a web page, not a notebook: download the notebook itself and hand in that file.")
_TEXTS = {  # how a text begins, in small letters: what it is, and what to do
    "<!doctype html": _NO_PAGE,
    "<html": _NO_PAGE,
    "version https://git-lfs": N_(
        "a pointer of git-lfs, not the notebook itself: run `git lfs pull`, "
        "and hand in the file that is there then."
    ),
    "[internetshortcut]": N_("a link, not a notebook: hand in the .ipynb file itself."),
    "{\\rtf": N_("a text of an office program, not a notebook: hand in the .ipynb file."),
    "<?xml": N_("an XML file, not a notebook: hand in the .ipynb file."),
}
_MERGE = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_CODE = re.compile(r"^(?:def|class|import|from|#|@)(?:\W|$)", re.MULTILINE)


def what_bytes_are(data: bytes) -> str:
    """Return what bytes are that cannot be the text of a notebook, '' where they may be."""
    if not data.strip():
        return _("the file is empty: take an earlier copy.")
    if not data.strip(b"\0"):
        return _("the file holds zeros alone, no text: take an earlier copy.")
    found = (what for beginning, what in _BINARY.items() if data.startswith(beginning))
    words = _("the file is {what}, not a notebook: hand in the .ipynb file.")
    return next((words.format(what=_(what)) for what in found), "")


def what_text_is(text: str, line: int) -> str:
    """Return what a text is that is no JSON from a line on, and what to do."""
    start = text.lstrip()[:100].lower()
    for beginning, what in _TEXTS.items():
        if start.startswith(beginning):
            return _("the file is {what}").format(what=_(what))
    if _MERGE.search(text):
        return _(
            "the file has marks of a git merge in it: settle the merge, open the notebook in "
            "Jupyter, and hand in what you save there."
        )
    if not start.startswith("{") and _CODE.search(text):
        return _(
            "the file is plain text or a Python file, not a notebook: hand in the .ipynb file."
        )
    words = _(
        "the file is cut off or was edited by hand (not JSON from line {line} on): "
        "take an earlier copy, such as the one in .ipynb_checkpoints."
    )
    return words.format(line=line)
