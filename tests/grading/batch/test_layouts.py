"""Classes as schools hand them over: everybody is found, and every name is accounted for."""

import json
import os
import unicodedata
import zipfile
from io import BytesIO

import pytest

from dlbook.grading.batch import archive
from dlbook.grading.batch.intake import collect
from dlbook.grading.errors import UnreadableError
from tests.grading.batch.fakes import EXERCISES, SET, notebook
from tests.grading.batch.test_intake import GOOD, entry, pack, put

MORE = "91_more"
BOTH = {**EXERCISES, MORE: frozenset({"conv_back"})}
STUB = notebook('def relu_back(g, x):\n    raise NotImplementedError("relu_back: your turn")')
OTHER = GOOD.replace(b"relu_back", b"conv_back")
NFD = unicodedata.normalize("NFD", "Zoë Müller")
PEOPLE = """---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1042'
    :email: ada@x.org
  :created_at: 2026-11-20 10:30:00
submission_12:
  :submitters:
  - :name: Bob Ünal
    :sid: '1043'
  - :name: Cem
    :email: cem@x.org
submission_13:
  :submitters:
  - :name: Dan
submission_15:
  :submitters:
  - :name: Eve
    :sid: '1045'
"""


def zipped(files: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    pack(stream, files)
    return stream.getvalue()


CLASSES = {  # names, '/' at the end of an empty folder: the students
    "outer folder": (["HW05 submissions/ada/x.ipynb", "HW05 submissions/bob/x.ipynb"], "ada, bob"),
    "three outer folders": (["a/b c/d/ada/x.ipynb", "a/b c/d/bob/y/x.ipynb"], "ada, bob"),
    "outer folder, flat": (["HW/ada_90_tiny.ipynb", "HW/bob_90_tiny.ipynb"], "ada, bob"),
    "outer folder named as an export": (
        [
            "Kurs_1042_assignsubmission_file_/ada/x.ipynb",
            "Kurs_1042_assignsubmission_file_/bob/x.ipynb",
        ],
        "ada, bob",
    ),
    "outer folder, moodle": (["C5-1/Ada L_7_assignsubmission_file_/x.ipynb"], "Ada L 7"),
    "outer folder, canvas": (["HW/adal_1042_77_90_tiny.ipynb"], "adal 1042"),
    "outer folder and a list": (
        ["HW/ada/x.ipynb", "HW/bob/x.ipynb", "grades.csv", "HW/README.txt"],
        "ada, bob",
    ),
    "outer folder, one is empty": (["HW/ada/x.ipynb", "HW/bob/"], "ada, bob"),
    "groups": (
        ["Tut1/ada/x.ipynb", "Tut1/bob/x.ipynb", "Tut2/cem/x.ipynb", "Tut2/dan/x.ipynb"],
        "ada, bob, cem, dan",
    ),
    "groups, one of one": (
        ["T1/ada/x.ipynb", "T1/bob/x.ipynb", "T2/cem/x.ipynb", "T3/dan/x.ipynb", "T3/eve/x.ipynb"],
        "ada, bob, cem, dan, eve",
    ),
    "groups, flat": (
        [f"{t}/{who}_90_tiny.ipynb" for t, who in ("1a", "1b", "2c", "2d")],
        "a, b, c, d",
    ),
    "files of two sets in a folder for each": (
        [f"{who}/{who}_{n}.ipynb" for who in ("ada", "bob") for n in ("90_tiny", "91_more")],
        "ada, bob",
    ),
    "numbers": ([f"export/{n}/x.ipynb" for n in range(1, 5)], "1, 2, 3, 4"),
    "names with numbers": (
        ["group-1.ipynb", "group-2.ipynb", "g-3_90_tiny-2.ipynb"],
        "g-3, group-1, group-2",
    ),
    "folders of sets": (
        ["90_tiny/ada/x.ipynb", "90_tiny/bob/x.ipynb", "91/ada/y.ipynb", "91/cem/y.ipynb"],
        "ada, bob, cem",
    ),
    "one student": (["ada/90/x.ipynb", "ada/91/y.ipynb"], "ada"),
    "two students, own folders": (
        ["ada/hw5/x.ipynb", "ada/hw6/x.ipynb", "bob/hw5/x.ipynb", "bob/hw6/x.ipynb"],
        "ada, bob",
    ),
    "two students, copies": (["ada/old/x.ipynb", "ada/new/x.ipynb", "bob/x.ipynb"], "ada, bob"),
    "the course copied": (["ada/repo/exercises/x.ipynb", "ada/repo/chapters/x.ipynb"], "ada"),
    "underscores": (
        ["_ann/x.ipynb", ".ben/x.ipynb", "__cem__/x.ipynb", "~$dan/x.ipynb"],
        ".ben, __cem__, _ann, ~$dan",
    ),
    "underscores, flat": (["_eve_90_tiny.ipynb", ".fay_90_tiny.ipynb"], "_eve, .fay"),
    "submitted is one of them": (["ann/x.ipynb", "submitted/x.ipynb"], "ann, submitted"),
    "nbgrader": (["submitted/ada/90/x.ipynb", "submitted/bob/90/x.ipynb"], "ada, bob"),
    "nbgrader, one": (["submitted/ada/90/x.ipynb"], "ada"),
    "nbgrader's course": (
        ["submitted/ada/90/x.ipynb", "source/90/x.ipynb", "release/90/x.ipynb", "gradebook.db"],
        "ada",
    ),
    "teams": (
        [
            "W5/ada/HW/Version 1/x.ipynb",
            "W5/ada/HW/Version 2/x.ipynb",
            "W5/bob/HW/Version 1/x.ipynb",
        ],
        "ada, bob",
    ),
    "moodle": (
        [
            "Ada L_7_assignsubmission_file_/x.ipynb",
            "Ada L_7_assignsubmission_onlinetext_/onlinetext.html",
            "Bob_8_assignsubmission_file_/",
            "Cem_9_assignsubmission_onlinetext_/onlinetext.html",
        ],
        "Ada L 7, Bob 8, Cem 9",
    ),
    "canvas": (
        ["adal_1_2_90_tiny.ipynb", "bobu_LATE_3_4_90_tiny-1.ipynb", "cemv_5_text.html"],
        "adal 1, bobu 3, cemv 5",
    ),
    "blackboard": (
        [
            "HW 5_al9_attempt_2026-11-20-10-30-00_90_tiny.ipynb",
            "HW 5_al9_attempt_2026-11-20-10-30-00.txt",
            "HW 5_bu_attempt_2026-11-21-10-30-00.txt",
        ],
        "al9, bu",
    ),
    "gradescope, no list": (["a_export/submission_11/x.ipynb"], "submission_11"),
    "archives": (["ada.zip", "bob_90_tiny.zip", "cem/all.zip"], "ada, bob, cem"),
}


def write(place, names: list[str]):
    for name in names:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        elif name.endswith(".zip"):
            path.write_bytes(zipped({"inside/x.ipynb": GOOD}))
        else:
            path.write_bytes(GOOD if name.endswith(".ipynb") else b"text")


def as_zip(path, names: list[str]):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            zip_bytes = zipped({"inside/x.ipynb": GOOD})
            data = GOOD if name.endswith(".ipynb") else zip_bytes if name.endswith(".zip") else b""
            archive.writestr(name, data)
    return path


def check_law(found, names):
    """Hold the law of the intake: each name is in it once, and each student has an entry."""
    labels = [one.label for one in found.files]
    assert len(labels) == len(set(labels)) >= len(names)
    assert {copy.label for item in found for copy in (item, *item.older)} <= set(labels)
    students = {who for one in found.files for who in one.students}
    assert students == {item.student for item in found}
    counted = {item.label for item in found}
    for one in found.files:
        is_copy = any(one.label == copy.label for item in found for copy in item.older)
        assert one.label in counted or is_copy or one.reason.endswith(".")


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("layout", CLASSES)
def test_everybody_is_found(tmp_path, layout, packed):
    names, wanted = CLASSES[layout]
    place = tmp_path / ("all.zip" if packed else "all")
    as_zip(place, names) if packed else write(place, names)
    found = collect(place, BOTH)
    check_law(found, names)
    assert sorted({item.student for item in found}) == sorted(wanted.split(", "))


def test_the_archive_of_an_lms_is_looked_into_where_it_lies_alone(tmp_path):
    as_zip(tmp_path / "all.zip", ["HW/ada/x.ipynb", "HW/bob/x.ipynb"])
    assert [item.student for item in collect(tmp_path, EXERCISES)] == ["ada", "bob"]
    (tmp_path / "all.zip").write_bytes(b"PK")
    assert "not a ZIP archive" in next(iter(collect(tmp_path, EXERCISES))).problem


def test_gradescope_names_who_made_a_submission(tmp_path):
    names = [f"export/submission_{number}/90_tiny.ipynb" for number in (11, 12, 14)]
    files = dict.fromkeys(names, GOOD) | {"export/submission_metadata.yml": PEOPLE.encode()}
    put(tmp_path, files | {"export/submission_11/metadata.yml": b"---"})
    (tmp_path / "export/submission_13").mkdir()
    found = collect(tmp_path, EXERCISES)
    owners = {item.student: (item.owner.name, item.owner.lms_id, item.problem) for item in found}
    assert owners == {
        "Ada Lovelace 1042": ("Ada Lovelace", "1042", ""),
        "Bob Ünal 1043": ("Bob Ünal", "1043", ""),
        "Cem cem@x.org": ("Cem", "cem@x.org", ""),
        "Dan": ("Dan", "", "an empty folder: nothing was handed in."),
        "Eve 1045": ("Eve", "1045", "nothing was handed in."),
        "submission_14": ("", "", ""),
    }
    check_law(found, names)


def test_what_one_student_hands_in_moves_nobody_else(tmp_path):
    names = [f"HW/{student}/90_tiny.ipynb" for student in ("ada", "bob", "mallory")]
    names += ["HW/submission_12/90_tiny.ipynb"]
    files = dict.fromkeys(names, GOOD) | {
        "HW/mallory/submission_metadata.yml": PEOPLE.encode(),
        "HW/mallory/timestamp.txt": b"2030-01-01 10:00:00",
        "HW/mallory/submitted/ada/90/90_tiny.ipynb": GOOD,
        "HW/mallory/Ada L_7_assignsubmission_file_/x.ipynb": GOOD,
    }
    found = collect(put(tmp_path, files), EXERCISES)
    assert [item.student for item in found] == ["ada", "bob", "mallory", "submission_12"]
    check_law(found, names)


NOISE = [
    ".DS_Store",
    "__MACOSX/ada/._x.ipynb",
    "ada/.ipynb_checkpoints/x-checkpoint.ipynb",
    "ada/.git/HEAD",
    "ada/Thumbs.db",
    "ada/._x.ipynb",
    "ada/~$essay.docx",
    "bob/desktop.ini",
]


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_what_machines_leave_behind_is_set_aside_with_a_reason(tmp_path, packed):
    files = {
        "ada/x.ipynb": GOOD,
        "cem/._x_90_tiny.ipynb": GOOD,
        **dict.fromkeys(NOISE, b"\0\5\26\7"),
    }
    place = pack(tmp_path / "all.zip", files) if packed else put(tmp_path / "all", files)
    found = collect(place, EXERCISES)
    assert [(item.student, bool(item.problem)) for item in found] == [
        ("ada", False),
        ("bob", True),
        ("cem", False),
    ]
    aside = [one for one in found.files if one.reason]
    assert len(aside) == len(NOISE) and all(
        "kept by" in o.reason or "Jupyter" in o.reason or "office" in o.reason for o in aside
    )


def test_a_name_composed_or_apart_is_one_name(tmp_path):
    put(tmp_path, {f"{NFD}/x.ipynb": GOOD, "Zoë Müller/y.ipynb": GOOD})
    (item,) = collect(tmp_path, EXERCISES)
    assert item.student == "Zoë Müller" and len(item.older) == 1


def test_names_that_differ_in_capitals_are_two_people_and_told(tmp_path):
    put(tmp_path, {"Ada/x.ipynb": GOOD, "ada/x.ipynb": GOOD})
    found = collect(tmp_path, EXERCISES)
    assert len(found) == 2 and "differ in capital letters alone" in found.remarks[0]


def test_copies_in_several_folders_are_told_since_they_may_be_of_several_people(tmp_path):
    put(tmp_path, {"late/ada/x.ipynb": GOOD, "late/bob/x.ipynb": GOOD, "cem/x.ipynb": GOOD})
    found = collect(tmp_path, EXERCISES)
    assert "late: 2 copies of 90_tiny lie in 2 folders (ada, bob)" in found.remarks[0]


def test_a_file_without_a_name_is_told(tmp_path):
    put(tmp_path, {"90_tiny (1).ipynb": GOOD, "90_tiny.ipynb": GOOD, "ada.ipynb": GOOD})
    assert "says not whose it is: 90_tiny (1).ipynb, 90_tiny" in collect(tmp_path, BOTH).remarks[0]


def test_two_sets_in_one_notebook_are_both_graded(tmp_path):
    both = json.loads(GOOD)
    both["cells"] += json.loads(OTHER)["cells"]
    put(tmp_path, {"ada/all.ipynb": json.dumps(both).encode(), "bob/x.ipynb": GOOD})
    found = collect(tmp_path, BOTH)
    assert [(i.student, i.set_name, i.problem) for i in found] == [
        ("ada", SET, ""),
        ("ada", MORE, ""),
        ("bob", SET, ""),
    ]


def test_a_notebook_of_a_set_counts_before_another_that_holds_some_of_it(tmp_path):
    both = json.loads(GOOD)
    both["cells"] += json.loads(OTHER)["cells"]
    files = {"ada/a.ipynb": OTHER, "ada/z.ipynb": json.dumps(both).encode()}
    exercises = {SET: frozenset({"relu_back"}), MORE: frozenset({"conv_back", "pool_back"})}
    put(tmp_path, files)
    labels = {item.set_name: item.label for item in collect(tmp_path, exercises)}
    assert labels == {SET: "ada/z.ipynb", MORE: "ada/a.ipynb"}


def test_an_unreadable_file_of_another_set_is_an_entry_of_its_own(tmp_path):
    put(tmp_path, {"ada/x.ipynb": GOOD, "ada/91_more.pdf": b"%PDF", "ada/notes.txt": b"x"})
    first, second = collect(tmp_path, BOTH)
    assert (first.set_name, first.problem) == (SET, "") and "notes.txt left aside" in first.notes[0]
    assert second.set_name == MORE and "a PDF" in second.problem


def test_the_higher_number_of_a_copy_counts_in_folders_too(tmp_path):
    put(tmp_path, {"ada/work.ipynb": GOOD, "ada/work (1).ipynb": GOOD})
    os.utime(tmp_path / "ada/work (1).ipynb", (1e9, 1e9))
    (item,) = collect(tmp_path, EXERCISES)
    assert item.label == "ada/work (1).ipynb"


def test_a_damaged_archive_of_a_class_is_refused_by_name(tmp_path):
    (tmp_path / "all.zip").write_bytes(b"PK\3\4 cut off")
    with pytest.raises(UnreadableError, match=r"all\.zip: not a ZIP archive"):
        collect(tmp_path / "all.zip", EXERCISES)


def test_equal_names_in_an_archive_are_told_apart(tmp_path):
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(tmp_path / "a.zip", "w") as archive,
    ):
        archive.writestr("ada/x.ipynb", STUB)
        archive.writestr("ada/x.ipynb", GOOD)
    found = collect(tmp_path / "a.zip", EXERCISES)
    (item,) = found
    assert item.written and item.source.read() == GOOD and item.older[0].source.read() == STUB
    check_law(found, ["", ""])


# ---- names in archives ----

RAW = {  # bytes of a name without a mark: the text, and whether a guess is told to the student
    "UTF-8": ("Zoë".encode(), "Zoë", False),
    "Chinese, UTF-8": ("张三".encode(), "张三", False),
    "apart": (unicodedata.normalize("NFD", "Zoë").encode(), "Zoë", False),
    "DOS": ("Müller".encode("cp437"), "Müller", True),
    "DOS, French": ("Hélène".encode("cp850"), "Hélène", True),
    "Chinese": ("张三".encode("gbk"), "张三", True),
    "Chinese, rare": ("王喆".encode("gbk"), "王喆", True),
    "Chinese and a number": ("李四_2023".encode("gbk"), "李四_2023", True),
    "Windows": ("Müller".encode("cp1252"), "Müller", True),
    "neither": (b"\xff\xfe\x80", "\\xff\\xfe\\x80", True),
}


def unmarked(raw: bytes, inside: bytes) -> bytes:
    """Return an archive with a folder whose name is `raw`, without the flag for UTF-8."""
    mark = b"Q" * len(raw)
    return zipped({f"{mark.decode()}/x.ipynb": inside}).replace(mark, raw)


@pytest.mark.parametrize("case", RAW)
def test_a_name_that_says_not_how_it_is_written_is_read_as_what_is_plausible(tmp_path, case):
    raw, name, is_told = RAW[case]
    (tmp_path / "all.zip").write_bytes(unmarked(raw, GOOD))
    found = collect(tmp_path / "all.zip", EXERCISES)
    (item,) = found
    assert item.student == name and item.source.read() == GOOD
    assert bool(item.notes) == is_told and "names that do not say" in found.remarks[0]


def test_a_backslash_parts_folders_only_where_windows_wrote_it(tmp_path):
    unix = as_zip(tmp_path / "unix.zip", ["DOMAIN\\ada/x.ipynb", "DOMAIN\\bob/x.ipynb"])
    assert [i.student for i in collect(unix, EXERCISES)] == ["DOMAIN\\ada", "DOMAIN\\bob"]
    windows = as_zip(tmp_path / "windows.zip", ["HW\\ada\\x.ipynb", "HW\\bob\\x.ipynb"])
    assert [i.student for i in collect(windows, EXERCISES)] == ["ada", "bob"]
    put(tmp_path / "all", {"DOMAIN\\ada/x.ipynb": GOOD, "b/x.ipynb": GOOD})
    assert [i.student for i in collect(tmp_path / "all", EXERCISES)] == ["DOMAIN\\ada", "b"]


# ---- what is refused costs nothing ----


def test_a_small_archive_of_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    files = {f"{number}.ipynb": b"{" + b" " * 9_900_000 for number in range(6)}
    put(tmp_path, {"ada/x.ipynb": GOOD, "mallory/all.zip": zipped(files)})
    read = []
    real = archive.zlib.decompressobj

    class Counting:
        def __init__(self, *options):
            self._real = real(*options)

        def decompress(self, data, limit):
            found = self._real.decompress(data, limit)
            read.append(len(found))
            return found

    monkeypatch.setattr(archive.zlib, "decompressobj", Counting)
    ada, mallory = collect(tmp_path, EXERCISES)
    assert not ada.problem and "holds 59 MB of notebooks, at most 50 MB" in mallory.problem
    assert sum(read) < 1_000


def test_archives_in_an_archive_share_its_bounds(tmp_path):
    inner = zipped({f"{number}.ipynb": b"{" + b" " * 9_900_000 for number in range(3)})
    put(tmp_path, {"mallory/all.zip": zipped({f"{n}.zip": inner for n in range(9)})})
    (item,) = collect(tmp_path, EXERCISES)
    assert sum("holds" in one.reason for one in collect(tmp_path, EXERCISES).files) == 8
    deep = zipped({"c.zip": entry("90_tiny.ipynb")})
    put(tmp_path / "deep", {"eve/a.zip": zipped({"b.zip": deep})})
    (item,) = collect(tmp_path / "deep", EXERCISES)
    assert "a ZIP in a ZIP in a ZIP" in item.problem


def test_what_is_no_notebook_may_be_large(tmp_path):
    files = {"data/train.npz": b"\0" * 60_000_000, "x.ipynb": GOOD}
    put(tmp_path, {"ada/all.zip": zipped(files)})
    (item,) = collect(tmp_path, EXERCISES)
    assert not item.problem and item.source.read() == GOOD


def test_a_class_of_many_notebooks_passes(tmp_path):
    names = [f"s{number:03}_{number}_7_90_tiny.ipynb" for number in range(500)]
    files = {name: GOOD + b" " * 400_000 for name in names}
    found = collect(pack(tmp_path / "all.zip", files), EXERCISES)
    assert len(found) == 500 and not any(item.problem for item in found)


def test_folders_without_end_are_named(tmp_path):
    place = tmp_path / "ada"
    (place / "x.ipynb").parent.mkdir()
    (place / "x.ipynb").write_bytes(GOOD)
    (tmp_path / ("bob/" + "a/" * 60)).mkdir(parents=True)
    ada, bob = collect(tmp_path, EXERCISES)
    assert not ada.problem and "more than 50 folders" in bob.problem
    deep = as_zip(tmp_path / "a.zip", ["ada/x.ipynb", "bob/" + "a/" * 20_000 + "x.ipynb"])
    assert [item.student for item in collect(deep, EXERCISES)] == ["ada", "bob"]
