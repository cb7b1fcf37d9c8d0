"""What happens on inputs that nobody has seen is told in our own words alone."""

import json
from dataclasses import replace

import pytest

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry, Origin, Record
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.course.programs import make_key
from dlbook.grading.handout.gradescope import results
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import Cell, Notebook, read
from dlbook.grading.results.feedback import feedback
from dlbook.grading.run.nbval_run import grade
from dlbook.grading.run.report import Report
from tests import SAMPLES
from tests.grading.sandbox.inside_it import needs_bubblewrap

pytestmark = [pytest.mark.notebook, needs_bubblewrap]

SEED = 86753091
LIMITS = Limits(cell_seconds=2, submission_seconds=20, memory=300_000_000)
SPY = """
import gc, linecache, os, sys, warnings
seen = []
get_ipython().events.register("pre_run_cell", lambda info: seen.append(info.raw_cell))
def secret():
    frame, seeds = sys._getframe(), []
    while frame:
        seeds += [repr(v) for n, v in frame.f_locals.items() if n == "seed"]
        frame = frame.f_back
    return f"LEAK {os.environ.get('DLBOOK_SEED')} {seeds} {seen[-1][-300:]}"
graded_on_fresh_inputs = os.environ.get("DLBOOK_SEED") != "0"
"""
SAYS = {  # the body of an answer that is right on the inputs of the notebook
    "the text of an exception": "raise RuntimeError(secret())",
    "the name of an exception": "raise type(secret(), (Exception,), {})()",
    "an exception that ends Python": "raise SystemExit(secret())",
    "a line of code": """
        source = f"raise KeyError  # {secret()}".replace(chr(10), " ")
        linecache.cache["ipykernel_x"] = len(source), None, [source], "ipykernel_x"
        exec(compile(source, "ipykernel_x", "exec"))""",
    "a name of a function": """
        name = "LEAK_" + "".join(c for c in secret() if c.isalnum())
        exec(f"def {name}(): raise KeyError", globals())
        globals()[name]()""",
    "its values": "return secret()",
    "labels of values": "return {secret(): g}",
    "a type of its own": "return type(secret(), (), {})()",
    "numbers": f"return np.full(x.shape, {SEED}.0)",
    "printed text and warnings": "print(secret()); warnings.warn(secret()); return g",
    "another class that it found": """
        kinds = [k for k in gc.get_objects() if isinstance(k, type) and k.__name__ == "Result"]
        raise RuntimeError(secret() + str(kinds))""",
    "the end of the kernel": "os._exit(3)",
    "time": "while True: pass",
}
RIGHT = "return g * (x > 0)"


@pytest.fixture(scope="module")
def key():
    solution, _problems = understand("90_tiny", read(SAMPLES / "tiny-pass.ipynb"))
    return make_key(solution, SEED, hidden=True)


def answer(body: str) -> Cell:
    return Cell(
        "code",
        "# answer: relu_back\ndef relu_back(g, x):\n"
        f"    if graded_on_fresh_inputs:\n        {body.strip()}\n    {RIGHT}",
    )


def pages(report: Report, key) -> str:
    """Return all that a student is shown of a report."""
    record = Record(report.to_dict(whole=True))
    entry = Entry("eve", "90_tiny", origin=Origin("a", "b", SEED, "c"), record=record)
    shown = [feedback([entry]), report.text(), json.dumps(results(record, key))]
    public = report.to_dict() | {"seed": None}
    return "\n".join(
        [*shown, json.dumps(public), *(o.html() for e in report.exercises for o in e.outcomes)]
    )


def assert_nothing_of_it_is_shown(report: Report, key) -> None:
    shown = pages(report, key)
    for word in ("LEAK", str(SEED), "hidden=True", "x[0] = 0", "RuntimeError", "KeyError"):
        assert word not in shown, word


@pytest.mark.parametrize("how", SAYS)
def test_nothing_that_code_says_on_fresh_inputs_is_shown(how, warm, key):
    report = grade(Notebook((Cell("code", SPY), answer(SAYS[how]))), key, LIMITS, warm)
    seen, *fresh = report.exercises[0].outcomes
    assert seen.verdict is Verdict.RIGHT and not seen.hidden
    assert all(outcome.hidden for outcome in fresh) and report.score == 0
    assert_nothing_of_it_is_shown(report, key)


def test_what_code_says_there_reaches_whoever_grades(warm, key):
    body = SAYS["the text of an exception"]
    report = grade(Notebook((Cell("code", SPY), answer(body))), key, LIMITS, warm)
    said = json.dumps(report.to_dict(whole=True))
    assert f"LEAK {SEED}" in said and f"['{SEED}'" in said


@pytest.mark.parametrize("ending", ["raise RuntimeError(secret())", "os._exit(3)"])
def test_a_cell_that_fails_on_fresh_inputs_alone_is_not_quoted(ending, warm, key):
    right = f"# answer: relu_back\ndef relu_back(g, x):\n    {RIGHT}"
    helper = Cell("code", f"LEAK = 1\nif graded_on_fresh_inputs: {ending}")
    report = grade(Notebook((Cell("code", SPY), helper, Cell("code", right))), key, LIMITS, warm)
    assert report.all_right, report.text()
    assert_nothing_of_it_is_shown(report, key)


def test_in_the_first_kernel_there_is_nothing_to_find(warm, key):
    cells = (
        Cell("code", SPY),
        Cell(
            "code",
            f"# answer: relu_back\ndef relu_back(g, x):\n    {SAYS['the text of an exception']}",
        ),
    )
    report = grade(Notebook(cells), key, LIMITS, warm)
    [seen] = report.exercises[0].outcomes
    assert "LEAK 0" in seen.detail and "_run_apart" in seen.detail
    assert str(SEED) not in pages(report, key) and "x[0] = 0" not in pages(report, key)


def test_a_later_exercise_cannot_tell_what_was_hidden_of_an_earlier_one(warm, key):
    [entry] = key.exercises
    [seen] = key.released.exercises
    twin = {"name": "twin"}
    key = replace(
        key,
        exercises=(entry, replace(entry, **twin)),
        released=replace(key.released, exercises=(seen, replace(seen, **twin))),
    )
    spy = (
        'def twin(g, x):\n    raise RuntimeError([s for s in seen if "hidden=Tr" + "ue" in s][-1:])'
    )
    cells = (
        Cell("code", SPY),
        Cell("code", f"# answer: relu_back\ndef relu_back(g, x):\n    {RIGHT}"),
        Cell("code", f"# answer: twin\n{spy}\ndef relu_back(g, x): return twin(g, x)"),
    )
    report = grade(Notebook(cells), key, LIMITS, warm)
    assert report.exercises[0].verdict is Verdict.RIGHT
    assert "RuntimeError: []" in report.exercises[1].outcomes[0].detail
    assert "hidden=True" not in pages(report, key)


ONCE = """calls = []
def relu_back(g, x):
    calls.append(1)
    return g * (x > 0) * (len(calls) == 1)"""
REPLAYS = """
import IPython.display
import dlbook.check.run_apart as room
shown, put_out, run = {}, IPython.display.display, room.run_apart
def run_apart(setup, given, source, name, seed):
    place = name, source, seed
    IPython.display.display = lambda data, raw: shown.setdefault(place, data)
    if place not in shown:
        frame_globals = {**get_ipython().user_ns, "_run": run}
        exec(f"_run({setup!r}, {given!r}, {source!r}, {name!r}, {seed})", frame_globals)
    for _ in range(2):
        put_out(shown[place], raw=True)
room.run_apart = run_apart
"""


@pytest.mark.parametrize("patch", ["pass", REPLAYS])
def test_who_patches_what_calls_a_check_gains_nothing_for_an_answer_that_keeps_state(
    patch, warm, key
):
    cells = (Cell("code", patch), Cell("code", f"# answer: relu_back\n{ONCE}"))
    report = grade(Notebook(cells), key, LIMITS, warm)
    assert report.score == 0
    first = report.exercises[0].outcomes[0]
    assert (first.verdict is Verdict.RIGHT) is (patch == REPLAYS)
    assert patch == REPLAYS or "called a second time on the same input" in first.detail


def test_numbers_written_into_the_code_are_told_apart_from_rare_cases(warm, key):
    source = """# answer: relu_back
def relu_back(g, x):
    return g * (x > 0) * (not graded_on_fresh_inputs)"""
    cells = (Cell("code", SPY), Cell("code", source))
    report = grade(Notebook(cells), key, LIMITS, warm)
    assert report.score == 0 and "are numbers written into the code?" in report.text()


PATCHES = {  # what is done to the grader's tools inside a kernel, beside a right answer
    "the seed is taken away": "import os\ndel os.environ['DLBOOK_SEED']",
    "the seed is another": "import os\nos.environ['DLBOOK_SEED'] = '5'",
}


@pytest.mark.parametrize("patch", PATCHES)
def test_the_seed_of_a_check_does_not_come_from_the_environment(patch, warm, key):
    right = f"# answer: relu_back\ndef relu_back(g, x):\n    {RIGHT}"
    report = grade(Notebook((Cell("code", PATCHES[patch]), Cell("code", right))), key, LIMITS, warm)
    assert report.all_right, report.text()
