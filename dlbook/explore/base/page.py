"""What the explorers with a page of their own share: one script, and a still picture beside it."""

import json
import re
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dlbook import plots
from dlbook.explore.base import still
from dlbook.i18n import language, words

IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w/]+\.js)";\n', re.MULTILINE)

_NO_WORDS = "const CATALOGUE = {};"  # in words.js


def joined(script: Path) -> str:
    """Return a script as one module, each file that it imports put in once before it.

    A notebook gets one piece of text without a place, so that ``import "./pad.js"`` would find
    nothing there.

    Args:
        script: where it lies; ``Path(__file__).with_suffix(".js")`` is the one beside a file.
    """
    texts: dict[Path, str] = {}
    _collect(script, texts)
    return "".join(texts.values()).replace(_NO_WORDS, f"const CATALOGUE = {_catalogue()};", 1)


def _catalogue() -> str:
    """Return the words of the language of this process by their English, in JavaScript."""
    return json.dumps(words(language()), ensure_ascii=False, sort_keys=True)


def _collect(script: Path, texts: dict[Path, str]) -> None:
    """Put the texts of a script and of all that it imports into `texts`, what is imported first."""
    text = script.read_text("utf-8")
    for imported in IMPORT.findall(text):
        if script.parent / imported not in texts:
            _collect(script.parent / imported, texts)
    texts[script] = IMPORT.sub("", text)


class Choice(traitlets.Enum[Any]):
    """A control with a few values; any other is refused in the words of dlbook."""

    values: list[Any]

    def validate(self, obj: Any, value: Any) -> Any:
        if value not in self.values:
            raise ValueError(f"{self.name} needs one of {self.values}, got {value!r}; choose one")
        return self.values[self.values.index(value)]  # 1.0 even where the page sent 1


class Page(anywidget.AnyWidget):
    """A widget with a page in JavaScript; a subclass says what readers without a kernel see."""

    _css = Path(__file__).with_name("page.css")
    _dom_classes = traitlets.Tuple((still.LIVE,)).tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)  # what each control may be set to

    @traitlets.default("choices")
    def _list_choices(self) -> dict[str, list[Any]]:
        controls = {
            name: trait for name, trait in self.traits().items() if isinstance(trait, Choice)
        }
        return {name: control.values for name, control in controls.items()}

    @property
    def alt(self) -> str:
        """What there is to see, in one or two sentences."""
        return self._still()[1]

    def _still(self) -> tuple[Any, str]:
        raise NotImplementedError("a page needs a still picture and its words; write _still")

    def _ipython_display_(self) -> None:
        fig, alt = self._still()
        still.show(self._repr_mimebundle_(), plots.html(fig, alt), alt)
