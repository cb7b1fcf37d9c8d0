"""What a Chinese learner reads of the command: its help, its errors and what the doctor says."""

import re
import shutil
import subprocess
import sys

import click
import pytest

from dlbook.cli import _dlbook, doctor, main
from dlbook.cli.verb import Verb
from dlbook.grading.sandbox import bubblewrap
from dlbook.i18n import forget
from dlbook.i18n.terminal import columns

LEARNERS = [name for name, verb in _dlbook.commands.items() if isinstance(verb, Verb)]
TEACHERS = [name for name in _dlbook.commands if name not in LEARNERS]
_NAMES = re.compile(r"dlbook [a-z]+|`[^`]*`|'[^']*'|--?[a-z-]+|\[[^\]]*\]|\b[A-Z]+\b")
_HAN = re.compile("[\u4e00-\u9fff]")


def english(text):
    """Return the lines with English words in a row, beside names of options, verbs and files."""
    plain = (_NAMES.sub(" - ", line) for line in text.splitlines())
    return [line for line in plain if re.search(r"[A-Za-z]{2,}[,;:.]? [a-z]{2,}", line)]


@pytest.fixture(autouse=True)
def chinese(monkeypatch, english):
    """Speak Chinese, after the fixture that speaks English."""
    monkeypatch.setenv("DLBOOK_LANG", "zh")
    forget()


def said(capsys, *arguments):
    """Return the exit code of a verb, and what it says."""
    code = main(list(arguments))
    told = capsys.readouterr()
    return code, told.out + told.err


def test_learners_verbs_are_these():
    learning = "init lab check hint solution progress watch reset update doctor"
    assert learning.split() == LEARNERS


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("verb", ["", *LEARNERS])
def test_the_help_is_chinese_and_no_line_is_too_long(verb, width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    code, text = said(capsys, *([verb] if verb else []), "--help")
    assert (code, english(text)) == (0, [])
    assert text.startswith(f"用法：dlbook {verb}".rstrip()) and "\n选项：\n" in text
    assert max(map(columns, text.splitlines())) <= width


def test_what_is_said_of_options_begins_in_one_column(capsys):
    options = said(capsys, "check", "--help")[1].partition("选项：\n")[2].splitlines()
    names = [re.match(r"  \S.*?  +(?=\S)", line)[0] for line in options]
    assert "--seed 整数" in names[0] and len({columns(name) for name in names}) == 1


def test_every_verb_is_told_in_chinese_in_the_list(capsys):
    listed = said(capsys, "--help")[1].partition("命令：")[2].strip().splitlines()
    assert [line.split()[0] for line in listed] == [*LEARNERS, *TEACHERS]
    assert all(_HAN.search(line) for line in listed)


@pytest.mark.parametrize("verb", TEACHERS)
def test_the_help_of_a_teachers_verb_is_english_all_through(verb, capsys):
    assert not _HAN.search(said(capsys, verb, "--help")[1])


@pytest.mark.parametrize("verb", LEARNERS)
def test_english_help_is_what_click_makes_of_it(verb, monkeypatch, capsys):
    monkeypatch.setenv("DLBOOK_LANG", "en")
    forget()
    command = _dlbook.commands[verb]
    names = {"info_name": f"dlbook {verb}", "help_option_names": ["-h", "--help"]}
    plain = click.Context(command, **names).get_help()
    assert said(capsys, verb, "--help") == (0, f"{plain}\n")


def test_one_process_speaks_the_language_of_the_moment(monkeypatch, capsys):
    chinese = said(capsys, "hint", "--help")
    monkeypatch.setenv("DLBOOK_LANG", "en")
    forget()
    assert "Show this message" in said(capsys, "hint", "--help")[1]
    monkeypatch.setenv("DLBOOK_LANG", "zh")
    forget()
    assert said(capsys, "hint", "--help") == chinese


def test_the_note_in_a_folder_chooses_the_language_of_help(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("DLBOOK_LANG")
    (tmp_path / ".dlbook").mkdir()
    (tmp_path / ".dlbook" / "language").write_text("zh\n")
    monkeypatch.chdir(tmp_path)
    assert said(capsys, "hint", "--help")[1].startswith("用法：")


ERRORS = {  # what is typed: what is said
    "chekc": "没有这个命令：'chekc'。",
    "check --sede 3": "--sede",
    "check --seed x": "'--seed' 的值不对：'x' 不是整数。",
    "check --seed -1": "'--seed' 的值不对：-1 不在范围 x>=0 内。",
    "check --seed": "选项 '--seed' 后面要写一个值。",
    "check 05 06": "多了一个参数：06",
    "check 05 06 07": "多了几个参数：06 07",
    "hint": "缺少参数 'EXERCISE'。（见 `dlbook hint --help`）",
    "progress --json=1": "选项 '--json' 不带值。",
    "lab --language fr": "应为 'en', 'zh' 之一，给出的是 'fr'。",
}


@pytest.mark.parametrize("typed", ERRORS)
def test_what_cannot_be_understood_is_told_in_chinese(typed, capsys):
    code, text = said(capsys, *typed.split())
    assert code == 2 and text.startswith("dlbook: ") and text.count("\n") == 1
    assert ERRORS[typed] in text and english(text) == [] and _HAN.search(text)


def test_a_wrong_verb_is_told_all_verbs(capsys):
    assert f"全部命令：{'、'.join([*LEARNERS, *TEACHERS])}（" in said(capsys, "zzz")[1]


# ---- the doctor ----


def test_the_doctor_says_in_chinese_what_is_well(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_kernel", lambda: iter(()))
    code, text = said(capsys, "doctor")
    assert code == 0 and text.endswith("\n一切正常\n") and english(text) == []


def test_the_doctor_says_in_chinese_what_is_not(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_LEAST_PYTHON", (99, 0))
    monkeypatch.setattr(doctor, "_ROOM", 1e30)
    monkeypatch.setattr(doctor, "_version", lambda _name: "")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    code, text = said(capsys, "doctor")
    assert code == 1 and english(re.sub("pip install.*|apt install.*", "", text)) == []
    lines = text.splitlines()
    assert "✗ 没有安装 numpy，需要 >=2.0" in lines and "  请在这个磁盘上腾出空间" in lines
    assert lines[-1].startswith(f"有 {text.count('✗') - 1} 处需要解决")


def test_the_doctor_tells_in_chinese_of_a_sandbox_and_a_kernel(monkeypatch, capsys):
    def fail(*_, **__):
        raise bubblewrap.SandboxError("0x1")

    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/bwrap")
    monkeypatch.setattr(bubblewrap, "probe", fail)
    monkeypatch.setattr("jupyter_client.manager.start_new_kernel", fail)
    code, text = said(capsys, "doctor")
    assert code == 1 and "✓ bubblewrap 已安装，但无法启动：0x1" in text
    assert "✗ 内核无法启动：0x1\n  请运行 pip install" in text


# ---- as a learner types it ----


def test_a_new_process_speaks_chinese_where_the_system_does_not(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dlbook", "hint"],
        capture_output=True,
        cwd=tmp_path,
        encoding="utf-8",
    )
    assert done.returncode == 2 and "缺少参数" in done.stderr
