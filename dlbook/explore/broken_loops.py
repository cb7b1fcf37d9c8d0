"""Nine broken training loops, each trained for real: which suspect explains which curves?"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import data, functional as F, nn, plots
from dlbook.explore.base.explorer import Explorer, choice
from dlbook.optim import SGD
from dlbook.tensor import Tensor, no_grad

STEPS, EVERY, BATCH, CEILING = 300, 5, 50, 4.0
CODE = """\
for step in range(300):
    rows = next_rows()
    model.train()
    optimizer.zero_grad()
    out = model(x[rows])
    loss = cross_entropy(out, y[rows])
    loss.backward()
    optimizer.step()
    model.eval()
    watch(model, x_val, y_val)"""


@dataclass(frozen=True)
class Suspect:
    """A way to break the loop.

    Args:
        line: the line of `CODE`, counted from 0, at which it sits.
        written: what stands there instead.
        sign: what its curves show.
        look: where to look next in one's own program.
    """

    line: int
    written: str
    sign: str
    look: str


SUSPECTS = {
    "lr too low": Suspect(
        7, "step()  # lr = 0.01", "all curves creep, smooth and right", "raise lr tenfold"
    ),
    "lr too high": Suspect(
        7, "step()  # lr = 20", "the loss jumps about and stays high", "print the first 10 losses"
    ),
    "plus sign": Suspect(
        7, "p += lr * p.grad", "the loss climbs from the first step", "the sign of the update"
    ),
    "zero between": Suspect(
        7, "zero_grad(); step()", "validation is level: nothing moves", "do parameters change?"
    ),
    "never zero": Suspect(
        3, "(no zero_grad)", "fast at first, then wild swings", "norm of the gradients"
    ),
    "labels shuffled": Suspect(
        5,
        "loss = cross_entropy(out, mixed[rows])",
        "it stays at a blind guess, 2.3",
        "view 10 examples",
    ),
    "softmax twice": Suspect(
        5,
        "loss = cross_entropy(softmax(out), y)",
        "loss above 1.46, accuracy rises",
        "the last layer",
    ),
    "same batch": Suspect(
        1, "rows = first_rows", "training near 0, validation is not", "print the row numbers"
    ),
    "eval missing": Suspect(8, "(no eval)", "validation jagged, above training", "model.training"),
}
CURVES = {
    "A": "never zero",
    "B": "lr too low",
    "C": "softmax twice",
    "D": "zero between",
    "E": "same batch",
    "F": "plus sign",
    "G": "labels shuffled",
    "H": "eval missing",
    "I": "lr too high",
}


@cache
@np.errstate(over="ignore", invalid="ignore")  # some of these loops run away, as they should
def train(bug: str, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what a loop with this bug shows.

    Args:
        bug: one of `SUSPECTS`, or "healthy".
        seed: of the first weights, the batches and the units that drop out.

    Returns:
        The loss of each batch, shape (STEPS,); validation loss and accuracy after every
        5 steps, both of shape (STEPS / EVERY,).
    """
    rng = np.random.default_rng(seed)
    images, labels = data.load_digits()
    x, y = images.reshape(-1, 64), labels
    taught = y.copy()
    if bug == "labels shuffled":
        taught[:900] = rng.permutation(y[:900])
    model = nn.Sequential(
        nn.Linear(64, 64, rng=rng), nn.ReLU(), nn.Dropout(0.5, rng=rng), nn.Linear(64, 10, rng=rng)
    )
    optimizer = SGD(model.parameters(), lr={"lr too low": 0.01, "lr too high": 20}.get(bug, 0.5))
    losses, watched = [], []
    for step in range(STEPS):
        rows = np.arange(BATCH) if bug == "same batch" else rng.integers(900, size=BATCH)
        losses.append(_step(bug, model, optimizer, x[rows], taught[rows]))
        if step % EVERY == 0:
            watched.append(_validate(bug, model, x[900:1300], y[900:1300]))
    validation, accuracy = np.transpose(watched)
    return np.array(losses), validation, accuracy


def _step(bug: str, model: nn.Module, optimizer: SGD, x: np.ndarray, y: np.ndarray) -> float:
    """Take one step on a batch, with the bug in it, and return the loss before the step."""
    model.train()
    if bug != "never zero":
        optimizer.zero_grad()
    loss = _loss(bug, model(Tensor(x)), y)
    loss.backward()
    if bug == "plus sign":
        for p in model.parameters():
            p.grad = None if p.grad is None else -p.grad
    if bug == "zero between":
        optimizer.zero_grad()
    optimizer.step()
    return float(loss.item())


def _validate(bug: str, model: nn.Module, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return validation loss and accuracy, as a loop with this bug would measure them."""
    model.train(bug == "eval missing")
    with no_grad():
        scores = model(Tensor(x))
        return _loss(bug, scores, y).item(), float((scores.data.argmax(1) == y).mean())


def _loss(bug: str, scores: Tensor, y: np.ndarray) -> Tensor:
    if bug == "softmax twice":
        scores = F.softmax(scores, 1)
    return F.cross_entropy(scores, y)


def draw(fig: Figure, curve: str, suspect: str) -> str:
    """Draw the curves of a broken loop, and those of a suspect from another start behind them."""
    fig.set_layout_engine("none")  # fixed margins: twice as fast
    margins = {"left": 0.07, "right": 0.985, "bottom": 0.02, "top": 0.94}
    grid = margins | {"wspace": 0.16, "hspace": 0.28, "width_ratios": [1.1, 1]}
    (left, right), (code, advice) = plots.axes_on(fig, 2, 2, gridspec_kw=grid)
    at = np.arange(0, STEPS, EVERY)
    truth = CURVES[curve]
    for bug, seed, strong in ((suspect, 1, False), (truth, 0, True)):
        losses, validation, accuracy = train(bug, seed)
        color = (plots.DATA, plots.TARGET) if strong else (plots.CONTEXT, plots.CONTEXT)
        look = {"lw": 1.3} if strong else {"lw": 2.5, "alpha": 0.45}
        for ax, values, which, style in (
            (left, _cut(losses.reshape(-1, EVERY).mean(axis=1)), 0, "-"),
            (left, _cut(validation), 1, "--"),
            (right, accuracy, 1, "--"),
        ):
            ax.plot(at, values, style, color=color[which], **look)
    left.plot([], [], color=plots.DATA, label=f"training, curve {curve}")
    left.plot([], [], "--", color=plots.TARGET, label=f"validation, curve {curve}")
    left.plot([], [], color=plots.CONTEXT, lw=2.5, alpha=0.45, label="the suspect, another start")
    left.set(xlim=(0, STEPS), ylim=(0, CEILING + 1.7), xlabel="step", yticks=range(5))
    left.set_title(f"curve {curve}: loss, cut off at {CEILING:g}", fontsize=9)
    left.legend(fontsize=8, loc="upper right", framealpha=0.8, edgecolor="white")
    right.set(xlim=(0, STEPS), ylim=(0, 1.02), xlabel="step")
    right.set_title("validation accuracy", fontsize=9)
    _write_code(code, SUSPECTS.get(suspect))
    _explain(advice, suspect, suspect == truth)
    fits = "fits" if suspect == truth else "does not fit"
    sign = SUSPECTS[suspect].sign if suspect in SUSPECTS else "training and validation fall"
    return f"Curve {curve} beside the suspect '{suspect}', which {fits}. Of a suspect: {sign}."


def _cut(losses: np.ndarray) -> np.ndarray:
    """Return the losses with all that is too large, or no number any more, at the ceiling."""
    kept: np.ndarray = np.minimum(np.nan_to_num(losses, nan=CEILING), CEILING)
    return kept


def _write_code(ax: Axes, chosen: Suspect | None) -> None:
    """Write the loop, with the line of a suspect in its place."""
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    for number, line in enumerate(CODE.splitlines()):
        here = chosen is not None and number == chosen.line
        color, weight = ("black", "bold") if here else (plots.CONTEXT, "normal")
        text = f"    {chosen.written}" if chosen and here else line
        style: dict[str, Any] = {"family": "monospace", "fontsize": 9}
        style |= {"color": color, "weight": weight, "parse_math": False}
        ax.text(0, 0.95 - 0.095 * number, text, va="center", **style)


def _explain(ax: Axes, suspect: str, fits: bool) -> None:
    """Write whether a suspect fits, what it does to curves, and where to look for it."""
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    chosen = SUSPECTS.get(suspect)
    verdict = "FITS" if fits else "does not fit"
    sign, look = (
        (chosen.sign, chosen.look)
        if chosen
        else ("both losses fall", "nothing yet: choose a suspect")
    )
    color = plots.TARGET if fits else plots.CONTEXT
    ax.text(0.08, 0.9, f"{suspect}: {verdict}", fontsize=12, color=color, va="center")
    for up, heading, text in (
        (0.68, "What its curves show", sign),
        (0.38, "What to check in your own program", look),
    ):
        ax.text(0.08, up, heading, fontsize=9, color=plots.CONTEXT, va="center")
        ax.text(0.08, up - 0.12, text, fontsize=9, va="center")


def broken_loops() -> Explorer:
    """Return the gallery of broken loops: a curve to explain, and a suspect to compare with it."""
    controls = {
        "curve": choice("curve", [*CURVES]),
        "suspect": choice("suspect", ["healthy", *SUSPECTS]),
    }
    return Explorer(draw, controls, height=4.6)
