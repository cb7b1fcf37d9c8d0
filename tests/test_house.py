"""The house keeps its shape: floors, doors, sizes. What a program can ask the tree, no list holds.

RULES judge the files of a package; below, each is seen to fail on a small package that is spoilt.
`python -m tests.house` prints what they see.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from fnmatch import fnmatch
from statistics import median

import pytest

from tests import ROOT, house, imports

PACKAGE = ROOT / "dlbook"
DOORS = {  # a file's room: the other rooms that it may open; `!` closes, the first that fits counts
    "__main__": "cli",
    "cli": "!__main__ *",  # the roof stands on all of it
    "grading": "check",  # nothing else, so that the grader could serve another course
    "check": "i18n atomic version",
    "site": "!__main__ !cli *",  # all of the course becomes pages
    "workspace": "check edition grading i18n",
    "edition": "atomic check claims grading i18n terms",
    "explore": "!__main__ !cli !check !grading *",
    "*": "!__main__ !cli !site !check !grading !explore *",  # the rest of the learning wing
}
LONGEST, MEDIAN_FILE, MEDIAN_FUNCTION = 300, 120, 5  # lines
Files = dict[str, imports.File]


# ---- the rules: each returns what breaks it, in words that say what to do ----


def circles(files: Files) -> list[str]:
    graph = imports.file_graph(files)
    found = imports.circles(graph) + imports.circles(imports.room_graph(graph))
    found += imports.circles(imports.room_graph(graph, "grading"))
    return [f"{', '.join(group)} import in a circle: move what they share down" for group in found]


def upwards(files: Files) -> list[str]:
    graph = imports.file_graph(files)
    found = imports.upwards(imports.room_graph(graph), house.ORDER)
    found += imports.upwards(imports.room_graph(graph, "grading"), house.WORK)
    return [f"{a} imports upwards from {b}: move what {a} needs down" for a, b in found]


def opens(room: str) -> str:
    """Return the line of DOORS that a room falls under."""
    return next(line for line in DOORS if fnmatch(room, line))


def allowed(room: str, target: str) -> bool:
    globs = DOORS[opens(room)].split()
    fitting = [glob for glob in globs if fnmatch(target, glob.removeprefix("!"))]
    return bool(fitting) and not fitting[0].startswith("!")


def doors(files: Files) -> list[str]:
    found = []
    for name, targets in imports.file_graph(files).items():
        room = imports.room_of(name)
        for target in sorted(targets):
            other = imports.room_of(target)
            if room and other not in ("", room) and not allowed(room, other):
                found.append(f"{name} imports {target}: closed to {room}, see DOORS in this test")
    return found


def front_door(files: Files) -> list[str]:
    graph = imports.file_graph(files)
    inside = [name for name, targets in graph.items() if imports.FRONT in targets]
    return [f"{name} imports from dlbook itself: name the file that defines it" for name in inside]


def outside(files: Files) -> list[str]:
    found = []
    for name, file in files.items():
        guests = {path.split(".")[0] for path in imports.imports(file)} & {"torch", "sklearn"}
        found += [f"{name} imports {guest}: only chapters and tests may" for guest in guests]
    return found


def wings(files: Files) -> list[str]:
    inside = imports.room_graph(imports.file_graph(files), "grading")
    return [
        f"grading.{room} has no place in the order of the work: add it to WORK in tests/house.py"
        for room in sorted(set(inside) - set(house.WORK))
    ]


def short_files(files: Files) -> list[str]:
    sizes = {name: house.length(file) for name, file in files.items()}
    long = {name: size for name, size in sizes.items() if size > LONGEST}
    found = [
        f"{name} has {size} lines, at most {LONGEST}: split it, one idea a file"
        for name, size in long.items()
    ]
    middle = median(sizes.values())
    if middle >= MEDIAN_FILE:
        found.append(f"the median file has {middle:g} lines, under {MEDIAN_FILE} are wanted: split")
    return found


def short_functions(files: Files) -> list[str]:
    middle = median([0, *(body for file in files.values() for *_, body in house.functions(file))])
    if middle <= MEDIAN_FUNCTION:
        return []
    text = "the median function has {:g} lines, at most {}: split those that do two things"
    return [text.format(middle, MEDIAN_FUNCTION)]


RULES: dict[str, Callable[[Files], list[str]]] = {
    rule.__name__: rule
    for rule in (
        circles,
        upwards,
        doors,
        front_door,
        outside,
        wings,
        short_files,
        short_functions,
    )
}
FILES = imports.files(PACKAGE)


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps(rule):
    breaches = RULES[rule](FILES)
    assert not breaches, "\n".join(breaches)


def test_grading_imports_nothing_of_dlbook_beside_check_so_that_it_could_serve_another_course():
    graph = imports.file_graph(FILES)
    inside = {name for name in graph if name.split(".")[0] == "grading"}
    opened = {imports.room_of(target) for name in inside for target in graph[name]}
    assert len(inside) > 30 and opened == {"grading", "check"}


def test_every_line_of_a_table_judges_at_least_one_file():
    rooms = {imports.room_of(name) for name in FILES} - {""}
    idle = set(DOORS) - {opens(room) for room in rooms}
    idle |= set(house.ORDER) - rooms
    idle |= set(house.WORK) - set(imports.room_graph(imports.file_graph(FILES), "grading"))
    assert not idle, f"{idle}: no file is judged by it: mend the name, or take the line out"


def test_the_picture_in_contributing_is_the_one_that_the_imports_draw():
    guide = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
    todo = "CONTRIBUTING.md: put what `python -m tests.house --picture` prints into The house"
    assert f"```\n{house.pictures(PACKAGE)}\n```" in guide, todo


# ---- every rule can fail: a small package, and ways to spoil it ----

GOOD = {
    "__init__": "from .tensor import Tensor\n__all__ = ['Tensor']",
    "__main__": "from dlbook.cli import main\nmain()",
    "cli": "def main():\n    from dlbook.grading.run import nbval_run\n    nbval_run.grade()",
    "explore": "from dlbook import nn, tensor\ntensor.Tensor",
    "nn": "from dlbook.tensor import Tensor\nTensor",
    "tensor": "import numpy\nclass Tensor: ...",
    "i18n": "import gettext\n_ = gettext.gettext",
    "check.wire": "from dlbook.i18n import _\n_",
    "grading.run.nbval_run": "from dlbook.check import wire\ndef grade(): wire",
    "grading.kernel.warm": "import os\nos",
}
BACK = "def f():\n    from dlbook.nn import Linear\n    Linear"
SPOILT = [  # the rule that finds it, the file that is spoilt, and the text that is put there
    ("circles", "tensor", BACK),
    (
        "circles",
        "tensor",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    " + "import dlbook.nn",
    ),
    ("circles", "tensor.pyi", "from .nn import Linear as Linear"),
    ("circles", "tensor", "from . import Tensor\nTensor"),
    ("circles", "tensor.parts", "from dlbook.nn import Linear\nLinear"),
    ("upwards", "check.wire", "from dlbook.grading.run.nbval_run import grade\ngrade"),
    ("upwards", "grading.kernel.warm", "from ..run import nbval_run\nnbval_run"),
    (
        "upwards",
        "grading.kernel.warm",
        "CODE = '''from dlbook.grading.run.nbval_run import grade'''\n1",
    ),
    ("doors", "nn", "from dlbook.check import wire\nwire"),
    ("doors", "explore", "from .grading.kernel import warm\nwarm"),
    ("doors", "__main__", "import dlbook.tensor\ndlbook"),
    ("doors", "cli", "import dlbook.__main__\ndlbook"),
    ("doors", "explore", "import dlbook.cli\ndlbook"),
    ("doors", "tensor", "def f():\n    import dlbook.explore\n    dlbook"),
    ("doors", "check.wire", "from dlbook.tensor import Tensor\nTensor"),
    ("doors", "grading.kernel.warm", "from ...i18n import _\n_"),
    ("doors", "grading.kernel.warm", "import dlbook.tensor\ndlbook"),
    ("front_door", "nn", "from dlbook import Tensor\nTensor"),
    ("outside", "nn", "def f():\n    import torch.nn\n    torch"),
    ("outside", "grading.kernel.warm", "from sklearn import datasets\ndatasets"),
    ("wings", "grading.attic.chest", "x = 1\ny = 2"),
    ("short_files", "nn", "x = 1\n" * 301),
    ("short_files", "*", "x = 1\n" * 120),
    ("short_functions", "*", "def f():\n" + "    x = 1\n" * 6 + "1"),
]


@pytest.fixture
def build(tmp_path):
    """Return a function that writes a package and returns its files."""

    def write(texts: dict[str, str]) -> Files:
        for name, text in texts.items():
            stem, stub = name.removesuffix(".pyi"), name.endswith(".pyi")
            path = tmp_path / "dlbook" / f"{stem.replace('.', '/')}.py"
            path = path.with_suffix(".pyi") if stub else path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return imports.files(tmp_path / "dlbook")

    return write


@pytest.mark.parametrize("rule", RULES)
def test_a_good_house_breaks_no_rule(rule, build):
    assert RULES[rule](build(GOOD)) == []


@pytest.mark.parametrize(("rule", "name", "text"), SPOILT)
def test_a_breach_is_found_and_says_what_to_do(rule, name, text, build):
    names = GOOD if name == "*" else [name]
    breaches = RULES[rule](build(GOOD | dict.fromkeys(names, text)))
    assert breaches and all(": " in breach for breach in breaches)


def test_every_rule_was_seen_to_fail():
    assert {rule for rule, *_ in SPOILT} == set(RULES)


PICTURE = """
5  __main__  cli
4  cli       grading
3  explore   nn
3  grading   check
2  check     i18n
2  nn        tensor
1  i18n
1  tensor

inside grading/
1  kernel
1  run
"""  # explore opens tensor, too: nn leads there


def test_a_picture_shows_floors_and_the_nearest_rooms(build, tmp_path):
    build(GOOD)
    assert house.pictures(tmp_path / "dlbook") == PICTURE.strip()


# ---- what belongs to the project ----

TOP = {"README.md", "LICENSE", "CITATION.cff", "environment.yml", "pyproject.toml"}
TOP |= {".gitignore", ".gitattributes"}
TOP |= {"chapters", "exercises", "solutions", "dlbook", "tests"}
TOP |= {".binder", ".ci", ".devcontainer", ".github"}
PLACES = re.compile(r"(?<!\w)/(?:root|home(?!/learner\b)|Users|tmp|work|opt|mnt)/\w[\w./-]*")


def tracked() -> list[str]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("no git here: nothing says which files belong to the project")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in done.stdout.splitlines() if (ROOT / path).is_file()]


def test_the_top_level_holds_what_belongs_there_and_nothing_else():
    here = {path.split("/")[0] for path in tracked()}
    assert not here - TOP, f"{here - TOP}: move it into one of the folders, or remove it"
    assert not TOP - here, f"{TOP - here} is not there any more: take it out of TOP in this test"


def test_no_tracked_file_names_a_place_on_one_machine():
    for path in tracked():
        place = PLACES.search((ROOT / path).read_text("utf-8", errors="replace"))
        assert not place, f"{path} names {place and place[0]}: take it out, or make it relative"
