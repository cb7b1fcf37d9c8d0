import os
import stat
import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings, strategies as st

from dlbook.grading.batch.intake import collect
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import MAX_BYTES
from tests.grading.batch.fakes import EXERCISES, SET, notebook

GOOD = notebook("def relu_back(g, x): ...")
STUB = notebook('def relu_back(g, x):\n    raise NotImplementedError("relu_back: your turn")')
OTHER = b'{"cells": [{"cell_type": "code", "source": "x = 1"}]}'
BOTH = {**EXERCISES, "91_more": frozenset({"conv_back"})}

LAYOUTS = {  # files: student, name, LMS's number, late
    "folder per student": (["ada/90_tiny.ipynb"], ("ada", "", "", False)),
    "deep inside": (["ada/course/exercises/work.ipynb"], ("ada", "", "", False)),
    "flat, set last": (["ada_90_tiny.ipynb"], ("ada", "", "", False)),
    "flat, set first": (["90_tiny - Ada L.ipynb"], ("Ada L", "", "", False)),
    "flat, spaces": (["ada 90 tiny (1).ipynb"], ("ada", "", "", False)),
    "flat, name alone": (["ada.ipynb"], ("ada", "", "", False)),
    "canvas": (
        ["lovelaceada_1042_77_90_tiny.ipynb"],
        ("lovelaceada 1042", "lovelaceada", "1042", 0),
    ),
    "canvas, late": (
        ["lovelaceada_LATE_1042_77_90_tiny-2.ipynb"],
        ("lovelaceada 1042", "lovelaceada", "1042", True),
    ),
    "moodle folder": (
        ["Ada Lovelace_1042_assignsubmission_file_/90_tiny.ipynb"],
        ("Ada Lovelace 1042", "Ada Lovelace", "1042", False),
    ),
    "moodle folder, new": (
        ["Ada Lovelace_1042_assignsubmission_file/90_tiny.ipynb"],
        ("Ada Lovelace 1042", "Ada Lovelace", "1042", False),
    ),
    "moodle flat": (
        ["Ada Lovelace_1042_assignsubmission_file_90_tiny.ipynb"],
        ("Ada Lovelace 1042", "Ada Lovelace", "1042", False),
    ),
    "nbgrader": (["submitted/ada/90/90_tiny.ipynb"], ("ada", "", "", False)),
    "not ascii": (["Ådä_90_tiny.ipynb"], ("Ådä", "", "", False)),
}


def put(folder, files: dict[str, bytes]):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def pack(path, files: dict[str, bytes]):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_tells_whose_it_is(tmp_path, layout, packed):
    names, expected = LAYOUTS[layout]
    files = dict.fromkeys(names, GOOD)
    place = pack(tmp_path / "all.zip", files) if packed else put(tmp_path / "all", files)
    (item,) = collect(place, EXERCISES)
    who = item.owner
    assert (who.student, who.name, who.lms_id, who.late) == expected
    assert item.set_name == SET and not item.problem and item.source.read() == GOOD


COPIES = {  # files with their ages: the one that counts
    "newest": ({"ada/a.ipynb": (GOOD, 2), "ada/b.ipynb": (GOOD, 1)}, "ada/b.ipynb"),
    "last name": ({"ada/a.ipynb": (GOOD, 1), "ada/b.ipynb": (GOOD, 1)}, "ada/b.ipynb"),
    "attempt": ({"a_1_7_x-2.ipynb": (GOOD, 9), "a_1_6_x-1.ipynb": (GOOD, 1)}, "a_1_7_x-2.ipynb"),
    "worked": ({"a/x.ipynb": (GOOD, 9), "a/x (1).ipynb": (STUB, 1)}, "a/x.ipynb"),
    "worked, canvas": ({"a_1_6_x.ipynb": (GOOD, 9), "a_1_7_x-1.ipynb": (STUB, 1)}, "a_1_6_x.ipynb"),
    "worked twice": ({"a_1_6_x.ipynb": (GOOD, 1), "a_1_7_x-1.ipynb": (GOOD, 9)}, "a_1_7_x-1.ipynb"),
    "untouched": ({"a/x.ipynb": (STUB, 1), "a/b.ipynb": (STUB, 9)}, "a/x.ipynb"),
    "answers": ({"ada/90_tiny.ipynb": (OTHER, 1), "ada/b.ipynb": (GOOD, 9)}, "ada/b.ipynb"),
}


@pytest.mark.parametrize("case", COPIES)
def test_one_copy_counts_and_the_others_are_named(tmp_path, case):
    files, expected = COPIES[case]
    put(tmp_path, {name: data for name, (data, _age) in files.items()})
    for name, (_data, age) in files.items():
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (item,) = collect(tmp_path, EXERCISES)
    assert item.label == expected and len(item.older) == 1
    assert f"2 copies: {expected} counts" in item.notes[0] and item.older[0].label in item.notes[0]


def test_the_time_that_nbgrader_noted_counts(tmp_path):
    files = {"ada/1/a.ipynb": GOOD, "ada/2/b.ipynb": GOOD}
    put(tmp_path, files | {"ada/1/timestamp.txt": b"2030-02-03 10:00:00.5 UTC\n"})
    (item,) = collect(tmp_path, EXERCISES)
    assert item.label == "ada/1/a.ipynb"


def test_sets_are_told_apart_by_what_is_in_them(tmp_path):
    more = GOOD.replace(b"relu_back", b"conv_back")
    utf16 = GOOD.decode().encode("utf-16")
    put(tmp_path, {"ada/a.ipynb": GOOD, "ada/b.ipynb": more, "bob/90_tiny.ipynb": more})
    put(tmp_path, {"eve/x.ipynb": utf16, "eve/91_more.ipynb": b"cut off"})
    found = [(item.student, item.set_name) for item in collect(tmp_path, BOTH)]
    assert found == [
        ("ada", "90_tiny"),
        ("ada", "91_more"),
        ("bob", "91_more"),
        ("eve", "90_tiny"),
        ("eve", "91_more"),
    ]


def test_only_the_set_that_was_asked_for(tmp_path):
    more = GOOD.replace(b"relu_back", b"conv_back")
    put(tmp_path, {"ada/a.ipynb": GOOD, "ada/b.ipynb": more, "bob/b.ipynb": more})
    ada, bob = collect(tmp_path, BOTH, only=SET)
    assert (ada.set_name, ada.problem) == (SET, "") and "holds the set 91_more" in bob.problem


def make_link(path):
    path.symlink_to("/etc/passwd")


def make_folder_link(path):
    path.symlink_to("/etc")


def make_huge(path):
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)


def make_locked_away(path):
    path.symlink_to(path)


STRANGE = {  # what stands in the folder: the problem
    "link": (make_link, "a link"),
    "link to a folder": (make_folder_link, "a link"),
    "loop": (make_locked_away, "a link"),
    "pipe": (os.mkfifo, "not a regular file"),
    "folder": (lambda path: path.mkdir(), "nothing was handed in"),
    "huge": (make_huge, "larger than 20 MB"),
    "text": (lambda path: path.write_text("hello"), "not an exercise notebook"),
    "another zip": (
        lambda path: pack(path.with_suffix(".zip"), {"a.txt": b"x"}),
        "not an exercise",
    ),
    "broken zip": (lambda path: path.with_suffix(".zip").write_bytes(b"PK"), "not a ZIP archive"),
    "rubbish": (lambda path: (path.parent / ".DS_Store").touch(), "nothing was handed in"),
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_cannot_be_read_is_named_and_stops_nobody(tmp_path, what):
    make, problem = STRANGE[what]
    put(tmp_path, {"ada/90_tiny.ipynb": GOOD, "bob/keep": b""})
    (tmp_path / "bob" / "keep").unlink()
    make(tmp_path / "bob" / "work.ipynb")
    ada, bob = collect(tmp_path, EXERCISES)
    assert (ada.student, ada.problem) == ("ada", "")
    assert bob.student == "bob" and problem in bob.problem and bob.problem.endswith(".")


OTHERS = {"a.py": "put what it needs into a cell", "a.pdf": "a PDF", "a.html": "typed into the LMS"}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_notebook_is_named_for_what_it_is(tmp_path, name):
    put(tmp_path, {f"ada/{name}": b"text"})
    (item,) = collect(tmp_path, EXERCISES)
    assert OTHERS[name] in item.problem


def test_what_lies_next_to_a_good_notebook_is_noted(tmp_path):
    put(tmp_path, {"ada/90_tiny.ipynb": GOOD, "ada/essay.pdf": b"%PDF", "ada/.git/x.ipynb": GOOD})
    (item,) = collect(tmp_path, EXERCISES)
    assert not item.problem and "ada/essay.pdf left aside" in item.notes[0]


def test_a_name_that_is_not_utf_8_can_be_stored(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9_90_tiny.ipynb")).write_bytes(GOOD)
    (item,) = collect(tmp_path, EXERCISES)
    assert item.student.encode("utf-8") and item.source.read() == GOOD


# ---- archives ----


def bomb() -> bytes:
    stream = BytesIO()
    pack(stream, {"90_tiny.ipynb": b" " * (MAX_BYTES + 1)})
    return stream.getvalue()


def lying_bomb() -> bytes:
    """Return an archive whose entry claims to be small and is not."""
    data = bytearray(bomb())
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        place = data.index(signature) + offset
        data[place : place + 4] = struct.pack("<I", 100)
    return bytes(data)


def entry(name: str, data: bytes = GOOD, mode: int = stat.S_IFREG | 0o644, flags: int = 0) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, data)
    packed = bytearray(stream.getvalue())
    packed[6] |= flags
    packed[packed.index(b"PK\1\2") + 8] |= flags
    return bytes(packed)


def many() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}.ipynb", b"")
    return stream.getvalue()


ARCHIVES = {  # what a student handed in as a ZIP: the problem, '' where it is graded
    "good": (entry("90_tiny.ipynb"), ""),
    "in a folder": (entry("my work/90_tiny.ipynb"), ""),
    "slip": (entry("../../../../var/dlbook-slip.ipynb"), ""),
    "absolute": (entry("/var/dlbook-slip.ipynb"), ""),
    "backslashes": (entry("..\\..\\work.ipynb"), ""),
    "link": (entry("90_tiny.ipynb", b"/etc/passwd", stat.S_IFLNK | 0o777), "a link or a device"),
    "encrypted": (entry("90_tiny.ipynb", flags=1), "encrypted"),
    "bomb": (bomb(), "larger than 20 MB"),
    "lying bomb": (lying_bomb(), "broken inside its archive"),
    "many": (many(), "2001 entries, at most 2000"),
    "cut off": (entry("90_tiny.ipynb")[:-30], "not a ZIP archive"),
    "empty": (b"", "not a ZIP archive"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_archive_of_a_student_is_read_safely(tmp_path, what):
    data, problem = ARCHIVES[what]
    put(tmp_path, {"ada/work.zip": data})
    (item,) = collect(tmp_path, EXERCISES)
    assert item.student == "ada" and problem in item.problem and bool(problem) == bool(item.problem)
    assert problem or item.source.read() == GOOD
    assert not os.path.exists("/var/dlbook-slip.ipynb")


def test_an_archive_in_the_archive_of_an_lms_is_read(tmp_path):
    place = pack(tmp_path / "all.zip", {"lovelaceada_1_2_work.zip": entry("90_tiny.ipynb")})
    (item,) = collect(place, EXERCISES)
    assert item.student == "lovelaceada 1" and item.source.read() == GOOD


def test_nothing_at_all_is_refused(tmp_path):
    with pytest.raises(UnreadableError, match="there is none at"):
        collect(tmp_path / "none", EXERCISES)


@settings(max_examples=150)
@given(st.binary(max_size=80), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_stop_the_intake(tmp_path_factory, data, place, byte):
    folder = tmp_path_factory.mktemp("fuzz")
    archive = bytearray(entry("90_tiny.ipynb"))
    archive[place % len(archive)] = byte
    put(folder, {"a/x.ipynb": data, "b/x.zip": b"PK\3\4" + data, "c/x.zip": bytes(archive)})
    found = collect(folder, EXERCISES)
    assert {item.student for item in found} == {"a", "b", "c"}
    for item in found:
        if not item.problem:
            item.source.read()


@pytest.mark.parametrize("ending", ["tar.gz", "tgz", "tbz2", "zst", "7z", "rar"])
def test_an_archive_of_another_kind_is_called_one(tmp_path, ending):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / f"work.{ending}").write_bytes(b"\x1f\x8b" + bytes(50))
    (found,) = collect(tmp_path, {"90_tiny": frozenset({"relu_back"})})
    assert "an archive of another kind" in found.problem
