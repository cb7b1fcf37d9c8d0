"""Fresh environments, by hand: does a learner need no more than the core of dlbook asks for?

`python -m tests.environments` takes each Python that it finds, from 3.11 on. For each it makes a
virtual environment in a folder with a space and Chinese letters, installs the wheel without any
extra, and runs `tests/in_an_environment.py` there, plainly and as on Windows. Then it takes each
verb of an extra that is not there. `--oldest` installs the oldest versions that pyproject.toml
allows, and runs the learner's tests with them. `--here` runs all that in the environment that it
is called from, which needs `pip install -e . pytest pytest-xdist hypothesis`.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from tests import ROOT, imports

CHECK = ROOT / "tests" / "in_an_environment.py"
FOLDER = "深度 学习"  # a space, and letters of no European code page
RUNNERS = ("pytest", "pytest-xdist", "hypothesis", "pyyaml")
THERE = {"IPython", "PIL", "hypothesis", "matplotlib", "numpy", "pytest", "traitlets"}
LECTURERS = ("grading", "cli", "workspace", "edition", "site")  # of no use to a learner's test
PER_EXTRA = {"check 05": "grade", "lab": "lab"}  # a verb: the extra that it says is missing
TOO_FINE = "a_palette_is_much_smaller"  # before matplotlib 3.10 a channel is off by 7, not by 6


@dataclass(frozen=True)
class Environment:
    """A virtual environment in a folder of its own."""

    folder: Path

    @property
    def python(self) -> Path:
        windows = self.folder / ".venv" / "Scripts" / "python.exe"
        return windows if windows.exists() else self.folder / ".venv" / "bin" / "python"

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run its Python; in it, there is no dlbook but the installed one."""
        hidden = ("PYTHONPATH", "DLBOOK_KEYS", "DLBOOK_SEED")
        variables = {k: v for k, v in os.environ.items() if k not in hidden}
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env={**variables, "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
        )

    def install(self, *what: str | Path) -> None:
        done = self.run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)
        if done.returncode:
            raise RuntimeError(f"pip install {what} failed:\n{done.stderr}")


def make(python: str, below: Path, *what: str | Path) -> Environment:
    """Return a new environment in a folder that is hard to spell, with some packages."""
    environment = Environment(below / FOLDER)
    subprocess.run([python, "-m", "venv", environment.folder / ".venv"], check=True)
    environment.install(*what)
    return environment


def wheel(below: Path) -> Path:
    """Build the wheel of this checkout."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(below)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = below.glob("*.whl")
    return path


# ---- what is tried ----


def problems(environment: Environment) -> Iterator[str]:
    """Yield what is wrong in an environment that has the core alone."""
    for option in ([], ["--as-on-windows"]):
        done = environment.run(CHECK, *option)
        if done.returncode:
            yield f"{' '.join(option) or 'plainly'}: {done.stdout}{done.stderr}"
    for verb, extra in PER_EXTRA.items():
        done = environment.run("-m", "dlbook", "--course", ROOT, *verb.split())
        if f'pip install "dlbook[{extra}]"' not in done.stderr or done.returncode != 2:
            yield f"dlbook {verb} does not name its extra: {done.stdout}{done.stderr}"


def learner_tests() -> list[str]:
    """Return the files of tests that need what a learner has and nothing else.

    They reach no room of lecturers and no package beside THERE, neither by themselves nor by what
    they import from tests/.
    """
    files = imports.files(ROOT / "dlbook")
    graph = imports.file_graph(files)
    found = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        ours, others = _reached(path)
        homes = {imports.home(name, files) for name in ours if name.startswith("dlbook")}
        reached = homes.union(*(imports.reach(graph, home) for home in homes))
        rooms = {imports.room_of(name) for name in reached}
        if homes and others <= THERE and not rooms & set(LECTURERS):
            found.append(path.relative_to(ROOT).as_posix())
    return [name for name in found if not name.startswith("tests/samples/")]


def _reached(path: Path) -> tuple[set[str], set[str]]:
    """Return what a test imports of ours, and which other packages; tests/ is looked through."""
    ours: set[str] = set()
    others: set[str] = set()
    todo = [path]
    while todo:
        for name in _imported(todo.pop()):
            first = name.split(".")[0]
            if first in ("dlbook", "tests") and name not in ours:
                ours.add(name)
                todo += [file for file in _files_of(name) if first == "tests"]
            elif first not in sys.stdlib_module_names | {"dlbook", "tests"}:
                others.add(first)
    return ours, others


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(name: str) -> Iterable[Path]:
    """Return the file of a dotted name in tests/, or of what it is a part of."""
    parts = name.split(".")
    places = [ROOT.joinpath(*parts[:n]).with_suffix(".py") for n in (len(parts), len(parts) - 1)]
    return [place for place in places if place.exists()][:1]


def run_learner_tests(environment: Environment) -> str:
    """Return the last line of pytest on the learner's tests, with what failed above it."""
    options = ["-q", "-m", "not notebook", "-n", "2", "-k", f"not {TOO_FINE}"]
    options += ["-p", "no:cacheprovider", "-o", "addopts=", "-o", "filterwarnings=default"]
    options += ["--disable-warnings", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")]
    done = environment.run("-m", "pytest", *options, *(ROOT / name for name in learner_tests()))
    lines = done.stdout.splitlines()
    return "\n".join([line for line in lines if line.startswith(("FAILED", "ERROR"))] + lines[-1:])


# ---- which environments ----


def oldest() -> list[str]:
    """Return the core's packages in the oldest versions that pyproject.toml allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [str(Requirement(line)).replace(">=", "==") for line in project["dependencies"]]


def pythons() -> list[str]:
    """Return a Python of each version from 3.11 on that is installed, this one first."""
    names = [f"python3.{minor}" for minor in range(11, 20)]
    places = [shutil.which(name) for name in names]
    homes = Path.home() / ".pyenv" / "versions"
    places += [str(home / "bin" / "python") for home in sorted(homes.glob("3.*"))]
    found = {sys.version_info[:2]: sys.executable}
    for place in filter(None, places):
        said = subprocess.run([place, "-V"], capture_output=True, text=True).stdout
        version = tuple(map(int, re.findall(r"\d+", said)[:2]))
        if version >= (3, 11):
            found.setdefault(version, place)
    return list(found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oldest", action="store_true", help="with the oldest versions allowed")
    parser.add_argument("--here", action="store_true", help="in the environment of this Python")
    options = parser.parse_args()
    if options.here:
        done = subprocess.run([sys.executable, CHECK])
        print(said := run_learner_tests(Here(ROOT)))
        return 1 if done.returncode or "failed" in said or "error" in said else 0
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        path = wheel(Path(folder))
        for number, python in enumerate(pythons()[: 1 if options.oldest else None]):
            start, below = time.perf_counter(), Path(folder, str(number))
            more = [*oldest(), *RUNNERS] if options.oldest else []
            environment = make(python, below, f"{path}[data]" if more else path, *more)
            found = list(problems(environment))
            tests = run_learner_tests(environment) if options.oldest else ""
            wrong += len(found) + ("failed" in tests) + ("error" in tests)
            version = environment.run("-V").stdout.strip()
            print(f"{version}, {time.perf_counter() - start:.0f} s:", tests or "")
            print("\n".join(found) or "well", flush=True)
    return 1 if wrong else 0


class Here(Environment):
    """The environment of this Python."""

    @property
    def python(self) -> Path:
        return Path(sys.executable)


if __name__ == "__main__":
    sys.exit(main())
