import pytest

from dlbook.check.errors import UserError
from dlbook.grading.course import place
from dlbook.grading.course.build import Course
from dlbook.i18n import use


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package as a wheel leaves it, with a course and keys in it."""
    package = tmp_path / "site-packages" / "dlbook"
    (package / "keys").mkdir(parents=True)
    add_course(package / "course")
    monkeypatch.setattr(place, "PACKAGE", package)
    monkeypatch.setattr(place, "PACKAGED", package / "course")
    return package


def add_course(root):
    (root / "exercises").mkdir(parents=True)
    (root / "exercises" / "90_tiny.ipynb").touch()
    return root


def test_a_named_folder_comes_first_then_the_nearest_then_the_clone_then_the_package(
    installed, tmp_path
):
    here = tmp_path / "home" / "learner" / "notes"
    here.mkdir(parents=True)
    assert place.find(here).root == installed / "course"
    for nearer in (installed.parent, tmp_path / "home", here.parent, here):
        add_course(nearer)
        assert place.find(here).root == nearer
    named = add_course(tmp_path / "named")
    assert place.find(here, named).root == named


def test_a_folder_that_is_named_needs_a_course(installed, tmp_path):
    with pytest.raises(UserError, match=f"there is none at {tmp_path}: .* --course DIR"):
        place.find(tmp_path, tmp_path)


def test_folders_of_these_names_without_our_notebooks_are_no_course(installed, tmp_path):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "algebra.ipynb").touch()
    assert place.find(tmp_path).root == installed / "course"


def test_keys_are_those_beside_the_course_or_else_those_of_the_package(installed, tmp_path):
    root = add_course(tmp_path / "mine")
    assert place.find(root).keys == place.find(tmp_path).keys == installed / "keys"
    (root / "dlbook" / "keys").mkdir(parents=True)
    assert place.find(root).keys == root / "dlbook" / "keys"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_writes_keys_never_writes_them_beside_a_learners_copies(installed, tmp_path, language):
    root = add_course(tmp_path / "mine")
    (root / ".dlbook").mkdir()
    use(language)
    said = {"en": r"an author is needed, .* `dlbook check`, or", "zh": "需要作者的.*请运行"}
    for here in (root, root / "exercises"):
        with pytest.raises(UserError, match=said[language]):
            place.own(place.find(here))


def test_what_writes_keys_never_writes_them_into_the_package(installed, tmp_path):
    root = add_course(tmp_path / "mine")
    (root / "solutions").mkdir()
    (root / "solutions" / "90_tiny.ipynb").touch()  # a learner has none
    assert place.own(place.find(root)) == Course(root)
    with pytest.raises(UserError, match="copy that folder"):
        place.own(place.find(tmp_path))
    with pytest.raises(UserError, match="copy that folder"):
        place.own(place.find(installed / "course" / "exercises"))
