from collections.abc import Iterator

import pytest

from dlbook.check.answer_key import Key
from dlbook.grading.course.build import Course, build
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.course.programs import make_key
from dlbook.grading.kernel.warm import Warm
from dlbook.grading.notebook import read
from tests import SAMPLES


@pytest.fixture
def course(tmp_path) -> Course:
    """A course with one set, built from the sample solution, which needs no kernel."""
    for folder in ("chapters", "solutions"):
        (tmp_path / folder).mkdir()
    course = Course(tmp_path)
    (tmp_path / "solutions" / "90_tiny.ipynb").write_bytes(
        (SAMPLES / "tiny-pass.ipynb").read_bytes()
    )
    assert build(course, lambda line: None) == []
    return course


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
