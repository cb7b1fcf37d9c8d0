"""Hints in the language of this process: names of exercises and verdicts stay what they are."""

import re
from dataclasses import replace

from dlbook.check.answer_key import ExerciseKey, Key
from dlbook.i18n import _, language
from dlbook.i18n.overlay import digest, load, told

_SECTION = re.compile(
    r"\[section ([\d.]+)\]\(\.\./(chapters/\w+)\.ipynb(#[^)\s]*)?\)", re.IGNORECASE
)


def hint_name(exercise: str, label: str) -> str:
    """Return the name under which an overlay has the hint for a known mistake."""
    return f"{exercise} / {label}"


def second_name(exercise: str) -> str:
    """Return the name under which an overlay has the second hint of an exercise."""
    return f"second hint: {exercise}"


def localized(key: Key) -> Key:
    """Return a key whose hints are in the language of this process; all else stays."""
    if language() == "en":
        return key
    exercises = tuple(localized_exercise(key.name, entry) for entry in key.exercises)
    released = localized(key.released) if key.released else None
    return replace(key, exercises=exercises, released=released)


def localized_exercise(set_name: str, exercise: ExerciseKey) -> ExerciseKey:
    """Return the key of an exercise with hints in the language of this process."""
    if language() == "en":
        return exercise
    overlay, name = f"exercises/{set_name}", exercise.name
    hints = {
        label: told(overlay, hint_name(name, label), hint) for label, hint in exercise.hints.items()
    }
    second = told(overlay, second_name(name), exercise.second)
    section = _SECTION.sub(_linked, exercise.section)
    return replace(exercise, hints=hints, second=second, section=section)


def hint_again(set_name: str, hint: str) -> str:
    """Return a hint of a record, which is English, in the language of this process.

    One that the edition does not have, or has for another English text, stays.
    """
    if language() == "en":
        return hint
    pieces = load(f"exercises/{set_name}", language()).values()
    noted = digest(hint)
    return next((piece.text for piece in pieces if piece.digest == noted), hint)


def _linked(found: re.Match[str]) -> str:
    """Return the link to a section with its words in the language, to the cell that it begins in.

    JupyterLab does not find an anchor with Chinese letters.
    """
    number, chapter, anchor = found[1], found[2], found[3] or ""
    heading = re.compile(rf"^##+ +{re.escape(number)} ", re.MULTILINE)
    for name, piece in load(chapter, language()).items():
        if heading.search(piece.text):
            anchor = f"#cell-id={name}"
    text = _("section {number}").format(number=number)
    return f"[{text}](../{chapter}.ipynb{anchor})"
