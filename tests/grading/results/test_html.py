import base64
import hashlib
import re
import typing
from dataclasses import fields, replace
from fractions import Fraction
from itertools import product

import pytest
from jinja2 import UndefinedError

from dlbook.check import verdict as verdict_module
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.batch.entry import FAULT, Entry, Origin, Record
from dlbook.grading.package import package_files
from dlbook.grading.results import html, students
from dlbook.grading.results.changes import Change
from dlbook.grading.results.class_page import class_page
from dlbook.grading.results.feedback import feedback
from dlbook.grading.rules import handed_in, marks
from dlbook.grading.run.report import ExerciseReport, Report
from tests.page import Page

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
EVIL += "\" onload='alert(3)' `x` </title></style></pre>--> &lt;b&gt; {{ 7*7 }} {% if %} {# a #}"
HIDDEN = "\x00\x07\x1b\x7f\x85\u200e\u202e\u2066\u2069\ufeff\ue000"  # controls, directions


def filled(kind, text: str, outcomes: tuple[Outcome, ...]):
    """Return a value of a type in which each text, however deep, is `text`.

    The report of a record, plain data there, has the outcomes. A dataclass is walked over by its
    fields: a new one is filled, too.
    """
    origin = typing.get_origin(kind)
    inner = [arg for arg in typing.get_args(kind) if arg is not ...]
    values = {str: text, bool: True, int: 2, float: 2.0, Fraction: Fraction(2)}
    if kind in values:
        return values[kind]
    if kind == (dict[str, typing.Any] | None):
        exercises = tuple(ExerciseReport(text, 2, (outcome,)) for outcome in outcomes)
        return Report(text, 2, exercises, (text,), text).to_dict(whole=True)
    if origin is tuple:
        return (filled(inner[0], text, outcomes),)
    if origin is dict:
        return {text: filled(inner[1], text, outcomes)}
    if type(None) in inner:
        return filled(inner[0], text, outcomes)
    assert kind in (Entry, Record, Origin, Change), (
        f"filled() in this test needs a value for {kind}"
    )
    types = typing.get_type_hints(kind)
    return kind(**{f.name: filled(types[f.name], text, outcomes) for f in fields(kind)})


def pages(text: str, more: int = 13) -> dict[str, str]:
    """Return the feedback and the class page of entries in which each text is `text`.

    Four students differ in what they have; `more` are as the first, so that not all are named.
    """
    outcomes = tuple(
        Outcome(text, verdict, hints, text, hidden, text)
        for verdict, hidden in product(Verdict, (False, True))
        for hints in ((), (text, f"{text}?"))
    )
    entry = filled(Entry, text, outcomes)
    others = [
        replace(entry, student=f"{text} 2"),  # in a group with the first, and the same file
        replace(entry, student=f"{text} 3", record=None),
        replace(entry, student=f"{text} 4", problem="", record=Record(unreadable=text)),
        *(replace(entry, student=f"{text} {n + 5}") for n in range(more)),
    ]
    entries = [entry, *others]
    change = filled(Change, text, ())
    return {"feedback": feedback(entries), "class": class_page(entries, [change])}


def acts(page: str, plain: str) -> bool:
    """Return whether a page is another than that of plain text: in its elements or characters."""
    found = set(page) & set(HIDDEN)
    return Page(page).shape != Page(plain).shape or bool(found)


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    return pages("plain")


@pytest.fixture(scope="module")
def evil() -> dict[str, str]:
    return pages(EVIL + HIDDEN)


@pytest.mark.parametrize("name", ["feedback", "class"])
def test_no_text_of_a_stranger_acts_on_a_page(name, plain, evil):
    page = evil[name]
    assert not acts(page, plain[name])
    words = Page(page).words
    assert EVIL in words and "alert(3)' `x` </title></style></pre>--> &lt;b&gt; {{ 7*7 }}" in words


GUARDS = {"autoescape": {"autoescape": False}, "cleaning": {"finalize": None}}


@pytest.mark.parametrize("guard", GUARDS)
def test_without_one_of_the_guards_a_text_would_act(monkeypatch, plain, guard):
    monkeypatch.setattr(html, "ENVIRONMENT", html.ENVIRONMENT.overlay(**GUARDS[guard]))
    for name, page in pages(EVIL + HIDDEN).items():
        assert acts(page, plain[name]), name


def test_a_text_is_cut_where_a_template_says_so_or_at_two_thousand_characters():
    long = Page(pages("x" * 4_500, more=0)["class"]).words
    runs = {len(run) for run in re.findall("x+…", long)}
    assert {200, 600, 2_000, 4_000} <= runs and max(runs) == 4_000
    assert html.limited(html.limited("y" * 4_500, 4_000)) == "y" * 3_999 + "…"


def test_a_template_that_shows_what_nobody_gave_is_refused():
    with pytest.raises(UndefinedError, match="'parts' is undefined"):
        html.render("feedback.html", who="ada")


@pytest.mark.parametrize("name", ["feedback", "class"])
def test_a_page_loads_nothing_and_runs_nothing_but_has_its_style(name, plain):
    page = plain[name]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    digest = base64.b64encode(hashlib.sha256(Page(page).style.encode()).digest()).decode()
    rules = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy == rules
    assert "http" not in page.replace("http-equiv", "") and "url(" not in page


@pytest.mark.parametrize("name", ["feedback", "class"])
def test_all_words_of_a_page_can_be_translated(monkeypatch, name):
    def translate(text: str) -> str:
        return re.sub(r"[^\W\d]+(?![^{]*})", "~", text)

    for module in (verdict_module, marks, handed_in, students):
        monkeypatch.setattr(module, "_", translate)
    fresh = html.ENVIRONMENT.overlay()  # templates that were loaded before keep their words
    monkeypatch.setattr(html, "ENVIRONMENT", fresh)
    monkeypatch.setitem(fresh.globals, "_", translate)
    page = Page(pages("17")[name])
    seen = page.words + "".join(page.labels)
    assert "~" in seen
    assert re.findall(r"[^\W\d]+", seen) == [], "these strings need _()"


def test_templates_travel_with_the_package():
    travelling = {path.as_posix() for path in package_files()}
    for name in html.ENVIRONMENT.list_templates():
        assert f"grading/results/templates/{name}" in travelling
    assert "style.css" in html.ENVIRONMENT.list_templates()


def test_a_fault_of_the_grader_is_not_the_students_business():
    problem = f"{FAULT} (OSError: /srv/secret): run the same command again."
    page = feedback([Entry("ada", "90_tiny", problem=problem)])
    assert (
        "a reason that is not yours" in page and "grader fault" not in page and "secret" not in page
    )
