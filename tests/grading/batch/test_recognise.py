"""Recognising and naming are linear in what a stranger hands in, and see what is there."""

import io
import time
import zipfile
from contextlib import suppress

import pytest

from dlbook.check.roles import stub_message
from dlbook.grading.batch.archive import members
from dlbook.grading.batch.owners import owner
from dlbook.grading.batch.recognise import Held, Recogniser
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import parse

SETS = {"90_tiny": frozenset({"relu_back", "exp_back"}), "91_more": frozenset({"conv_back"})}
RECOGNISER = Recogniser(SETS)
STUB = f'raise NotImplementedError(\\"{stub_message("relu_back")}\\")'.encode()
CODE = b'{"source": ["# answer: relu_back\\n", "def relu_back(g, x):\\n", "    %s"]}'

FILES = {  # name and bytes of a file: what it holds
    "written": ("x.ipynb", CODE % b"return g", [("90_tiny", 1, 1)]),
    "a stub": ("x.ipynb", CODE % STUB, [("90_tiny", 1, 0)]),
    "UTF-16": ("x.ipynb", (CODE % b"return g").decode().encode("utf-16"), [("90_tiny", 1, 1)]),
    "two sets": (
        "x",
        CODE % b'"]}, "# answer: conv_back',
        [("90_tiny", 1, 1), ("91_more", 1, 1, False)],
    ),
    "by its name": ("90 Tiny (1).ipynb", b"cut off", [("90_tiny",)]),
    "by a function": ("x.ipynb", b'"def conv_back(g):"', [("91_more",)]),
    "a longer name": ("x.ipynb", b'"# answer: relu_back_2"', []),
    "a word": ("x.ipynb", b'"the answer: relu_back is easy"', []),
}


@pytest.mark.parametrize("case", FILES)
def test_the_sets_in_a_file_are_found(case):
    name, data, wanted = FILES[case]
    found = list(RECOGNISER.sets(name, data))
    assert found == [Held(*one) for one in wanted]


def linear(work, *arguments) -> None:
    """Hold that work on 200,000 bytes, which takes hours if quadratic, ends at once."""
    start = time.process_time()
    with suppress(UnreadableError):
        work(*arguments)
    assert time.process_time() - start < 8


HOSTILE = [b"#", b"# ", b"#\t\t\t", b"# answer", b"# answer: ", b"def ", b"def  \t", b"\n", b" "]
HOSTILE += [
    b"raise NotImplementedError(",
    b"<<<<<<<",
    b"<",
    b"from ",
    b"@\n",
    b"[",
    b'{"a":',
    b"\0",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_bytes_take_long_to_recognise_or_to_refuse(piece):
    data = piece * (200_000 // len(piece))
    linear(RECOGNISER.sets, "x.ipynb", data)
    linear(parse, data)


@pytest.mark.parametrize(
    "piece", ["_", "_1", "a_1_assignsubmission_", "-1", " (1", "x_attempt_", "\\"]
)
def test_no_name_takes_long(piece):
    linear(owner, (piece * (200_000 // len(piece)) + ".ipynb",), SETS)


def test_no_extra_fields_of_an_archive_take_long():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(100):
            entry = zipfile.ZipInfo(f"{number}.ipynb")
            entry.extra = b"\xfe\xca\0\0" * 16_000  # empty fields of no known kind
            archive.writestr(entry, b"")
    linear(members, stream, 2_000)
