"""A wrong line and its card, for the front page: the real check judges it at build time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dlbook.check.card import key_of, verdict, visible
from dlbook.check.evaluate import Body, evaluate
from dlbook.check.ladder import steps
from dlbook.site.addresses import from_notebook

EXERCISE = "relu_back"
CODE = '''\
# answer: relu_back
def relu_back(g, x):
    """Return dL/dx for y = max(x, 0)."""
    return g * (g > 0)
'''
_LINK = re.compile(r'(?<=href=")[^"]+')


@dataclass(frozen=True)
class WrongLine:
    """An answer that many people give, and its card; `words` is the card without its folds."""

    set_name: str
    exercise: str
    code: str
    words: str
    card: str


def wrong_line() -> WrongLine | None:
    """Return the answer with its card, None where the course has no such exercise."""
    try:
        key, exercise = key_of(EXERCISE)
    except LookupError:
        return None
    bodies: list[tuple[Body, dict[str, float]]] = []
    names: dict[str, Any] = {}
    exec(key.setup, names)
    exec(CODE, names)
    names["check"] = _collecting(bodies)
    exec(visible(exercise).source, names)
    body, tolerances = bodies[0]
    result = evaluate(body, EXERCISE, key.seed, **{"rtol": 1e-6, "atol": 1e-9, **tolerances})
    card = verdict(EXERCISE, result, names[EXERCISE])
    html = card.html(steps(exercise, card, tried=True))
    html = _LINK.sub(lambda link: from_notebook(link[0], "exercises"), html)
    return WrongLine(key.name, EXERCISE, CODE, card.text(), html)


def _collecting(bodies: list[tuple[Body, dict[str, float]]]) -> Callable[..., Callable[..., None]]:
    """Return what stands for `check`: it keeps the body of a check, and shows nothing."""

    def check(_name: str, **tolerances: float) -> Callable[[Body], None]:
        return lambda body: bodies.append((body, tolerances))

    return check
