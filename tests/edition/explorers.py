"""Which explorers the translated notebooks show, and in which files their words stand."""

import re

from dlbook.grading.notebook import read
from dlbook.grading.package import PACKAGE
from dlbook.i18n import LOCALE
from tests import ROOT
from tests.imports import file_graph, files, reach

_CALL = re.compile(r"\bexplore\.(\w+)\(")


def translated() -> list[str]:
    """Return the course's text of each notebook that has a file in the locale, one a notebook."""
    overlays = sorted((LOCALE / "zh_CN").glob("*/*.md"))
    notebooks = [read(ROOT / it.parent.name / f"{it.stem}.ipynb") for it in overlays]
    return ["\n".join(cell.source for cell in notebook.cells) for notebook in notebooks]


def shown() -> list[str]:
    """Return the names of the explorers that the translated notebooks show."""
    return sorted({name for text in translated() for name in _CALL.findall(text)})


def python() -> list[str]:
    """Return the files of these explorers and of what they share, from the package on."""
    found = files(PACKAGE)
    graph, names = file_graph(found), {f"explore.{name}" for name in shown()}
    for name in list(names):
        names |= {other for other in reach(graph, name) if other.startswith("explore.base.")}
    return sorted(found[name].path.relative_to(PACKAGE).as_posix() for name in names)


def scripts() -> list[str]:
    """Return the scripts that lie beside these files."""
    beside = [f"{name.removesuffix('.py')}.js" for name in python()]
    return [name for name in beside if (PACKAGE / name).is_file()]
