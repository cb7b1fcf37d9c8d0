"""A screen reader speaks each part of a page in its language; each page says what it is."""

import re

import pytest
from bs4 import BeautifulSoup

from dlbook.i18n import speaking
from dlbook.site import spoken
from tests.site.built import pages, parsed, site

__all__ = ["site"]  # a fixture

HAN = re.compile(r"[\u4e00-\u9fff]")
SPOKEN = ("p", "li", "td", "th", "h1", "h2", "h3", "a", "pre")
NO_WORDS = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]|Ctrl|dlbook", re.DOTALL)


def language(tag):
    """Return the language in which a tag is spoken."""
    return next(it["lang"] for it in (tag, *tag.parents) if it.has_attr("lang"))


def is_english(text):
    return bool(re.search(r"[A-Za-z]{2}", NO_WORDS.sub("", text))) and not HAN.search(text)


def test_what_is_english_on_a_chinese_page_is_marked_and_nothing_else_is(site):
    marked = 0
    for name, path in pages(site).items():
        if not name.startswith("zh/"):
            continue
        page = parsed(path)
        for tag in page.body.find_all(SPOKEN):
            if is_english(tag.get_text()):
                assert language(tag) == "en", f"{name}: {tag}"
                marked += 1
        for image in page.find_all("img", alt=True):
            expected = "zh-CN" if HAN.search(image["alt"]) else "en"
            assert language(image) == expected, f"{name}: {image['alt']}"
        for tag in page.body.find_all(lang="en"):
            assert not HAN.search(tag.get_text()), f"{name}: {tag.get_text()[:200]}"
    assert marked > 1000


def test_what_is_chinese_on_an_english_page_is_marked(site):
    terms = parsed(site / "chapters" / "00_start_here.html").article.select("td")
    chinese = [tag for tag in terms if HAN.search(tag.get_text()) and not is_latin(tag)]
    assert len(chinese) > 100 and {language(tag) for tag in chinese} == {"zh-CN"}
    claims = parsed(site / "chapters" / "06_training.html").article.select("blockquote p")
    quoted = [tag for tag in claims if HAN.search(tag.get_text())]
    assert quoted and {language(tag) for tag in quoted} == {"zh-CN"}


def is_latin(tag):
    return re.search(r"[A-Za-z]", tag.get_text())


@pytest.mark.parametrize(
    ("text", "other", "found"),
    [
        ("Training", "en", True),
        ("训练 train", "en", False),
        (r"\(x_ab\) 1.2", "en", False),
        ("论断 T34：训练", "zh-CN", True),
        ("called 训练 there", "zh-CN", False),
        ("1, 2", "zh-CN", False),
    ],
)
def test_the_language_of_a_text_is_told_by_its_letters(text, other, found):
    assert spoken.in_other(text, other) is found


def test_a_part_that_names_its_language_is_left_as_it_is():
    page = BeautifulSoup('<body><p lang="de">Wort <a>eins</a></p><p>word</p></body>', "html.parser")
    with speaking("zh"):
        spoken.tell(page, "zh")
    assert [tag.get("lang") for tag in page.find_all(["p", "a"])] == ["de", None, "en"]


def test_names_of_the_theme_are_in_the_language_of_the_page(site):
    for name, path in pages(site).items():
        page = parsed(path)
        assert not page.select("summary[aria-label]"), name
        if not name.startswith("zh/"):
            continue
        for tag in page.body.find_all(True):
            for attribute in ("aria-label", "placeholder", "title"):
                said = tag.get(attribute, "")
                assert not is_english(said) or language(tag) == "en", f"{name}: {said}"


def test_each_page_says_in_its_head_what_it_is(site):
    described = set()
    for name, path in pages(site).items():
        head = parsed(path).head
        if name.endswith(("search.html", "404.html")):
            continue
        title = head.find("meta", property="og:title")["content"]
        assert head.title.get_text().startswith(title) and "#" not in title
        (words,) = (tag["content"] for tag in head.find_all("meta", attrs={"name": "description"}))
        assert words == head.find("meta", property="og:description")["content"]
        assert len(words) > 15, f"{name}: {words}"
        described.add(words)
    assert len(described) > 25


def test_nothing_but_pages_and_what_they_load_is_published(site):
    assert not [path for path in site.rglob("*") if path.suffix in (".ipynb", ".py", ".md")]
