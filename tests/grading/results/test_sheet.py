"""Files as each LMS exports them: filled, and nothing else in them is another byte."""

from dataclasses import replace

import pytest

from dlbook.grading.errors import SheetError
from dlbook.grading.results import comment
from dlbook.grading.results.lms import Choice, fill
from tests.grading.results.test_lms import ADA, BOB, CANVAS, PLAIN, SET, entry

MOODLE = {  # a head as Moodle writes it, yes and no, and the word before a number
    "English": (
        "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments",
        ("Yes", "No", "Participant "),
    ),
    "German": (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,"
        "Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),"
        "Feedback als Kommentar",
        ("Ja", "Nein", "Teilnehmer/in"),
    ),
    "French": (
        "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,"
        "La note peut être modifiée,Dernière modification (travail remis),"
        "Dernière modification (note),Feedback par commentaires",
        ("Oui", "Non", "Participant"),
    ),
    "Spanish": (
        "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,"
        "Calificación máxima,La calificación puede ser cambiada,Última modificación (entrega),"
        "Última modificación (calificación),Comentarios de retroalimentación",
        ("Sí", "No", "Participante "),
    ),
    "Chinese": (
        "标识符,全名,电子邮件地址,状态,成绩,最高分,允许更改成绩,最后修改(作业),"
        "最后修改(成绩),评语反馈",
        ("是", "否", "参与者"),
    ),
}
EVE = entry("Eve 1044", 1, "Eve", "1044")
COMMENT = f"{SET}: 1 of 2 points<br>✗ f1: wrong."


def worksheet(language: str) -> str:
    head, (yes, no, word) = MOODLE[language]
    quoted = ",".join(f'"{name}"' if " " in name else name for name in head.split(","))
    last = '"Friday, 20 November 2026, 9:00",-,'
    rows = [
        f'{word}1042,"Ada, Lovelace",a@x.org,-,,"2,00",{yes},{last}',
        f'{word}1043,Bob Ünal,b@x.org,-,,"2,00",{no},{last}"mine, ""so"""',
        f'{word}1044,=Eve,e@x.org,-,"1,00","2,00",{yes},{last}"look ahead"',
    ]
    return "\r\n".join([quoted, *rows]) + "\r\n"


@pytest.mark.parametrize("language", MOODLE)
def test_a_worksheet_of_moodle_is_filled_with_grades_and_comments(tmp_path, language):
    path = tmp_path / "Bewertungen.csv"
    path.write_bytes(data := ("\ufeff" + worksheet(language)).encode())
    bob = entry("Bob 1043", 2, "Bob", "1043")
    ada = entry("Ada 1042", 1, "Ada", "1042")
    filled = fill(path, [ada, bob, EVE], Choice(comments=True))
    last = b'"Friday, 20 November 2026, 9:00",-,'
    expected = data.replace(b',-,,"2,00"', b',-,1,"2,00"', 1)
    expected = expected.replace(last + b"\r\n", last + COMMENT.encode() + b"\r\n", 1)
    expected = expected.replace(b'-,"1,00",', b'-,"1",')  # Eve's, in quotes as it was
    assert filled.path.read_bytes() == expected and path.read_bytes() == data
    assert (filled.count, filled.comments) == (2, 1)
    assert filled.problems == [
        "Bob 1043: the file says that this grade cannot be changed",
        "Eve 1044: a comment of another hand is there, and stays",
    ]


def test_a_comment_of_ours_is_replaced_when_it_is_filled_again(tmp_path):
    path = tmp_path / "first.csv"
    path.write_text(worksheet("English"), "utf-8", newline="")
    ada = entry("Ada 1042", 0, "Ada", "1042")
    first = fill(path, [ada], Choice(comments=True)).path
    again = fill(first, [entry("Ada 1042", 2, "Ada", "1042")], Choice(comments=True))
    text = again.path.read_text("utf-8")
    assert f"{SET}: 2 of 2 points\n" in text and "✗" not in text
    assert again.replaced == ["Ada 1042: 0, now 2"]


def test_a_comment_begins_with_the_title_and_one_with_the_name_of_the_set_is_ours(tmp_path):
    path = tmp_path / "first.csv"
    path.write_text(worksheet("German"), "utf-8", newline="")
    ada = entry("Ada 1042", 2, "Ada", "1042")
    for title in ("", "05 Zurück & vor: Übungen", "05 Zurück & vor: Übungen"):
        filled = fill(path, [replace(ada, title=title)], Choice(comments=True))
        path = filled.path
        assert filled.comments == 1 and filled.problems == []
    assert "05 Zurück &amp; vor: Übungen: 2 of 2 points" in path.read_text("utf-8")


def test_a_comment_is_text_in_an_lms_that_reads_html(tmp_path):
    path = tmp_path / "lms.csv"
    path.write_text(worksheet("English"), "utf-8", newline="")
    bad = entry("Ada 1042", None, "Ada", "1042")
    bad = type(bad)(**{**bad.__dict__, "problem": "<b>no</b> notebook."})
    filled = fill(path, [bad], Choice(comments=True))
    assert "Not graded: &lt;b&gt;no&lt;/b&gt; notebook." in filled.path.read_text("utf-8")


DETAILS = {  # what a check says, with a hint: what a comment makes of it
    "in line 3: x.mean(axis=0": "✗ f0: wrong. in line 3: x.mean(axis=0 · Hint: Why?",
    "They differ.": "✗ f0: wrong. They differ. Hint: Why?",
    "": "✗ f0: wrong. Hint: Why?",
}


@pytest.mark.parametrize("detail", DETAILS)
def test_no_full_stop_is_put_behind_code(detail):
    own = entry("Ada 1042", 0, "Ada", "1042")
    plain = own.record.report
    plain["exercises"][0]["checks"][0] |= {"detail": detail, "hints": ["Why?"]}
    assert comment.lines(own)[1] == DETAILS[detail]


def test_a_comment_holds_what_else_a_student_is_to_read(tmp_path):
    path = tmp_path / "lms.csv"
    path.write_text(worksheet("English"), "utf-8", newline="")

    def words(own):
        return comment.lines(own, ["See me\non Monday."])

    right = entry("Ada 1042", 2, "Ada", "1042")
    filled = fill(path, [right], Choice(comments=True), words)
    assert f"{SET}: 2 of 2 points<br>See me on Monday.\n" in filled.path.read_text("utf-8")


HEAD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t'
    '"05 Backpropagation [Total Pts: 2 Score] |527001"\t"Essay [Total Pts: 10 Score] |527002"\t'
    '"Total [Total Pts: up to 12 Score] |527000"'
)
FEEDBACK = '\t"Grading Notes"\t"Notes Format"\t"Feedback to Learner"\t"Feedback Format"'


def blackboard(ada: str, bob: str, comments: tuple[str, str] | None = None) -> str:
    one, two = comments or ("", "")
    kind = [f'"{one}"\t"{"HTML" if one else ""}"', f'"{two}"\t"{"HTML" if two else ""}"']
    more = [f'\t""\t"SMART_TEXT"\t{text}' if comments else "" for text in kind]
    head = HEAD + (FEEDBACK if comments else "")
    return (
        f'{head}\n"Lovelace"\t"Ada"\t"al9"\t"007"\t""\t"{ada}"\t""\t""{more[0]}\n'
        f'"Ünal"\t"Bob"\t"bu1"\t""\t"11/20/26, \'9"\t"{bob}"\t"3"\t""{more[1]}\n'
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_blackboards_export_is_filled_as_it_is(tmp_path, encoding):
    path = tmp_path / "gc_CS101_fullgc_2026-11-20.xls"
    path.write_bytes(blackboard("", "").encode(encoding))
    filled = fill(path, [entry("al9", 2), BOB], Choice())
    assert filled.path.suffix == ".xls" and filled.count == 2 and not filled.problems
    assert filled.path.read_bytes() == blackboard("2", "1").encode(encoding)


def test_blackboard_takes_comments_and_is_told_their_format(tmp_path):
    path = tmp_path / "gc_CS101_column_2026-11-20.xls"
    path.write_bytes(blackboard("", "", ("", "")).encode("utf-16"))
    filled = fill(path, [entry("al9", 2), BOB], Choice(comments=True))
    expected = blackboard("2", "1", (f"{SET}: 2 of 2 points", COMMENT))
    assert filled.path.read_bytes() == expected.encode("utf-16") and filled.comments == 2


REFUSED = {  # a file and what is asked: what is said
    "canvas": (CANVAS, Choice(comments=True), r"Canvas takes none from a CSV.*--feedback-zip"),
    "no comments": (
        worksheet("French").replace("Feedback par commentaires", "x"),
        Choice(comments=True),
        "switch feedback comments on in the LMS.*there are: Identifiant, Nom complet, ",
    ),
    "unknown": (
        "Gebruikersnaam;Cijfer\nal9;\n",
        Choice(),
        r"Moodle \(English, German, French, Spanish, Chinese\) .*there are: Gebruikersnaam, Cijfer",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_an_lms_does_not_take_is_refused_with_the_columns_that_were_seen(tmp_path, case):
    text, choice, words = REFUSED[case]
    path = tmp_path / "lms.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(SheetError, match=words):
        fill(path, [ADA, EVE, BOB], choice)
    assert list(tmp_path.iterdir()) == [path]


def test_a_plain_table_in_letters_of_windows_is_filled_and_keeps_them(tmp_path):
    path = tmp_path / "liste.csv"
    data = PLAIN.replace("result", "Ergebnis;Bemerkung für ihn").encode("cp1252")
    path.write_bytes(data)
    choice = Choice(column="Ergebnis", id_column="login", encoding="cp1252")
    assert fill(path, [BOB], choice).path.read_bytes() == data.replace(b"bu1;", b"bu1;1")
    words = Choice("", "Ergebnis", "login", False, True, "Bemerkung für ihn", "cp1252")
    right = fill(path, [entry("bu1", 2)], words).path.read_bytes()
    assert right.endswith(f"bu1;2;{SET}: 2 of 2 points\n".encode())
