"""The house keeps its shape: floors, doors, sizes. Each failure says what to do."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dlbook"
FLOORS = [  # a file imports only from floors below its own
    ["words", "wire", "graph", "plots"],  # cellar
    ["key", "tensor", "grading.report"],
    ["functional", "gradcheck", "module", "grading.cells"],
    ["nn", "grading.compare"],
    ["optim", "data", "check", "grading.kernel", "grading.sets"],
    ["train", "grading.execute", "grading.graft", "grading.programs"],
    ["diagram", "grading.lint", "grading.run"],
    ["grading.build"],
    ["cli"],  # roof
    ["__main__"],
]
HEIGHT = {name: height for height, floor in enumerate(FLOORS) for name in floor}
EAST = {"tensor", "graph", "functional", "gradcheck", "module", "nn", "optim", "data", "train"}
EAST |= {"diagram", "plots"}
TOP = {"README.md", "LICENSE", "environment.yml", "pyproject.toml", ".gitignore", ".ci", ".github"}
TOP |= {"chapters", "dlbook", "exercises", "solutions", "tests"}
FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}


def imports(path: Path) -> set[str]:
    """Return the files of this package that a file imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dlbook"):
            inside = (node.module or "").removeprefix("dlbook").lstrip(".")
            names = {f"{inside}.{alias.name}".lstrip(".") for alias in node.names}
            found |= {name if name in FILES else inside for name in names}
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names if alias.name.startswith("dlbook.")}
            found |= {name.removeprefix("dlbook.") for name in names}
    return found & set(FILES)


def test_every_file_has_a_floor():
    assert set(FILES) == set(HEIGHT), "give each file of dlbook a floor in FLOORS"


@pytest.mark.parametrize("name", FILES)
def test_a_file_imports_only_from_floors_below(name):
    above = {other for other in imports(FILES[name]) if HEIGHT[other] >= HEIGHT[name]}
    assert above == set(), f"{name} imports {above}: move the shared part to a floor below"


@pytest.mark.parametrize("name", sorted(EAST))
def test_the_learning_wing_knows_nothing_of_checking(name):
    assert imports(FILES[name]) <= EAST, f"{name} imports from outside the learning wing"


@pytest.mark.parametrize("name", [name for name in FILES if name not in EAST])
def test_checking_knows_nothing_of_the_learning_wing(name):
    assert not imports(FILES[name]) & EAST, f"{name} imports from the learning wing"


def test_importing_dlbook_loads_numpy_and_nothing_else():
    code = "import sys; import numpy; before = set(sys.modules); import dlbook\n"
    code += "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    strangers = set(done.stdout.split()) - set(sys.stdlib_module_names) - {"dlbook"}
    assert strangers == set(), "import it where it is used, inside the function"


@pytest.mark.parametrize("name", FILES)
def test_torch_and_scikit_learn_stay_outside(name):
    source = FILES[name].read_text("utf-8")
    assert not re.search(r"^\s*(import|from) (torch|sklearn)\b", source, re.MULTILINE)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_short(name):
    lines = FILES[name].read_text("utf-8").count("\n")
    assert lines <= 300, f"{name} has {lines} lines: split it, one idea a file"


SHAPED = ["data", "functional", "gradcheck", "nn", "tensor", "train"]  # where arrays go in or out
NO_ARRAYS = {"no_grad", "History", "Sequential"}


@pytest.mark.parametrize("name", SHAPED)
def test_public_docstrings_name_shapes(name):
    for node in ast.parse(FILES[name].read_text("utf-8")).body:
        public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_"
        if public and node.name not in NO_ARRAYS:
            text = ast.get_docstring(node) or ""
            assert re.search(r"shape|number|element|`functional\.", text), (
                f"{name}.{node.name}: name the shapes"
            )


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout: nothing says which files belong to the project")
    return done.stdout.splitlines()


def test_the_top_level_holds_what_belongs_there():
    strangers = {path.split("/")[0] for path in tracked()} - TOP
    assert strangers == set(), "move it into one of the folders, or remove it"


def test_no_tracked_file_names_a_place_on_one_machine():
    places = re.compile(r"/(?:root|home|Users)/\w|/tmp/\w")
    for path in tracked():
        if (
            path.endswith((".py", ".md", ".yml", ".toml", ".ipynb"))
            and path != "tests/test_house.py"
        ):
            text = (ROOT / path).read_text("utf-8", errors="replace")
            assert not places.search(text), f"{path} names {places.search(text)[0]}...: take it out"
