"""A learner's folder remembers its language; another one changes words and nothing that is his."""

import json

import pytest

from dlbook.cli import main
from dlbook.grading.course import place
from dlbook.grading.notebook import read
from dlbook.i18n import NOTE, forget, language
from dlbook.workspace import folder
from dlbook.workspace.update import speak, update
from tests.edition.conftest import translated
from tests.workspace.test_update import exercise, rewrite, sources

__all__ = ["exercise", "translated"]  # fixtures


@pytest.fixture
def chinese(translated, tmp_path_factory):
    """A learner's folder in Chinese."""
    return folder.init(tmp_path_factory.mktemp("home") / "课程", "zh")


def test_copies_are_in_the_language_and_their_code_is_the_courses(translated, chinese):
    assert chinese.language == "zh"
    (chapter,), (copy,) = chinese.notebooks("chapters"), chinese.notebooks("exercises")
    assert sources(chapter)[0] == '# <a id="90-Tiny"></a>90 小'
    (path,) = translated.notebooks("exercises")
    for mine, cell in zip(read(copy).cells, read(path).cells, strict=True):
        assert (mine.id, mine.kind) == (cell.id, cell.kind)
        if cell.kind == "code":
            assert mine.source == cell.source
        else:
            assert mine.source.endswith("中文。")


def test_called_again_it_stays_in_its_language(chinese):
    assert folder.init(chinese.root).language == "zh"
    assert folder.of(place.find(chinese.root / "exercises")).language == "zh"


def test_an_update_stays_in_the_language_and_brings_only_what_has_changed(translated, chinese):
    (copy,) = chinese.notebooks("exercises")
    before = sources(copy)
    (path,) = translated.notebooks("exercises")
    rewrite(path, "def relu_back(g, x):", "def relu_back(g, x, at_zero=0):")
    said = []
    assert update(chinese, said.append)
    after = sources(copy)
    assert [a for a, b in zip(after, before, strict=True) if a != b] == [
        next(source for source in after if "at_zero" in source)
    ]


def test_another_language_changes_prose_and_keeps_what_was_written(translated, workspace, exercise):
    was = {cell.id: cell.source for cell in read(exercise).cells}
    said = []
    speak(workspace, "zh", said.append)
    assert workspace.language == "zh" and said[0].startswith("updated     chapters/90_tiny.ipynb")
    now = read(exercise).cells
    assert [cell.id for cell in now] == list(was)
    for cell in now:
        changed = cell.source != was[cell.id]
        assert changed == (cell.kind == "markdown"), cell.id
    said.clear()
    speak(workspace, "zh", said.append)
    assert said == []
    speak(workspace, "en", said.append)
    assert {cell.id: cell.source for cell in read(exercise).cells} == was


def test_the_command_makes_such_a_folder_and_speaks_its_language(
    translated, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "mine", "--language", "zh"]) == 0
    assert "接下来运行 `cd mine`" in capsys.readouterr().out
    assert (tmp_path / "mine" / NOTE).read_text() == "zh\n"
    monkeypatch.chdir(tmp_path / "mine")
    assert main(["update"]) == 0
    assert "里的课程已是最新版本" in capsys.readouterr().out
    monkeypatch.setenv("DLBOOK_LANG", "fr")
    assert main(["update"]) == 2
    assert "DLBOOK_LANG needs one of en, zh, got 'fr'" in capsys.readouterr().err


@pytest.mark.notebook
@pytest.mark.parametrize("system", ["C", "zh_CN.UTF-8", "tr_TR.UTF-8"])
def test_records_are_the_same_for_both_editions_and_under_every_system(
    translated, workspace, exercise, system, monkeypatch, capsys
):
    monkeypatch.setenv("LC_ALL", system)
    monkeypatch.setenv("LANG", system)

    def record():
        monkeypatch.delenv("DLBOOK_LANG", raising=False)  # so that the folder decides
        forget()
        assert main(["--course", str(workspace.root), "check", "--json"]) == 0
        reports = json.loads(capsys.readouterr().out)
        notes = json.loads((workspace.root / ".dlbook" / "progress.json").read_text())
        attempt = notes["exercises"]["relu_back"]
        return reports, attempt["verdict"], attempt["solved"]

    english = record()
    speak(workspace, "zh", print)
    capsys.readouterr()
    assert record() == english and language() == "zh"
