"""The book in Chinese: the same pages below `zh/`, each beside its English one."""

import json
import re
from posixpath import dirname, join, normpath

import pytest

from dlbook.edition.book import ENGLISH, Edition
from dlbook.grading.course.build import Course
from dlbook.i18n import words
from dlbook.site.copies import copies
from tests import ROOT
from tests.site.built import pages, parsed, site

__all__ = ["site"]  # a fixture

COURSE = Course(ROOT)
NOTEBOOKS = [path for folder in ("chapters", "exercises") for path in COURSE.notebooks(folder)]
NAMES = [f"{path.parent.name}/{path.stem}" for path in NOTEBOOKS]
CHAPTER = "chapters/05_backpropagation"
HAN = re.compile(r"[\u4e00-\u9fff]")


def article(site, name: str):
    return parsed(site / "zh" / f"{name}.html").article


def test_each_page_leads_to_the_same_page_in_the_other_language_and_back(site):
    for name, path in pages(site).items():
        if name == "404.html":  # it is in both
            continue
        (link,) = parsed(path).select("a.other-language")
        target = normpath(join(dirname(name), link["href"]))
        assert target == (name.removeprefix("zh/") if name.startswith("zh/") else f"zh/{name}")
        assert (site / target).is_file() and parsed(site / target).html["lang"] == link["hreflang"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_the_prose_of_the_edition_and_the_code_of_the_course(site, name):
    shown = letters(article(site, name).get_text())
    for cell in Edition(COURSE, "zh").notebook(ROOT / f"{name}.ipynb").cells:
        if cell.kind == "markdown":
            plain = re.sub(r"\]\([^)]*\)|\$[^$]*\$|<[^>]*>", "]", cell.source)
            longest = max(re.findall(r"[\u4e00-\u9fff]+", plain), key=len, default="")
            assert longest in shown, f"{cell.id}: {longest}"
    english = parsed(site / f"{name}.html").article
    code = [tag.get_text() for tag in article(site, name).select(".cell_input")]
    assert code == [tag.get_text() for tag in english.select(".cell_input")] != []


def letters(text: str) -> str:
    return "".join(text.split())


def test_a_notebook_without_translation_says_so_and_the_map_too(site):
    edition, told = Edition(COURSE, "zh"), words("zh")[ENGLISH]
    rows = parsed(site / "zh" / "index.html").select(".map li")
    begun = {path.stem: edition.has_begun(path) for path in COURSE.notebooks("chapters")}
    assert set(begun.values()) == {True, False}
    for path in NOTEBOOKS:
        there = told in article(site, f"{path.parent.name}/{path.stem}").get_text()
        assert there == (not edition.has_begun(path)), path.stem
    for row, is_begun in zip(rows, begun.values(), strict=True):
        assert ("目前只有英文" in row.get_text()) == (not is_begun), row


def test_buttons_folds_and_the_front_page_are_in_chinese(site):
    page = article(site, CHAPTER)
    assert page.select_one(".run-here a").get_text() == "在这里运行"
    told = {tag.get_text().strip() for tag in page.select("details.hide > summary")}
    assert len(told) >= 3 and all(HAN.search(text) for text in told)
    front = parsed(site / "zh" / "index.html").article
    assert [h.get_text().rstrip("#") for h in front.select("h2")][-1] == "适合谁"
    assert "✗ relu_back：常见错误" in front.select_one(".first-card").get_text()
    claims = article(site, "claims")
    assert all(HAN.search(fold.summary.get_text()) for fold in claims.select("details"))


def test_an_english_anchor_leads_to_the_translated_section(site):
    page = article(site, CHAPTER)
    mark = page.find(id="turn-one-number-watch-the-loss")
    assert mark.find_next("h2").get_text().startswith("5.1 调一个数")


def test_figures_are_those_of_the_english_book(site):
    names = {path.name for path in (site / "figures").glob("*.png")}
    assert len(names) > 30 and not (site / "zh" / "figures").exists()
    for image in article(site, CHAPTER).find_all("img"):
        assert image["src"].startswith("../../figures/")


def test_explorers_say_in_chinese_what_their_pictures_show(site):
    for name in ("chapters/00_start_here", CHAPTER):
        english, chinese = (parsed(site / f"{root}{name}.html") for root in ("", "zh/"))
        stills = [page.select(".dlbook-still img") for page in (english, chinese)]
        assert len(stills[0]) == len(stills[1]) >= 3
        for before, after in zip(*stills, strict=True):
            assert HAN.search(after["alt"]) and not HAN.search(before["alt"])
            below = after.find_next(class_="still-words")
            assert below.get_text() == after["alt"] and below.find_next(class_="still-note")
        assert english.select(".still-words") == []


@pytest.mark.parametrize("root", ["", "zh/"])
def test_the_note_on_explorers_stands_below_theirs_alone(site, root):
    noted, plain = 0, 0
    for name in (name for name in NAMES if name.startswith("chapters/")):
        page = parsed(site / f"{root}{name}.html").article
        for output in page.select(".cell_output .output.text_html"):
            if output.find("img") is None:
                continue
            explorer = output.select_one(".dlbook-still") is not None
            notes = output.select(".still-note")
            assert len(notes) == explorer, f"{name}: {output.get_text()[:200]}"
            noted, plain = noted + explorer, plain + (not explorer)
    assert noted > 30 and plain > 30


def test_a_browser_gets_a_working_copy_in_each_language():
    found = {path: json.loads(data) for path, data in copies(ROOT)}
    assert {f"zh/{name}.ipynb" for name in NAMES} | {f"{name}.ipynb" for name in NAMES} == set(
        found
    )
    for path, notebook in found.items():
        text = "".join(
            "".join(c["source"]) for c in notebook["cells"] if c["id"] == "no-torch-here"
        )
        assert not text or ("在浏览器里" in text) == path.startswith("zh/"), path
    cells = found[f"zh/{CHAPTER}.ipynb"]["cells"]
    assert cells[0]["source"][0].startswith("# ") and "反向传播" in cells[0]["source"][0]
