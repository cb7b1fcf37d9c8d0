"""An autograder for Gradescope: the archive that it wants, and what runs in it.

In the container: `python -m dlbook.grading.handout.gradescope /autograder --sandbox ...`.
If the grader itself fails, no results are written, and Gradescope tells the lecturer so.
"""

import argparse
import json
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from dlbook.check.answer_key import Key, load
from dlbook.check.requirements import needed
from dlbook.check.safe_text import clean
from dlbook.check.shared import atomic
from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Record
from dlbook.grading.batch.intake import collect
from dlbook.grading.batch.submission import rank
from dlbook.grading.batch.worker import SandboxMode, Task, engine, pack, work
from dlbook.grading.errors import UnreadableError
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.package import PACKAGE, package_files
from dlbook.grading.run.report import from_dict

_SETUP = """#!/usr/bin/env bash
set -e
apt-get update
apt-get install -y python3.11 python3.11-venv bubblewrap
python3.11 -m venv /autograder/venv
/autograder/venv/bin/pip install -r /autograder/source/requirements.txt
cp -r /autograder/source/package/dlbook \\
    "$(/autograder/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
"""
_RUN = """#!/usr/bin/env bash
cd /
exec /autograder/venv/bin/python -P -m dlbook.grading.handout.gradescope \\
    /autograder --sandbox {sandbox}
"""


def archive(key: Key, sandbox: SandboxMode) -> bytes:
    """Return the ZIP of the autograder of one set; it holds the key and no solution."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as files:
        _add(files, "setup.sh", _SETUP, executable=True)
        _add(files, "run_autograder", _RUN.format(sandbox=sandbox), executable=True)
        _add(files, "requirements.txt", "\n".join(_requirements()) + "\n")
        _add(files, "key.json", key.to_json())
        for path in package_files():
            _add(files, f"package/dlbook/{path.as_posix()}", (PACKAGE / path).read_bytes())
    return stream.getvalue()


def results(record: Record, key: Key) -> dict[str, Any]:
    """Return what Gradescope reads: a test for each exercise, with its remark and hints."""
    if record.report is None:
        tests = [_test(e.name, Verdict.UNREADABLE, 0, e.points, "") for e in key.exercises]
        output = f"The file cannot be graded: {record.unreadable}"
    else:
        report = from_dict(record.report)
        tests = []
        for exercise in report.exercises:
            problems = [o for o in exercise.outcomes if o.verdict is not Verdict.RIGHT]
            lines = problems[0].text() if problems else ""
            tests.append(
                _test(exercise.name, exercise.verdict, exercise.score, exercise.points, lines)
            )
        output = "\n".join(f"Note: {note}" for note in report.notes)
    return {
        "output": clean(output, 4_000),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": round(record.seconds),
        "tests": tests,
    }


def main(arguments: list[str] | None = None) -> int:
    """Grade the submission that Gradescope has put into the container."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="Gradescope's folder: /autograder")
    parser.add_argument("--sandbox", choices=("required", "off"), default="required")
    options = parser.parse_args(arguments)
    key = load(options.root / "source" / "key.json")
    if key is None:
        print("source/key.json is needed: write the archive again", file=sys.stderr)
        return 2
    record = _grade(options.root / "submission", key, options.sandbox)
    target = options.root / "results" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(target, json.dumps(results(record, key), ensure_ascii=False))
    return 0


def _grade(folder: Path, key: Key, sandbox: SandboxMode) -> Record:
    """Return the record of the newest copy of the set in a folder."""
    names = {key.name: frozenset(entry.name for entry in key.exercises)}
    try:
        found = [copy for item in collect(folder, names) for copy in (item, *item.older)]
        good = [item for item in found if not item.problem]
        if not good:
            reasons = "; ".join(f"{item.label}: {item.problem}" for item in found[:5])
            return Record(unreadable=reasons or "nothing was handed in: hand in the notebook.")
        data = max(good, key=rank).source.read()
    except UnreadableError as error:
        return Record(unreadable=str(error))
    limits = Limits()
    return work(Task(data, pack(key), limits, sandbox, engine(limits, sandbox)))


def _test(name: str, verdict: Verdict, score: int, points: int, output: str) -> dict[str, Any]:
    return {
        "name": f"{name}: {verdict.value}",
        "score": score,
        "max_score": points,
        "status": "passed" if verdict is Verdict.RIGHT else "failed",
        "output": output,
        "output_format": "text",
        "visibility": "visible",
    }


def _requirements() -> list[str]:
    """Return what dlbook needs there to grade, with torch, which exercises may use."""
    there = {"sys_platform": "linux", "platform_machine": "x86_64", "python_version": "3.11"}
    found = needed("grade", "torch", **there).values()
    return [f"{line.name}{line.specifier}" for line in found]


def _add(files: zipfile.ZipFile, name: str, data: str | bytes, executable: bool = False) -> None:
    entry = zipfile.ZipInfo(name)  # with a fixed date: the same key gives the same archive
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o100755 if executable else 0o100644) << 16
    files.writestr(entry, data)


if __name__ == "__main__":
    sys.exit(main())
