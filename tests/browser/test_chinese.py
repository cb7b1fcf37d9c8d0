"""A learner in the Chinese edition: prose, hint, tick and the way back to the chapter."""

from functools import partial

import pytest

from dlbook.check import progress
from tests.browser import by_hand
from tests.browser.by_hand import CHINESE
from tests.browser.test_explorers import differs, move, until
from tests.edition import explorers

IN_SIGHT = """title => [...document.querySelectorAll("h2")].some((heading) => {
  const { top, height } = heading.getBoundingClientRect();
  return heading.textContent.includes(title) && height > 0 && top > 0 && top < innerHeight;
})"""


@pytest.mark.notebook
@pytest.mark.parametrize("lab", ["zh"], indirect=True)
def test_a_learner_reads_chinese_from_the_task_to_the_tick(lab, page, tmp_path):
    by_hand.open_notebook(page, f"{lab}/lab/tree/exercises/05_backpropagation.ipynb")
    page.locator("h2", has_text="5.3 ReLU 的反向").wait_for()
    by_hand.run(page, page.locator(".jp-CodeCell").first)
    by_hand.mend(page, CHINESE, tmp_path)
    noted = progress.read(tmp_path / "course" / ".dlbook" / "progress.json")["relu_back"]
    assert noted.solved and noted.verdict == "right"  # what is noted is the same in every language
    by_hand.go_back_to_the_chapter(page, CHINESE, tmp_path)


@pytest.mark.notebook
@pytest.mark.parametrize("lab", ["zh"], indirect=True)
def test_links_lead_to_headings_with_chinese_words(lab, page):
    page.goto(f"{lab}/lab/tree/exercises/00_start_here.ipynb")
    page.locator("#jp-main-statusbar >> text=Idle").wait_for()
    page.locator(".jp-MarkdownCell a", has_text="第 0.6 节").first.click()  # to another notebook
    page.locator("h2:visible", has_text="0.6 函数串联，斜率相乘").wait_for()
    page.locator(".jp-MarkdownCell a:visible", has_text="第 0.9 节").first.click()  # within it
    page.wait_for_function(IN_SIGHT, arg="0.9 一页总览全课程")


@pytest.mark.notebook
@pytest.mark.parametrize("lab", ["zh"], indirect=True)
def test_explorers_of_chapters_00_and_05_speak_chinese(lab, page, tmp_path):
    names = explorers.shown()
    sources = [f"from dlbook import explore\n\nexplore.{name}()" for name in names]
    by_hand.write_notebook(tmp_path / "course" / "explorers.ipynb", sources)
    by_hand.open_notebook(page, f"{lab}/lab/tree/explorers.ipynb")
    cells = page.locator(".jp-CodeCell").all()
    for name, cell in zip(names, cells, strict=True):
        by_hand.run(page, cell)
        image = cell.locator(".dlbook-live img")
        image.wait_for()
        control = cell.locator(".dlbook-control").locator("input, select").first
        before = image.get_attribute("src")
        move(page, control)
        until(page, partial(differs, image, before), f"{name}: no key changes the picture")
        said = image.get_attribute("alt")
        assert cell.locator(".dlbook-below").inner_text() == said and said.endswith("。"), name
        cell.screenshot(path=tmp_path / f"{name}.png")
    walk = cells[names.index("error_walk")]
    walk.get_by_label("图片", exact=True).wait_for()
    walk.get_by_role("button", name="播放").wait_for()
