"""The visible strings of the package in code and templates, and whether a catalogue has them."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from dlbook.check import answer_key
from dlbook.check.verdict import Verdict
from dlbook.edition import chinese
from dlbook.edition.literals import differences
from dlbook.grading.package import PACKAGE
from dlbook.i18n import catalogue
from dlbook.i18n.terminal import paragraphs

DOORS = ("_", "N_")
VERBS = ("Verb", "Verbs")  # the help of these classes of commands is their docstring
_PAGES = ("**/*.js", "site/theme/*.md", "grading/results/templates/feedback.html")
_IN_SCRIPT = re.compile(r'\b_\(\s*("(?:[^"\\\n]|\\.)*")')
_IN_CHINESE = " --language zh"  # what a command has more where a text in Chinese gives it
_PART = re.compile(r"\{[^{}]*\}")


def marked(package: Path = PACKAGE) -> set[str]:
    """Return all strings that go through the door: in programs, help and students' pages."""
    found = {verdict.value for verdict in Verdict}
    found |= {key.name.partition("_")[2].replace("_", " ") for key in answer_key.all_keys()}
    for path in sorted(package.rglob("*.py")):
        source = path.read_text("utf-8")
        found |= set(in_python(source)) | set(in_help(source))
    for path in (file for glob in _PAGES for file in sorted(package.glob(glob))):
        found |= {json.loads(text) for text in _IN_SCRIPT.findall(path.read_text("utf-8"))}
    return found


def in_python(source: str) -> Iterator[str]:
    """Yield the strings that a program takes through the door."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DOORS:
            yield from (
                part.value
                for part in node.args
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def in_help(source: str) -> Iterator[str]:
    """Yield the help of the verbs in a program that speak the language of their learner."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_a_verb, node.decorator_list)):
            yield from paragraphs(ast.get_docstring(node) or "")


def _makes_a_verb(decorator: ast.expr) -> bool:
    words = decorator.keywords if isinstance(decorator, ast.Call) else []
    return any(word.arg == "cls" and ast.unparse(word.value) in VERBS for word in words)


def problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the text of a catalogue, string by string."""
    words, there = catalogue.read(text), marked()
    for english in sorted(there - set(words)):
        yield f"{english!r} is missing: add it as msgid, and its translation as msgstr"
    for english in sorted(set(words) - there):
        yield f"{english!r} is an orphan: no string of the package, take it out"
    for english in sorted(there & set(words)):
        other = words[english]
        if sorted(_PART.findall(english)) != sorted(_PART.findall(other)):
            yield f"{english!r} needs the same names in braces, got {other!r}"
        for words_of in differences(english, other.replace(_IN_CHINESE, "")):
            yield f"{english!r} differs from its English, {words_of}"
        for problem in chinese.problems_of_words(other):
            yield f"{english!r} breaks a house rule, {problem}"
