"""Working copies begin without answers, and nothing that was written into one is ever lost."""

import errno
import json
import shutil

import pytest

from dlbook.check import progress
from dlbook.check.errors import UserError
from dlbook.check.progress import NOTES
from dlbook.grading.course import place
from dlbook.grading.notebook import read
from dlbook.workspace import folder
from dlbook.workspace.update import update


class Fixed:
    """A clock whose moments all have the name 2026."""

    @classmethod
    def now(cls):
        return cls()

    def strftime(self, _form):
        return "2026"


def test_a_chapter_is_copied_without_outputs_and_without_the_cell_that_gives_up(workspace):
    (path,) = workspace.notebooks("chapters")
    copy = read(path)
    assert [cell.id for cell in copy.cells] == ["title", "first", "measure"]
    assert not any(cell.outputs or cell.count for cell in copy.cells)
    assert "dlbook" not in json.loads(path.read_text("utf-8"))["metadata"]


def test_an_exercise_is_copied_as_it_is(published, workspace):
    (one,), (other,) = published.notebooks("exercises"), workspace.notebooks("exercises")
    assert one.name == other.name and one.read_bytes() == other.read_bytes()


def test_nothing_is_overwritten_and_what_is_missing_is_made(workspace):
    (chapter,), (exercise,) = workspace.notebooks("chapters"), workspace.notebooks("exercises")
    chapter.write_text("mine")
    exercise.unlink()
    assert folder.init(workspace.root) == workspace
    assert chapter.read_text() == "mine" and exercise.exists()


def test_a_folder_in_use_is_refused_and_stays_as_it_is(published, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "thesis.txt").write_text("mine")
    for taken in (home, home / "thesis.txt"):
        with pytest.raises(UserError, match="is in use: name another one"):
            folder.init(taken)
    assert [path.name for path in home.iterdir()] == ["thesis.txt"]


def test_a_learner_is_found_at_home_from_any_folder_below(workspace):
    for here in ("chapters", "exercises", "."):
        assert folder.of(place.find(workspace.root / here)) == workspace


def test_in_a_clone_the_copies_are_in_work_and_the_course_is_the_one_above(published):
    workspace = folder.of(published)
    workspace.hand_out()
    assert workspace.root == published.root / "work"
    for here in ("work/exercises", "work", "."):
        assert folder.of(place.find(published.root / here)) == workspace


def test_a_copy_that_lost_the_hidden_folder_is_a_learners_still(workspace):
    (exercise,) = workspace.notebooks("exercises")
    exercise.write_text(exercise.read_text("utf-8").replace("raise", "mine = 1; raise"), "utf-8")
    home = workspace.root.with_name("from a stick")
    shutil.copytree(workspace.root, home, ignore=shutil.ignore_patterns(NOTES))
    course = place.find(home / "exercises")
    found = folder.of(course)
    assert found == folder.Workspace(home, workspace.course)
    with pytest.raises(UserError, match="holds a learner's copies"):
        place.own(course)
    assert place.exercises(course) == [home / "exercises" / exercise.name]
    assert update(found, lambda line: None)
    found.hand_out()
    assert (home / "exercises" / exercise.name).read_bytes() == exercise.read_bytes()
    assert not (home / place.FOLDER).exists() and progress.find(home).parent == home / NOTES


def test_progress_is_noted_in_a_copy_from_the_first_lab_on(workspace):
    shutil.rmtree(workspace.root / NOTES)
    folder.of(place.find(workspace.root)).hand_out()
    assert progress.find(workspace.root).parent == workspace.root / NOTES


def test_an_authors_course_is_nobodys_copy_though_its_keys_are_not_built(course):
    shutil.rmtree(course.root / "dlbook")
    assert folder.of(place.find(course.root)).root == course.root / place.FOLDER


@pytest.mark.parametrize("name", [folder.BACKUPS, f"{folder.BACKUPS}/2026"])
def test_a_file_where_a_folder_is_to_be_made_is_named(workspace, monkeypatch, name):
    monkeypatch.setattr(folder, "datetime", Fixed)
    (chapter,) = workspace.notebooks("chapters")
    (workspace.root / name).parent.mkdir(exist_ok=True)
    (workspace.root / name).write_text("mine")
    with pytest.raises(UserError, match="rename it or move it away") as caught:
        workspace.back_up(chapter)
    assert f"{workspace.root / name}, there is a file" in str(caught.value)
    assert (workspace.root / name).read_text() == "mine"


def test_a_course_may_live_in_a_folder_named_work(course, tmp_path_factory):
    home = tmp_path_factory.mktemp("elsewhere") / "work"
    course.root.rename(home)
    assert place.find(home).root == home


def test_without_a_folder_of_ones_own_the_way_to_one_is_told(published, monkeypatch):
    monkeypatch.setattr(folder, "PACKAGED", published.root)
    with pytest.raises(UserError, match="dlbook init deep-learning"):
        folder.of(published)


@pytest.mark.parametrize(
    ("number", "why"),
    {errno.ENOSPC: "no space left on device", errno.EACCES: "permission denied"}.items(),
)
def test_a_folder_that_cannot_be_written_to_is_told(workspace, monkeypatch, number, why):
    def refuse(path, data):
        raise OSError(number, why.capitalize())

    (chapter,) = workspace.notebooks("chapters")
    was = chapter.read_bytes()
    chapter.unlink()
    chapter.write_bytes(was)
    monkeypatch.setattr(folder.atomic, "write", refuse)
    for attempt in (
        lambda: folder.init(workspace.root.parent / "b"),
        lambda: workspace.back_up(chapter),
    ):
        with pytest.raises(UserError, match=f"can be written to is needed, .*{why}"):
            attempt()
    assert chapter.read_bytes() == was


def test_copies_of_one_second_do_not_take_each_others_place(workspace):
    (chapter,) = workspace.notebooks("chapters")
    kept = []
    for text in ("one", "two", "three"):
        chapter.write_text(text)
        kept.append(workspace.back_up(chapter))
    assert [path.read_text() for path in kept] == ["one", "two", "three"]
