"""The language is that of the edition or of DLBOOK_LANG, and never that of the system."""

import json
import os
import subprocess
import sys

import pytest

from dlbook import i18n
from dlbook.check import answer_key
from dlbook.check.card import verdict, visible
from dlbook.check.compare import judge
from dlbook.check.evaluate import evaluate
from dlbook.check.localized import localized
from dlbook.check.verdict import Verdict
from dlbook.i18n import _, language, use
from dlbook.i18n.overlay import digest, told

SYSTEMS = ("C", "en_US.UTF-8", "zh_CN.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "nonsense")
SAY = "from dlbook.i18n import _, language; print(language(), _('eraser').encode())"


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_system_does_not_choose(system, tmp_path):
    variables = dict.fromkeys(("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"), system)
    rest = {name: value for name, value in os.environ.items() if name != "DLBOOK_LANG"}
    for asked, found in ((None, "en"), ("zh", "zh"), ("en", "en")):
        more = {"DLBOOK_LANG": asked} if asked else {}
        done = subprocess.run(
            [sys.executable, "-c", SAY],
            env=rest | variables | more,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.stdout.split()[0] == found, done.stderr


def test_the_folder_of_an_edition_chooses(tmp_path, monkeypatch):
    monkeypatch.delenv("DLBOOK_LANG")
    (tmp_path / "chapters").mkdir()
    (tmp_path / ".dlbook").mkdir()
    for noted, found in (("zh", "zh"), ("xx", "en"), ("", "en")):
        (tmp_path / i18n.NOTE).write_text(f"{noted}\n")
        monkeypatch.chdir(tmp_path / "chapters")
        i18n.forget()
        assert language() == found


def test_a_graded_kernel_speaks_english(monkeypatch):
    monkeypatch.setenv("DLBOOK_LANG", "zh")
    monkeypatch.setenv("DLBOOK_SEED", "7")
    i18n.forget()
    assert language() == "en" and _("eraser") == "eraser"


def test_a_language_that_is_none_is_refused():
    with pytest.raises(ValueError, match="one of en, zh, got 'fr': name one"):
        use("fr")


def records():
    """Return what is noted of every known mistake in the keys, and of an error of one's own."""
    found = []
    for key in map(localized, answer_key.all_keys()):
        for exercise in key.exercises:
            check = visible(exercise)
            for value in check.mistakes.values():
                outcome = judge(exercise, check, value)
                found.append((exercise.name, outcome.verdict, outcome.fingerprint))
    result = evaluate(lambda rng: 1 / 0, "scale", 0, 1e-6, 1e-9)
    return [*found, result.values, verdict("scale", result, None).fingerprint]


def test_verdicts_fingerprints_and_what_is_on_the_wire_are_the_same_in_every_language():
    english = records()
    assert len(english) > 500 and english[0][1] is Verdict.KNOWN_MISTAKE
    use("zh")
    assert records() == english


def test_a_key_in_another_language_differs_in_hints_alone():
    use("zh")
    for key in answer_key.all_keys():
        other = localized(key)
        assert [e.name for e in other.exercises] == [e.name for e in key.exercises]
        assert [e.checks for e in other.exercises] == [e.checks for e in key.exercises]
        assert [list(e.hints) for e in other.exercises] == [list(e.hints) for e in key.exercises]


def test_a_digest_is_of_words_and_paragraphs():
    one = digest("One two\nthree.\n\nFour.")
    assert one == digest("One  two three.\n \nFour.\n")
    assert one != digest("One two three. Four.") and one != digest("One two three.\n\nFive.")
    assert json.dumps(one)[1:-1].isalnum() and len(one) == 8


def test_a_text_without_overlay_is_english():
    use("zh")
    assert told("exercises/99_none", "a / b", "Which one?") == "Which one?"
