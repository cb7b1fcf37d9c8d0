"""What is built from pyproject.toml works where nothing else is, and says who and what it is."""

import hashlib
import json
import os
import re
import shutil
import site
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path

import pytest
import yaml

from dlbook.cli import main
from dlbook.grading.course.beside import FOLDERS
from dlbook.grading.course.build import Course
from dlbook.grading.package import package_files
from tests import ROOT, SAMPLES
from tests.grading.conftest import built_course, course
from tests.grading.sandbox.inside_it import needs_bubblewrap

__all__ = ["built_course", "course"]  # fixtures

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def build(source: Path, target: Path) -> Path:
    """Build a source archive and a wheel of the project at `source` into `target`."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return target


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("built"))


@pytest.fixture
def elsewhere(tmp_path_factory) -> Path:
    """An empty folder outside of every course."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def wheel(built) -> Iterator[zipfile.ZipFile]:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as files:
        yield files


@pytest.fixture(scope="module")
def metadata(wheel) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name), policy=policy.default)


@pytest.fixture
def bundle(course, tmp_path_factory) -> Path:
    """What students get from a course with one set: no solutions, no .gitignore."""
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, course.root)
    folder = tmp_path_factory.mktemp("bundle") / "new"
    assert main(["--course", str(course.root), "release", str(folder)]) == 0
    return folder


# ---- what is in it ----


def course_files() -> dict[str, bytes]:
    paths = [path for folder in FOLDERS for path in Course(ROOT).notebooks(folder)]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def test_the_wheel_carries_the_course_byte_for_byte(wheel):
    inside = {name for name in wheel.namelist() if name.startswith("dlbook/course/")}
    wanted = {f"dlbook/course/{name}": data for name, data in course_files().items()}
    assert inside == set(wanted) and {name.split("/")[2] for name in inside} == set(FOLDERS)
    changed = [name for name, data in wanted.items() if wheel.read(name) != data]
    assert not changed, f"the wheel has another text for {changed}"


def test_beside_the_course_the_wheel_holds_the_package_and_nothing_else(wheel):
    keys = [f"dlbook/keys/{path.name}" for path in Course(ROOT).keys.glob("*.json")]
    wanted = {f"dlbook/{path.as_posix()}" for path in package_files()} | set(keys)
    names = {name for name in wheel.namelist() if not name.startswith("dlbook/course/")}
    assert {name for name in names if ".dist-info/" not in name} == wanted


def test_data_that_is_no_python_is_in_the_wheel(wheel):
    for name in ("terms.tsv", "claims.toml"):
        assert wheel.read(f"dlbook/{name}") == (ROOT / "dlbook" / name).read_bytes()


def test_the_source_archive_holds_all_that_a_wheel_is_made_from(built, tmp_path):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    assert (source / "tests" / "test_package.py").is_file()
    (again,) = build(source, tmp_path / "again").glob("*.whl")
    (first,) = built.glob("*.whl")
    assert (
        hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(first.read_bytes()).digest()
    )


def test_a_wheel_of_a_bundle_has_what_the_bundle_has(bundle, tmp_path):
    left_by_jupyter = bundle / "exercises" / ".ipynb_checkpoints" / "90_tiny-checkpoint.ipynb"
    left_by_jupyter.parent.mkdir()
    left_by_jupyter.touch()
    (path,) = build(bundle, tmp_path).glob("*.whl")
    with zipfile.ZipFile(path) as files:
        names = files.namelist()
    assert [name for name in names if name.endswith(".ipynb")] == [
        "dlbook/course/exercises/90_tiny.ipynb"
    ]
    assert "dlbook/keys/90_tiny.json" in names


# ---- what it says of itself ----


def test_the_metadata_says_who_and_what_it_is(metadata):
    assert metadata["Version"] == PROJECT["version"]
    assert metadata["Author"] and metadata["Keywords"] and metadata["Summary"]
    assert metadata["License-Expression"] == "MIT AND CC-BY-4.0"
    assert metadata["License-File"] == "LICENSE"
    assert len(metadata.get_all("Classifier")) >= 5  # hatchling builds with known ones alone


def test_all_addresses_are_of_one_home(metadata):
    addresses = dict(line.split(", ") for line in metadata.get_all("Project-URL"))
    assert set(addresses) == {"Homepage", "Source", "Issues", "Changelog"}
    strangers = [url for url in addresses.values() if not url.startswith(addresses["Homepage"])]
    assert not strangers, f"[project.urls]: {strangers} do not begin with the homepage"


def test_each_link_of_the_readme_works_wherever_it_is_shown(metadata):
    text = metadata.get_payload(decode=True).decode("utf-8")
    assert text.strip() == (ROOT / "README.md").read_text("utf-8").strip()
    links = re.findall(r"\]\(([^)\s]+)", text) + re.findall(r"(?:src|href)=\"([^\"]+)", text)
    dead = [link for link in links if not link.startswith(("https://", "#", ".github/card.png"))]
    assert not dead, f"README.md: {dead} lead nowhere on a package index: write `the name` instead"


def test_the_changelog_begins_with_this_version():
    text = (ROOT / ".github" / "CHANGELOG.md").read_text("utf-8")
    version = PROJECT["version"].partition(".dev")[0]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == version, "add a section for it"


def test_the_citation_has_what_its_format_needs():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    authors = [{"name": author["name"]} for author in PROJECT["authors"]]
    assert citation["authors"] == authors, "CITATION.cff and pyproject.toml name the same authors"
    assert "version" not in citation, "the version stands in pyproject.toml alone"


# ---- installed where nothing else is ----


@dataclass(frozen=True)
class Environment:
    """A virtual environment that has dlbook's dependencies and no dlbook yet."""

    root: Path

    @property
    def packages(self) -> Path:
        places = {"base": str(self.root), "platbase": str(self.root)}
        return Path(sysconfig.get_path("purelib", "venv", places))

    @property
    def scripts(self) -> Path:
        return Path(sysconfig.get_path("scripts", "venv", {"base": str(self.root)}))

    def run(self, program: str, *arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
        variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DLBOOK_KEYS")}
        return subprocess.run(
            [str(self.scripts / program), *arguments],
            cwd=cwd,
            env={**variables, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def install(self, *what: str) -> None:
        options = ("--no-deps", "--no-index", "--no-build-isolation", "--no-compile")
        command = [sys.executable, "-m", "pip", "--python", str(self.root), "install", *options]
        subprocess.run([*command, *what], check=True, capture_output=True)

    def files(self) -> dict[Path, int]:
        return {p: p.stat().st_mtime_ns for p in self.packages.rglob("*") if p.is_file()}


def empty_environment(root: Path) -> Environment:
    venv.EnvBuilder(symlinks=True).create(root)
    environment = Environment(root)
    dependencies = "\n".join(site.getsitepackages())  # a .pth in them, such as ours, is not read
    (environment.packages / "dependencies.pth").write_text(dependencies, "utf-8")
    return environment


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Environment:
    environment = empty_environment(tmp_path_factory.mktemp("environment"))
    (path,) = built.glob("*.whl")
    environment.install(str(path))
    return environment


LOOK = """
import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import dlbook
from dlbook.grading.course.place import find

packaged = files("dlbook") / "course"
names = {folder.name: len(list(folder.iterdir())) for folder in packaged.iterdir()}
print(json.dumps([version("dlbook"), dlbook.__file__, names, str(find(Path.cwd()).root)]))
"""


@pytest.mark.notebook
def test_an_installed_wheel_finds_its_course(installed, tmp_path):
    done = installed.run("python", "-c", LOOK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    version, package, names, root = json.loads(done.stdout)
    assert version == PROJECT["version"]
    assert Path(package) == installed.packages / "dlbook" / "__init__.py"
    assert names == {folder: len(Course(ROOT).notebooks(folder)) for folder in FOLDERS}
    assert Path(root) == installed.packages / "dlbook" / "course"


@pytest.mark.notebook
def test_a_file_is_checked_from_an_empty_folder_and_nothing_is_written(installed, tmp_path):
    before = installed.files()
    exercises = str(ROOT / "exercises" / "05_backpropagation.ipynb")
    done = installed.run("dlbook", "check", exercises, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "○ relu_back: not attempted" in done.stdout
    done = installed.run("dlbook", "check", "05", cwd=tmp_path)
    assert done.returncode == 2 and "a folder for your work is needed" in done.stderr
    assert installed.files() == before and not any(tmp_path.iterdir())


@pytest.mark.notebook
def test_submissions_are_graded_from_an_empty_folder(installed, tmp_path):
    work = tmp_path / "work" / "ada"
    work.mkdir(parents=True)
    shutil.copy(ROOT / "exercises" / "00_start_here.ipynb", work)
    arguments = ("grade", "work", "-o", "out", "--sandbox", "off", "--jobs", "1", "--seed", "7")
    done = installed.run("dlbook", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ada" in (tmp_path / "out" / "grades.csv").read_text("utf-8")


@pytest.mark.notebook
def test_a_learner_begins_with_the_package_alone(installed, tmp_path):
    before = installed.files()
    done = installed.run("dlbook", "lab", "--no-browser", cwd=tmp_path)
    assert done.returncode == 2 and "make one with `dlbook init deep-learning`" in done.stderr
    for words in (["init", "mine"], ["--course", "mine", "update"]):
        done = installed.run("dlbook", *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    copies = sorted(path.name for path in (tmp_path / "mine" / "chapters").iterdir())
    assert copies == sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))
    assert installed.files() == before


@pytest.mark.notebook
@pytest.mark.parametrize("verb", ["build", "release new"])
def test_what_writes_or_hands_out_needs_a_course_of_ones_own(installed, tmp_path, verb):
    before = installed.files()
    done = installed.run("dlbook", *verb.split(), cwd=tmp_path)
    assert done.returncode == 2 and "belongs to the installed package" in done.stderr
    assert "copy that folder" in done.stderr and done.stderr.count("\n") == 1
    assert installed.files() == before and not any(tmp_path.iterdir())


@pytest.mark.notebook
def test_a_copy_of_the_packaged_course_is_a_course(installed, tmp_path):
    shutil.copytree(installed.packages / "dlbook" / "course", tmp_path / "mine")
    right = SAMPLES / "relu_back-right-plain.ipynb"
    done = installed.run("dlbook", "check", str(right), cwd=tmp_path / "mine" / "exercises")
    assert "✓ relu_back: right" in done.stdout, done.stderr


SEARCH = """
import os
import re
for folder, _folders, files in os.walk("/"):
    for name in files:
        if "dlbook" in folder and re.match("[0-9][0-9]_", name):
            print(os.path.join(folder, name))
print(os.path.isfile("/course/dlbook/graph.py"))
"""


@pytest.mark.notebook
@needs_bubblewrap
def test_inside_the_sandbox_of_an_installed_wheel_no_answer_is_seen(installed, tmp_path):
    program = "import subprocess, sys; from dlbook.grading.sandbox import view as b; "
    program += (
        f"command = [*b.sandbox_command('once', ()), '--', b.python(), '-S', '-c', {SEARCH!r}]; "
    )
    program += "sys.exit(subprocess.run(command, env=b.environment()).returncode)"
    done = installed.run("python", "-c", program, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@pytest.mark.notebook
@pytest.mark.parametrize("folder", ["clone", "bundle"])
def test_an_editable_installation_copies_nothing(folder, bundle, elsewhere, tmp_path):
    environment = empty_environment(tmp_path / "environment")
    source = bundle if folder == "bundle" else ROOT
    environment.install("-e", str(source))
    assert not (environment.packages / "dlbook").exists()
    code = "import dlbook; from pathlib import Path; "
    code += "from dlbook.grading.course.place import find; print(find(Path.cwd()).root)"
    done = environment.run("python", "-c", code, cwd=elsewhere)
    assert done.stdout == f"{source}\n", done.stderr


@pytest.mark.notebook
def test_a_bundle_can_be_installed_as_a_package(bundle, elsewhere, tmp_path):
    environment = empty_environment(tmp_path / "environment")
    environment.install(str(bundle))
    environment.run("dlbook", "init", "mine", cwd=elsewhere)
    done = environment.run("dlbook", "check", "90", cwd=elsewhere / "mine")
    assert done.returncode == 1 and "○ relu_back: not attempted" in done.stdout, done.stderr
