"""What most explorers share: controls above a picture that is drawn anew when one is moved.

An explorer is a function ``draw(fig, **state)`` and a control for each name in the state. The
picture is also the still one that readers without a kernel see.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import traitlets

from dlbook import plots
from dlbook.explore.base.controls import Control, choice as choice, slider as slider
from dlbook.explore.base.page import Page, joined

Draw = Callable[..., str]  # draw(fig, **state) draws on the figure and returns the alt text


class Explorer(Page):
    """Controls and a picture; each control is also an attribute: ``explorer.lr = 0.1``.

    Args:
        draw: takes an empty figure and the state by name, draws, and returns one or two
            sentences saying what is to be seen.
        controls: one for each name in the state.
        width: of the picture, in inches.
        height: of the picture, in inches.
    """

    _esm = joined(Path(__file__).with_suffix(".js"))
    _panel: Any = traitlets.Dict({}).tag(sync=True)  # what the page needs to know of each control
    _values: Any = traitlets.Dict({}).tag(sync=True)  # the state, as the page has it
    _picture = traitlets.Unicode("").tag(sync=True)  # an image in HTML, with its alt text

    def __init__(
        self, draw: Draw, controls: Mapping[str, Control], width: float = 7.0, height: float = 2.8
    ):
        self.__dict__["controls"] = dict(controls)
        self._draw, self._said = draw, ""
        self._figure = plots.blank(width, height)
        panel = {name: control.described() for name, control in controls.items()}
        super().__init__(_panel=panel, _values=self.state)
        for control in controls.values():
            control.observe(self._redraw, "value")
        self._redraw()

    @property
    def state(self) -> dict[str, Any]:
        """The value of each control, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def __getattr__(self, name: str) -> Any:
        controls = self.__dict__.get("controls", {})
        if name in controls:
            return controls[name].value
        raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {', '.join(controls)}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("controls", {}):
            self.controls[name].value = value
        else:
            super().__setattr__(name, value)

    @traitlets.observe("_values")
    def _follow(self, change: Any) -> None:
        """Set the controls to what the page says."""
        for name, value in self._values.items():
            self.controls[name].value = value

    def _redraw(self, change: Any = None) -> None:
        self._figure.clear()
        self._said = self._draw(self._figure, **self.state)
        with self.hold_sync():  # one message
            self._values = self.state
            self._picture = plots.html(self._figure, self._said)

    def _still(self) -> tuple[Any, str]:
        return self._figure, self._said
