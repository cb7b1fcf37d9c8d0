"""Ten thousand inputs that were bent a little: each ends as promised, within its time.

Real values, notebooks, ZIPs and names are changed at random from a seed. What reads, judges,
recognises, grafts or collects them may refuse them in its own way, and raises nothing else.
"""

import base64
import io
import json
import random
import re
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
import pytest

from dlbook.check.answer_key import CheckKey, ExerciseKey
from dlbook.check.compare import judge
from dlbook.check.fingerprint import fingerprint
from dlbook.check.verdict import Outcome
from dlbook.check.wire import WireError, decode, encode
from dlbook.grading.batch.intake import collect
from dlbook.grading.batch.recognise import Recogniser
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import parse
from dlbook.grading.run.graft import graft, why_not_this_set
from tests import SAMPLES

pytestmark = pytest.mark.notebook  # as long as a few kernels take
SECONDS = 5.0  # of CPU for one input, on a machine ten times slower than any we know
NOTEBOOKS = [path.read_bytes() for path in sorted(SAMPLES.glob("relu_back-*.ipynb"))]
EXERCISES = {"90_tiny": frozenset({"relu_back"})}


@contextmanager
def in_time(what: object) -> Iterator[None]:
    started = time.process_time()
    yield
    taken = time.process_time() - started
    assert taken < SECONDS, f"{taken:.1f} s for {str(what)[:300]}"


# ---- values ----

VALUES = [
    None,
    True,
    7,
    2.5,
    float("nan"),
    -np.inf,
    "relu",
    np.linspace(-1, 1, 12).reshape(3, 4),
    np.arange(6, dtype=np.int32),
    np.array([True, False]),
    np.ones((2, 0, 3), np.float32),
    np.ones((2, 3), np.float16),
    [1, 2.0, [np.eye(2)]],
    {"dx": np.eye(3), "g afterwards": [1.0, 2.0]},
    ValueError("no"),
    {1, 2},
]
JUNK: list[Callable[[random.Random], object]] = [
    lambda rng: rng.choice([None, True, -1, 0, 2**63, 10**4000, 1e999, float("nan"), -0.0]),
    lambda rng: rng.choice(["", "\ud800", "0x1p999999", "nan", "-inf", "1e400", "A" * 300, "|O"]),
    lambda rng: rng.choice(["none", "int", "float", "array", "error", "other", "list", "dict"]),
    lambda rng: rng.choice(["<f2", "<f8", "|b1", "<i8", "<u8", "|u1", [], {}, [[]], [-1], [0]]),
    lambda rng: [rng.choice([0, 1, 2, 4_000_000, 2**62]) for _ in range(rng.randrange(20))],
    lambda rng: base64.b64encode(rng.randbytes(rng.randrange(100))).decode(),
    lambda rng: [["dx", {"kind": "none"}], ["dx", {"kind": "none"}]],
    lambda rng: nested(rng.randrange(2_000)),
]


def nested(levels: int) -> object:
    data: object = {"kind": "none"}
    for _ in range(levels):
        data = {"kind": "list", "items": [data]}
    return data


def bent(data: object, rng: random.Random) -> object:
    """Return JSON with about one part of it replaced, left out, doubled or exchanged."""
    if rng.random() < 0.15:
        return rng.choice(JUNK)(rng)
    if isinstance(data, dict) and data:
        data = dict(data)
        name = rng.choice(list(data))
        if rng.random() < 0.1:
            del data[name]
        else:
            data[name] = bent(data[name], rng)
        return data
    if isinstance(data, list) and data:
        place = rng.randrange(len(data))
        changed = [bent(data[place], rng)] * rng.choice([0, 1, 1, 1, 2, 3])
        return [*data[:place], *changed, *data[place + 1 :]]
    return rng.choice(JUNK)(rng)


@pytest.mark.parametrize("part", range(4))
def test_any_value_is_decoded_or_refused_and_judged(part):
    rng = random.Random(part)
    exercises = [keyed(number) for number in range(len(VALUES))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(1_000):
            got = bent(encode(rng.choice(VALUES)), rng)
            if rng.random() < 0.3:
                got = bent(got, rng)
            with in_time(got):
                with suppress(WireError):
                    fingerprint(decode(got))
                for exercise in rng.sample(exercises, 3):
                    outcome = judge(exercise, exercise.checks[0], got)
                    assert isinstance(outcome, Outcome) and outcome.text() and outcome.html()


def test_each_value_is_judged_by_each_key():
    for value in VALUES:
        for number, needed in enumerate(VALUES):
            exercise = keyed(number)
            verdict = judge(exercise, exercise.checks[0], encode(value)).verdict
            if verdict == "right":
                assert value is needed and not isinstance(value, set), (value, needed)


def keyed(number: int) -> ExerciseKey:
    """Return the key of an exercise whose check needs a value; a known mistake gives another."""
    needed, mistake = encode(VALUES[number]), encode(VALUES[number - 1])
    check = CheckKey("", False, 1e-6, 1e-9, needed, {"other": mistake})
    return ExerciseKey("relu_back", 1, {"other": "?"}, (check,))


# ---- notebooks ----

SPLICES: list[Callable[[random.Random], bytes]] = [
    lambda rng: rng.randbytes(rng.randrange(20)),
    lambda rng: rng.choice([b"\\n", b" ", b"\\t", b"(", b"+1", b"-", b"a.", b"0;"]) * 20_000,
    lambda rng: rng.choice([b"[", b'{"a":', b'"cells":[']) * rng.randrange(3_000),
    lambda rng: b"\\n# answer: relu_back" + b" " * 10_000 + b"!",
    lambda rng: b"\\ndef relu_back(g, x):\\n    return g * (x > 0)",
    lambda rng: rng.choice([b"relu_back = lambda g, x: g", b"if 1:\\n  def relu_back(g): 1"]),
    lambda rng: rng.choice([b"import torch\\n", b"# check: relu_back", b"%%bash", b"\\ud800"]),
    lambda rng: b'"}, {"cell_type": "code", "source": "',
]


def spliced(data: bytes, rng: random.Random) -> bytes:
    """Return bytes with a few parts cut out, doubled or put in, half of them inside of sources."""
    for _ in range(rng.choice([1, 1, 2, 4])):
        inside = [found.start() for found in re.finditer(rb"\\n", data)]
        place = (
            rng.choice(inside) if inside and rng.random() < 0.7 else rng.randrange(len(data) + 1)
        )
        cut = rng.choice([0, 0, 0, 1, rng.randrange(100)])
        data = data[:place] + rng.choice(SPLICES)(rng) + data[place + cut :]
    return data


@pytest.mark.parametrize("part", range(4))
def test_any_notebook_is_grafted_or_refused(part, tiny_key):
    rng = random.Random(part)
    for _ in range(1_000):
        data = spliced(rng.choice(NOTEBOOKS), rng)
        with in_time(data):
            Recogniser(EXERCISES).sets("90_tiny.ipynb", data)
            try:
                cells = parse(data).cells
            except UnreadableError as refusal:
                assert str(refusal).endswith(".")
                continue
            if not why_not_this_set(cells, tiny_key):
                assert graft(cells, tiny_key).steps


# ---- what is handed in ----

NAMES = ["ada", "_ann", "b\\c", "..", "卷积", "é", "x" * 300, "a\nb", "=1+1", "submitted", " "]
NAMES += ["ada_90_tiny.ipynb", "Ada L_1042_assignsubmission_file_", "lovelaceada_LATE_1_2_x.ipynb"]


def archive(rng: random.Random, levels: int = 1) -> bytes:
    """Return the bytes of a ZIP with a few files, some of them ZIPs, and some damage."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        warnings.simplefilter("ignore")  # two files of one name
        for _ in range(rng.randrange(5)):
            name = "/".join(rng.choice(NAMES) for _ in range(rng.randrange(1, 4)))
            data = rng.choice(NOTEBOOKS)
            if levels and rng.random() < 0.3:
                name, data = f"{name}.zip", archive(rng, levels - 1)
            written.writestr(name, data if rng.random() < 0.8 else spliced(data[:3_000], rng))
    data = stream.getvalue()
    if rng.random() < 0.5:
        place = rng.randrange(len(data))
        data = data[:place] + rng.randbytes(rng.randrange(4)) + data[place + rng.randrange(4) :]
    return data


@pytest.mark.parametrize("part", range(4))
def test_any_archive_is_collected_or_refused(part, tmp_path):
    rng, path = random.Random(part), tmp_path / "class.zip"
    for _ in range(500):
        path.write_bytes(archive(rng))
        with in_time(path):
            try:
                found = collect(path, EXERCISES)
            except UnreadableError as refusal:
                assert str(refusal)
                continue
            for item in found:
                json.dumps([item.student, item.label, item.problem, *item.notes])
                if not item.problem:
                    with suppress(UnreadableError):
                        item.source.read()
