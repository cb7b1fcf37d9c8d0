"""The book holds the whole course, keeps its answers folded, and asks no other host for anything.

The laws hold for every page. Addresses are judged as a browser would resolve them.
"""

import re
from collections import Counter
from itertools import pairwise
from posixpath import dirname, join, normpath
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from dlbook import claims
from dlbook.edition.book import Edition
from dlbook.grading.course.build import Course
from dlbook.grading.notebook import read
from dlbook.site import mathjax, pages as pages_module
from dlbook.site.addresses import anchor_of, from_notebook, page_address, run_address
from tests import ROOT
from tests.pictures import alts
from tests.site.built import pages, parsed, site

__all__ = ["site"]  # a fixture

NOTEBOOKS = [
    path for folder in ("chapters", "exercises") for path in Course(ROOT).notebooks(folder)
]
NAMES = [f"{path.parent.name}/{path.stem}" for path in NOTEBOOKS]
SOLVED = re.compile(r"BEGIN SOLUTION|# (?:hidden check|wrong answer|right answer):", re.IGNORECASE)
SAID = re.compile(r"The run says:|Verdict:|What is right\.|As you predicted")
LOADING = {"src", "srcset", "poster", "data", "action"}  # attributes that a browser follows alone
LINKS_THAT_LOAD = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch"}


@pytest.fixture(params=NAMES)
def sheet(request, site):
    """A notebook of the course, and its page."""
    return read(ROOT / f"{request.param}.ipynb"), parsed(site / f"{request.param}.html")


# ---- the whole course is there ----


def test_each_notebook_has_a_page_and_nothing_else_has_one_beside_the_three(site):
    wanted = {f"{name}.html" for name in NAMES} | {"index.html", "search.html", "claims.html"}
    both = wanted | {f"zh/{name}" for name in wanted}
    assert set(pages(site)) == both | {"404.html"} and len(NAMES) >= 22


def test_a_page_has_every_cell_of_its_notebook(sheet):
    notebook, page = sheet
    shown = " ".join(page.article.get_text().split())
    for cell in notebook.cells:
        if cell.kind == "code" and cell.id != pages_module.PUBLISHED:
            assert " ".join(cell.source.split()) in shown, cell.id
    titles = [h.get_text().rstrip("#") for h in page.article.find_all(re.compile(r"^h[1-6]$"))]
    prose = "\n".join(cell.source for cell in notebook.cells if cell.kind == "markdown")
    headings = re.findall(r"^#+ +(.*)$", prose, re.MULTILINE)
    assert [plain(title) for title in titles] == [plain(title) for title in headings]


def plain(title: str) -> str:
    """Return the letters and digits of a title."""
    return "".join(re.findall(r"\w", re.sub(r"\]\([^)]*\)|[$\\]\w*", "", title)))


def test_a_page_has_every_picture_of_its_notebook_with_its_words(sheet):
    notebook, page = sheet
    wanted = [alt for cell in notebook.cells for alt in alts(cell.outputs)]
    assert [image.get("alt") for image in page.article.find_all("img")] == wanted


def test_a_picture_has_two_pixels_for_each_of_the_page(site):
    for name, path in pages(site).items():
        for image in parsed(path).main.find_all("img"):
            data = (path.parent / image["src"]).read_bytes()
            across, down = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
            assert across >= 1.9 * int(image["width"]), f"{name}: {image['alt']}"
            assert abs(down / across - int(image["height"]) / int(image["width"])) < 0.01


def test_a_set_shows_stubs_and_checks_and_nothing_of_its_solutions(site):
    for path in Course(ROOT).notebooks("exercises"):
        text = parsed(site / f"exercises/{path.stem}.html").get_text()
        stubs = [c for c in read(path).cells if c.role and c.role.kind == "answer"]
        assert text.count("raise NotImplementedError") == len(stubs) > 0, path.stem
        assert not SOLVED.search(text), path.stem


def test_the_claims_are_all_there_each_with_its_verdict_folded(site):
    page = parsed(site / "claims.html").article
    assert {item.get_text() for item in page.select(".claim-id")} == set(claims.load())
    folds = page.select("details.verdict")
    assert len(folds) == len(claims.load()) and not any(fold.has_attr("open") for fold in folds)
    bare = without_folds(page)
    assert not [claim.id for claim in claims.load().values() if claim.right[:40] in bare]


# ---- no answer before its question ----


def without_folds(element) -> str:
    """Return the text that is seen before anybody unfolds anything."""
    folded = element.find_all("details")
    assert not any(fold.has_attr("open") for fold in folded)
    hidden = {id(text) for fold in folded for text in fold.find_all(string=True)}
    return "".join(text for text in element.find_all(string=True) if id(text) not in hidden)


def test_no_page_says_an_answer_outside_of_a_fold(site):
    said = [name for name, path in pages(site).items() if SAID.search(parsed(path).get_text())]
    assert len(said) >= 11, "the pattern of this test finds no answers any more"
    for name in said:
        found = SAID.search(without_folds(parsed(site / name).article))
        assert not found, f"{name}: {found and found[0]}"


def test_each_answer_of_a_chapter_is_in_a_fold_of_its_own(sheet):
    notebook, page = sheet
    cells = [cell for cell in notebook.cells if cell.kind == "code" and cell.outputs]
    wanted = [cell for cell in cells if pages_module.answers_of(cell.source)]
    folds = page.select(".tag_hide-output details")
    assert len(folds) == len(wanted)
    prompts = {fold.summary.get_text().strip() for fold in folds}
    assert all(prompt.startswith("Show ") for prompt in prompts)


@pytest.mark.parametrize(
    ("source", "answers"),
    [
        ("reveal(guess, 3)", ["reveal"]),
        ("x = 1\nfor i in x:\n    claims.settle('T01', v, x=x)", ["claims.settle"]),
        ("retry('T01', v)\nreveal(a, b)", ["reveal", "retry"]),
        ("guess = None", []),
        ("claims.show('T01')", []),
        ("def broken(", []),
    ],
)
def test_what_tells_an_answer_is_found_by_its_calls(source, answers):
    assert pages_module.answers_of(source) == answers


# ---- links, and what a browser loads ----


def resolved(name: str, address: str) -> str:
    """Return where on the site an address on a page leads, without what is behind `?` and `#`."""
    path = unquote(urlsplit(address).path)
    return normpath(join(dirname(name), path)) if path else name


def test_every_link_on_the_site_leads_somewhere(site):
    found = Counter()
    ids = {
        name: {tag["id"] for tag in parsed(path).select("[id]")}
        for name, path in pages(site).items()
    }
    for name, path in pages(site).items():
        for link in parsed(path).select("a[href]"):
            parts = urlsplit(link["href"])
            if parts.scheme:
                found["outer"] += 1
                assert parts.scheme in ("https", "http", "mailto"), link
                continue
            target = resolved(name, link["href"])
            if target in ("run/notebooks/index.html", "run/notebooks-zh/index.html"):
                found[target] += 1
                path = parse_qs(parts.query)["path"][0]
                assert (ROOT / path.removeprefix("zh/")).is_file(), link
                assert path.startswith("zh/") == (target == "run/notebooks-zh/index.html"), link
                continue
            assert (site / target).is_file(), f"{name}: {link}"
            if parts.fragment:
                found["anchor"] += 1
                assert unquote(parts.fragment) in ids[target], f"{name}: {link}"
    assert (
        found["anchor"] > 500
        and found["outer"] > 50
        and found["run/notebooks/index.html"] >= len(NAMES) <= found["run/notebooks-zh/index.html"]
    ), found


def test_nothing_is_loaded_from_another_host(site):
    for name, path in pages(site).items():
        for tag in parsed(path).find_all(True):
            loaded = [tag[key] for key in LOADING if tag.has_attr(key)]
            if tag.name == "link" and LINKS_THAT_LOAD & set(tag.get("rel", [])):
                loaded.append(tag["href"])
            for address in loaded:
                local = address.startswith("data:") or not re.match(r"\w+:|//", address)
                assert local, f"{name}: {tag.name} loads {address}"
                if not address.startswith("data:"):
                    assert (site / resolved(name, address)).is_file(), f"{name}: {address}"


def test_no_stylesheet_loads_from_another_host(site):
    sheets = list(site.rglob("*.css"))
    assert len(sheets) >= 3
    for path in sheets:
        addresses = re.findall(
            r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", path.read_text("utf-8")
        )
        for address in (one or other for one, other in addresses):
            assert not re.match(r"https?:|//", address), f"{path.name}: {address}"


def test_mathjax_is_the_file_that_was_looked_at_with_its_fonts(site):
    folder = site / "_static" / "mathjax"
    assert (folder / mathjax.MAIN).stat().st_size > 1_000_000
    assert len(list(folder.rglob("*.woff"))) > 20
    scripts = [
        tag.get("src", "") for tag in parsed(site / "chapters/05_backpropagation.html")("script")
    ]
    assert any(src.startswith(f"../_static/mathjax/{mathjax.MAIN}") for src in scripts)


def test_no_file_names_a_place_on_the_machine_that_built_it(site, tmp_path_factory):
    places = [str(ROOT), str(tmp_path_factory.getbasetemp()), "dlbook-site-"]
    for path in site.rglob("*"):
        if path.suffix in (".html", ".js", ".css"):
            text = path.read_text("utf-8")
            assert not [place for place in places if place in text], path


# ---- what a checker of pages looks at ----


def test_a_page_says_its_language_title_and_width_for_a_phone(site):
    for name, path in pages(site).items():
        page = parsed(path)
        language = "zh-CN" if name.startswith("zh/") else "en"
        assert page.html["lang"] == language and page.title.get_text().strip(), name
        assert "width=device-width" in page.find("meta", {"name": "viewport"})["content"], name


def test_headings_begin_with_one_h1_and_skip_no_level(site):
    for name, path in pages(site).items():
        tags = parsed(path).main.find_all(re.compile(r"^h[1-6]$"))
        levels = [int(t.name[1]) for t in tags if not t.find_parent(class_="onlyprint")]
        assert levels.count(1) == 1 and levels[0] == 1, f"{name}: {levels}"
        steps = [after - before for before, after in pairwise(levels)]
        assert all(step <= 1 for step in steps), f"{name}: {levels}"


def test_every_picture_has_words_and_every_control_a_name(site):
    for name, path in pages(site).items():
        page = parsed(path)
        assert all(image.get("alt", "").strip() for image in page.find_all("img")), name
        for control in page.select("button, input, select, textarea, a[href]"):
            words = [control.get(key, "") for key in ("aria-label", "title", "alt")]
            words.append(control.get_text(" "))
            assert any(word.strip() for word in words), f"{name}: {control}"


def test_no_id_is_given_twice_on_a_page(site):
    for name, path in pages(site).items():
        counted = (
            Counter(tag["id"] for tag in parsed(path).article.select("[id]"))
            if parsed(path).article
            else {}
        )
        assert [item for item, count in counted.items() if count > 1] == [], name


# ---- the front page ----


def test_the_front_page_begins_with_a_link_to_a_wrong_line(site):
    link = parsed(site / "index.html").article.find("p").find("a")
    assert link["href"] == run_address("exercises", "05_backpropagation")
    assert "wrong line" in link.get_text()


def test_the_front_page_shows_the_card_that_the_check_gives(site):
    card = parsed(site / "index.html").select_one(".first-card [role=status]")
    text = card.get_text()
    assert "✗ relu_back: known mistake" in text and "Hint: " in text
    taught = card.select_one("details a")["href"]
    assert taught.startswith("chapters/05_backpropagation.html#")
    code = parsed(site / "index.html").select_one(".wrong-line").get_text()
    assert "return g * (g > 0)" in code


def test_the_map_leads_to_each_chapter_and_says_its_minutes(site):
    rows = parsed(site / "index.html").select(".map li")
    chapters = Course(ROOT).notebooks("chapters")
    assert len(rows) == len(chapters)
    for row, path in zip(rows, chapters, strict=True):
        minutes = re.search(r"\*\*Time\*\* (\d+)", read(path).cells[0].source)[1]
        assert row.a["href"] == f"chapters/{path.stem}.html"
        assert f"{minutes} min" in row.get_text()


# ---- without what runs, and with small courses ----


def test_without_the_browsers_python_no_page_offers_to_run(tmp_path):
    edition, path = Edition(Course(ROOT), "en"), ROOT / "chapters" / "05_backpropagation.ipynb"
    page = pages_module.page(edition, path, tmp_path, runs=False)
    assert "run/" not in page and "Run it here" not in page
    assert "when you run this chapter in JupyterLab" in page


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("../chapters/05_x.ipynb#5.2-Send-it-back", "chapters/05_x.html#send-it-back"),
        ("06_y.ipynb", "exercises/06_y.html"),
        ("https://a.org/b.ipynb", "https://a.org/b.ipynb"),
        ("#5.2-Send", "#5.2-Send"),
    ],
)
def test_a_link_of_a_notebook_becomes_one_of_the_site(link, address):
    assert from_notebook(link, "exercises") == address


def test_addresses_are_quoted():
    assert run_address("chapters", "05 x") == "run/notebooks/index.html?path=chapters/05%20x.ipynb"
    assert page_address("chapters", "05 x") == "chapters/05%20x.html"
    assert anchor_of(" 5.2 Why `g`? ") == "5.2-Why-`g`?"
