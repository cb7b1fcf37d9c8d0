"""Whatever the tree of names that is handed in, every name comes out, and the counts add up."""

import io
import re
import warnings
import zipfile
from collections import Counter

from hypothesis import example, given, settings, strategies as st

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.archive import members, unpack
from dlbook.grading.batch.entry import Entry, Record
from dlbook.grading.batch.intake import Intake, collect
from dlbook.grading.batch.names import compose
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import parse
from dlbook.grading.results.accounts import account_lines, accounts
from tests.grading.batch.fakes import EXERCISES, report
from tests.grading.batch.test_intake import GOOD

BOTH = {**EXERCISES, "91_more": frozenset({"conv_back"})}
ODD = ["_ann", ".ben", "submitted", "05", "90_tiny", "Zo\u00eb", "Zoe\u0308", "Ada", "ada", "a\\b"]
ODD += ["~$x", "._x", "__MACOSX", ".git", ".DS_Store", "Ada L_7_assignsubmission_file_", "source"]
ODD += ["submission_12", "adal_LATE_1_2_x", "\u202ex", "\u200b", " ", "=cmd()", "Version 2"]
FILES = ["90_tiny.ipynb", "work (1).ipynb", "_eve_90_tiny.ipynb", "x.IPYNB", "a.zip", ".ipynb"]
FILES += [
    "timestamp.txt",
    "submission_metadata.yml",
    "essay.pdf",
    "onlinetext.html",
    "x",
    "ada.zip",
]
LETTERS = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
NAME = st.sampled_from(ODD) | st.text(LETTERS, min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)
CONTENTS = st.sampled_from([GOOD, GOOD.replace(b"relu_back", b"conv_back"), b"", b"x", b"{", b"PK"])
TREE = st.lists(
    st.tuples(st.lists(NAME, max_size=4), st.sampled_from(FILES) | NAME, CONTENTS | st.none()),
    min_size=1,
    max_size=9,
)
Tree = list[tuple[list[str], str, bytes | None]]


def packed(tree: Tree, depth: int = 1) -> bytes:
    """Return a ZIP of a tree; None stands for an empty folder, a name in .zip for another ZIP."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for folders, name, data in tree:
            path = "/".join((*folders, name))
            if data is None:
                archive.writestr(f"{path}/", b"")
            elif name.endswith(".zip") and depth:
                archive.writestr(path, packed(tree[:2], depth - 1))
            else:
                archive.writestr(path, data)
    return stream.getvalue()


def written(folder, tree: Tree) -> list[tuple[str, ...]]:
    """Write what of a tree a disk takes; return the paths that are there."""
    done = []
    for folders, name, data in tree:
        path = folder.joinpath(*folders, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if data is None:
                path.mkdir()
            elif not path.exists():
                path.write_bytes(packed(tree[:2]) if name.endswith(".zip") else data)
        except OSError:  # a file stands where a folder should
            continue
        done.append((*folders, name))
    return done


def hold_the_law(found: Intake) -> None:
    """Hold it: names are told apart, all are accounted for, and each student has an entry."""
    labels = [one.label for one in found.files]
    assert len(set(labels)) == len(labels)
    assert {who for one in found.files for who in one.students} == {i.student for i in found}
    keys = [(item.student, item.set_name) for item in found]
    assert len(set(keys)) == len(keys)
    graded = Record(report(Verdict.RIGHT).to_dict(whole=True))
    entries = [
        Entry(i.student, i.set_name, label=i.label, problem=i.problem, record=graded) for i in found
    ]
    told = accounts(found.files, entries)
    assert sum(Counter(one.state for one in told).values()) == len(labels)
    assert all(one.why.endswith(".") for one in told if one.state != "graded")
    numbers = [list(map(int, re.findall(r"\d+", line))) for line in account_lines(told)]
    first, *others = numbers
    assert first[0] == sum(first[2:]) and all(line[0] == sum(line[1:]) for line in others)
    assert first[0] + sum(line[0] for line in others) == len(labels)
    assert first[1] <= len({item.student for item in found})
    for item in found:
        if not item.problem:
            item.source.read()


def missing(found: Intake, paths: list[tuple[str, ...]]) -> list[str]:
    """Return which paths are below no label, and under no folder that is named as a whole."""
    labels = [one.label for one in found.files]
    whole = tuple(label for label in labels if label.endswith("/"))
    names = ["/".join(map(compose, path)) for path in paths]
    return [name for name in names if not is_told(name, labels, whole)]


def is_told(name: str, labels: list[str], whole: tuple[str, ...]) -> bool:
    inside = any(label.startswith((f"{name}/", f"{name} (")) for label in labels)
    return name in labels or inside or f"{name}/".startswith(whole)


@settings(max_examples=250)
@given(TREE)
def test_every_name_of_an_archive_comes_out(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("zip") / "all.zip"
    path.write_bytes(packed(tree))
    found = collect(path, BOTH)
    hold_the_law(found)
    with path.open("rb") as stream:
        assert missing(found, [member.parts for member in members(stream, 100)]) == []


@settings(max_examples=250)
@given(TREE)
def test_every_name_of_a_folder_comes_out(tmp_path_factory, tree):
    folder = tmp_path_factory.mktemp("folder")
    paths = written(folder, tree)
    found = collect(folder, BOTH)
    hold_the_law(found)
    assert missing(found, paths) == []


def is_folder(entry: zipfile.ZipInfo, others: list[zipfile.ZipInfo]) -> bool:
    """Return whether an entry is a folder; Python knows no ZIP in which backslashes part them."""
    has_slashes = any("/" in other.filename for other in others)
    is_of_windows = entry.filename.endswith("\\") and not has_slashes
    return entry.is_dir() or (is_of_windows and not entry.file_size)


@settings(max_examples=200)
@given(TREE)
@example([([], "ada\\", GOOD)])
@example([([], "ada\\", b"")])
def test_a_zip_is_read_as_pythons_own_reader_reads_it(tree):
    data = packed(tree)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        every = archive.infolist()
        wanted = [(e.file_size, is_folder(e, every), archive.read(e)) for e in every]
    found = members(io.BytesIO(data), 100)
    assert [(m.size, m.is_folder, unpack(io.BytesIO(data), m)) for m in found] == wanted


# ---- bytes that were changed ----

ZIP = packed([(["ada"], "90_tiny.ipynb", GOOD), (["bob"], "a.zip", b"")])
CHANGES = st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=4)), min_size=1, max_size=6)


def changed(data: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    for place, new in changes:
        at = place % len(data)
        data = data[:at] + new + data[at + len(new) :]
    return data


@settings(max_examples=300)
@given(CHANGES, CHANGES, st.integers(0, 400))
def test_no_change_of_bytes_stops_the_intake_or_the_reader(tmp_path_factory, first, second, cut):
    folder = tmp_path_factory.mktemp("fuzz")
    inside = changed(ZIP, first)
    (folder / "b.zip").write_bytes(inside[: len(inside) - cut % 7 * 9])
    (folder / "c.ipynb").write_bytes(changed(GOOD, second))
    hold_the_law(collect(folder, BOTH))
    try:
        hold_the_law(collect(folder / "b.zip", BOTH))
        parse(changed(GOOD, second))
    except UnreadableError as refusal:
        assert str(refusal).endswith(".")
