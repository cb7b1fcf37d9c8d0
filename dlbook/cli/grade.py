"""What `dlbook grade`, `report` and `grades` do: from files to results, and into an LMS."""

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, find_course

if TYPE_CHECKING:
    from dlbook.grading.batch.batch import BatchSettings
    from dlbook.grading.batch.executors import WorkerPool
    from dlbook.grading.batch.intake import Submission
    from dlbook.grading.batch.journal import Entry, Journal
    from dlbook.grading.course.build import Course
    from dlbook.grading.course.exercise_set import ExerciseSet
    from dlbook.grading.kernel.launcher import Limits


_LEAST_GB = 0.4  # what Python with NumPy and torch takes before it runs anything


def grade(options: argparse.Namespace) -> int:
    """Grade submissions into a folder of results, going on where an earlier run stopped."""
    from dlbook.grading.batch.journal import Journal
    from dlbook.grading.errors import (
        JournalBusyError,
        JournalDamagedError,
        ResultsFolderError,
        SandboxError,
    )
    from dlbook.grading.kernel.scratch import sweep
    from dlbook.grading.kernel.warm import launcher
    from dlbook.grading.results.folder import require_results_or_nothing

    part, parts = _shard(options)
    limits = _limits(options)
    if not (options.executor or "dask://").startswith("dask://"):
        raise UserError(f"--executor needs dask://HOST:PORT, got {options.executor!r}")
    name = f"journal-{part}-of-{parts}.sqlite" if parts > 1 else "journal.sqlite"
    course = find_course(options)
    sweep()
    try:
        require_results_or_nothing(options.out)
        if options.executor is None:  # a cluster's workers have their own walls
            launcher(options.sandbox).close()
        sets = _sets(course, options.set)
        submissions = _collect(options, sets, part, parts)
        journal = Journal(options.out / name)
    except (JournalBusyError, JournalDamagedError, ResultsFolderError, SandboxError) as error:
        raise UserError(str(error)) from None
    try:
        plan = _plan(options, limits, sets, submissions, journal)
        with ExitStack() as stack:
            _run(plan, _pool(options, stack), submissions, journal)
        if parts > 1:
            print(
                f"part {part} of {parts} is done; after the last one: dlbook report {options.out}"
            )
            return RIGHT
        return _write(options.out, journal)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        raise
    finally:
        journal.close()


def report(options: argparse.Namespace) -> int:
    """Write the reports of a folder of results again, from all its journals."""
    from dlbook.grading.batch.journal import Journal, journals
    from dlbook.grading.errors import JournalBusyError, JournalDamagedError

    found = journals(options.results)
    if not found:
        raise UserError(f"a folder that `dlbook grade` wrote is needed, {options.results} is none")
    try:
        journal = Journal(found[0])
    except (JournalBusyError, JournalDamagedError) as error:
        raise UserError(str(error)) from None
    try:
        return _write(options.results, journal)
    finally:
        journal.close()


def grades(options: argparse.Namespace) -> int:
    """Fill the grades of one set into a copy of the file that an LMS exported."""
    from dlbook.grading.errors import SheetError
    from dlbook.grading.results.lms import Choice, fill

    choice = Choice(options.set, options.column, options.id_column, options.scale)
    try:
        filled = fill(options.fill, _standing(options.results), choice)
    except SheetError as error:
        raise UserError(str(error)) from None
    print(filled.text())
    return NOT_RIGHT if filled.amiss else RIGHT


def _shard(options: argparse.Namespace) -> tuple[int, int]:
    if options.shard is None:
        return 1, 1
    part, _slash, parts = options.shard.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise UserError(f"--shard needs I/N with I from 1 to N, such as 2/8, got {options.shard!r}")
    if options.seed is None:
        raise UserError("--shard needs --seed S, the same for all parts: choose a number")
    return int(part), int(parts)


def _sets(course: "Course", prefix: str) -> dict[str, "ExerciseSet"]:
    """Return the exercise sets of a course by name, only those that `prefix` names."""
    from dlbook.grading.course.exercise_set import understand
    from dlbook.grading.notebook import read

    paths = course.notebooks("solutions")
    if not paths:
        raise UserError(f"solutions are needed to grade, there are none in {course.root}/solutions")
    sets = {path.stem: understand(path.stem, read(path))[0] for path in paths}
    named = [name for name in sets if name.startswith(prefix)]
    if prefix and len(named) != 1:
        raise UserError(f"--set needs one set, got {prefix!r}; there are: {', '.join(sets)}")
    return sets


def _collect(
    options: argparse.Namespace, sets: dict[str, "ExerciseSet"], part: int, parts: int
) -> list["Submission"]:
    from dlbook.grading.batch.batch import shard
    from dlbook.grading.batch.intake import collect
    from dlbook.grading.errors import UnreadableError

    names = {name: frozenset(e.name for e in found.exercises) for name, found in sets.items()}
    only = next((name for name in sets if name.startswith(options.set)), None)
    try:
        found = collect(options.submissions, names, only if options.set else None)
    except UnreadableError as error:
        raise UserError(str(error)) from None
    if not found:
        raise UserError(f"nothing was handed in at {options.submissions}: name another folder")
    return shard(found, part, parts)


def _plan(
    options: argparse.Namespace,
    limits: "Limits",
    sets: dict[str, "ExerciseSet"],
    submissions: list["Submission"],
    journal: "Journal",
) -> "BatchSettings":
    from dlbook.grading.batch.batch import BatchSettings, Reference, fresh_seed
    from dlbook.grading.course.exercise_set import digest
    from dlbook.grading.course.lint import rejects
    from dlbook.grading.course.programs import make_key

    seed = options.seed if options.seed is not None else journal.last_seed()
    seed = fresh_seed() if seed is None else seed
    references = {}
    for name in sorted({item.set_name for item in submissions if not item.problem}):
        print(f"{name}: its solution and known mistakes run on seed {seed}", file=sys.stderr)
        key = make_key(sets[name], seed, hidden=True)
        if rejected := ", ".join(rejects(sets[name], key)):
            raise UserError(
                f"the reference of {name} rejects right answers ({rejected}), so no grade would "
                "be fair: run `dlbook build --check` and mend the solution"
            )
        references[name] = Reference(key, digest(sets[name].cells))
    return BatchSettings(references, seed, limits, options.sandbox)


def _limits(options: argparse.Namespace) -> "Limits":
    from dlbook.grading.kernel.launcher import Limits

    limits = Limits()
    for name in ("cell_seconds", "submission_seconds", "memory_gb"):
        value = getattr(options, name)
        if value is None:
            continue
        least = _LEAST_GB if name == "memory_gb" else 0
        if not value > least:
            raise UserError(f"--{name.replace('_', '-')} needs more than {least:g}, got {value:g}")
        if name == "memory_gb":
            limits = replace(limits, memory=int(value * 1e9))
        else:
            limits = replace(limits, **{name: value})
    return limits


def _pool(options: argparse.Namespace, stack: ExitStack) -> "WorkerPool":
    from dlbook.grading.batch.executors import dask, processes
    from dlbook.grading.errors import ExecutorError

    if options.executor is None:
        return processes(options.jobs or os.cpu_count() or 1)
    try:
        return stack.enter_context(dask(options.executor))
    except ExecutorError as error:
        raise UserError(str(error)) from None


def _run(
    plan: "BatchSettings", pool: "WorkerPool", submissions: list["Submission"], journal: "Journal"
) -> None:
    from tqdm import tqdm

    from dlbook.grading.batch.batch import Batch

    batch = Batch(plan, journal)
    count = batch.register(submissions)
    if count < len(submissions):
        known = "the rest was graded before, equals one of these, or cannot be graded"
        print(f"{count} of {len(submissions)} files to grade: {known}", file=sys.stderr)
    if batch.kept:
        print(f"{batch.kept} results of an earlier run are not handed in now, and stay")
    every = 0.1 if sys.stderr.isatty() else 30  # seconds: a log needs less
    with tqdm(total=count, unit="file", mininterval=every, dynamic_ncols=True) as bar:
        batch.grade(pool, bar.update)


def _standing(folder: Path) -> list["Entry"]:
    from dlbook.grading.batch.journal import current_entries, journals

    found = journals(folder)
    if not found:
        raise UserError(f"a folder that `dlbook grade` wrote is needed, {folder} is none")
    return [entry for path in found for entry in current_entries(path)]


def _write(folder: Path, journal: "Journal") -> int:
    """Write all reports from all journals of the folder, and say the result in short."""
    from dlbook.grading.batch.journal import current_entries, journals
    from dlbook.grading.results.changes import changes
    from dlbook.grading.results.files import summary, write_all
    from dlbook.grading.results.folder import Results

    entries = _standing(folder)
    before = [entry for path in journals(folder) for entry in current_entries(path, back=1)]
    changed = changes(before, entries)
    results = Results(folder, journal, lambda line: print(line, file=sys.stderr))
    write_all(results, entries, changed)
    print(summary(folder, entries, changed))
    return RIGHT if all(not entry.reason for entry in entries) else NOT_RIGHT
