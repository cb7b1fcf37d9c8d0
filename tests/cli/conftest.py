from tests.grading.conftest import course

__all__ = ["course"]  # a fixture
