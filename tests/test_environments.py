"""The learner's half needs the core alone, and nothing that Windows lacks.

`python -m tests.environments` tries more: each Python that is installed, and the oldest packages.
"""

import os
import resource
import subprocess
import sys

import pytest

from tests import ROOT, environments, in_an_environment


@pytest.mark.notebook
def test_with_the_core_alone_a_learner_lacks_nothing(tmp_path, record_property):
    path = environments.wheel(tmp_path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        environment = environments.make(sys.executable, tmp_path, path)
    except RuntimeError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"needs a package index: {error}")
    missing = environment.run("-c", "import jupyter_client")
    assert "ModuleNotFoundError" in missing.stderr, "the core is to bring no Jupyter"
    found = list(environments.problems(environment))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    record_property("measured", f"fresh environment with the core alone: {seconds:.0f} CPU s")
    assert not found, "\n".join(found)


def test_what_windows_lacks_is_not_there_when_it_is_tried_as_on_windows():
    code = "from tests import in_an_environment as i; i.hide_unix(); import shutil, fcntl"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "ModuleNotFoundError: No module named 'fcntl'" in done.stderr


def test_a_module_that_does_not_import_is_named(monkeypatch):
    monkeypatch.setattr(in_an_environment, "modules", lambda: ["dlbook.check", "dlbook.nothing"])
    (problem,) = in_an_environment.imports()
    assert problem.startswith("dlbook.nothing does not import")


def test_a_card_that_says_something_else_is_named():
    code = "from tests import in_an_environment as i; i.ANSWERS = {'return x': '✓ right'}; "
    command = [sys.executable, "-X", "utf8", "-c", code + "print(*i.cards())"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.stdout.startswith("'✓ right' is no part of the card"), done.stderr


def test_what_is_tried_is_not_little():
    names = in_an_environment.modules()
    assert len(names) > 150 and not any(name.startswith("dlbook.grading") for name in names)
    tests = environments.learner_tests()
    assert len(tests) > 60 and "tests/check/test_compare.py" in tests
    assert not any("import torch" in (ROOT / name).read_text("utf-8") for name in tests)


def test_the_oldest_versions_are_those_of_pyproject_toml():
    assert "numpy==2.0" in environments.oldest()
    assert all("==" in line for line in environments.oldest())
