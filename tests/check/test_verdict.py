import json
import re

import pytest

from dlbook.check.verdict import Outcome, Step, Verdict
from tests import ROOT
from tests.page import Page

EVIL = "<script>alert(1)</script> & \"'><img src=x onerror='alert(2)'>"


def stored_cards() -> list[tuple[str, str]]:
    """Return text and HTML of the cards that stand in the solutions, as they were executed."""
    books = [json.loads(path.read_text("utf-8")) for path in (ROOT / "solutions").glob("*.ipynb")]
    cells = [cell for book in books for cell in book["cells"]]
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    pages = [output for output in outputs if "text/html" in output]
    cards = [("".join(page["text/plain"]), "".join(page["text/html"])) for page in pages]
    return [(text, html) for text, html in cards if 'role="status"' in html]


def test_a_card_is_what_stands_in_the_solutions():
    cards = stored_cards()
    assert cards
    for text, html in cards:
        name = text.removeprefix("✓ ").removesuffix(": right")
        assert Outcome(name, Verdict.RIGHT).html() == html


@pytest.mark.parametrize("verdict", Verdict)
def test_no_text_of_a_stranger_acts_in_a_card(verdict):
    outcome = Outcome(EVIL, verdict, (EVIL, "Where is g?"), f"{EVIL}\n  got 1")
    page = Page(outcome.html())
    assert set(page.shape) == {("div", "role", "style"), ("b",), ("div", "style")}
    assert page.words == outcome.headline + "".join(outcome.lines)
    assert page.words.count(EVIL) == 3


def test_a_card_of_a_hidden_check_shows_no_detail():
    html = Outcome("relu_back", Verdict.WRONG, detail="secret", hidden=True).html()
    assert "secret" not in html and "which cases are left?" in html


def test_a_card_has_a_line_for_the_remark_and_for_each_hint():
    card = Outcome("relu_back", Verdict.KNOWN_MISTAKE, ("Where is g?",), "got 1 < 2").html()
    first, *lines = card.split('<div style="margin-top:4px;overflow-wrap:anywhere">')
    assert first.endswith("<b>✗ relu_back: known mistake</b>")
    assert lines == ["got 1 &lt; 2</div>", "Hint: Where is g?</div></div>"]


def test_the_way_on_is_folded_below_a_card_and_links_lead_on():
    steps = [Step("second hint", EVIL), Step("where it is taught", "Read it.", "../a.ipynb#1.2")]
    page = Page(Outcome("relu_back", Verdict.WRONG).html(steps))
    assert ("details", "style") in page.shape and ("a", "href") in page.shape
    assert page.words.count(EVIL) == 1 and "second hint" in page.words
    assert steps[1].line() == "where it is taught: Read it. (../a.ipynb#1.2)"


PAGES = {"white": "#FFFFFF", "VS Code, dark": "#1E1E1E", "JupyterLab, dark": "#111111"}


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("page", PAGES)
def test_words_and_edges_are_seen_on_every_page(page, verdict):
    """Words need 4.5 (WCAG 1.4.3), what is no word needs 3 (1.4.11)."""
    steps = [Step("more", "text"), Step("where", "text", "../a.ipynb#1.2")]
    html = Outcome("relu_back", verdict, ("Where is g?",), "got 1").html(steps)
    words = re.findall(r"[;\"]color:\s*([^;\"]+)", html)
    assert all(contrast(colour, PAGES[page]) >= 4.5 for colour in words)
    (edge,) = re.findall(r"border-left:4px solid (#\w{6})", html)
    assert contrast(edge, PAGES[page]) >= 3
    assert "background" not in html and "opacity" not in html, "the page's own colours count"


def test_no_colour_is_fit_for_words_on_both_white_and_dark_so_cards_leave_it_to_the_page():
    greys = [f"#{grey:02X}{grey:02X}{grey:02X}" for grey in range(256)]
    least = [min(contrast(grey, page) for page in PAGES.values()) for grey in greys]
    assert max(least) < 4.5
    assert "color:" not in Outcome("relu_back", Verdict.WRONG, ("Where?",), "got 1").html()


def contrast(one: str, two: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it, from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted(map(luminance, (one, two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
