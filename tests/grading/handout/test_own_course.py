"""A course of one's own, in one's own language: made, built, released, graded, and its cards."""

import csv
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dlbook.check.errors import UserError
from dlbook.cli import main
from dlbook.grading.course import lint
from dlbook.grading.course.build import Course
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.handout import needs, own_course, project
from dlbook.grading.notebook import canonical, read
from tests.grading.run.test_damaged import sandbox

GERMAN = {
    "# 01 First steps: exercises": "# 01 Erste Schritte: Übungen",
    "Move a table to its centre": "Eine Tabelle zentrieren",
    "Here every column loses the same number. Which columns of the result have the mean 0?": (
        "Hier verliert jede Spalte dieselbe Zahl. Welche Spalten haben danach den Mittelwert 0?"
    ),
    "It does not change `x`.": "Sie lässt `x`, wie es war: größer, kleiner, süß.",
    '"the table"': '"die Tabelle"',
}
ANSWERS = {"Zoë Müller": "x - x.mean(axis=0)", "李娜": "x - x.mean()"}


@pytest.fixture(scope="module")
def german(tmp_path_factory) -> Path:
    """A new course, translated and built, with a second set that was built elsewhere."""
    root = tmp_path_factory.mktemp("own") / "Statistik für Anfänger"
    assert main(["new", str(root), "--title", 'Statistik "für" Anfänger']) == 0
    path = root / "solutions" / "01_first_steps.ipynb"
    text = path.read_text("utf-8")
    for english, own in GERMAN.items():
        assert english.replace('"', '\\"') in text
        text = text.replace(english.replace('"', '\\"'), own.replace('"', '\\"'))
    path.unlink()
    (root / "solutions" / "01_erste_schritte.ipynb").write_text(text, "utf-8")
    assert main(["--course", str(root), "build"]) == 0
    return root


@pytest.fixture(scope="module")
def two_sets(german, built_course) -> Path:
    for folder in ("solutions", "exercises", "dlbook/keys"):
        shutil.copytree(built_course / folder, german / folder, dirs_exist_ok=True)
    return german


def test_the_sample_set_is_in_order():
    solution, problems = understand("01_first_steps", read_sample())
    assert not problems and not lint.problems(solution)


def read_sample():
    from dlbook.grading.notebook import parse

    return parse(canonical(own_course.sample()).encode())


@pytest.mark.parametrize("name", ["solutions", "thesis.txt", ".gitignore"])
def test_a_folder_that_holds_other_things_is_left_alone(tmp_path, name, capsys):
    (tmp_path / name).write_text("mine")
    assert main(["new", str(tmp_path)]) == 2
    assert "holds other things" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]


PROJECTS = {  # a title and a folder: the name of the project
    ("Statistik für Anfänger", "stats"): "statistik-fur-anfanger",
    ("Größe & Łódź", "stats"): "grosse-lodz",
    ("统计学入门", "Stats 101"): "stats-101",
    ("统计学入门", "统计"): "own-course",
    ("dlbook", "dlbook"): "own-course",
}


@pytest.mark.parametrize("case", PROJECTS)
def test_a_project_is_called_as_its_course_in_plain_letters(case, tmp_path):
    title, folder = case
    own_course.make(tmp_path / folder, title)
    data = tomllib.loads((tmp_path / folder / "pyproject.toml").read_text("utf-8"))
    assert data["project"]["name"] == PROJECTS[case]


@pytest.mark.parametrize("title", [" ", "two\nlines"])
def test_a_title_is_words_in_one_line(tmp_path, title):
    with pytest.raises(UserError, match="--title needs words in one line"):
        own_course.make(tmp_path / "new", title)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["my course", "it's", 'q"$HOME'])
def test_the_next_step_can_be_pasted_into_a_shell(tmp_path, capsys, name):
    assert main(["new", str(tmp_path / name)]) == 0
    step = capsys.readouterr().out.rpartition("Next: `")[2].partition("`")[0]
    there = subprocess.run(["sh", "-c", f"{step} && ls"], capture_output=True, text=True)
    assert "solutions" in there.stdout


def test_a_new_repository_can_become_a_course(tmp_path):
    (tmp_path / ".git").mkdir()
    names = {path.relative_to(tmp_path).as_posix() for path in own_course.make(tmp_path)}
    assert names == {
        ".gitignore",
        "README.md",
        "STUDENTS.md",
        "pyproject.toml",
        "solutions/01_first_steps.ipynb",
    }
    assert (tmp_path / "STUDENTS.md").read_text("utf-8").startswith(f"# {tmp_path.name}\n")


METADATA = [
    "numpy>=2.0",
    "jupyterlab>=4.4; extra == 'lab'",
    "nbval==0.11.0; extra == 'grade'",
    'nbval==0.11.0; extra == "lab"',
    "sphinx<10; extra == 'site'",
    "torch==2; (python_version < '3.15') and extra == 'torch'",
]


def test_its_project_has_its_own_name_and_what_dlbook_needs(monkeypatch):
    monkeypatch.setattr(project, "requires", lambda _name: METADATA)
    found = tomllib.loads(project.new_pyproject('线性代数 "1" \\ Übung'))["project"]
    assert found["name"] == "1-ubung" and found["description"] == '线性代数 "1" \\ Übung'
    assert found["dependencies"] == ["numpy>=2.0", "jupyterlab>=4.4", "nbval==0.11.0"]
    torch = found["optional-dependencies"]["torch"]
    assert torch == ["torch==2; (python_version < '3.15')"]
    assert tomllib.loads(project.new_pyproject("线性代数"))["project"]["name"] == "own-course"


@pytest.mark.parametrize(
    "text, words",
    [("[x", "a \\[project\\] table"), ("[project]\nname = 'x'", "would have no comm")],
)
def test_a_project_that_students_could_not_use_is_not_released(german, tmp_path, text, words):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UserError, match=words):
        project.pyproject(tmp_path)


def test_a_package_that_students_would_not_install_is_told(two_sets, tmp_path, monkeypatch, capsys):
    code = [
        "import pandas as pd\n    import no_such_package",
        "import numpy, os\nfrom IPython import x",
    ]
    code += ["from dlbook import nn\nimport torch", "import PIL.Image  # matplotlib brings it"]
    own = project.new_pyproject("Statistics")
    assert needs.not_asked_for(code, own) == ["no_such_package", "pandas"]
    assert needs.not_asked_for(code, own.replace('"numpy', '"Pandas", "numpy')) == [
        "no_such_package"
    ]
    bare = '[project]\nname = "x"\nscripts = {dlbook = "dlbook.cli:main"}\n'
    monkeypatch.setattr(project, "pyproject", lambda root: bare)
    assert main(["--course", str(two_sets), "release", str(tmp_path / "handout")]) == 0
    said = capsys.readouterr().err
    assert "note   numpy is imported: add it to `dependencies` in pyproject.toml" in said


# ---- week by week ----


def test_a_set_is_released_alone_and_nothing_is_built(two_sets, tmp_path, monkeypatch, capsys):
    def never(*_all, **_more):
        raise AssertionError("a fresh set was looked through again")

    for name in ("build.lint.problems", "build.make_key", "execute.execute"):
        monkeypatch.setattr(f"dlbook.grading.course.{name}", never)
    handout = tmp_path / "handout"
    command = ["--course", str(two_sets), "release", str(handout), "--set"]
    assert main([*command, "01"]) == 0
    said = capsys.readouterr()
    assert said.err == "" and "1 notebooks" in said.out
    assert exercises(handout) == ["01_erste_schritte.ipynb"]
    (handout / ".git").mkdir()
    (handout / "syllabus.pdf").write_text("mine")
    before = stamps(handout)
    assert main([*command, "90", "--set", "01"]) == 0
    assert exercises(handout) == ["01_erste_schritte.ipynb", "90_tiny.ipynb"]
    changed = {name for name, stamp in stamps(handout).items() if before.get(name) != stamp}
    assert changed == {"exercises/90_tiny.ipynb", "dlbook/keys/90_tiny.json", ".released.json"}
    assert main([*command, "7"]) == 2
    assert "the sets are: 01_erste_schritte, 90_tiny" in capsys.readouterr().err


def exercises(handout: Path) -> list[str]:
    return sorted(path.name for path in (handout / "exercises").iterdir())


def stamps(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in files}


def test_what_was_changed_in_a_release_stays_and_is_told(two_sets, tmp_path, capsys):
    command = ["--course", str(two_sets), "release", str(tmp_path / "new"), "--set", "01"]
    assert main(command) == 0
    readme = tmp_path / "new" / "README.md"
    readme.write_text("mine")
    assert main(command) == 2
    assert "README.md was changed since it was released, and stays" in capsys.readouterr().err
    assert readme.read_text() == "mine"


def test_a_release_that_was_stopped_goes_on(two_sets, tmp_path, monkeypatch):
    from dlbook.grading.handout import release

    write, left = release._write, iter(range(20))

    def stopped(path, data):
        next(left)  # the 21st time it raises
        write(path, data)

    with monkeypatch.context() as patch, pytest.raises(StopIteration):
        patch.setattr(release, "_write", stopped)
        release.release(Course(two_sets), tmp_path / "new", print, ["01"])
    files = release.release(Course(two_sets), tmp_path / "new", print, ["01"])
    assert all((tmp_path / "new" / path).is_file() for path in files)


def test_a_set_whose_key_notes_nothing_is_looked_through(two_sets, tmp_path, capsys):
    course = tmp_path / "course"
    shutil.copytree(two_sets, course)
    key = course / "dlbook" / "keys" / "90_tiny.json"
    text = key.read_text("utf-8").replace('"linted": "set', '"linted": "lost')
    key.write_text(text, "utf-8")
    assert main(["--course", str(course), "release", str(tmp_path / "new"), "--set", "90"]) == 0
    assert capsys.readouterr().err == "check  solutions/90_tiny.ipynb\n"
    (course / "exercises" / "90_tiny.ipynb").unlink()
    assert main(["--course", str(course), "release", str(tmp_path / "new"), "--set", "90"]) == 2
    assert "exercises/90_tiny.ipynb is missing" in capsys.readouterr().err


# ---- from the task to grades ----


def test_its_author_sees_cards_in_his_own_language(german):
    cells = [cell.source for cell in read(german / "exercises" / "01_erste_schritte.ipynb").cells]
    setup, task, _stub, check = (cell for cell in cells if cell and not cell.startswith("# 01"))
    assert "größer, kleiner, süß" in task
    code = f"{setup}\ndef centre(x):\n    return {ANSWERS['李娜']}\n{check}"
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONIOENCODING": "utf-8"}
    environment.pop("DLBOOK_KEYS", None)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=german / "exercises",
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert "Hint: Hier verliert jede Spalte dieselbe Zahl." in done.stdout, done.stderr


@pytest.mark.notebook
def test_its_students_are_graded_under_names_of_any_language(german, tmp_path, monkeypatch):
    for student, answer in ANSWERS.items():
        text = (german / "exercises" / "01_erste_schritte.ipynb").read_text("utf-8")
        stub = next(line for line in text.splitlines() if "raise NotImplementedError" in line)
        (tmp_path / "class" / student).mkdir(parents=True)
        path = tmp_path / "class" / student / "01_erste_schritte.ipynb"
        path.write_text(text.replace(stub, f'    "    return {answer}"'), "utf-8")
    monkeypatch.chdir(german)
    out = tmp_path / "results"
    command = ["grade", str(tmp_path / "class"), "-o", str(out), "--jobs", "1"]
    assert main([*command, "--sandbox", sandbox()]) == 0
    with (out / "grades.csv").open(encoding="utf-8-sig") as stream:
        scores = {row["student"]: row["01_erste_schritte score"] for row in csv.DictReader(stream)}
    assert scores == {"Zoë Müller": "2", "李娜": "0"}
    pages = [path.read_text("utf-8") for path in (out / "feedback").glob("*.html")]
    [hinted] = [page for page in pages if "Hier verliert jede Spalte" in page]
    assert "李娜" in hinted
    pages.append((out / "class.html").read_text("utf-8"))
    assert all("01 Erste Schritte: Übungen" in page for page in pages)
