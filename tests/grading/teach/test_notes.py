"""Teacher's notes say what the sets say, link what is there, and show strange text as text."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from dlbook.check.errors import UserError
from dlbook.grading.course.build import Course
from dlbook.grading.course.exercise_set import stated_minutes
from dlbook.grading.notebook import Cell, canonical, read
from dlbook.grading.results.html import ENVIRONMENT
from dlbook.grading.teach import notes
from dlbook.grading.teach.chapters import chapter
from dlbook.grading.teach.links import Links, links
from dlbook.grading.teach.notes import notes_page
from dlbook.grading.teach.sets import set_notes
from tests import ROOT
from tests.grading.results.test_html import EVIL, HIDDEN
from tests.page import Page
from tests.style.links import anchors

SETS = sorted(ROOT.glob("solutions/*.ipynb"))
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
ROW = re.compile(r"^\| `(\w+)` \| (\d+) \| (\d+) \|$", re.MULTILINE)


def page_of(course: Course, chosen: set[str] = frozenset()) -> str:
    return notes_page(course, chosen, Links("."), "about {}".format)[0]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(page_of(Course(ROOT)))


def first_lines(path: Path, start: str) -> list[str]:
    cells = [cell.source for cell in read(path).cells if cell.kind == "raw"]
    return [text.partition("\n")[0] for text in cells if text.startswith(start)]


# ---- numbers are those of the sets ----


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_the_numbers_of_a_set_are_those_in_its_notebook(path):
    found, title = set_notes(path), read(path).cells[0].source
    rows = [(name, int(points), int(minutes)) for name, points, minutes in ROW.findall(title)]
    assert rows == [(e.name, e.points, e.minutes) for e in found.exercises]
    assert stated_minutes(title) == [found.minutes]
    for exercise in found.exercises:
        mistakes = first_lines(path, f"# wrong answer: {exercise.name} /")
        labels = [line.rpartition(" / ")[2] for line in mistakes]
        told = [label for each in exercise.misconceptions for label in each.labels]
        assert sorted(told) == sorted(labels) and exercise.mistakes == len(labels)
        assert exercise.right == len(first_lines(path, f"# right answer: {exercise.name} /"))


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_programs_with_one_hint_are_one_misconception(path):
    for exercise in set_notes(path).exercises:
        hints = [each.hint for each in exercise.misconceptions]
        assert len(set(hints)) == len(hints) and all(hints)
    text = "\n".join(cell.source for cell in read(path).cells if cell.kind == "raw")
    text = " ".join(re.sub(r"\n# hint:", "", text).split())
    assert all(hint in text for hint in hints)


def test_every_exercise_says_where_it_is_taught_and_some_ask_for_a_guess():
    found = [exercise for path in SETS for exercise in set_notes(path).exercises]
    assert [e.name for e in found if not e.taught] == []
    asking = {e.name for e in found if e.guess}
    assert {"params_mlp", "who_updates", "least_width"} <= asking and "softmax" not in asking


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_minutes_of_a_chapter_are_those_of_its_title_and_reading_is_a_part_of_them(path):
    found = chapter(path)
    assert [found.minutes] == stated_minutes(read(path).cells[0].source)
    assert 0 < found.reading < found.minutes


def test_the_page_has_each_number_of_a_set(page):
    for path in SETS:
        found = set_notes(path)
        counts = (len(found.exercises), found.minutes, found.points)
        pairs = zip(counts, ("exercise", "minute", "point"), strict=True)
        assert ", ".join(notes.count(*pair) for pair in pairs) in page.words
        for exercise in found.exercises:
            assert exercise.name in page.ids
            assert (
                f"{exercise.name} {notes.count(len(exercise.misconceptions), 'misconception')}"
                in (page.words)
            )
            numbers = (exercise.points, exercise.minutes, exercise.mistakes, exercise.right + 1)
            assert "\n".join(map(str, numbers)) in page.words  # the reference is a right answer
            for each in exercise.misconceptions:
                assert each.hint in page.words


# ---- plans ----


@pytest.mark.parametrize("length", notes.LENGTHS)
def test_a_plan_has_every_chapter_and_exercise_once_in_order(length):
    tasks = notes._tasks(notes._units(Course(ROOT), set()))
    plan = notes._plan(tasks, length)
    said = [
        (share.of, name) for week in plan.weeks for share in week for name in share.names or ("",)
    ]
    wanted = []
    for path in CHAPTERS:
        solution = ROOT / "solutions" / path.name
        names = [e.name for e in set_notes(solution).exercises] if solution.exists() else []
        wanted += [(path.stem, name) for name in ("", *names)]
    assert said == wanted and len(plan.weeks) == length
    longest = max(task.minutes for task in tasks)
    assert max(plan.minutes) - min(plan.minutes) <= longest
    assert sum(plan.minutes) == sum(task.minutes for task in tasks)


# ---- explorers ----


def test_every_explorer_that_a_chapter_opens_is_there_with_what_it_shows(page):
    for path in CHAPTERS:
        code = [cell.source for cell in read(path).cells if cell.kind == "code"]
        called = {name for text in code for name in re.findall(r"explore\.(\w+)\(", text)}
        assert called == {shown.name for shown in chapter(path).explorers}
        assert all(f"about {name}" in page.words for name in called)


def test_the_question_above_an_explorer_is_told():
    path = ROOT / "chapters" / "03_learning_overview.ipynb"
    shown = {each.name: each for each in chapter(path).explorers}["polynomial_degree"]
    assert shown.question == "Which degree is best on 200 other points?"
    assert shown.section == "3.9 Watch the fit go too far"


# ---- links ----


def test_every_link_of_the_page_lands(page):
    assert len(page.links) > 200
    for link in page.links:
        place, _, anchor = unquote(link).partition("#")
        known = anchors(ROOT / place) if place else page.ids
        assert not anchor or anchor in known, link
        assert not place or (ROOT / place).is_file(), link
    assert len(set(page.ids)) == len(page.ids)


def test_links_lead_from_the_page_to_the_folder_or_to_an_address(tmp_path):
    page = tmp_path / "pages" / "a.html"
    course = tmp_path / "my course"
    assert links(course, page).to("chapters", "05_a") == "../my%20course/chapters/05_a.ipynb"
    found = links(course, page, "https://example.org/b/").to("chapters", "05_a", "5.1-Go,-on?")
    assert found == "https://example.org/b/chapters/05_a.ipynb#5.1-Go%2C-on%3F"
    with pytest.raises(UserError, match="begin it with https://"):
        links(course, page, "javascript:alert(1)")


# ---- other courses, and strange text ----


def spoil(course: Course, old: str, new: str) -> None:
    path = course.root / "solutions" / "90_tiny.ipynb"
    cells = read(path).cells
    changed = [Cell(c.kind, c.source.replace(old, new), c.id) for c in cells]
    assert [c.source for c in changed] != [c.source for c in cells]
    path.write_text(canonical(changed), "utf-8")


def test_a_course_without_chapters_has_notes_without_links_and_without_a_first_lecture(course):
    page = Page(page_of(course))
    assert "1 exercise, 3 minutes, 2 points" in page.words
    assert not [link for link in page.links if not link.startswith("#")]
    assert "first-lecture" not in page.ids and "explorers" not in page.ids
    assert page.words.count("Weeks are left over") == 3


def test_sets_that_were_named_are_told_of_alone():
    page = Page(page_of(Course(ROOT), {"05_backpropagation"}))
    assert "set-05_backpropagation" in page.ids and "set-04_network_structure" not in page.ids
    assert "one_weight" not in page.words


def test_no_text_of_a_set_acts_on_the_page(course):
    plain = Page(page_of(course))
    one_line = "".join((EVIL + HIDDEN).splitlines())  # a hint ends with its line
    spoil(course, "This is the local slope alone.", one_line)
    evil = Page(page_of(course))
    assert evil.shape == plain.shape and EVIL in evil.words
    assert not set(evil.words) & set(HIDDEN)


def test_without_escaping_a_hint_would_act(course, monkeypatch):
    plain = Page(page_of(course))
    spoil(course, "This is the local slope alone.", EVIL)
    monkeypatch.setattr(
        "dlbook.grading.results.html.ENVIRONMENT", ENVIRONMENT.overlay(autoescape=False)
    )
    assert Page(page_of(course)).shape != plain.shape


def test_a_set_that_is_not_in_order_is_refused(course):
    spoil(course, "| `relu_back` | 2 | 3 |", "")
    with pytest.raises(UserError, match=r"90_tiny\.ipynb has a problem: relu_back: no row"):
        page_of(course)


def test_without_sets_there_are_no_notes(course):
    (course.root / "solutions" / "90_tiny.ipynb").unlink()
    with pytest.raises(UserError, match="an exercise set is needed, there is none in"):
        page_of(course)


# ---- the first lecture ----


def test_the_words_on_the_first_lecture_are_few_and_of_chapter_00(page):
    said = page.words.partition("The first lecture")[2].partition("The course in numbers")[0]
    assert 150 < len(said.split()) <= 350
    for part in ("Figure 0.1", "predict before you run", "dlbook check 00", "hidden check"):
        assert part in said
    opening = "\n".join(cell.source for cell in read(CHAPTERS[0]).cells)
    assert "**Figure 0.1.**" in opening and "six questions" in opening
