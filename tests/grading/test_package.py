import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dlbook.grading.package import PACKAGE, digest, needed_files, package_files

FILES = {
    "__init__.py": "",
    "top.py": "",
    "desk/__init__.py": "",
    "desk/wire.py": "import json",
    "desk/compare.py": "from dlbook.desk.wire import decode",
    "net/__init__.py": "",
    "net/layer.py": "def load():\n    from dlbook.desk import compare\n    return 'weights.npz'",
    "net/weights.npz": "",
    "net/other.npz": "",
    "near/__init__.py": "from . import wire",
    "keys/05.json": "{}",
}
EVERYTHING = {Path(name) for name in FILES if not name.startswith("keys/")}
BASE = {Path("__init__.py"), Path("desk/__init__.py"), Path("desk/wire.py")}
LAYER = {Path("net/__init__.py"), Path("net/layer.py"), Path("net/weights.npz")}
NEEDED = {  # what a program says: the files that it needs
    "import numpy, dlbooks": set(),
    "from dlbook.desk.wire import decode": BASE,
    "from dlbook.desk import wire": BASE,
    "import dlbook.desk.wire as w": BASE,
    "def f():\n    from dlbook.desk.compare import explain": BASE | {Path("desk/compare.py")},
    "from dlbook.desk import lazily_loaded": BASE | {Path("desk/compare.py")},
    "import dlbook.desk": BASE | {Path("desk/compare.py")},
    "from dlbook.net.layer import load": BASE | LAYER | {Path("desk/compare.py")},
    "from dlbook import Tensor": EVERYTHING,
    "import dlbook": EVERYTHING,
    "import dlbook.near": EVERYTHING,
    "def broken(": EVERYTHING,
}


@pytest.fixture
def package(tmp_path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("program", NEEDED)
def test_a_program_needs_what_it_imports_and_what_that_imports(program, package):
    assert needed_files([program], package) == NEEDED[program]


def test_a_digest_changes_with_each_file_that_it_is_of(package):
    before = digest(package), digest(package, BASE)
    (package / "top.py").write_text("x = 1")
    after = digest(package), digest(package, BASE)
    assert before[0] != after[0] and before[1] == after[1]
    (package / "desk" / "wire.py").write_text("import json  # quick")
    assert digest(package, BASE) != after[1]


def test_answers_are_not_among_the_files_that_travel(package):
    assert set(package_files(package)) == EVERYTHING


def test_each_module_that_lint_and_a_set_load_is_among_those_needed(tmp_path):
    program = "from dlbook.grading.course.lint import problems\nfrom dlbook.check import check"
    show = "import sys\nprint(*[m.__file__ for n, m in sys.modules.items() if n[:6] == 'dlbook'])"
    copy = shutil.copytree(PACKAGE, tmp_path / "dlbook")
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{show}"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {Path(name).relative_to(copy) for name in done.stdout.split()}
    assert len(loaded) > 15 and loaded <= needed_files([program], copy)
