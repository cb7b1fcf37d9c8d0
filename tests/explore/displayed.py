"""What an explorer puts into a notebook."""

from typing import Any

from dlbook.explore.base import still
from tests.pictures import alts

VIEW = "application/vnd.jupyter.widget-view+json"


def words_of(explorer: Any, monkeypatch: Any) -> str:
    """Display an explorer and return the alt text of its still picture."""
    shown = []
    monkeypatch.setattr(still, "display", lambda data, raw: shown.append({"data": data}))
    explorer._ipython_display_()
    picture, controls = shown
    assert still.STILL in picture["data"]["text/html"] and VIEW in controls["data"]
    (alt,) = alts(shown)
    assert picture["data"]["text/plain"] == alt == explorer.alt
    assert still.LIVE in explorer._dom_classes
    return alt
