import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import nbformat
import pytest
import yaml

from dlbook.check.verdict import Outcome, Verdict
from dlbook.cli import main
from dlbook.grading.batch.entry import Record
from dlbook.grading.errors import ReleaseError
from dlbook.grading.handout import gradescope
from dlbook.grading.handout.classroom import workflow
from dlbook.grading.handout.release import release
from dlbook.grading.notebook import read
from tests import SAMPLES
from tests.grading.batch import fakes

SECRETS = ("return g * (x > 0)", "### BEGIN SOLUTION", "hidden check:", "wrong answer:", "(5, 2)")


@pytest.fixture
def bundle(course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle") / "new"
    assert main(["--course", str(course.root), "release", str(folder)]) == 0
    return folder


def test_a_bundle_holds_no_solution_and_no_hidden_check(bundle):
    assert not (bundle / "solutions").exists()
    notebooks = sorted(bundle.rglob("*.ipynb"))
    assert [path.relative_to(bundle).as_posix() for path in notebooks] == [
        "exercises/90_tiny.ipynb"
    ]
    keys = sorted((bundle / "dlbook" / "keys").iterdir())
    assert [path.name for path in keys] == ["90_tiny.json"]
    for path in (*notebooks, *keys):
        text = path.read_text("utf-8")
        assert not any(secret in text for secret in SECRETS), path
    assert '"hidden": true' not in keys[0].read_text("utf-8")


def test_the_readme_of_a_bundle_speaks_of_what_is_in_it(bundle):
    text = (bundle / "README.md").read_text("utf-8")
    assert 'pip install -e ".[lab,torch,photo]"' in text and "dlbook check 05" in text
    for absent in ("solutions/", "tests/", "pytest", "dlbook grade", "dlbook build", "CONTRIB"):
        assert absent not in text


def test_a_bundle_is_valid_and_carries_the_metadata_of_nbgrader(bundle):
    notebook = nbformat.read(bundle / "exercises" / "90_tiny.ipynb", as_version=4)
    nbformat.validate(notebook)
    marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert [(m.grade_id, m.solution, m.grade, m.get("points")) for m in marks] == [
        ("answer-relu_back", True, False, None),
        ("check-relu_back", False, True, 2),
    ]


def test_a_bundle_is_a_course_whose_package_can_be_used(bundle):
    code = "import dlbook; from dlbook.check.answer_key import find; "
    code += "print(dlbook.__file__, bool(find('relu_back')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=bundle,
        env={**os.environ, "PYTHONPATH": str(bundle)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(bundle / "dlbook" / "__init__.py"), "True"]


def test_a_folder_with_something_in_it_is_refused(course, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["--course", str(course.root), "release", str(tmp_path)]) == 2
    assert "a new or empty folder is needed" in capsys.readouterr().err


def test_a_course_that_is_not_fresh_is_not_released(course, tmp_path_factory, capsys):
    (course.root / "exercises" / "90_tiny.ipynb").unlink()
    folder = tmp_path_factory.mktemp("bundle")
    assert main(["--course", str(course.root), "release", str(folder)]) == 2
    assert "run `dlbook build`" in capsys.readouterr().err and not any(folder.iterdir())


def test_a_chapter_that_gives_an_answer_away_is_not_released(course, tmp_path_factory, capsys):
    tiny = (SAMPLES / "tiny-pass.ipynb").read_text("utf-8")
    (course.root / "chapters" / "90_tiny.ipynb").write_text(tiny, "utf-8")
    folder = tmp_path_factory.mktemp("bundle")
    assert main(["--course", str(course.root), "release", str(folder)]) == 2
    assert not any(folder.iterdir()) and "chapters/90_tiny.ipynb" in capsys.readouterr().err


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_key_with_a_hidden_check_is_never_released(
    course, tiny_key, tmp_path_factory, monkeypatch, separators
):
    monkeypatch.setattr("dlbook.grading.handout.release.check", lambda *_all, **_more: [])
    text = json.dumps(json.loads(tiny_key.to_json()), separators=separators)
    course.key("90_tiny").write_text(text, "utf-8")
    folder = tmp_path_factory.mktemp("bundle")
    with pytest.raises(ReleaseError, match=r"90_tiny\.json holds a hidden check"):
        release(course, folder, print)
    assert not any(folder.iterdir())


# ---- Gradescope ----


@pytest.fixture(scope="module")
def container(tmp_path_factory, tiny_key):
    """A folder as Gradescope makes it from the archive."""
    root = tmp_path_factory.mktemp("autograder")
    archive = zipfile.ZipFile(io.BytesIO(gradescope.archive(tiny_key, "off")))
    archive.extractall(root / "source")
    (root / "submission").mkdir()
    return root


def test_the_archive_is_what_gradescope_wants_and_holds_no_solution(container):
    names = {path.name for path in (container / "source").iterdir()}
    assert names == {"setup.sh", "run_autograder", "requirements.txt", "key.json", "package"}
    assert "--sandbox off" in (container / "source" / "run_autograder").read_text()
    assert not list(container.rglob("*.ipynb")) and not list(container.rglob("__pycache__"))
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(container / "source" / name)], check=True)


def test_the_archive_asks_for_what_grading_needs_and_no_more(container):
    lines = (container / "source" / "requirements.txt").read_text().splitlines()
    assert {"nbval==0.11.0", "torch==2.13.0", "numpy>=2.0"} <= set(lines)
    assert not any(name in line for line in lines for name in ("jupyterlab", "sphinx", ";"))


def test_results_have_a_test_for_each_exercise_and_no_detail_of_hidden_checks():
    secret = Outcome("relu_back", Verdict.WRONG, (), "secret", hidden=True)
    report = replace(fakes.report(Verdict.RIGHT), exercises=())
    entry = replace(fakes.report(Verdict.RIGHT).exercises[0], outcomes=(secret,))
    record = Record(replace(report, exercises=(entry,)).to_dict(whole=True))
    data = gradescope.results(record, fakes.KEY)
    (test,) = data["tests"]
    assert (test["score"], test["max_score"], test["status"]) == (0, 2, "failed")
    assert "secret" not in json.dumps(data) and "which cases are left?" in test["output"]


def test_a_file_that_cannot_be_read_is_told_to_the_student(container):
    for path in (container / "submission").iterdir():
        path.unlink()
    (container / "submission" / "90_tiny.ipynb").write_text("{")
    assert gradescope.main([str(container), "--sandbox", "off"]) == 0
    data = json.loads((container / "results" / "results.json").read_text("utf-8"))
    assert "cut off" in data["output"] and data["tests"][0]["name"] == "relu_back: unreadable"


@pytest.mark.notebook
def test_a_right_answer_gets_its_points_in_a_container(container):
    right = (SAMPLES / "relu_back-right-plain.ipynb").read_bytes()
    (container / "submission" / "my work.ipynb").write_bytes(right)
    assert gradescope.main([str(container), "--sandbox", "off"]) == 0
    data = json.loads((container / "results" / "results.json").read_text("utf-8"))
    assert [(test["name"], test["score"]) for test in data["tests"]] == [("relu_back: right", 2)]


# ---- GitHub Classroom ----


def test_a_workflow_has_a_step_for_each_exercise_and_a_reporter(tiny_key):
    jobs = yaml.safe_load(workflow(tiny_key))["jobs"]
    *_setup, step, reporter = jobs["run-autograding-tests"]["steps"]
    assert step["id"] == "relu-back" and step["with"]["max-score"] == 2
    assert step["with"]["command"] == "dlbook check 90_tiny.relu_back"
    assert reporter["with"]["runners"] == "relu-back"
    assert reporter["env"] == {"RELU-BACK_RESULTS": "${{steps.relu-back.outputs.result}}"}


def test_a_workflow_is_written_once(course, tmp_path_factory, capsys):
    folder = tmp_path_factory.mktemp("template")
    arguments = ["--course", str(course.root), "classroom", "90", str(folder)]
    assert main(arguments) == 0 and main(arguments) == 2
    assert "a new file is needed" in capsys.readouterr().err
    assert read(course.root / "exercises" / "90_tiny.ipynb").cells  # untouched
