"""A picture that the reader draws on a pad, or brings."""

from typing import Any

import numpy as np
import traitlets

from dlbook.explore.base.page import Page

OWN, BLANK = "your own", "an empty pad"  # what the page says of a picture, too
MOST = 200  # pixels along an axis


class Pad(Page):
    """A page with a pad; ``picture`` is what is on it, to be read and to be set."""

    _origin = ""  # the name of the control that says where the picture comes from
    pixels = traitlets.Bytes(b"").tag(
        sync=True,
        from_json=lambda sent, widget: bytes(sent),
        echo_update=False,  # an old picture coming back would undo the newest stroke
    )
    shape: Any = traitlets.List([0, 0]).tag(sync=True)
    ink = traitlets.Bool(True).tag(sync=True)  # whether 1 is black, as in a drawing
    stamp = traitlets.Int(0).tag(sync=True)  # counts the pictures that did not come from the page

    @property
    def picture(self) -> np.ndarray:
        """The picture on the pad, shape (rows, columns), float32, from 0 to 1."""
        return self._picture()

    @picture.setter
    def picture(self, picture: Any) -> None:
        with self.hold_sync():
            self._put(picture, self.ink)
            setattr(self, self._origin, OWN)

    def _picture(self) -> np.ndarray:
        return np.frombuffer(self.pixels, np.uint8).reshape(self.shape).astype(np.float32) / 255

    def _put(self, picture: Any, ink: bool) -> None:
        """Put a picture on the pad, in 256 steps; `ink` says whether 1 is black."""
        picture = np.asarray(picture, np.float64)
        good = picture.ndim == 2 and all(2 < n <= MOST for n in picture.shape)
        if not good or not (
            np.isfinite(picture).all() and 0 <= picture.min() <= picture.max() <= 1
        ):
            raise ValueError(
                f"a pad needs a picture of shape (rows, columns), 3 to {MOST} each, with numbers "
                f"from 0 to 1, got {_described(picture)}; cut it or scale it"
            )
        with self.hold_sync():
            self.shape, self.ink = list(picture.shape), ink
            self.pixels = np.rint(255 * picture).astype(np.uint8).tobytes()
            self.stamp += 1

    @traitlets.validate("pixels")
    def _fits(self, proposal: Any) -> Any:
        count = int(np.prod(self.shape))
        if len(proposal["value"]) != count:
            raise ValueError(
                f"pixels needs {count} bytes for the shape {tuple(self.shape)}, got "
                f"{len(proposal['value'])}; set picture instead"
            )
        return proposal["value"]


def _described(picture: np.ndarray) -> str:
    numbers = f"{picture.min():.3g} to {picture.max():.3g}" if picture.size else "none"
    return f"shape {picture.shape} with numbers from {numbers}"
