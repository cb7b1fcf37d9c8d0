"""What all explorers share: controls above a picture that is drawn anew when one is moved.

An explorer is a function ``draw(fig, **state)`` and a control for each name in the state. The
picture is also the still one that readers without a kernel see.
"""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from dlbook import plots
from dlbook.explore.base import still

Draw = Callable[..., str]  # draw(fig, **state) draws on the figure and returns the alt text


class Explorer(widgets.VBox):
    """Controls and a picture; each control is also an attribute: ``explorer.lr = 0.1``.

    Args:
        draw: takes an empty figure and the state by name, draws, and returns one or two
            sentences saying what is to be seen.
        controls: a widget with a `value` for each name in the state.
        width: of the picture, in inches.
        height: of the picture, in inches.
    """

    def __init__(
        self, draw: Draw, controls: Mapping[str, Any], width: float = 7.0, height: float = 2.8
    ):
        self.__dict__["controls"] = dict(controls)
        self._draw, self._size = draw, (width, height)
        self.alt = ""
        self._picture = widgets.HTML(layout=widgets.Layout(min_height=f"{96 * height:.0f}px"))
        self._figure = plots.blank(width, height)
        for control in controls.values():
            control.observe(self._redraw, "value")
        rows = widgets.Layout(flex_flow="row wrap")
        super().__init__([widgets.HBox(list(controls.values()), layout=rows), self._picture])
        self.add_class(still.LIVE)
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

    def _redraw(self, change: Any = None) -> None:
        self._figure.clear()
        self.alt = self._draw(self._figure, **self.state)
        self._picture.value = plots.html(self._figure, self.alt)

    def _ipython_display_(self) -> None:
        still.show(self._repr_mimebundle_(), self._picture.value, self.alt)


def slider(name: str, value: float, least: float, most: float, step: float) -> Any:
    """Return a slider for a number; whole steps give whole numbers.

    Args:
        name: what to write beside it.
        value: where it stands at first.
        least: its left end.
        most: its right end.
        step: between neighbouring values.
    """
    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    style = {"description_width": "initial"}
    return kind(value=value, min=least, max=most, step=step, description=name, style=style)


def choice(name: str, options: list[Any], value: Any = None) -> Any:
    """Return a slider over a few choices; unlike a list, it hears arrow keys in JupyterLab.

    Args:
        name: what to write beside it.
        options: what there is, the first one chosen unless `value` names another.
        value: the one chosen at first.
    """
    style = {"description_width": "initial"}
    value = options[0] if value is None else value
    return widgets.SelectionSlider(options=options, value=value, description=name, style=style)
