"""The course in the reader's own browser: JupyterLite and Pyodide from a host of static files."""

import json
import re
import time

import pytest

from tests.browser.by_hand import CHINESE, ENGLISH, answer, mend
from tests.browser.site_server import Host
from tests.browser.test_explorers import differs, move, picture, until

pytestmark = pytest.mark.notebook
SET, CHAPTER = "exercises/05_backpropagation.ipynb", "chapters/05_backpropagation.ipynb"


@pytest.fixture
def host(site, page):
    """The site on a host; at the end no other host was asked for anything."""
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    serving = Host(site)
    yield serving
    serving.close()
    here = (serving.address, "data:", "blob:")
    assert asked and [url for url in asked if not url.startswith(here)] == []


@pytest.fixture
def publish(site):
    """Return what makes the site tell of a newer version of a notebook, until the test ends."""
    versions = site / "run" / "versions.json"
    before = versions.read_text()
    yield lambda path, name: versions.write_text(json.dumps(json.loads(before) | {path: name}))
    versions.write_text(before)


def open_notebook(page, host, path: str):
    """Open a notebook of the site; return its code cells."""
    page.goto(f"{host.address}/run/notebooks/index.html?path={path}")
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cells.first.wait_for()
    kernel = page.locator(".jp-Toolbar-kernelName", has_text="Python (Pyodide)")
    kernel.wait_for(state="attached")  # a narrow toolbar puts it into its menu
    return cells


def run(page, cell) -> None:
    """Run a cell and wait until it has been run."""
    before = number(cell)
    cell.locator(".cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    until(page, lambda: number(cell) not in (before, "*"), "the cell does not end")


def write_and_run(page, cell, source: str) -> None:
    """Replace the text of a cell, run it and wait until it has been run."""
    cell.locator(".cm-content").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    run(page, cell)


def interrupt(page) -> None:
    """Interrupt Python by keys, a second after a cell has begun.

    The button for it may be in a menu: a slow page measures its toolbar while it is narrow.
    """
    page.wait_for_timeout(1000)
    for key in ("Escape", "i", "i"):
        page.keyboard.press(key)


def number(cell) -> str:
    """Return what stands before a cell: how many ran until it was run, or a star while it runs."""
    return cell.locator(".jp-InputPrompt").first.inner_text().strip("[]: ")


def saved(page, host, path: str, text: str) -> None:
    """Wait until the browser keeps a notebook with a text in it."""
    look = """([path]) => new Promise((done) => {
      const opening = indexedDB.open(`dlbook ${new URL("../", location).pathname}`);
      opening.onsuccess = () => {
        const store = opening.result;
        if (!store.objectStoreNames.contains("files")) return store.close(), done("");
        const asked = store.transaction("files").objectStore("files").get(path);
        asked.onsuccess = () => (store.close(), done(JSON.stringify(asked.result ?? "")));
      };
    })"""
    until(page, lambda: text in page.evaluate(look, [path]), f"{text!r} is not kept")


def test_a_set_gives_a_hint_then_a_tick_and_keeps_the_work(host, page, tmp_path, capsys):
    begun = time.monotonic()
    cells = open_notebook(page, host, SET)
    seen = time.monotonic()
    run(page, cells.first)
    with capsys.disabled():
        print(
            f"\nfirst load of a set: {sum(host.sent.values()) / 1e6:.1f} MB in {len(host.sent)} "
            f"files, {host.compressed() / 1e6:.1f} MB where the host compresses text; "
            f"notebook after {seen - begun:.1f} s, first cell run after "
            f"{time.monotonic() - begun:.1f} s"
        )
    assert not [path for path in host.sent if "matplotlib-3" in path or path.endswith(".map")]

    mend(page, ENGLISH, tmp_path)
    assert page.title() == "05_backpropagation (exercises)"
    saved(page, host, SET, ENGLISH.right)  # a save may come between an answer and its tick

    page.reload()
    cell = cells.filter(has_text="# answer: relu_back").first
    cell.locator(".cm-content", has_text="g * (x > 0)").wait_for()
    cell.locator(".jp-OutputArea", has_text=ENGLISH.right).wait_for()
    assert page.locator("#dlbook-newer").count() == 0
    page.screenshot(path=tmp_path / "reloaded.png")


def test_a_newer_course_is_offered_and_nobodys_work_is_lost(publish, host, page, tmp_path):
    cells = open_notebook(page, host, SET)
    cells.first.locator(".cm-content").click()
    page.keyboard.insert_text("# mine\n")
    saved(page, host, SET, "# mine")
    publish(SET, "newer")
    page.reload()
    bar = page.locator("#dlbook-newer")
    bar.wait_for()
    page.screenshot(path=tmp_path / "newer.png")
    bar.get_by_role("button", name="keep mine").click()
    page.reload()
    cells.first.locator(".cm-content", has_text="# mine").wait_for()
    assert bar.count() == 0

    publish(SET, "newer still")
    page.reload()
    bar.wait_for()
    cells.first.locator(".cm-content", has_text="# mine").click()
    page.keyboard.insert_text("# later\n")
    beside = re.search(r"exercises/.*?\.ipynb", bar.inner_text())[0]
    bar.get_by_role("button", name="take the newer version").click()
    bar.wait_for(state="detached")
    cells.first.locator(".cm-content", has_not_text="# mine").wait_for()
    cells = open_notebook(page, host, beside)
    cells.first.locator(".cm-content", has_text="# later").wait_for()
    assert "# mine" in cells.first.inner_text()


def test_a_chapter_runs_its_explorers_move_and_an_endless_loop_ends(host, page, tmp_path, capsys):
    begun = time.monotonic()
    cells = open_notebook(page, host, CHAPTER)
    run(page, cells.first)
    with capsys.disabled():
        print(
            f"\nfirst load of a chapter: {sum(host.sent.values()) / 1e6:.1f} MB, "
            f"{host.compressed() / 1e6:.1f} MB where the host compresses text; first cell run "
            f"after {time.monotonic() - begun:.1f} s"
        )
    assert cells.first.locator("[data-mime-type*=stderr]").count() == 0, "something is red"

    cell = cells.first
    write_and_run(page, cell, "explore.backward_steps()")
    shown = cell.locator(".dlbook-live img")
    shown.wait_for()
    before = shown.get_attribute("src")
    move(page, cell.locator(".dlbook-control").locator("input, select").first)
    until(page, lambda: differs(shown, before), "no key changes the picture")
    page.screenshot(path=tmp_path / "steps.png")

    write_and_run(page, cell, "explore.kernel_painter()")
    response = cell.locator("canvas.dlbook-map")
    response.wait_for()
    before = picture(response)
    cell.get_by_label("kernel", exact=True).first.focus()
    page.keyboard.press("ArrowDown")
    until(page, lambda: picture(response) != before, "the painter does not answer")

    write_and_run(page, cell, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    drawn = cell.locator(".jp-RenderedImage img")
    drawn.wait_for()
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")  # as a dark theme does
    assert drawn.evaluate("(it) => getComputedStyle(it).filter") == "brightness(0.87)"
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert drawn.evaluate("(it) => getComputedStyle(it).filter") == "none"

    answer(page, cell, "while True:\n    pass  # mine")
    interrupt(page)
    page.locator("#dlbook-stop").get_by_role("button", name="restart Python").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    cell.locator(".cm-content", has_text="# mine").wait_for()
    answer(page, cell, "print('alive' + ' again')")
    cell.locator(".jp-OutputArea", has_text="alive again").wait_for()


def test_a_chinese_set_runs_on_its_page_and_its_cards_are_chinese(host, page, tmp_path):
    cells = open_notebook(page, host, f"zh/{SET}")
    page.wait_for_url(f"{host.address}/run/notebooks-zh/index.html?path=zh/{SET}")
    page.locator("h2", has_text="5.3 ReLU 的反向").wait_for()
    run(page, cells.first)
    mend(page, CHINESE, tmp_path)
    assert page.title() == "05_backpropagation (练习)"


def test_the_bars_over_a_chinese_set_are_chinese(publish, host, page, tmp_path):
    path = f"zh/{SET}"
    cells = open_notebook(page, host, path)
    answer(page, cells.first, "while True:\n    pass  # mine")
    interrupt(page)
    stop = page.locator("#dlbook-stop")
    stop.get_by_role("button", name="重新启动 Python").wait_for()
    page.screenshot(path=tmp_path / "stop.png")
    assert told(stop) == []
    stop.get_by_role("button", name="继续等待").click()
    assert stop.count() == 0

    saved(page, host, path, "# mine")
    publish(path, "newer")
    page.reload()
    newer = page.locator("#dlbook-newer")
    newer.get_by_role("button", name="换成新版本").wait_for()
    page.screenshot(path=tmp_path / "newer.png")
    assert told(newer) == []
    newer.get_by_role("button", name="保留我的").click()


def told(bar) -> list[str]:
    """Return the English that a bar tells, names of files and of Python left out."""
    text = re.sub(r"zh/exercises/.*?\.ipynb|Python", "", bar.inner_text())
    return re.findall(r"[A-Za-z]{2,}", text)
