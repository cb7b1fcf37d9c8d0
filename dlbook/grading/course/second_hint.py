"""What the second hint of an exercise has to be: there, and short."""

import re

SENTENCES, WORDS = 3, 60  # at most so many
_END = re.compile(r"[.?!](?=\s|$)")


def second_hint_problems(name: str, hint: str) -> list[str]:
    """Return what is wrong with the second hint of the exercise `name`, '' where it has none."""
    if not hint:
        return [f"{name}: no second hint: add a raw cell `# second hint: {name}`."]
    sentences, words = len(_END.findall(hint)), len(hint.split())
    if sentences > SENTENCES or words > WORDS:
        return [
            f"{name}: the second hint has at most {SENTENCES} sentences and {WORDS} words, "
            f"got {sentences} and {words}: shorten it."
        ]
    return []
