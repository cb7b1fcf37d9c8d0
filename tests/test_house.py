"""The house keeps its shape: floors, doors, sizes, words. Each failure says what to do."""

import ast
import re
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from tests import ROOT

PACKAGE = ROOT / "dlbook"
HOUSE = """
roof    __main__
roof    cli
roof    cli.lecturer
roof    cli.grade  cli.handout
roof    cli.learner
roof    cli.course
west    grading.batch
west    grading.gradescope  grading.pools  grading.release
west    grading.build  grading.worker
west    grading.lint  grading.reports  grading.run
west    grading.job
west    grading.classpage  grading.graft  grading.launch  grading.lms  grading.programs
west    grading.feedback  grading.folder  grading.inside.host  grading.regrade  grading.sets
west    grading.fate  grading.tally  grading.warm
door    check
west    grading.classroom  grading.compare  grading.inside.kernel
west    grading.intake  grading.journal  grading.sandbox
west    grading.execute  grading.inside.locks  grading.line  grading.page  grading.report
west    grading.names  grading.source
west    grading.cells  grading.inside.hidden  grading.inside.seccomp  grading.kernel
west    grading.memory  grading.scratch  grading.sheet  grading.text
east    explore
east    explore.activation  explore.boundary  explore.broadcast  explore.builder
east    explore.capacity  explore.chain  explore.depth  explore.flow  explore.folding
east    explore.gallery  explore.inception  explore.landscape  explore.limits  explore.maps
east    explore.matrix  explore.neuron  explore.objective  explore.painter  explore.patience
east    explore.plane  explore.race  explore.shapes  explore.shift  explore.softmax
east    explore.stepper  explore.walk  explore.windows_on  explore.xor_runs  explore.xray
east    explore.digit_net  explore.explorer  explore.live  explore.pad  explore.stages
east    explore.page
east    models  train
east    models.mini
east    models.alexnet  models.googlenet  models.lenet  models.resnet  models.vgg  summary
east    data  optim
east    data.glyphs  data.parts  data.pictures  data.points  data.text  data.vowels
east    diagram  nn  watch
east    nn.convolution  nn.init  nn.linear  nn.normalization  nn.pooling  nn.simple
east    functional  gradcheck  module
east    convolution  loss  normalization  pooling
east    activation  lowering  schedule
east    tensor  tiles  windows
east    checkpoint  claims  graph  plots  predict
cellar  key
cellar  wire  words
"""  # a line is a floor: a file imports only from floors below its own
OPEN = {  # room: what its files may import from the other rooms
    "cellar": set(),
    "east": {"words"},  # the learning wing knows nothing of checking
    "door": {"wire", "words", "key", "grading.cells", "grading.compare", "grading.report"},
    "west": {"wire", "words", "key", "check.evaluate", "check.Body"},
}
FLOORS = [line.split() for line in reversed(HOUSE.strip().splitlines())]
HEIGHT = {name: height for height, (_room, *names) in enumerate(FLOORS) for name in names}
ROOM = {name: room for room, *names in FLOORS for name in names}
FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path != PACKAGE / "__init__.py"
}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in FILES.items()}
for name in [name for name, tree in TREES.items() if len(tree.body) < 2]:
    del FILES[name], TREES[name]  # the __init__.py of a folder, a docstring and nothing else


def imports(name: str, tree: ast.AST) -> set[str]:
    """Return every name that a file imports, as a dotted path, wherever the import stands."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = ["dlbook", *name.split(".")][: -node.level] if node.level else []
            base = ".".join([*here, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def own(name: str, tree: ast.AST) -> dict[str, str]:
    """Return what a file imports from dlbook: dotted path without `dlbook.` -> its file."""
    inside = [path for path in imports(name, tree) if path.split(".")[0] == "dlbook"]
    paths = [path.removeprefix("dlbook.") for path in inside if path != "dlbook"]  # its folder
    return {p: p if p in FILES else p.rpartition(".")[0] for p in paths}


@pytest.mark.parametrize(
    ("name", "line", "found"),
    [
        ("cli", "from dlbook import key, words", {"key": "key", "words": "words"}),
        (
            "cli",
            "def f():\n    from dlbook.grading.run.nbval_run import grade",
            {"grading.run.grade": None},
        ),
        ("cli", "import dlbook.check.wire", {"wire": "wire"}),
        ("nn", "from .tensor import Tensor", {"tensor.Tensor": None}),
        ("grading.run", "from ..key import Key", {"key.Key": None}),
        ("grading.run", "from . import cells", {"grading.cells": "grading.cells"}),
        ("nn", "import numpy, dlbooks", {}),
    ],
)
def test_no_way_to_import_is_overlooked(name, line, found):
    expected = {path: file or path.rpartition(".")[0] for path, file in found.items()}
    assert own(name, ast.parse(line)) == expected


def test_every_file_has_one_floor():
    names = [name for _room, *names in FLOORS for name in names]
    assert sorted(names) == sorted(FILES), "HOUSE in tests/test_house.py names each file once"


@pytest.mark.parametrize("name", [name for name in FILES if name in HEIGHT])
def test_a_file_imports_only_from_floors_below(name):
    files = own(name, TREES[name])
    unknown = {path for path, file in files.items() if file not in FILES}
    assert not unknown, f"{name} imports {unknown}: name the file that defines it"
    above = {file for file in files.values() if HEIGHT.get(file, 99) >= HEIGHT[name]}
    assert not above, f"{name} imports {above}: move the shared part to a floor below"


@pytest.mark.parametrize("name", [name for name in FILES if ROOM.get(name) in OPEN])
def test_the_wings_meet_only_where_a_door_is(name):
    room = ROOM[name]
    abroad = {(p, file) for p, file in own(name, TREES[name]).items() if ROOM.get(file) != room}
    closed = {path for path, file in abroad if not {path, file} & OPEN[room]}
    assert not closed, f"{name} ({room}) imports {closed}: not open to it, see OPEN in this test"


def test_no_import_leads_back_to_where_it_began():
    graph = {name: set(own(name, tree).values()) for name, tree in TREES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"imports in a circle: {' <- '.join(error.args[1])}: move what two share down")


@pytest.mark.parametrize("name", FILES)
def test_torch_and_scikit_learn_stay_outside(name):
    outside = {path.split(".")[0] for path in imports(name, TREES[name])} & {"torch", "sklearn"}
    assert not outside, f"{name} imports {outside}: only chapters and tests may"


@pytest.mark.parametrize("line", ["import dlbook", "from dlbook import Tensor, functional, nn"])
def test_importing_dlbook_loads_numpy_and_nothing_else(line):
    code = "import sys, numpy; before = set(sys.modules); {}\n"
    code += "print(*[name for name in sys.modules if name not in before])"
    command = [sys.executable, "-c", code.format(line)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()} - set(sys.stdlib_module_names)
    strangers = {name for name in loaded - {"dlbook", "numpy"} if "cython" not in name}
    assert not strangers, f"`{line}` loads {strangers}: import it inside the function that uses it"


# ---- sizes and words ----


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_short(name):
    lines = FILES[name].read_text("utf-8").count("\n")
    assert lines <= 300, f"{name} has {lines} lines, at most 300: split it, one idea a file"


def public(tree: ast.AST, prefix: str = "") -> dict[str, ast.FunctionDef | ast.ClassDef]:
    """Return the public functions, classes and methods below a node, by their dotted names."""
    found = {}
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            found[prefix + node.name] = node
            if isinstance(node, ast.ClassDef):
                found |= public(node, f"{prefix}{node.name}.")
    return found


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_public_says_what_it_is(name):
    for path, node in public(TREES[name]).items():
        short = "." in path and len(node.body) <= 3  # a method as in torch, or one that says itself
        said = ast.get_docstring(node) or short
        assert said, f"{name}.{path}: add a docstring; its first line says what it returns"


SHAPED = ["data.glyphs", "data.parts", "data.pictures", "data.points", "data.text", "data.vowels"]
SHAPED += ["models.lenet", "models.mini", "summary"]
SHAPED += ["checkpoint", "functional", "gradcheck", "graph", "nn", "tensor", "train"]
NO_SHAPE = {
    "data.parts.batches",
    "data.parts.split",
    "data.text.load_corpus",
    "nn.Sequential",
    "tensor.no_grad",
    "train.History",
}


@pytest.mark.parametrize("name", SHAPED)
def test_where_arrays_go_in_or_out_a_docstring_names_shapes(name):
    for path, node in public(TREES[name]).items():
        if "." not in path and f"{name}.{path}" not in NO_SHAPE:
            text = ast.get_docstring(node) or ""
            said = re.search(r"\bshapes?\b|^`functional\.\w+` as a layer", text)
            assert said, f"{name}.{path}: name the shape of each array in its docstring"


# ---- what belongs to the project ----

TOP = {"README.md", "LICENSE", "environment.yml", "pyproject.toml", ".gitignore"}
TOP |= {"chapters", "exercises", "solutions", "dlbook", "tests"}
TOP |= {".ci", ".github", ".devcontainer", ".binder"}
PLACES = re.compile(r"(?<!\w)/(?:root|home(?!/learner\b)|Users|tmp|work|opt|mnt)/\w[\w./-]*")


def tracked() -> list[str]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("no git here: nothing says which files belong to the project")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in done.stdout.splitlines() if (ROOT / path).is_file()]


def test_the_top_level_holds_what_belongs_there():
    strangers = {path.split("/")[0] for path in tracked()} - TOP
    assert not strangers, f"{strangers}: move it into one of the folders, or remove it"


def test_no_tracked_file_names_a_place_on_one_machine():
    for path in tracked():
        place = PLACES.search((ROOT / path).read_text("utf-8", errors="replace"))
        assert not place, f"{path} names {place and place[0]}: take it out, or make it relative"
