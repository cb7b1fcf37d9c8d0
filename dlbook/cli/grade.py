"""The verb `grade`: from what was handed in to a folder of results."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook.check.errors import UserError
from dlbook.check.safe_text import clean_line
from dlbook.cli.course import RIGHT, find_course
from dlbook.cli.options import PATH, SEED, Above, Shard, dask_url, sandbox_option, shard
from dlbook.cli.results import write_reports
from dlbook.grading.kernel.limits import Limits
from dlbook.i18n import N_

if TYPE_CHECKING:
    from dlbook.grading.batch.batch import BatchSettings
    from dlbook.grading.batch.executors import WorkerPool
    from dlbook.grading.batch.intake import Intake
    from dlbook.grading.batch.journal import Journal
    from dlbook.grading.batch.worker import SandboxMode

_DEFAULT = Limits()
_LEAST_GB = 0.4  # what Python with NumPy and torch takes before it runs anything


@click.command(short_help=N_("grade a folder or an LMS's ZIP of submissions"))
@click.argument("submissions", type=PATH)
@click.option("-o", "out", type=PATH, metavar="OUT", required=True, help="The results.")
@click.option("--set", "set_prefix", metavar="05", default="", help="Grade this set alone.")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes (default: one a core)."
)
@click.option("--seed", type=SEED, metavar="S", help="Default: a fresh one in each run.")
@click.option(
    "--cell-seconds",
    type=Above(0),
    metavar="S",
    default=_DEFAULT.cell_seconds,
    show_default=True,
    help="Limit of one cell: of work, and of waiting.",
)
@click.option(
    "--submission-seconds",
    type=Above(0),
    metavar="S",
    default=_DEFAULT.submission_seconds,
    show_default=True,
    help="Limit of a whole notebook, likewise.",
)
@click.option(
    "--memory-gb",
    type=Above(_LEAST_GB),
    metavar="GB",
    default=_DEFAULT.memory / 1e9,
    show_default=True,
    help="Limit of the memory of a notebook's processes together.",
)
@sandbox_option
@click.option("--executor", type=dask_url, metavar="URL", help="dask://HOST:PORT, for a cluster.")
@click.option(
    "--tls", type=PATH, metavar="DIR", help="ca.pem, cert.pem and key.pem for that cluster."
)
@click.option("--shard", type=shard, metavar="I/N", help="Grade part I of N; give each --seed.")
@click.pass_obj
def grade(
    root: Path | None,
    submissions: Path,
    out: Path,
    set_prefix: str,
    jobs: int | None,
    seed: int | None,
    cell_seconds: float,
    submission_seconds: float,
    memory_gb: float,
    sandbox: "SandboxMode",
    executor: str | None,
    tls: Path | None,
    shard: Shard | None,
) -> int:
    """Grade SUBMISSIONS into the folder OUT.

    SUBMISSIONS is a folder for each student, single files, nbgrader's submitted/, or an LMS's ZIP.

    OUT will hold class.html, class.csv, grades.csv, feedback/STUDENT.html and results.jsonl. The
    same command goes on where it was stopped; OUT is never wiped.

    Files that you write into OUT are kept and obeyed: roster.csv, rules.toml, times.csv,
    extensions.csv and overrides.csv. See INSTRUCTORS.md.

    Of several copies of a set by one student, those with an answer written come before untouched
    ones, these before others; then the highest attempt in the name, the newest time, the last
    name. One that cannot be read gives way to the next. What the LMS marked as late is marked in
    the reports; only rules.toml makes it cost points. A file that cannot be graded is named with
    the reason and has no score.
    """
    from dlbook.cli.plan import (
        exercise_sets,
        find_seed,
        find_submissions,
        make_plan,
        require_word,
        the_one_set,
    )
    from dlbook.grading.batch.journal import Journal
    from dlbook.grading.kernel.scratch import sweep
    from dlbook.grading.results.folder import require_results_or_nothing

    if shard and seed is None:
        raise UserError("--shard needs --seed S, the same for all parts: choose a number")
    part = shard or Shard()
    course = find_course(root)
    sweep()
    require_results_or_nothing(out)
    sets = exercise_sets(course)
    only = the_one_set(sets, set_prefix) if set_prefix else None
    found = find_submissions(submissions, sets, only, part)
    for remark in found.remarks:
        print(clean_line(remark, 600), file=sys.stderr)
    if executor is None:  # a cluster's workers have their own sandboxes
        _require_sandbox(sandbox)
    limits = Limits(
        cell_seconds=cell_seconds,
        submission_seconds=submission_seconds,
        memory=int(memory_gb * 1e9),
    )
    with closing(Journal(out / part.journal)) as journal, _promise_to_go_on():
        if part.parts == 1:  # a part knows not everybody
            require_word(out, sets, found)
        plan = make_plan(
            sets,
            found,
            find_seed(seed, journal),
            limits,
            sandbox,
            seed_was_asked_for=seed is not None,
        )
        with _pool(executor, tls, jobs) as pool:
            _run(plan, pool, found, journal)
        if part.parts == 1:
            return write_reports(out, journal)
    print(f"part {part.part} of {part.parts} is done; after the last one: dlbook report {out}")
    return RIGHT


def _require_sandbox(sandbox: "SandboxMode") -> None:
    """Start and end one, so that a machine without it is told before any work is done."""
    from dlbook.grading.kernel.warm import launcher

    launcher(sandbox).close()


@contextmanager
def _promise_to_go_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        raise


def _pool(
    executor: str | None, tls: Path | None, jobs: int | None
) -> AbstractContextManager["WorkerPool"]:
    from dlbook.grading.batch.executors import dask, processes

    if executor is None:
        return nullcontext(processes(jobs or os.cpu_count() or 1))
    return dask(executor, tls)


def _run(plan: "BatchSettings", pool: "WorkerPool", found: "Intake", journal: "Journal") -> None:
    from tqdm import tqdm

    from dlbook.grading.batch.batch import Batch

    batch = Batch(plan, journal)
    count = batch.register(found, found.files)
    if count < len(found):
        known = "the rest was graded before, equals one of these, or cannot be graded"
        print(f"{count} of {len(found)} files to grade: {known}", file=sys.stderr)
    if batch.kept:
        print(f"{batch.kept} results of an earlier run are not handed in now, and stay")
    every = 0.1 if sys.stderr.isatty() else 30  # seconds: a log needs less
    with tqdm(total=count, unit="file", mininterval=every, dynamic_ncols=True) as bar:
        batch.grade(pool, bar.update)
