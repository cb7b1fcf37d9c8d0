"""Whatever a table looks like, what is not written into stays as it is, byte for byte."""

import csv
from io import StringIO

import pytest
from hypothesis import given, strategies as st

from dlbook.grading.errors import SheetError
from dlbook.grading.results.cells import parse

ODD = 'a,"b ""c""",\'=1\r\n"two\nlines",,\r\n\r\n"",x\ry,z'


def test_cells_mean_what_they_mean_to_other_programs():
    for text in (ODD, ODD.replace(",", ";"), 'a\tb\n"c"\t\'d\n'):
        cells = parse(text.encode())
        others = list(csv.reader(StringIO(text, newline=""), delimiter=cells.delimiter))
        width = len(cells.raw[0])
        assert cells.values == [row + [""] * (width - len(row)) for row in others]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-be"])
def test_one_cell_changes_and_every_other_byte_stays(encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    data = (mark + ODD + ",ü").encode(encoding)
    cells = parse(data, "cp1252")
    assert cells.data() == data
    cells.put(1, 1, "7")
    assert cells.data() == (mark + ODD + ",ü").replace(",,", ",7,").encode(encoding)


@given(st.text(alphabet='ab,;"\n\r\tü', max_size=30))
def test_a_file_is_written_as_it_was_read_or_refused(text):
    try:
        cells = parse(text.encode())
    except SheetError:
        return
    assert cells.data() == text.encode()


def test_a_value_is_quoted_where_the_old_one_was_or_where_it_must_be():
    cells = parse(b'"",,\n')
    for column, value in enumerate(("1", "1", 'a "b", c')):
        cells.put(0, column, value)
    assert cells.data() == b'"1",1,"a ""b"", c"\n'


def test_a_short_line_is_made_long_enough():
    cells = parse(b"a,b,c\nx\n")
    cells.put(1, 2, "9")
    assert cells.data() == b"a,b,c\nx,,9\n"


@pytest.mark.parametrize(
    "encoding, words", [("", "is not UTF-8"), ("klingon", "--encoding needs a name such as cp1252")]
)
def test_letters_that_cannot_be_read_are_told(encoding, words):
    with pytest.raises(SheetError, match=words):
        parse(b"caf\xe9,b\n", encoding)


def test_a_letter_that_the_file_has_no_bytes_for_is_told():
    cells = parse(b"caf\xe9,b\n", "cp1252")
    cells.put(0, 1, "→")
    with pytest.raises(SheetError, match="in cp1252, which has no '→': export it as UTF-8"):
        cells.data()
