"""The verbs notes and terms write one new page each, or say in one line why not."""

import pytest

from dlbook.cli import main, teach
from tests import ROOT
from tests.page import Page

VERBS = ["notes", "terms"]


def run(course, *arguments) -> int:
    return main(["--course", str(course.root), *map(str, arguments)])


@pytest.mark.parametrize("verb", VERBS)
def test_a_page_is_written(course, tmp_path, capsys, verb):
    out = tmp_path / f"{verb}.html"
    assert run(course, verb, "-o", out) == 0
    assert capsys.readouterr().out.startswith(f"{out}: ")
    assert Page(out.read_text("utf-8")).tags["h1"] == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_file_that_is_there_is_not_written_over(course, tmp_path, capsys, verb):
    out = tmp_path / "mine.html"
    out.write_text("mine")
    assert run(course, verb, "-o", out) == 2
    assert "a new file is needed" in capsys.readouterr().err and out.read_text() == "mine"


@pytest.mark.parametrize("verb", [*VERBS, "gradescope"])
def test_a_folder_that_is_missing_is_told(course, tmp_path, capsys, verb):
    out = tmp_path / "nowhere" / "page.html"
    assert run(course, verb, *["90"][: verb == "gradescope"], "-o", out) == 2
    said = capsys.readouterr().err
    assert "a folder is needed to write into" in said and said.count("\n") == 1
    assert not out.parent.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_a_folder_without_a_course_is_told(tmp_path, capsys, verb):
    assert main(["--course", str(tmp_path), verb, "-o", str(tmp_path / "a.html")]) == 2
    assert "a course folder" in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", VERBS)
def test_an_address_is_where_links_lead(tmp_path, verb):
    out = tmp_path / "a.html"
    arguments = [verb, "-o", str(out), "--address", "https://example.org/course"]
    assert main(["--course", str(ROOT), *arguments]) == 0
    links = [link for link in Page(out.read_text("utf-8")).links if link[0] != "#"]
    assert len(links) > 100
    assert all(link.startswith("https://example.org/course/chapters/") for link in links)


@pytest.mark.parametrize("verb", VERBS)
def test_an_address_that_is_none_is_refused(course, tmp_path, capsys, verb):
    out = tmp_path / "a.html"
    assert run(course, verb, "-o", out, "--address", "javascript:alert(1)") == 2
    assert "begin it with https://" in capsys.readouterr().err and not out.exists()


def test_a_set_that_is_named_wrongly_is_told_with_those_there_are(course, tmp_path, capsys):
    assert run(course, "notes", "44", "-o", tmp_path / "a.html") == 2
    said = capsys.readouterr().err
    assert "a set is needed, got '44'; the sets are: 90_tiny" in said and said.count("\n") == 1


def test_a_set_may_go_by_its_number(course, tmp_path, capsys):
    assert run(course, "notes", "90", "-o", tmp_path / "a.html") == 0
    assert "notes on 1 exercise;" in capsys.readouterr().out


def test_what_an_explorer_is_stands_in_its_file():
    assert teach._about_explorer("one_weight").startswith("One weight to drag")
    assert teach._about_explorer("no_such_explorer") == ""
