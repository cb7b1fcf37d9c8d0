"""The first case of a check that is not right, with what is needed and what was got."""

import numpy as np

from dlbook.check.answer_key import CheckKey
from dlbook.check.compare import first_difference
from dlbook.check.wire import Failure, Json, WireError, decode
from dlbook.i18n import _

_LINES, _WIDTH = 12, 76  # of a value that is shown


def example(check: CheckKey, got: Json) -> str:
    """Return the first case that is not right, with both values, '' where there is none.

    Of a hidden check nothing is told.

    Args:
        check: what it needs to see.
        got: what an answer put out, on the wire.
    """
    if check.hidden:
        return ""
    try:
        needed, value = decode(check.expected), decode(got)
    except WireError:
        return ""
    if not isinstance(needed, dict):
        return ""
    label = next(iter(needed))
    if isinstance(value, dict) and list(value) == list(needed):
        with np.errstate(all="ignore"):
            found = first_difference(needed, value, check.rtol, check.atol)
        if found is None:
            return ""
        label = found[0]
    lines = [f"{label}", _("needed:"), _shown(needed[label])]
    if isinstance(value, dict) and label in value:
        lines += [_("got:"), _shown(value[label])]
    elif isinstance(value, Failure):
        lines += [_("got:"), f"{value.type}: {value.message}"]
    return "\n".join(lines)


def _shown(value: object) -> str:
    """Return a value as text, cut where it is long."""
    with np.printoptions(precision=4, suppress=True, threshold=60, linewidth=_WIDTH):
        text = str(value) if isinstance(value, np.ndarray) else _plain(value)
    lines = text.splitlines()
    return "\n".join(lines[:_LINES] + ["..."] * (len(lines) > _LINES))


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "\n".join(_plain(item) for item in value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value) if isinstance(value, np.ndarray) else repr(value)
