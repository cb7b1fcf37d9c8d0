"""The picture at the top of README.md: a wrong line and its card, then the right line and its tick.

`python -m tests.card_picture` runs the two answers in a notebook's shell, shows their real cards
in Chromium, and writes `.github/card.png`. The words of the cards are kept in the file, so that a
test notices a picture that is out of date; `--words` prints those of today as JSON.
"""

import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from dlbook.check.answer_key import find
from tests import ROOT
from tests.browser.conftest import browsing

PICTURE = ROOT / ".github" / "card.png"
WORDS = "words of the cards"  # the name of a text in the file
WIDTH, SHARP = 720, 2  # pixels of the page, and of the picture for each of them
SETUP = "import numpy as np\nfrom dlbook.check import check"
ANSWER = '''\
# answer: relu_back
def relu_back(g, x):
    """Return the slope that ReLU sends back, of y = max(x, 0)."""
    return g * ({} > 0)'''
ANSWERS = [ANSWER.format(name) for name in "gx"]  # a known mistake, and what is right
STYLE = (
    """
body { margin: 0; padding: 14px 18px; background: white; width: 684px; }
.cell { border: 1px solid #cfcfcf; border-radius: 3px; background: #f7f7f7; padding: 8px 12px; }
pre { margin: 0; font: 14px/1.45 'DejaVu Sans Mono', monospace; }
.card { font: 14px/1.45 'DejaVu Sans', sans-serif; margin: 8px 0 18px; color: #212121; }
.card:last-child { margin-bottom: 0; }
"""
    + HtmlFormatter().get_style_defs(".highlight")
    + ".highlight { background: none; }"
)


def cards() -> list[dict[str, str]]:
    """Return what a notebook shows below each answer, as HTML and as plain text."""
    _key, exercise = find("relu_back")
    (check,) = [entry.source for entry in exercise.checks if not entry.hidden]
    shell, found = InteractiveShell.instance(), []
    for answer in ANSWERS:
        with capture_output() as shown:
            for cell in (SETUP, answer, check):
                shell.run_cell(cell)
        found.append(shown.outputs[-1].data)
    return found


def page(shown: list[dict[str, str]]) -> str:
    """Return the page with each answer and its card."""
    parts = []
    for answer, card in zip(ANSWERS, shown, strict=True):
        code = highlight(answer, PythonLexer(), HtmlFormatter())
        parts.append(f'<div class="cell">{code}</div><div class="card">{card["text/html"]}</div>')
    head = f'<meta charset="utf-8"><title>card</title><style>{STYLE}</style>'
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>"


def draw(html: str) -> bytes:
    """Return a picture of the whole page, as PNG."""
    size = {"width": WIDTH, "height": 100}
    with (
        TemporaryDirectory() as place,
        browsing(Path(place), viewport=size, device_scale_factor=SHARP) as context,
    ):
        sheet = context.new_page()
        sheet.set_content(html)
        return sheet.screenshot(full_page=True)


def words(texts: Iterable[str]) -> str:
    """Return the words of all cards in one line."""
    return " ".join(" ".join(texts).split())


def main() -> int:
    shown = cards()
    if "--words" in sys.argv:
        print(json.dumps([card["text/plain"] for card in shown]))
        return 0
    few = Image.open(io.BytesIO(draw(page(shown)))).convert("RGB").quantize(64)
    notes = PngInfo()
    notes.add_itxt(WORDS, words(card["text/plain"] for card in shown))
    few.save(PICTURE, optimize=True, pnginfo=notes)
    print(
        f"{PICTURE.relative_to(ROOT)}: {few.width} x {few.height}, {PICTURE.stat().st_size} bytes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
