"""The book in the real Chromium: a phone, search, dark mode, formulas, contrast, the keyboard."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.browser.conftest import browsing
from tests.browser.contrast import contrasts
from tests.site.built import pages, parsed, site

__all__ = ["site"]  # a fixture

pytestmark = pytest.mark.notebook
PHONE = {"width": 390, "height": 844}
CHAPTER, SET = "chapters/05_backpropagation.html", "exercises/05_backpropagation.html"
LIGHT, DARK = {"color_scheme": "light"}, {"color_scheme": "dark"}
LOOKED_AT = ["index.html", CHAPTER, SET, "claims.html", "search.html?q=softmax"]
READY = """async () => {
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  document.querySelectorAll("article details").forEach((fold) => (fold.open = true));
  document.querySelectorAll("article img").forEach((image) => (image.loading = "eager"));
}"""
SEEN = """() => {
  const scrolls = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== "visible") return true;
    return false;
  };
  const right = (e) => e.getBoundingClientRect().right;
  const outside = [...document.querySelectorAll("article *")].filter(
    (e) => right(e) > innerWidth + 1 && e.getBoundingClientRect().width > 0 && !scrolls(e));
  const unreachable = [...document.querySelectorAll("article *")].filter(
    (e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && e.tabIndex < 0
      && getComputedStyle(e).overflowX === "auto" && !e.querySelector("a, [tabindex]"));
  return {
    width: document.documentElement.scrollWidth,
    outside: outside.map((e) => e.outerHTML.slice(0, 200)),
    unreachable: unreachable.map((e) => e.outerHTML.slice(0, 200)),
    asked: document.querySelectorAll("article .math").length,
    formulas: document.querySelectorAll("article .math mjx-container").length,
    errors: document.querySelectorAll("mjx-merror, mjx-mtext[style*=red]").length,
  };
}"""

STRESS = """(all) => all.map((e) => getComputedStyle(e)).map(
  (css) => ({ style: css.fontStyle, weight: css.fontWeight }))"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site) -> Iterator[str]:
    """The site, served on this machine; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def listened_to(page) -> list[str]:
    """Return the list that gets the addresses that a page asks for from now on, and its errors."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: asked.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: asked.append(str(error)))
    return asked


@pytest.fixture(scope="module")
def on_a_phone(address, site, tmp_path_factory) -> dict[str, dict[str, Any]]:
    """What is seen of each page, every fold open, and what it asked for."""
    found = {}
    with browsing(tmp_path_factory.mktemp("phone"), viewport=PHONE) as context:
        page = context.new_page()
        asked = listened_to(page)
        for name in pages(site):
            asked.clear()
            page.goto(f"{address}/{name}")
            page.evaluate(READY)
            page.wait_for_load_state("networkidle")
            found[name] = page.evaluate(SEEN) | {"requests": list(asked)}
    return found


# ---- every page ----


def test_no_page_is_wider_than_a_phone(on_a_phone):
    assert len(on_a_phone) > 20
    for name, seen in on_a_phone.items():
        assert seen["width"] <= PHONE["width"] and not seen["outside"], f"{name}: {seen}"


def test_what_scrolls_sideways_can_be_reached_by_keyboard(on_a_phone):
    for name, seen in on_a_phone.items():
        assert not seen["unreachable"], f"{name}: {seen['unreachable']}"


def test_no_page_asks_another_host_or_for_what_is_not_there(on_a_phone, address, site):
    for name, seen in on_a_phone.items():
        for asked in seen["requests"]:
            place = re.sub(r"[?#].*", "", asked.removeprefix(f"{address}/"))
            assert asked.startswith(address) and (site / place).is_file(), f"{name}: {asked}"


def test_every_formula_is_drawn(on_a_phone):
    assert sum(seen["asked"] for seen in on_a_phone.values()) > 100
    for name, seen in on_a_phone.items():
        assert seen["formulas"] == seen["asked"] and not seen["errors"], f"{name}: {seen}"


@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True, ids=["phone"])
def test_a_chinese_page_on_a_phone_has_chinese_words_and_leads_to_the_english_one(
    page, address, tmp_path
):
    for name in ("index.html", CHAPTER):
        page.goto(f"{address}/zh/{name}")
        page.screenshot(path=tmp_path / f"zh-{name.replace('/', '-')}.png")
        seen = page.evaluate(SEEN)
        assert seen["width"] <= PHONE["width"] and not seen["outside"]
    assert page.locator("article h1").inner_text().startswith("5 反向传播")
    page.locator("a.other-language").click()
    page.wait_for_url(f"{address}/{CHAPTER}")
    page.locator("a.other-language").click()
    page.wait_for_url(f"{address}/zh/{CHAPTER}")


def test_stressed_words_stand_upright_in_chinese_and_slant_in_english(page, address):
    for root, style in (("zh/", "normal"), ("", "italic")):
        page.goto(f"{address}/{root}chapters/00_start_here.html")
        page.evaluate(READY)
        titles = page.locator("article em[lang=en], article [lang=en] em").evaluate_all(STRESS)
        assert {seen["style"] for seen in titles} <= {"italic"}  # of English books
        assert len(titles) > 3 or not root
        drawn = page.locator("article em:not(:lang(en))" if root else "article em")
        drawn = drawn.evaluate_all(STRESS)
        assert drawn and {seen["style"] for seen in drawn} == {style}
        assert all(int(seen["weight"]) >= 600 for seen in drawn) or style == "italic"


# ---- what a reader does ----


@pytest.mark.parametrize("page", [LIGHT, DARK], indirect=True, ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(page, address):
    for name in LOOKED_AT:
        page.goto(f"{address}/{name}")
        page.evaluate(READY)
        page.wait_for_load_state("networkidle")
        found = contrasts(page)
        faint = [item for item in found if item["ratio"] < item["needed"]]
        assert len(found) > 30 and not faint, f"{name}: {faint[:5]}"


@pytest.mark.parametrize("page", [DARK | {"java_script_enabled": False}], indirect=True)
def test_code_can_be_read_on_a_dark_system_without_scripts(page, address):
    page.goto(f"{address}/{CHAPTER}")
    css = page.locator("article pre").first.evaluate("(it) => getComputedStyle(it).backgroundColor")
    assert min(map(int, re.findall(r"\d+", css)[:3])) > 200  # as light as the page


@pytest.mark.parametrize("page", [{"viewport": PHONE}, {}], indirect=True, ids=["phone", "desk"])
def test_the_front_page_shows_the_link_and_the_card_at_once(page, address, tmp_path):
    page.goto(address)
    link = page.locator("article a.button")
    box = link.bounding_box()
    assert box["y"] + box["height"] < page.viewport_size["height"]
    assert "run/notebooks/index.html?path=exercises/05_" in link.get_attribute("href")
    card = page.locator(".first-card [role=status]")
    card.locator("summary", has_text="second hint").press("Enter")
    card.locator("details[open]").wait_for()
    page.screenshot(path=tmp_path / "front.png", full_page=True)


def test_search_finds_a_term_and_leads_to_it(page, address):
    asked = listened_to(page)
    page.goto(f"{address}/{SET}")
    page.keyboard.press("Control+K")
    page.locator("#pst-search-dialog input").fill("vanishing slopes")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()
    page.locator("#search-results").get_by_text("5 Backpropagation", exact=True).click()
    page.wait_for_url(f"{address}/{CHAPTER}*")
    assert all(url.startswith(address) for url in asked)


@pytest.mark.parametrize("words", ["斜率", "损失的梯度", "relu 的斜率"])
def test_search_finds_chinese_words_inside_a_sentence(page, address, words):
    page.goto(f"{address}/zh/search.html?q={words}")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    links = [link.get_attribute("href") for link in found.all()]
    assert {"chapters/05_backpropagation", "exercises/05_backpropagation"} <= {
        link.partition(".html")[0] for link in links
    }


@pytest.mark.parametrize("page", [LIGHT], indirect=True, ids=["light"])
def test_dark_mode_is_one_key_away_and_stays(page, address):
    page.goto(f"{address}/{CHAPTER}")
    button = page.locator("button.theme-switch-button:visible").first
    button.focus()
    for _ in range(3):  # the button goes round: as the system, light, dark
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
        button.press("Enter")
        choice = page.locator(".theme-change-button[data-mode=dark]")
        if choice.is_visible():
            choice.press("Enter")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto(f"{address}/{SET}")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", ground)[:3])) < 60


def test_the_first_key_offers_to_skip_to_the_text(page, address):
    page.goto(f"{address}/{CHAPTER}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_an_answer_is_hidden_until_its_fold_is_opened_by_keyboard(page, address, site):
    fold = parsed(site / CHAPTER).select(".tag_hide-output details")[0]
    said = re.search(r"The run says: \S+", fold.get_text())[0]
    page.goto(f"{address}/{CHAPTER}")
    answer = page.get_by_text(said).first
    assert not answer.is_visible()
    page.locator(".tag_hide-output summary").first.press("Enter")
    answer.wait_for()


@pytest.mark.parametrize("lost", ["gone.html", "chapters/11_gone.html", "zh/exercises/a/b.html"])
@pytest.mark.parametrize("home", ["", "/dlbook"], ids=["host", "folder"])
def test_an_address_without_a_page_leads_to_the_front_pages(page, address, site, home, lost):
    page.route(f"**/{lost}", lambda it: it.fulfill(path=site / "404.html", status=404))
    page.goto(f"{address}{home}/{lost}")
    links = [link.evaluate("(it) => it.href") for link in page.locator("a.home").all()]
    assert links == [f"{address}{home}/index.html", f"{address}{home}/zh/index.html"]


def test_a_fold_is_called_by_its_words(page, address):
    for root, words in (("", "Show the imports"), ("zh/", "展开导入的代码")):
        page.goto(f"{address}/{root}{CHAPTER}")
        fold = page.locator("details.hide > summary").first
        assert words in fold.aria_snapshot() and "Toggle" not in fold.aria_snapshot()
