"""MathJax on the site itself: the files of npm's mathjax 3.2.2, which a package of PyPI carries."""

import hashlib
from importlib.metadata import distribution
from pathlib import Path

from dlbook import atomic
from dlbook.check.errors import UserError

CARRIER = "sphinx-mathjax-offline"  # compared with npm's package: its files are the same
MAIN = "tex-chtml.js"
_FONTS = "output/chtml/fonts/woff-v2"
_SHA256 = "0a6ded5abbce13331658dd239f34382abd06492c74b71b61e8caa8112ec55fa5"


def copy(to: Path) -> None:
    """Copy what a page needs to show formulas.

    Args:
        to: the folder for it.

    Raises:
        UserError: if the file is not the one that the tests of the course have seen.
    """
    found = [str(file) for file in distribution(CARRIER).files or ()]
    for name in found:
        if name.endswith(f"/{MAIN}") or f"/{_FONTS}/" in name:
            below = name.partition("/static/mathjax/")[2]
            path = to / below
            path.parent.mkdir(parents=True, exist_ok=True)
            carried = Path(str(distribution(CARRIER).locate_file(name)))
            atomic.write(path, carried.read_bytes(), sync=False)
    digest = hashlib.sha256((to / MAIN).read_bytes()).hexdigest()
    if digest != _SHA256:
        raise UserError(
            f"MathJax 3.2.2 is needed, {CARRIER} carries another file (sha256 {digest[:12]}...): "
            'run pip install --force-reinstall "dlbook[site]"'
        )
