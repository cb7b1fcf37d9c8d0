"""Every visible string goes through the door, and the catalogue has it."""

import ast
import io
import re

import pytest
from babel.messages.pofile import read_po

from dlbook.check.verdict import Verdict
from dlbook.edition.strings import DOORS, in_help, in_python, marked, problems
from dlbook.grading.package import PACKAGE
from dlbook.i18n import LOCALE, catalogue
from dlbook.site.lite import SCRIPTS
from tests.edition import explorers

CATALOGUE = (LOCALE / "zh_CN" / "dlbook.po").read_text("utf-8")
SPEAKING = (  # what learners read comes from these files
    "check/*.py",
    "workspace/*.py",
    *(f"cli/{name}.py" for name in ("desk", "doctor", "learner", "names", "target")),
    *(f"cli/{name}.py" for name in ("translated", "words", "workspace")),
    "grading/notebook.py",
    "grading/unreadable.py",
    *(f"grading/batch/{name}.py" for name in ("archive", "source")),
    *(f"grading/run/{name}.py" for name in ("answers", "endings", "graft", "nbval_items")),
    *(f"grading/run/{name}.py" for name in ("nbval_run", "progress", "report")),
    "grading/sandbox/usage.py",
    "claims.py",
    "guest.py",
    "predict.py",
    *explorers.python(),
)
PAGES = ("explore/base/*.js", *explorers.scripts(), *(f"site/run_here/{name}" for name in SCRIPTS))
_WORDS = re.compile(r"[A-Za-z`]{2,}[,:]? [a-z`]{2,}")
_NOT_SHOWN = {"metavar"}  # of a verb: cli/translated.py lists those that are words
_FOR_PROGRAMMERS = {
    *("AttributeError", "FileNotFoundError", "LookupError", "ModuleNotFoundError"),
    *("NotImplementedError", "TypeError", "ValueError", "WireError"),
}
_DRAWS = re.compile(r"\b(?:axes_on|add_axes|inset_axes)\(")  # what returns axes
_ALSO_NOT_SHOWN = {  # on the wire, in a key or a style
    *("first call", "second call", "huge int", "array of ", "dict with two equal labels"),
    *("output with ", " values where two were due"),
    *("plain letters", "<!doctype html", "version https://git-lfs"),
    *('pip install "', "import dlbook.nn"),
    *("second hint: ", ": your turn", "border-left:4px solid ", "can't allocate memory"),
    *('"dlbook-row dlbook-tools"', '"16px sans-serif"', '"button, input, select"'),
    *('"(prefers-reduced-motion: reduce)"', '"an empty pad"', '"your own"'),
    *("`dlbook ${SITE}`", "`dlbook keeps ${SITE}${path}`"),
    *("short cut", "two paths", "w twice"),  # choices, which the prose quotes as code
    *(verdict.value for verdict in Verdict),
}
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"])//[^\n]*", re.DOTALL)


def canvases(tree):
    """Return the names of figures and axes in a program: words that they get are in pictures."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation:
            if ast.unparse(node.annotation) in ("Axes", "Figure"):
                yield node.arg
        elif isinstance(node, ast.Assign) and _DRAWS.search(ast.unparse(node.value)):
            yield from (it.id for it in ast.walk(node.targets[0]) if isinstance(it, ast.Name))


def is_drawn(call, names):
    """Return whether a call writes into a picture: a method of axes, or one that is given them."""
    given = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return any(re.split(r"\W", ast.unparse(it))[0] in names for it in [*given, *call.args[:1]])


def unmarked(source):
    """Yield texts of several words in a program that do not go through the door."""
    tree = ast.parse(source)
    hidden, drawn = set(), set(canvases(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            is_known = name in DOORS or name in _FOR_PROGRAMMERS or name in ("compile", "fullmatch")
            if is_known or is_drawn(node, drawn):
                hidden |= {id(part) for part in ast.walk(node)}
            for word in node.keywords:
                if word.arg in _NOT_SHOWN:
                    hidden |= {id(part) for part in ast.walk(word)}
        if isinstance(node, ast.Tuple) and any("N_(" in ast.unparse(part) for part in node.elts):
            hidden |= {id(part) for other in node.elts[:-1] for part in ast.walk(other)}
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            hidden.add(id(body[0].value))  # a docstring
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    for node in texts:
        if not isinstance(node.value, str) or id(node) in hidden:
            continue
        if re.search(r"; }|<div", node.value):  # a style, an element
            continue
        if _WORDS.search(node.value) and node.value not in _ALSO_NOT_SHOWN:
            yield node.value


def unmarked_in_script(source):
    """Yield texts of several words, and those of buttons, that do not go through the door."""
    source = _COMMENT.sub("", source)
    for found in _LITERAL.finditer(source):
        before = source[: found.start()].rstrip()
        words = re.sub(r"\$\{[^}]*\}", "x", found[0])
        is_shown = re.search(r"button\(\w+,$|textContent(?: =|:)$", before)
        if found[0] in _ALSO_NOT_SHOWN or before.endswith("_(") or ":#" in words:  # a style
            continue
        if _WORDS.search(words) or (is_shown and len(words) > 2):
            yield found[0]


@pytest.mark.parametrize("pattern", SPEAKING)
def test_all_that_learners_read_goes_through_the_door(pattern):
    paths = sorted(PACKAGE.glob(pattern))
    assert paths, f"no file is named {pattern}: mend SPEAKING"
    found = {p.name: list(unmarked(p.read_text("utf-8"))) for p in paths}
    assert not any(found.values()), f"write _(...) around them, or N_(...): {found}"


@pytest.mark.parametrize("pattern", PAGES)
def test_all_that_pages_say_goes_through_the_door(pattern):
    found = {p.name: list(unmarked_in_script(p.read_text("utf-8"))) for p in PACKAGE.glob(pattern)}
    assert not any(found.values()), f"write _(...) around them: {found}"


def test_what_goes_round_the_door_is_seen():
    assert list(unmarked("print(_('one two'))\nraise UserError(f'{x} is none here')")) == [
        " is none here"
    ]
    drawing = "def draw(ax: Axes):\n    ax.text(0, 0, 'in pictures')\n    return f'{x} is seen'"
    assert list(unmarked(drawing)) == [" is seen"]
    script = 'button(row, "clear", act); button(row, _("play"), act); note = `move it ${way}`;'
    assert list(unmarked_in_script(script)) == ['"clear"', "`move it ${way}`"]


def test_strings_are_found_in_python_and_in_scripts():
    assert set(in_python("_('a {b}').format(b=_(c)); N_('d' 'e')")) == {"a {b}", "de"}
    assert {"known mistake", "eraser", "backpropagation"} <= marked()


def test_the_docstring_of_a_verb_is_found_where_it_speaks_the_language_of_a_learner():
    told = '    """One\n    two.\n\n    Three.\n    """\n'
    assert list(in_help(f"@click.command(cls=Verb)\ndef f():\n{told}")) == ["One two.", "Three."]
    assert list(in_help(f"@click.command()\ndef f():\n{told}def g():\n{told}")) == []


def test_the_catalogue_is_whole():
    assert list(problems(CATALOGUE)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('msgid "eraser"', 'msgid "rubber"', "'eraser' is missing"),
        ('msgid "eraser"', 'msgid "rubber"', "'rubber' is an orphan"),
        ('msgstr "提示：{hint}"', 'msgstr "提示：{tip}"', "needs the same names in braces"),
        ('msgstr "提示：{hint}"', 'msgstr "提示:{hint}"', "use the full-width mark"),
        (
            "（见 `{command} --help`）",
            "（见 `{command} --hilfe`）",
            "code missing: {command} --help",
        ),
        (
            "再用下面这一行回答 <code>{}</code>",
            "再用下面这一行回答 {}",
            "tags missing: <code>, </code>",
        ),
    ],
)
def test_what_a_catalogue_lacks_or_has_wrong_is_told(old, new, told):
    assert CATALOGUE.count(old) == 1
    assert told in "\n".join(problems(CATALOGUE.replace(old, new)))


def test_babel_reads_the_catalogue_in_the_same_way():
    theirs = {entry.id: entry.string for entry in read_po(io.BytesIO(CATALOGUE.encode()))}
    del theirs[""]
    assert catalogue.read(CATALOGUE) == theirs
