"""What a reader moves: a slider for a number, and a menu for a few values.

Each is plain Python; `explorer.js` shows it as an `<input type="range">` or a `<select>`, which
browsers make operable by key and readable for a screen reader. A range can only say numbers that
lie evenly, so anything else is a menu.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from dlbook.i18n import _


class Control(traitlets.HasTraits):
    """A value that the reader changes; ``control.observe(act, "value")`` hears of it.

    Args:
        description: the words beside it.
        value: where it stands at first.
    """

    value: Any = traitlets.TraitType()

    def __init__(self, description: str, value: Any):
        self.description = description
        super().__init__(value=value)

    @traitlets.validate("value")
    def _allow(self, proposal: Any) -> Any:
        return self.allowed(proposal["value"])

    def allowed(self, value: Any) -> Any:
        """Return the value as it is kept, or refuse it."""
        raise NotImplementedError("a control says what it may be set to; write allowed")

    def described(self) -> dict[str, Any]:
        """Return what the page needs to know of it."""
        raise NotImplementedError("a control says how it is shown; write described")


class Slider(Control):
    """A number between two ends; one beyond them is moved to the nearer end.

    Args:
        description: the words beside it.
        value: where it stands at first.
        least: its left end.
        most: its right end.
        step: between neighbouring values; whole steps give whole numbers.
        pause: milliseconds between two steps of a player beside it; 0 for no player.
    """

    def __init__(
        self,
        description: str,
        value: float,
        least: float,
        most: float,
        step: float,
        pause: int = 0,
    ):
        self.min, self.max, self.step, self.pause = least, most, step, pause
        super().__init__(description, value)

    def allowed(self, value: Any) -> Any:
        """Return the number between the ends that is nearest."""
        if not isinstance(value, (int, float, np.number)) or value != value:
            raise ValueError(
                f"{self.description} needs a number from {self.min} to {self.max}, got {value!r}; "
                "give one"
            )
        kind = int if isinstance(self.step, int) else float
        return kind(min(max(value, self.min), self.max))

    def described(self) -> dict[str, Any]:
        """Return what the page needs to know of it."""
        ends = {"min": self.min, "max": self.max, "step": self.step}
        return {"label": _(self.description), "pause": self.pause, **ends}


class Menu(Control):
    """One of a few values.

    Args:
        description: the words beside it.
        options: what there is: texts or numbers.
        value: the one chosen at first.
    """

    def __init__(self, description: str, options: Sequence[Any], value: Any):
        self.options = list(options)
        super().__init__(description, value)

    def allowed(self, value: Any) -> Any:
        """Return the option that equals the value."""
        if value not in self.options:
            raise ValueError(
                f"{self.description} needs one of {self.options}, got {value!r}; choose one"
            )
        return self.options[self.options.index(value)]  # 1.0 even where the page sent 1

    def described(self) -> dict[str, Any]:
        """Return what the page needs to know of it."""
        words = [str(option) for option in self.options]
        return {"label": _(self.description), "options": self.options, "words": words}


def slider(
    name: str, value: float, least: float, most: float, step: float, pause: int = 0
) -> Slider:
    """Return a slider for a number; whole steps give whole numbers.

    Args:
        name: what to write beside it.
        value: where it stands at first.
        least: its left end.
        most: its right end.
        step: between neighbouring values.
        pause: milliseconds between two steps of a player beside it; 0 for no player.
    """
    return Slider(name, value, least, most, step, pause)


def choice(name: str, options: Sequence[Any], value: Any = None) -> Menu:
    """Return a menu of a few values, such as functions or sizes that do not lie evenly.

    Args:
        name: what to write beside it.
        options: what there is, the first one chosen unless `value` names another.
        value: the one chosen at first.
    """
    return Menu(name, options, options[0] if value is None else value)
