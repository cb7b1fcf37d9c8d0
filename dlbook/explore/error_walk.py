"""One digit's error on its way back: from the scores to the hidden units, and on to the pixels.

The network is that of chapter 05, of 64 pixels, 16 hidden units with ReLU and 10 scores. Each
step is one line of its backward pass; then the hidden units pass on their part one by one.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import data, functional as F, nn, optim, plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.i18n import N_, _, speaking
from dlbook.tensor import Tensor

HEIGHT = 3.9  # inches, as all places below
UNITS, CLASSES, SIDE = 16, 10, 8
PAUSE = 900  # milliseconds between two steps that play
FIRST_UNIT = 4  # the step at which hidden unit 0 passes on its part
LAST = FIRST_UNIT + UNITS - 1
PICTURES = {  # a name, and its place among the digits
    "a 5 (155)": 155,
    "a 4 (238)": 238,
    "a 9 (125)": 125,
    "an 8 (309)": 309,
    "a 4 (100)": 100,
}
UNIT_X, SCORE_X = 4.0, 6.0
BAR = 0.3  # of the longest slope, to either side; values are drawn twice as long
Parameters = Sequence[np.ndarray]


def draw(fig: Figure, picture: str, step: int, parameters: Parameters | None = None) -> str:
    """Draw the network for one picture, and what has gone back so far."""
    fig.set_layout_engine("none")  # everything has its place, in inches
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 7), ylim=(0, HEIGHT))
    ax.set_axis_off()
    images, labels = data.load_digits()
    walk = Walk(images[PICTURES[picture]].ravel(), int(labels[PICTURES[picture]]), parameters)
    _pixels(ax, (0.25, 2.05), walk.x, f"picture x, {picture}")
    _scores(ax, walk, step)
    _units(ax, walk, step)
    if step == 2:
        _lines(ax, walk)
    if step >= FIRST_UNIT:
        _parts(ax, walk, step - FIRST_UNIT)
    with speaking("en"):  # words in pictures are English
        code, words = walk.said(step)
    ax.text(0.15, HEIGHT - 0.2, f"step {step} of {LAST}: {code}", va="center", fontsize=10)
    ax.text(0.15, 0.17, words, va="center", fontsize=9, color=plots.GRADIENT)
    code, words = walk.said(step)
    text = _("Step {step} of {last}, {code}: {words}.")
    return text.format(step=step, last=LAST, code=code, words=words)


class Walk:
    """One picture's pass forwards, and the slopes of its loss backwards, as chapter 05 names them.

    Args:
        x: the picture, shape (64,).
        label: its class.
        parameters: W1, b1, W2, b2 of shapes (64, 16), (16,), (16, 10), (10,); by default those
            of a network that was trained for 200 steps.
    """

    def __init__(self, x: np.ndarray, label: int, parameters: Parameters | None = None):
        self.W1, b1, self.W2, b2 = trained() if parameters is None else parameters
        self.x, self.label = x, label
        self.z1 = x @ self.W1 + b1
        self.a1 = np.maximum(self.z1, 0)
        logits = self.a1 @ self.W2 + b2
        odds = np.exp(logits - logits.max())
        self.p = odds / odds.sum()
        self.dlogits = self.p - np.eye(CLASSES)[label]
        self.da1 = self.dlogits @ self.W2.T
        self.dz1 = self.da1 * (self.z1 > 0)
        self.parts = self.dz1 * self.W1  # (64, 16): what each unit passes on to the pixels
        self.largest = float(np.abs(self.W2).max())  # slopes are drawn against this size

    def said(self, step: int) -> tuple[str, str]:
        """Return the line of code of a step, and what it does here."""
        read, closed = int(self.p.argmax()), int((self.z1 <= 0).sum())
        if step == 0:
            text = _("the {digit} has the probability {p:.2f}; the network reads it as {read}")
            words = text.format(digit=self.label, p=self.p[self.label], read=_named(read))
            return _("forward"), words
        if step == 1:
            text = _("the {digit} should get more (bar to the left), the others less")
            return "dlogits = p - t", text.format(digit=self.label)
        if step == 2:
            words = _("each unit adds up what all ten scores send (dashed: negative)")
            return "da1 = dlogits @ W2.T", words
        if step == 3:
            text = _("ReLU stops the slopes of {count} units that are off")
            return "dz1 = da1 * (z1 > 0)", text.format(count=closed)
        unit = step - FIRST_UNIT
        code = f"dx += dz1[{unit}] * W1[:, {unit}]"
        if step == LAST:
            return code, _(
                "all have added; more ink on blue pixels, less on vermillion lowers the loss"
            )
        if self.z1[unit] <= 0:
            return code, _("unit {unit} is off and adds nothing").format(unit=unit)
        text = _("unit {unit} adds its weights, times its slope {slope:+.2f}")
        return code, text.format(unit=unit, slope=self.dz1[unit])


def _named(digit: int) -> str:
    text = _("an {digit}") if digit == 8 else _("a {digit}")
    return text.format(digit=digit)


def _pixels(
    ax: Axes, corner: tuple[float, float], values: np.ndarray, title: str, limit: float = 0.0
) -> None:
    """Draw 64 numbers as a picture of 1.25 inches: in grey, or signed if there is a limit."""
    inset = ax.inset_axes((*corner, 1.25, 1.25), transform=ax.transData)
    if limit:
        plots.signed_map(inset, values.reshape(SIDE, SIDE), limit)
    else:
        inset.imshow(values.reshape(SIDE, SIDE), cmap="Greys", vmin=0)
        inset.set(xticks=[], yticks=[])
    inset.spines[:].set_color(plots.CONTEXT)
    inset.set_title(title, fontsize=8, pad=3)


def _scores(ax: Axes, walk: Walk, step: int) -> None:
    """Draw the probabilities of the classes, and their slopes from step 1 on."""
    places = np.linspace(3.25, 0.6, CLASSES)
    ax.text(SCORE_X, 3.5, "scores", ha="center", fontsize=8)
    for k, y in enumerate(places):
        color = plots.TARGET if k == walk.label else "black"
        weight = "bold" if k == walk.label else "normal"
        ax.text(SCORE_X, y, str(k), ha="center", va="center", color=color, weight=weight)
    if step == 0:
        ax.barh(places, 2 * BAR * walk.p, 0.14, SCORE_X + 0.15, color=plots.DATA)
        ax.text(SCORE_X + 0.5, 0.4, "probability p", ha="center", fontsize=8, color=plots.DATA)
    else:
        _slopes(ax, SCORE_X + 0.55, places, walk.dlogits, "dlogits")


def _units(ax: Axes, walk: Walk, step: int) -> None:
    """Draw the hidden units: their values, and their slopes from step 2 on."""
    places = np.linspace(3.3, 0.55, UNITS)
    ax.text(UNIT_X, 3.5, "hidden units", ha="center", fontsize=8)
    chosen = step - FIRST_UNIT
    for j, y in enumerate(places):
        off = walk.z1[j] <= 0
        color = plots.GRADIENT if j == chosen else plots.CONTEXT if off else "black"
        weight = "bold" if j == chosen else "normal"
        ax.text(UNIT_X, y, str(j), color=color, weight=weight, fontsize=8, ha="center", va="center")
        if off and (step in (0, 3) or step == LAST):
            ax.text(UNIT_X + 0.16, y, "off", fontsize=6, va="center", color=plots.CONTEXT)
    if step == 0:
        longest = 2 * BAR * walk.a1 / walk.a1.max()
        ax.barh(places, -longest, 0.1, UNIT_X - 0.15, color=plots.DATA)
        ax.text(UNIT_X - 0.4, 0.4, "value a1", ha="center", fontsize=8, color=plots.DATA)
    if step >= 2:
        values, name = (walk.da1, "da1") if step == 2 else (walk.dz1, "dz1")
        _slopes(ax, UNIT_X + 0.55, places, values / walk.largest, name)


def _slopes(ax: Axes, x: float, places: np.ndarray, values: np.ndarray, name: str) -> None:
    """Draw slopes as bars around a line at x, negative ones to the left."""
    ax.barh(places, BAR * values, 0.1, x, color=plots.GRADIENT)
    ax.plot([x, x], [places[0] + 0.1, places[-1] - 0.1], color=plots.CONTEXT, lw=0.6)
    ax.text(x, 0.4, f"slope {name}", ha="center", fontsize=8, color=plots.GRADIENT)


def _lines(ax: Axes, walk: Walk) -> None:
    """Draw what scores send to hidden units, thicker where it is more, dashed where negative."""
    sent = walk.dlogits * walk.W2  # (16, 10)
    units, scores = np.linspace(3.3, 0.55, UNITS), np.linspace(3.25, 0.6, CLASSES)
    for (j, k), amount in np.ndenumerate(sent):
        size = abs(amount) / np.abs(sent).max()
        if size > 0.1:
            style = {"lw": 2.5 * size, "ls": "-" if amount > 0 else "--", "alpha": 0.7}
            ends = [SCORE_X - 0.12, UNIT_X + 0.9], [scores[k], units[j]]
            ax.plot(*ends, color=plots.GRADIENT, **style)


def _parts(ax: Axes, walk: Walk, unit: int) -> None:
    """Draw what one unit passes on to the pixels, and the sum of it and of those before it."""
    widest = float(np.abs(walk.W1).max())
    limit = widest * walk.largest
    so_far = walk.parts[:, : unit + 1].sum(axis=1)
    _pixels(ax, (1.95, 2.05), walk.W1[:, unit], f"weights W1[:, {unit}]", widest)
    _pixels(ax, (1.95, 0.45), walk.parts[:, unit], f"dz1[{unit}] * W1[:, {unit}]", limit)
    _pixels(ax, (0.25, 0.45), so_far, "dx, the sum so far", 2 * limit)


@cache
def trained() -> tuple[np.ndarray, ...]:
    """Return W1, b1, W2, b2 after 200 steps of gradient descent on 100 digits."""
    images, labels = data.load_digits()
    x, y = Tensor(images[:100].reshape(100, -1)), labels[:100]
    rng = np.random.default_rng((5, 1))
    model = nn.Sequential(nn.Linear(64, UNITS, rng=rng), nn.ReLU(), nn.Linear(UNITS, 10, rng=rng))
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    for _step in range(200):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    return tuple(parameter.data.T.astype(np.float64) for parameter in model.parameters())


def error_walk(parameters: Parameters | None = None) -> Explorer:
    """Return the player of one error on its way back: which picture, and how many steps."""
    controls = {
        "picture": choice(N_("picture"), [*PICTURES]),
        "step": slider("step", LAST, 0, LAST, 1, PAUSE),
    }

    def draw_with(fig: Figure, **state: object) -> str:
        return draw(fig, **state, parameters=parameters)  # type: ignore[arg-type]

    return Explorer(draw_with, controls, height=HEIGHT)
