"""The verbs of learners: lab and check."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT, UNUSABLE, find_course, find_work, plain_json
from dlbook.cli.options import SEED, language_option
from dlbook.cli.verb import Verb
from dlbook.i18n import N_, _, language as language_here, use

if TYPE_CHECKING:
    from dlbook.check.verdict import Outcome
    from dlbook.grading.course.build import Course
    from dlbook.grading.run.report import Report

_SHORT = 16  # letters of a name, so that the line is whole on a terminal with 80 columns
_OFFLINE = (  # nobody is asked about news, nothing looks for updates
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
)


@click.command(
    cls=Verb,
    short_help=N_("open the course in JupyterLab; more options go to it"),
    context_settings={"ignore_unknown_options": True},
)
@language_option
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF JUPYTERLAB]")
@click.pass_obj
def lab(root: Path | None, language: str | None, options: tuple[str, ...]) -> int:
    """Open working copies of the course in JupyterLab, at the first chapter.

    They are in the folder that `dlbook init` has made, or in work/ of a clone: chapters without
    outputs, and exercises. What is missing there is made, and nothing there is overwritten. Where
    JupyterLab runs there already, that one is opened. More options go to JupyterLab.
    """
    from dlbook.check.requirements import require
    from dlbook.check.watching import RUNNERS
    from dlbook.workspace import folder
    from dlbook.workspace.servers import running
    from dlbook.workspace.update import speak

    require("jupyterlab")
    workspace = folder.of(find_work(root))
    use(language or language_here())  # kernels inherit it
    speak(workspace, language or (workspace.language if workspace.is_made else language_here()))
    chapters = workspace.hand_out()
    address = running(workspace.root)
    if address:
        return _go_to(address, "--no-browser" not in options)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={workspace.root}"]
    for path in chapters[:1]:  # the address that is opened, or printed without a browser
        command.append(f"--LabApp.default_url=/lab/tree/{path.parent.name}/{path.name}")
    command += [*_OFFLINE, *options]
    for name in ("DLBOOK_SEED", *RUNNERS):  # with these, cards would take a learner for a program
        os.environ.pop(name, None)
    paths = [str(folder.JUPYTER), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    if os.name == "posix":
        os.execv(command[0], command)  # one process, so that stopping it stops JupyterLab
    import subprocess

    return subprocess.call(command)


def _go_to(address: str, opens: bool) -> int:
    """Lead to the JupyterLab that runs in the folder already."""
    import webbrowser

    print(_("JupyterLab runs in this folder already: {address}").format(address=address))
    print(_("Work there: a second one would not see what is written in the first."))
    if opens:
        webbrowser.open(address)
    return RIGHT


@click.command(cls=Verb, short_help=N_("check your exercises in a fresh kernel"))
@click.argument("target", default="")
@click.option(
    "--seed",
    type=SEED,
    help=N_("Draw the inputs from this seed and add the hidden checks (needs solutions/)."),
)
@click.option("--json", "as_json", is_flag=True, help=N_("Print the reports as JSON."))
@click.pass_obj
def check(root: Path | None, target: str, seed: int | None, as_json: bool) -> int:
    """Check your exercises in a fresh kernel.

    TARGET is a set (05), an exercise (relu_back) or a notebook file; without it, every set is
    checked. Sets are those in work/exercises, which `dlbook lab` makes, or else in exercises/.
    """
    from dlbook.cli.target import is_file, targets

    course = find_course(root) if is_file(target) else find_work(root)
    reports: list[Report] = []
    unreadable = False
    found = targets(course, target)
    if not target:
        print(_("checking {folder}").format(folder=found[0][0].parent), file=sys.stderr)
    for path, exercise in found:
        report = report_on(course, path, exercise, seed)
        if report is None:
            unreadable = True
            continue
        reports.append(report)
        if not as_json:
            print(report.text(), flush=True)
    if as_json:
        print(plain_json([report.to_dict() for report in reports]))
    if unreadable:
        return UNUSABLE
    return RIGHT if all(report.all_right for report in reports) else NOT_RIGHT


def report_on(course: "Course", path: Path, exercise: str, seed: int | None) -> "Report | None":
    """Return the report on one notebook, None if it cannot be read, which is told.

    What learners see of it is noted as their progress.

    Args:
        course: where its key is.
        path: of the notebook.
        exercise: the only one that is wanted; '' for all.
        seed: what inputs are drawn from; None for those that learners see.
    """
    from dlbook.check import progress
    from dlbook.check.localized import localized
    from dlbook.cli.target import find_key, only
    from dlbook.grading.errors import UnreadableError
    from dlbook.grading.notebook import read
    from dlbook.grading.run.nbval_run import grade

    try:
        notebook = read(path)
    except UnreadableError as error:  # the other notebooks are checked all the same
        print(_("unreadable: {why}").format(why=error), file=sys.stderr)
        return None
    key = localized(find_key(course, path, notebook.cells, seed))
    with _told_when_stopped(), _progress() as watch:
        report = grade(notebook, only(key, exercise), watch=watch)
    noted = progress.find(path.resolve().parent)
    _tell_unsaved([entry.outcomes[0] for entry in report.exercises], noted)
    for entry in report.exercises if seed is None else ():
        progress.note_attempt(noted, entry.outcomes[0])
    return report


def _tell_unsaved(outcomes: "list[Outcome]", noted: Path | None) -> None:
    """Tell of exercises that were tried in JupyterLab and have only their stub in the file."""
    from dlbook.check import progress
    from dlbook.check.verdict import Verdict

    stubs = [each.exercise for each in outcomes if each.verdict is Verdict.NOT_ATTEMPTED]
    tried = [name for name in stubs if progress.was_tried(noted, name)]
    if tried:
        text = _(
            "{names}: tried before, and not in the file: if it is open in JupyterLab, save it with "
            "Ctrl+S, then check again"
        )
        print(text.format(names=", ".join(tried)), file=sys.stderr)


@contextmanager
def _told_when_stopped() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        print(_("stopped"), file=sys.stderr)
        raise


@contextmanager
def _progress() -> Iterator[Callable[[str], object]]:
    """Yield what tells the terminal what is running, and for how long it may."""
    from tqdm import tqdm

    from dlbook.grading.kernel.limits import Limits

    with tqdm(bar_format="{desc}", leave=False, disable=None) as bar:  # None: no terminal, no word
        text = _("{name} is running; it is stopped after {seconds:.0f} s of work, Ctrl-C ends it")
        most = Limits().cell_seconds
        yield lambda name: bar.set_description_str(text.format(name=name[:_SHORT], seconds=most))
