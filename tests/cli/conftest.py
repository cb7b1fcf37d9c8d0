from tests.grading.conftest import built_course, course

__all__ = ["built_course", "course"]  # fixtures
