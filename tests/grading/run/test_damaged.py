"""Damaged files and fair files: graded with a note, or named with the reason, and never a crash."""

import json

import pytest
from hypothesis import given, strategies as st

from dlbook.cli import main
from dlbook.grading.batch.journal import current_entries
from dlbook.grading.errors import SandboxError, UnreadableError
from dlbook.grading.kernel.warm import launcher
from dlbook.grading.notebook import Notebook, parse
from dlbook.grading.run.graft import graft
from tests import SAMPLES

GOOD = (SAMPLES / "relu_back-right-plain.ipynb").read_bytes()
CONTENT = json.loads(GOOD)
CELLS = CONTENT["cells"]


def changed(**changes) -> bytes:
    return json.dumps(CONTENT | changes).encode()


def each(change) -> bytes:
    """Return the notebook with `change` made to each of its cells."""
    return changed(cells=[change(dict(cell)) for cell in CELLS])


def without(cell: dict, name: str) -> dict:
    return {key: value for key, value in cell.items() if key != name}


WORSE = {  # damage that leaves the answer readable: full marks
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "windows line ends": GOOD.replace(b"\n", b"\r\n"),
    "one line": json.dumps(CONTENT).encode(),
    "sources as texts": each(lambda c: c | {"source": "".join(c["source"])}),
    "no metadata": changed(metadata=None),
    "no format": json.dumps({"cells": CELLS}).encode(),
    "format 99": changed(nbformat=99, nbformat_minor=-1),
    "format as text": changed(nbformat="four"),
    "lying language": changed(metadata={"kernelspec": {"name": "ir", "language": "R"}}),
    "metadata is a list": each(lambda c: c | {"metadata": [1, 2]}),
    "no ids": each(lambda c: without(c, "id")),
    "equal ids": each(lambda c: c | {"id": "same"}),
    "ids are numbers": each(lambda c: c | {"id": 7}),
    "no outputs": each(lambda c: without(c, "outputs")),
    "outputs are text": each(lambda c: c | {"outputs": "none"}),
    "outputs are junk": each(lambda c: c | {"outputs": [1, None, [], {"output_type": 5}]}),
    "count is text": each(lambda c: c | {"execution_count": "*"}),
    "attachments": each(lambda c: c | {"attachments": {"../../etc/passwd": {"image/png": "AA"}}}),
    "lone surrogate": changed(cells=[{"cell_type": "markdown", "source": "\ud800"}, *CELLS]),
    "nul in a text": changed(cells=[{"cell_type": "markdown", "source": "a\0b"}, *CELLS]),
    "unknown kind of cell": changed(cells=[{"cell_type": "video", "source": "x"}, *CELLS]),
    "junk among the cells": changed(cells=[None, 3, "x", [], {}, *CELLS]),
    "source is a number": changed(cells=[{"cell_type": "code", "source": 4}, *CELLS]),
    "source is mixed": changed(cells=[{"cell_type": "code", "source": ["y = 1", 2]}, *CELLS]),
    "same key twice": GOOD.replace(b'"nbformat": 4,', b'"nbformat": 3, "nbformat": 4,'),
    "not a number": GOOD.replace(b'"nbformat": 4,', b'"x": NaN, "y": 1e999, "nbformat": 4,'),
}
GONE = {  # damage that leaves nothing: the reason that is reported
    "empty": (b"", "the file is empty"),
    "spaces": (b" \n ", "the file is empty"),
    "cut off": (GOOD[: len(GOOD) // 2], "cut off or was edited by hand"),
    "git conflict": (b"<<<<<<< HEAD\n" + GOOD, "marks of a git merge"),
    "two in one": (GOOD + GOOD, "cut off or was edited by hand"),
    "a list": (b"[]", "no list of cells"),
    "a number": (b"7", "no list of cells"),
    "cells is an object": (changed(cells={"a": 1}), "no list of cells"),
    "cells is null": (changed(cells=None), "no list of cells"),
    "python": (b"def relu_back(g, x): return g", "plain text or a Python file"),
    "python, words first": (b'\n"""Mine."""\nimport numpy as np\n', "plain text or a Python file"),
    "html": (b"<!DOCTYPE html><html></html>", "a web page"),
    "login page": (b" \n<HTML><body>Log in</body></HTML>", "a web page"),
    "git-lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        "a pointer of git-lfs",
    ),
    "git conflict inside": (GOOD.replace(b"{", b"{\n<<<<<<< HEAD\n", 1), "marks of a git merge"),
    "zeros": (bytes(4096), "zeros alone"),
    "word before": (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Word"),
    "rtf": (rb"{\rtf1\ansi", "office program"),
    "sheets without cells": (
        b'{"worksheets": [{"cells": 5}, {"cells": {"a": 1}}], "cells": 1}',
        "no list of cells",
    ),
    "zip": (b"PK\3\4" + bytes(30), "a ZIP or Word file"),
    "png": (b"\x89PNG\r\n\x1a\n\xff", "a picture"),
    "latin 1": (GOOD.replace(b"# check", b"# ch\xe9ck"), "not text in UTF-8"),
    "half a utf-16": (b"\xff\xfe{", "not text in UTF-8"),
    "deep": (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nests or counts beyond"),
    "huge number": (b'{"cells": [' + b"9" * 5_000 + b"]}", "nests or counts beyond"),
    "many cells": (changed(cells=[{}] * 6_000), "6000 cells, at most 2000"),
}


@pytest.mark.parametrize("damage", GONE)
def test_a_file_with_nothing_in_it_is_refused_with_the_reason(damage):
    data, reason = GONE[damage]
    with pytest.raises(UnreadableError, match=reason) as refusal:
        parse(data)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("damage", WORSE)
def test_a_file_that_can_be_mended_is_read(damage, tiny_key):
    plan = graft(parse(WORSE[damage]).cells, tiny_key)
    assert not plan.missing and any(step.answers for step in plan.steps)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
WORDS = ("# answer: relu_back\n", "def relu_back(", "# check: relu_back", "x = 1", "\0", "\ud800")
SOURCE = st.lists(st.sampled_from(WORDS) | st.text(max_size=9), max_size=4) | JSON
CELL = st.fixed_dictionaries(
    {"source": SOURCE}, optional={"cell_type": st.sampled_from(["code", "raw"]) | JSON, "id": JSON}
)


@given(
    st.binary(max_size=200)
    | st.builds(
        lambda cells: json.dumps({"cells": cells}).encode(), st.lists(CELL | JSON, max_size=5)
    )
)
def test_whatever_is_in_a_file_it_is_planned_or_refused(tiny_key, data):
    try:
        notebook: Notebook = parse(data)
    except UnreadableError as refusal:
        assert str(refusal).endswith(".")
    else:
        assert graft(notebook.cells, tiny_key).steps


def sandbox() -> str:
    try:
        launcher("required").close()
    except SandboxError:
        return "off"
    return "required"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """All damaged files and all samples, graded as one class; students are named for them."""
    from dlbook.grading.course.build import Course, build

    root = tmp_path_factory.mktemp("course")
    (root / "solutions").mkdir()
    (root / "solutions" / "90_tiny.ipynb").write_bytes((SAMPLES / "tiny-pass.ipynb").read_bytes())
    assert build(Course(root), lambda line: None) == []
    place = tmp_path_factory.mktemp("submissions")
    files = WORSE | {name: data for name, (data, _reason) in GONE.items()}
    files |= {path.stem: path.read_bytes() for path in SAMPLES.glob("relu_back-*.ipynb")}
    for student, data in files.items():
        (place / student).mkdir()
        (place / student / "90_tiny.ipynb").write_bytes(data)
    out = root / "out"
    command = ["--course", str(root), "grade", str(place), "-o", str(out), "--jobs", "2"]
    assert main([*command, "--sandbox", sandbox(), "--cell-seconds", "5"]) == 1
    assert (out / "class.html").is_file()
    assert len(list((out / "feedback").iterdir())) == len(files)
    return {entry.student: entry for entry in current_entries(out / "journal.sqlite")}


@pytest.mark.notebook
@pytest.mark.parametrize("damage", WORSE)
def test_a_damaged_right_answer_has_full_marks(graded, damage):
    report = graded[damage].report
    assert report is not None and report.score == report.points, graded[damage].reason


@pytest.mark.notebook
@pytest.mark.parametrize("damage", GONE)
def test_a_file_that_is_gone_has_a_reason_and_no_score(graded, damage):
    assert graded[damage].report is None and GONE[damage][1] in graded[damage].reason


@pytest.mark.notebook
@pytest.mark.parametrize("sample", sorted(p.stem for p in SAMPLES.glob("relu_back-*.ipynb")))
def test_a_batch_gives_each_sample_the_verdict_in_its_name(graded, sample):
    wanted = sample.split("-")[1].replace("_", " ")
    entry = graded[sample]
    if wanted == "unreadable":
        assert entry.report is None and "fault" not in entry.reason and entry.reason
    else:
        assert entry.report is not None and entry.report.exercises[0].verdict == wanted
