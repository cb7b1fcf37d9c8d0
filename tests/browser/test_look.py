"""What a learner sees is readable in light and dark, in a narrow window, and at 200 %."""

import io
import re
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from dlbook.workspace import folder
from tests.browser import by_hand
from tests.browser.conftest import browsing, serving
from tests.browser.spoken import spoken
from tests.browser.test_explorers import until
from tests.check.test_verdict import contrast

pytestmark = pytest.mark.notebook

SOURCES = [
    "import numpy as np\n\nfrom dlbook import explore, plots\nfrom dlbook.check import check",
    "# answer: relu_back\ndef relu_back(g, x):\n    return g * (g > 0)",
    "# answer: exp_back\ndef exp_back(g, x):\n    return g * y",
    "# answer: sigmoid_back\ndef sigmoid_back(g, x):\n"
    "    s = 1 / (1 + np.exp(-x))\n    return g * s * (1 - s)",
    "check.progress()",
    "fig, ax = plots.figure()\nax.plot([1, 2])\nplots.show(fig, alt='A line rises.')",
    "explore.one_neuron()",
    "explore.playground()",
    "explore.kernel_painter()",
    "explore.feature_maps()",
]
PAGES = 3  # of the explorers, those in JavaScript
SIZES = {"wide": (1200, 900), "narrow": (700, 900), "at 200 %": (600, 450)}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("look")


@pytest.fixture(scope="module")
def ran(place):
    """A page whose notebook has been run and saved, and its address."""
    course = folder.init(place / "course").root
    by_hand.write_notebook(course / "look.ipynb", SOURCES)
    with serving(course, place) as lab, browsing(place) as context:
        page = context.new_page()
        by_hand.open_notebook(page, f"{lab}/lab/tree/look.ipynb?reset")
        page.locator(".jp-CodeCell .cm-content").first.click()
        for _ in SOURCES:
            page.keyboard.press("Shift+Enter")
        page.locator("[data-frames]").nth(PAGES - 1).wait_for()
        by_hand.save(page)
        yield page, f"{lab}/lab/tree/look.ipynb?reset"


@pytest.fixture(scope="module", params=["Light", "Dark"])
def theme(request):
    return request.param


@pytest.fixture(scope="module")
def page(theme, ran, place):
    """The page of the notebook in a theme, with all steps of its cards unfolded."""
    page, address = ran
    settings = place / "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'{{"theme": "JupyterLab {theme}"}}')
    page.goto(address)
    page.locator(f"body[data-jp-theme-name='JupyterLab {theme}']").wait_for(state="attached")
    page.locator("[data-frames]").nth(PAGES - 1).wait_for()
    page.evaluate("() => document.querySelectorAll('details').forEach((it) => (it.open = true))")
    return page


def resize(page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})


WORDS = """() => {
  const shown = (it) => it.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const paper = (it) => getComputedStyle(it).backgroundColor;
  const papers = (it) => (it ? [...papers(it.parentElement), paper(it)] : []);
  const told = (words, it) => [words.trim(), [...papers(it), getComputedStyle(it).color]];
  return [...document.querySelectorAll(".jp-OutputArea-output *")].filter(shown).flatMap((it) => {
    if (["STYLE", "OPTION"].includes(it.tagName) || it.type === "range") return [];
    if (["INPUT", "SELECT"].includes(it.tagName)) return [told(it.value, it)];
    const words = [...it.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
    return words.join("").trim() ? [told(words.join(" "), it)] : [];
  });
}"""


def test_all_words_can_be_read(page):
    found = page.evaluate(WORDS)
    assert {"✗ relu_back: known mistake", "needed and got", "✓ sigmoid_back: right"} <= {
        words for words, *_ in found
    }
    for words, (*papers, colour) in found:
        paper = laid(papers)
        ratio = contrast(as_hex(paper), as_hex(laid([colour], paper)))
        assert ratio >= 4.5, f"{ratio:.2f} for {words!r}: {colour} on {papers}"


def laid(colours: list[str], onto: Sequence[float] = (255, 255, 255)) -> Sequence[float]:
    """Return red, green and blue of layers, as a browser names them: 'rgba(1, 2, 3, 0.5)'."""
    for colour in colours:
        red, green, blue, *rest = map(float, re.findall(r"[\d.]+", colour))
        part = rest[0] if rest else 1.0
        layer = zip((red, green, blue), onto, strict=True)
        onto = [part * above + (1 - part) * below for above, below in layer]
    return onto


def as_hex(colour: Sequence[float]) -> str:
    return "#" + "".join(f"{round(number):02X}" for number in colour)


WIDER = """() => [...document.querySelectorAll(".jp-OutputArea-output, .jp-OutputArea-output *")]
  .filter((it) => getComputedStyle(it).display !== "inline" && it.clientWidth > 1)
  .filter((it) => !["INPUT", "SELECT", "OPTION", "PRE"].includes(it.tagName))
  .filter((it) => it.scrollWidth > it.clientWidth + 1)
  .map((it) => `${it.tagName}.${it.className}: ${it.textContent.slice(0, 40)}`)"""


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out(page, place, theme, size):
    resize(page, size)
    page.screenshot(path=place / f"{theme}-{size}.png")
    assert page.evaluate(WIDER) == []


def test_no_picture_is_a_white_slab_in_the_dark(page, theme):
    pictures = page.locator(".jp-OutputArea-output :is(img, canvas):visible").all()
    assert len(pictures) > 10
    paper = 255 if theme == "Light" else round(0.87 * 255)
    filters = {it.evaluate("it => getComputedStyle(it).filter") for it in pictures}
    assert filters == {"none" if theme == "Light" else "brightness(0.87)"}
    figure = page.locator("img[alt='A line rises.']")
    pixels = np.asarray(Image.open(io.BytesIO(figure.screenshot())).convert("L"))
    assert np.bincount(pixels.ravel()).argmax() == paper


def test_every_picture_says_what_it_shows(page):
    figure, *explorers = spoken(page, ".jp-Cell-outputArea:has(img, canvas)", {"image"})
    assert [it["name"] for it in figure] == ["A line rises."]
    assert [len(it) for it in explorers] == [1, 2, 1, 9]
    assert all(it["name"] for explorer in explorers for it in explorer)


def test_maps_that_are_shown_smaller_answer_the_mouse_where_they_are_seen(page):
    resize(page, "narrow")
    cell = page.locator(".jp-CodeCell", has_text="draw a digit")
    row = cell.get_by_label("conv 1, 8 maps; arrow keys choose one to see it large")
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    hint = cell.locator(".dlbook-hint").last
    until(page, lambda: hint.inner_text().startswith("conv 1, map 8 of 8"))
