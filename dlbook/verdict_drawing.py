"""The court in pictures: where each claim is tried, and a reader's verdicts beside the book's."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlbook import claims
from dlbook.colors import CONTEXT, DATA, TARGET
from dlbook.predict import reveal

_MARKS = dict(zip(claims.WAYS, "os^", strict=True))  # the way a claim is decided: its mark
_SHORT = "right", "loosely\nput", "incom-\nplete", "half\nright", "wrong"
_RING: dict[str, Any] = {"marker": "o", "ls": "", "mfc": "white", "mec": DATA, "mew": 1.6, "ms": 9}


def draw_trials(ax: Axes) -> None:
    """Draw each claim: its number to the right, the chapter that tries it upwards.

    Its mark says how it is decided. The drawing says nothing about verdicts.
    """
    for way, mark in _MARKS.items():
        tried = [
            (number, int(claim.chapter))
            for number, claim in enumerate(claims.load().values(), 1)
            if claim.decided == way
        ]
        ax.plot(*zip(*tried, strict=True), mark, color=DATA, ms=6, label=f"by {way}")
    chapters = sorted({claim.chapter for claim in claims.load().values()})
    ax.set_yticks([int(chapter) for chapter in chapters], chapters)
    ax.set(xlabel="claim, T01 to T41", ylabel="chapter", xlim=(0, len(claims.load()) + 1))
    ax.grid(axis="y", color="0.92")
    ax.set_axisbelow(True)
    ax.legend(frameon=False, fontsize=8, loc="upper left")


def draw_verdicts(axes: Sequence[Axes], verdict: Mapping[str, str | None]) -> None:
    """Draw a row for each claim: the book's verdict, and a ring at the reader's if there is one.

    A line joins the two where they differ. A ring to the left of the mark is too kind, one to the
    right is too hard. Where the reader has given no verdict, that of the book is left out, until
    `reveal.give_up` was called.

    Args:
        axes: the claims are shared out evenly among them, from left to right.
        verdict: the reader's verdict for each claim, None where there is none yet.

    Raises:
        ValueError: if a claim or a verdict is unknown.
    """
    verdict = _understood(verdict)
    for ax, ids in zip(axes, np.array_split(list(claims.load()), len(axes)), strict=True):
        for row, id in enumerate(ids):
            _draw_row(ax, row, claims.find(id), verdict.get(id))
        ax.set_yticks(range(len(ids)), ids)
        ax.set_xticks(range(len(_SHORT)), _SHORT)
        ax.set_xlabel("← kinder · harder →", color=CONTEXT)
        ax.set(xlim=(-0.6, len(_SHORT) - 0.4), ylim=(len(ids) - 0.4, -0.6))
        ax.tick_params(length=0, labelsize=7)
        ax.xaxis.tick_top()
        ax.spines[:].set_visible(False)
        ax.grid(axis="x", color="0.9")
        ax.set_axisbelow(True)
    handles = [_mark(axes[0], way) for way in claims.WAYS]
    handles += axes[0].plot([], [], **_RING, label=_yours(verdict))
    look: dict[str, Any] = {"loc": "outside lower center", "ncols": 4, "frameon": False}
    axes[0].figure.legend(handles=handles, fontsize=8, **look)


def compared(verdict: Mapping[str, str | None]) -> str:
    """Return a line for each way to decide, and one for all: how the reader's verdicts stand.

    Args:
        verdict: the reader's verdict for each claim, None where there is none yet.

    Raises:
        ValueError: if a claim or a verdict is unknown.
    """
    verdict = _understood(verdict)
    lines = [f"{'':14}{'claims':>7}{'judged':>8}{'same':>7}{'too kind':>10}{'too hard':>10}"]
    for way in (*claims.WAYS, "all"):
        chosen = [claim for claim in claims.load().values() if way in (claim.decided, "all")]
        gaps = [_gap(claim, verdict.get(claim.id)) for claim in chosen]
        judged = [gap for gap in gaps if gap is not None]
        same, kind = judged.count(0), sum(gap < 0 for gap in judged)
        hard = len(judged) - same - kind
        name = way if way == "all" else f"by {way}"
        lines.append(f"{name:14}{len(gaps):7}{len(judged):8}{same:7}{kind:10}{hard:10}")
    return "\n".join(lines)


# ---- parts ----


def _understood(verdict: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the verdicts by claim, each as the book writes it."""
    return {claims.find(id).id: claims.understood(said) for id, said in verdict.items()}


def _gap(claim: claims.Claim, said: str | None) -> int | None:
    """Return by how many steps the reader is harder than the book; below 0 is kinder."""
    return None if said is None else _place(said) - _place(claim.verdict)


def _place(verdict: str) -> int:
    return list(claims.VERDICTS).index(verdict)


def _draw_row(ax: Axes, row: int, claim: claims.Claim, said: str | None) -> None:
    court = _place(claim.verdict)
    if said is not None:
        ax.plot([_place(said), court], [row, row], color=CONTEXT, lw=1.2, zorder=1)
        ax.plot(_place(said), row, **_RING)
    if said is not None or reveal.gave_up:
        ax.plot(court, row, _MARKS[claim.decided], color=TARGET, ms=5)


def _mark(ax: Axes, way: str) -> Any:
    return ax.plot([], [], _MARKS[way], color=TARGET, ms=5, label=f"the book's, by {way}")[0]


def _yours(verdict: Mapping[str, str | None]) -> str:
    judged = sum(said is not None for said in verdict.values())
    return f"yours, {judged} of {len(claims.load())}"
