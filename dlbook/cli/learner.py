"""The verbs of learners and authors: lab, check, build."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, UNUSABLE, find_course

if TYPE_CHECKING:
    from dlbook.check.answer_key import Key
    from dlbook.grading.course.build import Course
    from dlbook.grading.notebook import Cell
    from dlbook.grading.run.report import Report


def add_verbs(verbs: Any) -> None:
    """Add the verbs to the sub-parsers of the command."""
    opener = verbs.add_parser("lab", help="open the course in JupyterLab; more options go to it")
    opener.set_defaults(verb=lab)

    check = verbs.add_parser("check", help="check your exercises in a fresh kernel")
    check.add_argument(
        "target",
        nargs="?",
        default="",
        help="a set (05), an exercise (relu_back) or a notebook file; default: every set",
    )
    check.add_argument(
        "--seed",
        type=int,
        help="draw the inputs from this seed and add the hidden checks (needs solutions/)",
    )
    check.add_argument("--json", action="store_true", help="print the reports as JSON")
    check.set_defaults(verb=_check)

    build = verbs.add_parser("build", help="bring exercises and keys along with solutions/")
    build.add_argument("--check", action="store_true", help="write nothing, tell what is amiss")
    build.set_defaults(verb=_build)


def lab(options: argparse.Namespace) -> int:
    """Become JupyterLab, opened at the first chapter."""
    course = find_course(options)
    command = [
        *(sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={course.root}"),
        # offline: nobody is asked about news, nothing looks for updates
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        *options.rest,
        *(str(path) for path in course.notebooks("chapters")[:1]),
    ]
    if os.name == "posix":
        os.execv(command[0], command)  # one process, so that stopping it stops JupyterLab
    return subprocess.call(command)


def _build(options: argparse.Namespace) -> int:
    from dlbook.grading.course.build import build, check

    course = find_course(options)
    problems = (check if options.check else build)(course, print)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return NOT_RIGHT
    print("everything is fresh")
    return RIGHT


def _check(options: argparse.Namespace) -> int:
    from dlbook.grading.errors import UnreadableError
    from dlbook.grading.notebook import read
    from dlbook.grading.run.nbval_run import grade

    course = find_course(options)
    reports: list[Report] = []
    unreadable = False
    for path, exercise in _targets(course, options.target):
        try:
            notebook = read(path)
        except UnreadableError as error:
            print(f"unreadable: {error}", file=sys.stderr)
            unreadable = True
            continue
        key = _key(course, path, notebook.cells, options.seed)
        with _progress(path.stem) as watch:
            report = grade(notebook, _only(key, exercise), watch=watch)
        reports.append(report)
        if not options.json:
            print(report.text(), flush=True)
    if options.json:
        print(json.dumps([report.to_dict() for report in reports], ensure_ascii=False, indent=1))
    if unreadable:
        return UNUSABLE
    return RIGHT if all(report.all_right for report in reports) else NOT_RIGHT


@contextmanager
def _progress(title: str) -> Iterator[Callable[[str], object]]:
    """Yield what tells the terminal which exercise is running; elsewhere it is silent."""
    from tqdm import tqdm

    with tqdm(bar_format="{desc}", leave=False, disable=None) as bar:
        yield lambda name: bar.set_description_str(f"{title}: {name} is running")


def _targets(course: "Course", target: str) -> list[tuple[Path, str]]:
    """Return the notebooks that a target names, each with the one exercise wanted, or ''."""
    from dlbook.check.answer_key import load

    if target.endswith(".ipynb"):
        return [(Path(target), "")]
    stem, _dot, exercise = target.partition(".")
    start = stem.zfill(2) if stem.isdigit() else stem
    found = [path for path in course.notebooks("exercises") if path.stem.startswith(start)]
    if not found:
        for path in course.notebooks("exercises"):
            key = load(course.keys / f"{path.stem}.json")
            if key and any(entry.name == target for entry in key.exercises):
                return [(path, target)]
        sets = ", ".join(path.stem for path in course.notebooks("exercises")) or "none"
        raise UserError(f"a set or an exercise is needed, got {target!r}; the sets are: {sets}")
    return [(path, exercise) for path in found]


def _key(course: "Course", path: Path, cells: "tuple[Cell, ...]", seed: int | None) -> "Key":
    """Return the key for a notebook: by its file's name or, renamed, by the exercises in it."""
    from dlbook.check.answer_key import load
    from dlbook.grading.course.exercise_set import understand
    from dlbook.grading.course.programs import make_key
    from dlbook.grading.notebook import read
    from dlbook.grading.run.graft import why_not_this_set

    text = "\n".join(cell.source for cell in cells)
    keys = [key for file in sorted(course.keys.glob("*.json")) if (key := load(file))]
    named = [key for key in keys if key.name == path.stem] or keys
    scores = [sum(e.name in text for e in key.exercises) for key in named]
    if not any(scores):
        raise UserError(
            f"an exercise notebook of this course is needed, {path.name} holds none of its "
            "exercises: name the right file, or run `dlbook build` first"
        )
    key = named[scores.index(max(scores))]
    if reason := why_not_this_set(cells, key):
        raise UserError(f"{path} is {reason}")
    if seed is None:
        return key
    solution = course.root / "solutions" / f"{key.name}.ipynb"
    if not solution.is_file():
        raise UserError(f"--seed needs the solutions, there is no {solution}: leave --seed out")
    return make_key(understand(key.name, read(solution))[0], seed, hidden=True)


def _only(key: "Key", exercise: str) -> "Key":
    if not exercise:
        return key
    chosen = tuple(entry for entry in key.exercises if entry.name == exercise)
    if not chosen:
        names = ", ".join(entry.name for entry in key.exercises)
        raise UserError(f"{key.name} has no exercise {exercise!r}; it has {names}")
    return replace(key, exercises=chosen)
