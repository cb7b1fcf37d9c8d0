"""The one door between the words of the course and a language.

English is the source. `_("...")` returns a text in the language of this process, `N_("...")` marks
one that is looked up later, and scripts of pages have a `_` of their own (explore/base/words.js).
The language is that of the edition: the variable DLBOOK_LANG names it, or the note that
`dlbook init --language zh` leaves in a learner's folder; never the operating system. A graded
kernel speaks English, so no value that it sends depends on a language.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlbook.i18n.catalogue import read

LANGUAGES = {"en": "English", "zh": "简体中文"}
FOLDERS = {"zh": "zh_CN"}  # of a language other than English, below LOCALE
LOCALE = Path(__file__).parents[1] / "locale"
VARIABLE = "DLBOOK_LANG"
NOTE = Path(".dlbook", "language")  # in a learner's folder: the language of its edition
_chosen: dict[str, str] = {}  # what this process has settled on, once it has
_catalogues: dict[str, dict[str, str]] = {}


def language() -> str:
    """Return the language of this process, a key of LANGUAGES."""
    if "language" not in _chosen:
        _chosen["language"] = _find(Path.cwd())
    return _chosen["language"]


def use(language: str) -> None:
    """Settle on a language, for this process and those that it starts from now on.

    Raises:
        ValueError: if it is none of LANGUAGES.
    """
    if language not in LANGUAGES:
        raise ValueError(
            f"a language needs to be one of {', '.join(LANGUAGES)}, got {language!r}: name one"
        )
    _chosen["language"] = os.environ[VARIABLE] = language


def forget() -> None:
    """Settle on no language any more: it is looked for again, as at the start of a process."""
    _chosen.clear()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let this process speak a language for a while, then the one that it spoke before."""
    before = dict(_chosen)
    _chosen["language"] = language
    try:
        yield
    finally:
        _chosen.clear()
        _chosen.update(before)


def _find(here: Path) -> str:
    if "DLBOOK_SEED" in os.environ:  # a graded kernel
        return "en"
    return asked() or noted(here) or "en"


def asked() -> str:
    """Return the language that DLBOOK_LANG names, '' where it names none of ours."""
    name = os.environ.get(VARIABLE, "")
    return name if name in LANGUAGES else ""


def noted(here: Path) -> str:
    """Return the language that is noted for the learner's folder `here` is in, '' for none."""
    for folder in (here, *here.parents):
        for home in (folder, folder / "work"):  # beside the course in a clone
            if found := noted_in(home):
                return found
    return ""


def noted_in(home: Path) -> str:
    """Return the language that is noted in a learner's folder, '' where none of ours is."""
    try:
        found = (home / NOTE).read_text("utf-8").strip()
    except OSError:
        return ""
    return found if found in LANGUAGES else ""


def words(language: str) -> dict[str, str]:
    """Return the words of a language by their English; none for English."""
    if language not in FOLDERS:
        return {}
    if language not in _catalogues:
        path = LOCALE / FOLDERS[language] / "dlbook.po"
        _catalogues[language] = read(path.read_text("utf-8")) if path.is_file() else {}
    return _catalogues[language]


def _(text: str) -> str:
    """Return a text of the library in the language of this process."""
    return words(language()).get(text, text)


def N_(text: str) -> str:
    """Return the text itself: it is marked here, and looked up where it is shown."""
    return text
