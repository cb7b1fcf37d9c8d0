import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from dlbook.check import answer_key
from dlbook.check.answer_key import CheckKey, ExerciseKey, Key, find, from_json, load
from dlbook.check.wire import encode
from tests import ROOT

NAMES = st.text(max_size=8) | st.sampled_from(["kind", "items", "\u2028", '"', "梯度"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES
VALUES = st.dictionaries(NAMES, PLAIN | st.lists(PLAIN, max_size=3), max_size=3).map(encode)
FLOATS = st.floats(0, 1)
CHECKS = st.builds(
    CheckKey, NAMES, st.booleans(), FLOATS, FLOATS, VALUES, st.dictionaries(NAMES, VALUES)
)
EXERCISES = st.builds(
    ExerciseKey,
    NAMES,
    st.integers(0, 9),
    st.dictionaries(NAMES, NAMES),
    st.lists(CHECKS, max_size=2).map(tuple),
)
KEYS = st.builds(
    Key,
    NAMES,
    st.integers(),
    NAMES,
    NAMES,
    st.lists(EXERCISES, max_size=2).map(tuple),
    st.lists(NAMES, max_size=2).map(tuple),
    NAMES,
)


@given(KEYS)
def test_a_key_comes_back_from_its_text(key):
    assert from_json(key.to_json()) == key


def lines_of(key: Key) -> list[str]:
    return key.to_json().split("\n")  # not splitlines: it also cuts at \u2028


@given(KEYS)
def test_each_value_of_a_key_stands_on_one_line(key):
    lines = [line.strip(" ,") for line in lines_of(key)]
    for check in (check for exercise in key.exercises for check in exercise.checks):
        assert f'"expected": {json.dumps(check.expected, ensure_ascii=False)}' in lines
        for label, value in check.mistakes.items():
            entry = json.dumps({label: value}, ensure_ascii=False)[1:-1]
            assert entry in lines


def test_a_changed_mistake_is_one_changed_line():
    key = load(ROOT / "dlbook" / "keys" / "05_backpropagation.json")
    exercise, check = key.exercises[0], key.exercises[0].checks[0]
    label = next(iter(check.mistakes))
    mended = replace(check, mistakes={**check.mistakes, label: encode({"dx": 1.0})})
    other = replace(key, exercises=(replace(exercise, checks=(mended,)), *key.exercises[1:]))
    changed = [b for a, b in zip(lines_of(key), lines_of(other), strict=True) if a != b]
    assert [line.split('"')[1] for line in changed] == [label]


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("dlbook/keys/*.json")), ids=lambda path: path.stem
)
def test_the_keys_of_the_course_are_written_in_this_form(path):
    text = path.read_text("utf-8")
    assert text == from_json(text).to_json(), f"{path.name}: run `dlbook build`"


# ---- found once a session ----


@pytest.fixture
def keys(tmp_path, monkeypatch) -> Path:
    """A folder with two of the course's keys, chosen by DLBOOK_KEYS."""
    for name in ("00_start_here", "01_background"):
        shutil.copy(ROOT / "dlbook" / "keys" / f"{name}.json", tmp_path)
    monkeypatch.setenv("DLBOOK_KEYS", str(tmp_path))
    return tmp_path


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The names of the files that are read from now on."""
    names: list[str] = []
    read_text = Path.read_text

    def counted(path, *arguments):
        names.append(path.name)
        return read_text(path, *arguments)

    monkeypatch.setattr(Path, "read_text", counted)
    return names


def last_exercise(path: Path) -> str:
    return json.loads(path.read_bytes())["exercises"][-1]["name"]


def test_a_second_card_reads_no_file(keys, read):
    exercise = last_exercise(keys / "01_background.json")
    first = find(exercise)
    assert first is not None and first[0].name == "01_background"
    assert read == ["00_start_here.json", "01_background.json"]
    assert find(exercise) is not None and len(read) == 2


def test_a_second_card_searches_no_text(keys, monkeypatch):
    exercise = last_exercise(keys / "01_background.json")
    first = find(exercise)
    monkeypatch.setattr(answer_key, "_text", lambda file: pytest.fail(f"{file.path} is searched"))
    assert find(exercise) == first


def test_only_the_set_that_is_asked_for_is_parsed(keys, monkeypatch):
    parsed = []

    def noted(text):
        parsed.append(key := from_json(text))
        return key

    monkeypatch.setattr(answer_key, "from_json", noted)
    find(last_exercise(keys / "01_background.json"))
    find("no_such_exercise")
    assert [key.name for key in parsed] == ["01_background"]


def test_a_rebuilt_key_is_seen_and_nothing_else_is_read_again(keys, read):
    path = keys / "01_background.json"
    exercise = last_exercise(path)
    assert find(exercise) is not None
    key = from_json(path.read_text("utf-8"))
    path.write_text(replace(key, setup="import math").to_json(), "utf-8")
    read.clear()
    assert find(exercise)[0].setup == "import math" and read == ["01_background.json"]


def test_a_key_of_the_same_length_is_seen_by_its_time(keys):
    path = keys / "00_start_here.json"
    exercise = last_exercise(path)
    assert find(exercise)[0].name == "00_start_here"
    path.write_text(path.read_text("utf-8").replace("00_start_here", "00_start_hers"), "utf-8")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert find(exercise)[0].name == "00_start_hers"


def test_a_key_that_was_taken_away_is_not_found(keys):
    path = keys / "01_background.json"
    exercise = last_exercise(path)
    assert find(exercise) is not None
    path.unlink()
    assert find(exercise) is None
