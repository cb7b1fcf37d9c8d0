import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlbook.check.answer_key import Key
from dlbook.grading.course.build import Course, build
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.course.programs import make_key
from dlbook.grading.kernel.warm import Warm
from dlbook.grading.notebook import read
from tests import SAMPLES


@pytest.fixture(scope="session")
def built_course(tmp_path_factory) -> Path:
    """The folder of a course with one set: the sample solution, which needs no kernel."""
    root: Path = tmp_path_factory.mktemp("course")
    for folder in ("chapters", "solutions"):
        (root / folder).mkdir()
    shutil.copyfile(SAMPLES / "tiny-pass.ipynb", root / "solutions" / "90_tiny.ipynb")
    assert build(Course(root), lambda line: None) == []
    return root


@pytest.fixture
def course(built_course, tmp_path) -> Course:
    """A course with one set, a test's own copy."""
    shutil.copytree(built_course, tmp_path, dirs_exist_ok=True)
    return Course(tmp_path)


@pytest.fixture(scope="session")
def tiny_key() -> Key:
    """The key of the sample set at a seed that no learner has seen, hidden check included."""
    solution, _problems = understand("90_tiny", read(SAMPLES / "tiny-pass.ipynb"))
    return make_key(solution, 7, hidden=True)


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A launcher of warm kernels in a sandbox, shared: no kernel is used twice."""
    with Warm() as launcher:
        yield launcher


@pytest.fixture(scope="module")
def monkeymodule() -> Iterator[pytest.MonkeyPatch]:
    """A monkeypatch that lasts for all tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch
