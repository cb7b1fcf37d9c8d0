"""With keys alone: a card is walked down, explorers are moved, and a screen reader is told both."""

import pytest

from dlbook.workspace import folder
from tests.browser import by_hand
from tests.browser.conftest import browsing, serving
from tests.browser.spoken import spoken
from tests.browser.test_explorers import until

pytestmark = pytest.mark.notebook

SOURCES = [
    "from dlbook import explore, plots\nfrom dlbook.check import check",
    "# answer: relu_back\ndef relu_back(g, x):\n    return g * (g > 0)",
    "fig, ax = plots.figure()\nax.plot([1, 2])\nplots.show(fig, alt='A line rises.')",
    "explore.one_neuron()",
    "explore.kernel_painter()",
]
STEPS = ["second hint", "where it is taught", "needed and got", "the course's answer"]
TOLD = {"status", "StaticText", "DisclosureTriangle", "image"}
MANY = 20  # buttons that may lie on the way
NAME = """() => {
  const it = document.activeElement;
  return it.ariaLabel || it.textContent || it.tagName;
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page whose notebook was run by keys; the cell with the card is chosen, as by arrow keys."""
    place = tmp_path_factory.mktemp("keys")
    course = folder.init(place / "course").root
    by_hand.write_notebook(course / "keys.ipynb", SOURCES)
    with serving(course, place) as lab, browsing(place) as context:
        page = context.new_page()
        by_hand.open_notebook(page, f"{lab}/lab/tree/keys.ipynb")
        for _ in SOURCES:
            page.keyboard.press("Shift+Enter")
        page.locator("[data-frames]").wait_for()
        press(page, "Escape", *["ArrowUp"] * (len(SOURCES) - 1))
        yield page


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, *names: str) -> None:
    """Press Tab until something of that name has the focus, on the way past buttons of the lab."""
    for name in names:
        passed = []
        while name not in passed[-1:]:
            press(page, "Tab")
            passed.append(page.evaluate(NAME))
            assert len(passed) <= MANY, f"no Tab leads to {name!r}, but to {passed}"


def test_tab_and_enter_walk_down_a_card(page):
    card = page.locator(".jp-OutputArea [role=status]").first
    for step in STEPS:
        tab_to(page, step)
        press(page, "Enter")
        card.locator("details[open]", has_text=step).wait_for()
        if step == "where it is taught":
            tab_to(page, "Read section 5.2 again, and run its cells.")


def test_tab_and_arrows_move_an_explorer_with_controls(page):
    cell = page.locator(".jp-CodeCell").nth(3)
    picture = cell.locator(".dlbook-live img")
    for name in ("w1", "w2", "b"):
        before = picture.get_attribute("src")
        tab_to(page, name)
        press(page, "ArrowRight")
        until(page, lambda before=before: picture.get_attribute("src") != before)
    (heard, _) = spoken(page)
    assert [(it["role"], it["name"], it["value"]) for it in heard] == [
        ("slider", "w1", "1.1"),
        ("slider", "w2", "1.1"),
        ("slider", "b", "0.1"),
    ]


def test_tab_and_arrows_work_a_page(page):
    cell = page.locator(".jp-CodeCell").nth(4)
    response = cell.locator("canvas.dlbook-map")

    def changes(*keys: str) -> None:
        before = response.evaluate("it => it.toDataURL()")
        press(page, *keys)
        until(page, lambda: response.evaluate("it => it.toDataURL()") != before)

    tab_to(page, "picture")
    changes("ArrowDown")
    tab_to(page, "kernel")
    changes("ArrowDown")
    tab_to(page, "size", "flip the kernel")
    changes("Enter")
    tab_to(page, page.locator(".dlbook-pad").get_attribute("aria-label"))
    changes("ArrowLeft", "Space")
    tab_to(page, "row 1, column 1")
    changes("ArrowUp")
    _, heard = spoken(page)
    assert all(it["name"] for it in heard) and ("spinbutton", "row 1, column 1") in [
        (it["role"], it["name"]) for it in heard
    ]


def test_a_screen_reader_is_told_what_has_come_and_what_a_picture_shows(page):
    _, card, figure, explorer, painter, _ = spoken(page, ".jp-Cell-outputArea", TOLD)
    assert (card[0]["role"], card[1]["name"]) == ("status", "✗ relu_back: known mistake")
    names = [it["name"] for it in card if it["role"] == "DisclosureTriangle"]
    assert names == STEPS
    assert [it["name"] for it in figure if it["role"] == "image"] == ["A line rises."]
    (picture,) = [it["name"] for it in explorer if it["role"] == "image"]
    assert picture.startswith("A line cuts the plane; ")
    (response,) = [it["name"] for it in painter if it["role"] == "image"]
    assert response.startswith("response: ") and "; sum " in response
