"""The verb site writes a book into a folder of its own, and touches nothing of anybody else."""

import shutil
import sys
from types import ModuleType

import pytest

from dlbook.check import requirements
from dlbook.cli import main
from dlbook.site import place
from tests import SAMPLES

CHAPTER = SAMPLES / "tiny-pass.ipynb"


@pytest.fixture
def folder(course, tmp_path):
    """Return a function that writes the site of a small course and returns its exit code."""
    shutil.copyfile(CHAPTER, course.root / "chapters" / "90_tiny.ipynb")

    def write(*options) -> int:
        return main(
            ["--course", str(course.root), "site", str(tmp_path / "site"), *map(str, options)]
        )

    return write


def test_a_site_is_written_and_a_second_time_nothing_changes(folder, tmp_path, capsys):
    assert folder() == 0
    said = capsys.readouterr()
    assert "the book alone" in said.out and said.err == ""
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*.*")}
    page = tmp_path / "site" / "chapters" / "90_tiny.html"
    assert page in times and "Skip to main content" in page.read_text("utf-8")
    assert "Run it here" not in (tmp_path / "site" / "exercises" / "90_tiny.html").read_text(
        "utf-8"
    )
    assert folder() == 0
    assert ", 0 of them changed" in capsys.readouterr().out
    assert "Skip to main content" in page.read_text("utf-8")
    mark = tmp_path / "site" / place.MARK
    assert {p for p, time in times.items() if p.stat().st_mtime_ns != time} <= {mark}


def test_a_folder_with_other_things_is_refused(folder, tmp_path, capsys):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine")
    assert folder() == 2
    said = capsys.readouterr().err
    assert "a new or an empty folder is needed" in said and said.count("\n") == 1
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["index.html"]


def test_a_missing_package_is_named_with_the_command_that_brings_it(folder, monkeypatch, capsys):
    monkeypatch.setattr(requirements, "find_spec", lambda _name: None)
    assert folder() == 2
    said = capsys.readouterr().err
    assert "the extra site is needed for this, myst_nb is not installed" in said
    assert 'pip install "dlbook[site]"' in said and said.count("\n") == 1


def test_a_place_without_pyodide_is_told(folder, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("dlbook.cli.site._TO_RUN", ())
    assert folder("--pyodide", tmp_path / "nowhere") == 2
    assert "--pyodide needs Pyodide's distribution" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_with_pyodide_pages_lead_to_where_they_run(folder, monkeypatch, tmp_path, course, capsys):
    asked = []

    def build(root, to, pyodide):
        asked.append((root, pyodide))
        (to / "notebooks").mkdir(parents=True)
        (to / "notebooks" / "index.html").write_text("runs")

    lite = ModuleType("dlbook.site.lite")
    lite.build = build
    monkeypatch.setitem(sys.modules, "dlbook.site.lite", lite)
    monkeypatch.setattr("dlbook.site.lite", lite, raising=False)
    monkeypatch.setattr("dlbook.cli.site._TO_RUN", ())
    (tmp_path / "pyodide").mkdir()
    assert folder("--pyodide", tmp_path / "pyodide") == 0
    assert asked == [(course.root, tmp_path / "pyodide")]
    assert "python -m http.server" in capsys.readouterr().out, "as a file no page runs anything"
    runs = tmp_path / "site" / "run" / "notebooks" / "index.html"
    assert runs.read_text("utf-8") == "runs"
    page = (tmp_path / "site" / "exercises" / "90_tiny.html").read_text("utf-8")
    assert 'href="../run/notebooks/index.html?path=exercises/90_tiny.ipynb"' in page
    assert folder() == 0 and not runs.exists()


# ---- the folder ----


@pytest.fixture
def pages(tmp_path):
    """Return a function that makes a folder with files, each of which holds its own name."""

    def make(name: str, *files: str):
        for file in files:
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file)
        return tmp_path / name

    return make


def names(folder) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found} - {place.MARK}


def test_pages_that_are_gone_are_removed_and_what_others_put_there_stays(pages, tmp_path):
    to = tmp_path / "site"
    assert place.publish(pages("one", "index.html", "old/a.html"), to) == (2, 2)
    (to / "CNAME").write_text("mine")
    place.require_ours(to)
    assert place.publish(pages("two", "index.html", "new/b.html"), to) == (1, 2)
    assert names(to) == {"index.html", "new/b.html", "CNAME"} and not (to / "old").exists()


def test_a_file_of_somebody_else_is_not_written_over(pages, tmp_path):
    to = tmp_path / "site"
    place.publish(pages("one", "index.html"), to)
    (to / "new.html").write_text("mine")
    with pytest.raises(place.UserError, match="was not made by `dlbook site`"):
        place.publish(pages("two", "index.html", "new.html"), to)
    assert (to / "new.html").read_text() == "mine" and names(to) == {"index.html", "new.html"}
