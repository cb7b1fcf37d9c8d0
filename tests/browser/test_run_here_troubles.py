"""The course in a browser where something is in the way: each time the page says what to do."""

import json
import shutil

import pytest

from tests.browser.site_server import Host
from tests.browser.test_run_here import SET, open_notebook, run, saved, write_and_run

pytestmark = pytest.mark.notebook
BLOCKED = """for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
"""
LIST = "/run/pyodide/pyodide-lock.json"


@pytest.fixture
def serve(site):
    """Return what serves a folder, or the site, until the test ends."""
    hosts = []

    def start(folder=site, **options) -> Host:
        hosts.append(Host(folder, **options))
        return hosts[-1]

    yield start
    for host in hosts:
        host.close()


def test_a_file_of_python_that_does_not_arrive_is_told(serve, page, tmp_path):
    host = serve(lost="/python_stdlib.zip", max_age=600)
    cells = open_notebook(page, host, SET)
    bar = page.locator("#dlbook-lost", has_text="did not arrive: python_stdlib.zip")
    bar.wait_for()
    page.screenshot(path=tmp_path / "lost.png")
    host.lost = "/matplotlib-3"  # as where the network is away for a while
    bar.get_by_role("button", name="load the page anew").click()
    bar.wait_for(state="detached")
    run(page, cells.first)
    assert bar.count() == 0
    assert host.asked.count(LIST) == 2, "an old list could name wheels that are gone"
    assert host.asked.count("/run/words.js") == 1, (
        "the browser keeps nothing: the line above is void"
    )

    drawing = "from dlbook import plots"
    write_and_run(page, cells.first, drawing)
    page.locator("#dlbook-lost", has_text="did not arrive: matplotlib-3").wait_for()
    host.lost = ""
    write_and_run(page, cells.first, drawing)
    assert cells.first.locator(".jp-OutputArea-output").count() == 0, "it is not asked for again"


def test_a_newer_version_is_taken_though_the_browser_keeps_the_older_file(
    serve, site, page, tmp_path
):
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    host = serve(copy, max_age=600)
    cells = open_notebook(page, host, SET)
    cells.first.locator(".cm-content").click()
    page.keyboard.insert_text("# mine\n")
    saved(page, host, SET, "# mine")
    file, versions = copy / "run" / "files" / SET, copy / "run" / "versions.json"
    file.write_text(
        file.read_text().replace("import numpy as np", "import numpy as np  # newer", 1)
    )
    versions.write_text(json.dumps(json.loads(versions.read_text()) | {SET: "newer"}))
    page.reload()
    page.get_by_role("button", name="take the newer version").click()
    cells.first.locator(".cm-content", has_text="# newer").wait_for()


def test_two_courses_on_one_host_keep_their_work_apart(serve, site, page, tmp_path):
    for course in ("one", "two"):
        (tmp_path / "host" / course).mkdir(parents=True)
        (tmp_path / "host" / course / "run").symlink_to(site / "run")
    host = serve(tmp_path / "host")
    first = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    for course, text in (("one", "# of one"), ("two", "# of two")):
        page.goto(f"{host.address}/{course}/run/notebooks/index.html?path={SET}")
        first.click()
        assert "# of" not in first.inner_text()
        page.keyboard.insert_text(f"{text}\n")
        saved(page, host, SET, text)
    page.goto(f"{host.address}/one/run/notebooks/index.html?path={SET}")
    page.locator(".cm-content", has_text="# of one").first.wait_for()


def test_where_nothing_can_be_stored_notebooks_open_and_a_bar_says_so(serve, page, tmp_path):
    page.add_init_script(BLOCKED)
    cells = open_notebook(page, serve(), SET)
    page.locator("#dlbook-kept", has_text="This browser keeps nothing").wait_for()
    page.screenshot(path=tmp_path / "kept.png")
    page.get_by_role("button", name="I know").click()
    cells.first.locator(".cm-content", has_text="import numpy").wait_for()


@pytest.mark.parametrize(
    ("folder", "text"), [("notebooks", "a web server"), ("notebooks-zh", "网页")]
)
def test_a_page_that_is_opened_as_a_file_says_what_it_needs(site, page, folder, text):
    page.goto(f"{(site / 'run' / folder / 'index.html').as_uri()}?path={SET}")
    note = page.locator("#dlbook-from-file")
    assert text in note.inner_text() and "python -m http.server" in note.inner_text()


@pytest.mark.parametrize(
    ("place", "book"),
    [("run", ""), ("run/notebooks/", ""), ("run/notebooks-zh/index.html", "zh/")],
)
def test_without_a_notebook_the_front_page_is_shown(serve, page, place, book):
    host = serve()
    page.goto(f"{host.address}/{place}", wait_until="commit")
    page.wait_for_url(f"{host.address}/{book}index.html", wait_until="commit")
