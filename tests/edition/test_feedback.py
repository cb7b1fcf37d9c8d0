"""Feedback for students in their language, from records that are English."""

import csv
import json
import re

import pytest

from dlbook import i18n
from dlbook.cli import main
from dlbook.grading.batch.entry import Entry, Record
from dlbook.grading.batch.journal import current_entries
from dlbook.grading.results.language import told_again
from tests.edition.test_grades import hand_in
from tests.page import Page

ANSWERS = {  # what stands in the answer cell of whom
    "bob": "def relu_back(g, x):\n    return np.where(x >= 0, g, 0)",
    "cleo": "def relu_back(g, x):\n    return g @ x",
    "dan": "while True:\n    print('a' * 10**6)",
}
PAGES = {  # of whom: what it says
    "ada": "你的函数修改了它的参数 g",
    "bob": "在笔记本里的输入上正确，换一些输入就不对了",
    "cleo": "内侧的大小 4 和 3 必须相等：g 和 x 中哪一个该转置？",
    "dan": "它的单元格输出",
    "eve": "没有评分：这个文件是 PDF 文件，不是笔记本：请提交 .ipynb 文件。",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z]+[ ,:]+){3}")  # words in a row
NOT_OURS = re.compile(r"matmul: Input.*|has a mismatch.*")  # NumPy's own


@pytest.fixture
def handed_in(translated, tmp_path):
    """A folder of what five students have handed in, and a command that grades it."""
    place = tmp_path / "in"
    hand_in(translated, place, "en")
    sound = (place / "ada" / "90_tiny.ipynb").read_text("utf-8")
    for who, answer in ANSWERS.items():
        notebook = json.loads(sound)
        cells = [c for c in notebook["cells"] if "".join(c["source"]).startswith("# answer:")]
        cells[0]["source"] = f"# answer: relu_back\n{answer}"
        (place / who).mkdir()
        (place / who / "90_tiny.ipynb").write_text(json.dumps(notebook), "utf-8")
    (place / "eve").mkdir()
    (place / "eve" / "90_tiny.ipynb").write_bytes(b"%PDF-1.4")
    options = ["--jobs", "1", "--sandbox", "off", "--seed", "7"]
    return ["--course", str(translated.root), "grade", str(place), *options]


def page(out, who):
    return Page((out / "feedback" / f"{who}.html").read_text("utf-8")).words


@pytest.mark.notebook
def test_pages_speak_the_language_that_is_asked_for_and_records_english(
    handed_in, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "out"
    monkeypatch.setenv("DLBOOK_LANG", "zh")
    i18n.forget()
    assert main([*handed_in, "-o", str(out)]) == 1  # the PDF
    for who, told in PAGES.items():
        words = NOT_OURS.sub("", page(out, who))
        assert told in words and f"作业反馈：{who}" in words and not ENGLISH.search(words), words
    assert not CHINESE.search(repr(current_entries(out / "journal.sqlite")))
    for name in ("class.html", "grades.csv", "files.csv", "results.jsonl"):  # the lecturer's
        assert not CHINESE.search((out / name).read_text("utf-8-sig")), name
    assert not CHINESE.search(capsys.readouterr().out)
    (out / "rules.toml").write_text('language = "en"\n', "utf-8")
    assert main(["report", str(out)]) == 1
    assert all(not CHINESE.search(page(out, who)) for who in PAGES)


@pytest.mark.notebook
def test_comments_for_an_lms_speak_the_language_of_the_rules(handed_in, tmp_path, capsys):
    out, export = tmp_path / "out", tmp_path / "export.csv"
    main([*handed_in, "-o", str(out)])
    assert "your function changed its argument g" in page(out, "ada")
    (out / "rules.toml").write_text('language = "zh"\n', "utf-8")
    export.write_text("student,grade,comment\nada,,\n", "utf-8")
    columns = ["--column", "grade", "--id-column", "student", "--comment-column", "comment"]
    main(["grades", str(out), "--fill", str(export), *columns])
    (filled,) = [path for path in tmp_path.glob("export*.csv") if path != export]
    (row,) = csv.DictReader(filled.read_text("utf-8").splitlines())
    assert row["grade"] == "0" and "你的函数修改了它的参数 g" in row["comment"]


def test_a_set_of_the_course_has_its_chinese_name_and_a_foreign_one_keeps_its_own():
    i18n.use("zh")
    ours = Entry("ada", "05_backpropagation", title="05 Backpropagation: exercises")
    foreign = Entry("ada", "05_zuhause", title="05 Zu Hause")
    assert told_again(ours).title == "05 反向传播" and told_again(foreign).title == "05 Zu Hause"


def test_what_the_grader_says_of_itself_stays_hidden_from_students():
    i18n.use("zh")
    entry = told_again(Entry("ada", "05_x", problem="grader fault, not graded (boom): run it."))
    assert entry.reason_for_student == "原因不在你：详情请问评分的老师。"


def test_notes_and_hints_are_told_again():
    i18n.use("zh")
    check = {"verdict": "wrong", "hidden": True, "hints": ["Not in the edition."], "detail": ""}
    report = {
        "set": "05_backpropagation",
        "notes": ["left out a cell whose source is no text", "mine"],
        "exercises": [{"name": "chain", "checks": [check]}],
    }
    entry = Entry("ada", "05_backpropagation", notes=("a.zip left aside: mine",))
    told = told_again(Entry(**{**vars(entry), "record": Record(report)}))
    assert told.notes == ("a.zip 没有采用：mine",)
    assert told.record.report["notes"] == ("有个单元格的内容不是文字，已略过", "mine")
    assert told.record.report["exercises"][0]["checks"][0]["hints"] == ["Not in the edition."]
