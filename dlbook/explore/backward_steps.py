"""The backward pass, node by node: slopes arrive from every consumer and are added up.

The reader says what the next slope will be; the picture says which path a wrong guess leaves out.
"""

from collections import Counter
from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.i18n import N_, _, speaking

HEIGHT = 3.4
Node = tuple[str, str, str]  # operation and two parents; relu has one, and an empty name
Place = tuple[float, float]
Arrival = tuple[str, float, float]  # the consumer, the local slope, the consumer's slope
GRAPHS: dict[str, dict[str, Node]] = {  # parents before children
    "two paths": {
        "a": ("·", "w", "x"),
        "p": ("·", "a", "a"),
        "q": ("relu", "a", ""),
        "y": ("+", "p", "q"),
    },
    "short cut": {
        "a": ("·", "w", "x"),
        "p": ("relu", "a", ""),
        "q": ("·", "p", "p"),
        "y": ("+", "q", "a"),
    },
    "w twice": {
        "a": ("·", "w", "x"),
        "p": ("+", "a", "x"),
        "q": ("relu", "p", ""),
        "y": ("·", "q", "w"),
    },
}
PLACES: dict[str, list[Place]] = {  # of w, x, a, p, q, y, in inches
    "two paths": [(0.55, 2.6), (0.55, 1.1), (2.2, 1.85), (4.25, 2.6), (4.25, 1.1), (6.2, 1.85)],
    "short cut": [(0.55, 2.6), (0.55, 1.4), (2.2, 2.3), (3.5, 1.1), (5.0, 1.1), (6.2, 2.3)],
    "w twice": [(0.55, 2.6), (0.55, 1), (2.2, 1.9), (3.6, 1.2), (5.0, 1.2), (6.2, 2.3)],
}


def draw(fig: Figure, graph: str, w: float, x: float, step: int, guess: float) -> str:
    """Draw the graph after so many slopes were found, and judge the guess of the next one."""
    fig.set_layout_engine("none")  # everything has its place, in inches
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 7), ylim=(0, HEIGHT))
    ax.set_axis_off()
    values, arrivals = walk(graph, w, x)
    order = list(arrivals)
    done, following = order[: step + 1], order[step + 1 : step + 2]
    slopes = {name: total(arrivals[name]) for name in done}
    drawn = _boxes(ax, graph, values, slopes, following)
    places = dict(zip(values, PLACES[graph], strict=True))
    below = {name: _below(place, GRAPHS[graph].get(name)) for name, place in places.items()}
    for name, parts in arrivals.items():
        state = "known" if name in done else "asked" if name in following else ""
        here = sum(consumer in done for consumer, *_ in parts)
        if state == "known":
            _note(ax, below[name], f"grad = {slopes[name]:g}", plots.GRADIENT)
        elif state == "asked":
            _note(ax, below[name], "grad = ?", plots.GRADIENT)
        elif 0 < here < len(parts):
            _note(ax, below[name], f"waits: {here} of {len(parts)}", plots.CONTEXT)
        for arrival, bend in zip(parts, _bends(parts), strict=True):
            _edge(ax, (name, *arrival), bend, state, places, drawn)
    _heading(ax, step, done[-1], arrivals)
    with speaking("en"):  # words in pictures are English
        ax.text(0.15, 0.3, _asked(following, arrivals, guess), va="center", color=plots.GRADIENT)
    found = _(", ").join(f"{name} {slope:g}" for name, slope in slopes.items())
    text = _("Slopes found, from the output backwards: {found}. {asked}")
    return text.format(found=found, asked=_asked(following, arrivals, guess))


def walk(graph: str, w: float, x: float) -> tuple[dict[str, float], dict[str, list[Arrival]]]:
    """Return the value of each node, parents first, and what arrives at each, output first.

    Args:
        graph: one of `GRAPHS`.
        w: the first input.
        x: the second input.
    """
    values = {"w": w, "x": x}
    local: list[tuple[str, str, float]] = []  # parent, consumer, local slope
    for name, (operation, left, right) in GRAPHS[graph].items():
        a, b = values[left], values.get(right, 0.0)
        if operation == "relu":
            values[name], sent = max(a, 0.0), [(left, float(a > 0))]
        elif operation == "+":
            values[name], sent = a + b, [(left, 1.0), (right, 1.0)]
        else:
            values[name], sent = a * b + 0.0, [(left, b), (right, a)]  # + 0.0: never -0
        local += [(parent, name, slope) for parent, slope in sent]
    arrivals: dict[str, list[Arrival]] = {"y": [("", 1.0, 1.0)]}
    for name in reversed([*values][:-1]):
        consumers = [(to, slope) for parent, to, slope in local if parent == name]
        arrivals[name] = [(to, slope, total(arrivals[to])) for to, slope in consumers[::-1]]
    return values, arrivals


def total(parts: list[Arrival]) -> float:
    """Return the slope of a node: what arrives, added up."""
    return sum(local * slope for _consumer, local, slope in parts) + 0.0


def judge(parts: list[Arrival], guess: float) -> str:
    """Return what to say of a guess: right, or too low or high, and the arrows that it lacks.

    Args:
        parts: what arrives at the node.
        guess: its slope, as the reader expects it.
    """
    amounts = [local * slope for _consumer, local, slope in parts]
    if _same(guess, sum(amounts)):
        return _("right")
    size = _("too low") if guess < sum(amounts) else _("too high")
    for kept in reversed(range(1, len(parts))):
        for chosen in combinations(range(len(parts)), kept):
            if _same(guess, sum(amounts[i] for i in chosen)):
                lost = Counter(parts[i][0] for i in range(len(parts)) if i not in chosen)
                text = N_("{size}: {arrows} are missing")
                if lost.total() == 1:
                    text = N_("{size}: {arrows} is missing")
                return _(text).format(size=size, arrows=_arrows(lost))
    if _same(guess, sum(local for _consumer, local, _slope in parts)):
        text = _("{size}: local slopes alone, not yet times what the consumer has")
        return text.format(size=size)
    if _same(guess, -sum(amounts)):
        return _("{size}: the sign is turned").format(size=size)
    senders = [part[0] for part in parts]
    if len(parts) == 1:
        text = _("{size}: the arrow from {sender} brings local slope · slope")
        return text.format(size=size, sender=senders[0])
    listed = _(" and ").join([_(", ").join(senders[:-1]), senders[-1]])
    text = _("{size}: each arrow, from {senders}, brings local slope · slope")
    return text.format(size=size, senders=listed)


def _same(a: float, b: float) -> bool:
    return abs(a - b) < 0.01


def _arrows(names: Counter[str]) -> str:
    texts = {1: N_("the arrow from {name}"), 2: N_("two arrows from {name}")}
    return _(" and ").join(_(texts[count]).format(name=name) for name, count in names.items())


def _asked(following: list[str], arrivals: dict[str, list[Arrival]], guess: float) -> str:
    """Return which node is next, if one is left, and what to say of the guess of its slope."""
    if not following:
        return _("All are found.")
    verdict = judge(arrivals[following[0]], guess)
    text = _("Next is {name}; the guess {guess:g} is {verdict}.")
    return text.format(name=following[0], guess=guess, verdict=verdict)


def _heading(ax: Axes, step: int, name: str, arrivals: dict[str, list[Arrival]]) -> None:
    """Write how the slope of the last node came about, as a sum of products."""
    at, so_far = (0.15, HEIGHT - 0.2), f"step {step} of 5"
    if name == "y":
        ax.text(*at, f"{so_far}: y moves by 1 per unit of itself", va="center")
        return
    parts = arrivals[name]
    products = " + ".join(f"{_signed(local)}·{_signed(slope)}" for _to, local, slope in parts)
    senders = ", ".join(part[0] for part in parts)
    product = f"{products} = {total(parts):g}"
    ax.text(
        *at,
        f"{so_far}: {name} adds up local slope · slope from {senders}: {product}",
        va="center",
    )


def _signed(number: float) -> str:
    return f"({number:g})" if number < 0 else f"{number:g}"


def _bends(parts: list[Arrival]) -> list[float]:
    """Return how far each arrow bends, so that two between the same boxes keep apart."""
    counts = Counter(consumer for consumer, *_ in parts)
    seen: Counter[str] = Counter()
    bends = []
    for consumer, _local, _slope in parts:
        seen[consumer] += 1
        bends.append(0.0 if counts[consumer] == 1 else 0.3 * (-1) ** seen[consumer])
    return bends


def _boxes(
    ax: Axes,
    graph: str,
    values: dict[str, float],
    slopes: dict[str, float],
    following: list[str],
) -> dict[str, Any]:
    drawn = {}
    for (name, value), place in zip(values.items(), PLACES[graph], strict=True):
        node = GRAPHS[graph].get(name)
        color = plots.GRADIENT if name in slopes or name in following else plots.CONTEXT
        style = "--" if name in following else "-"
        frame: dict[str, Any] = {"boxstyle": "round,pad=0.4", "facecolor": "white"}
        frame |= {"edgecolor": color, "linestyle": style, "linewidth": 1.5}
        label = f"{name} = {_formula(node)}" if node else name
        options: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 10, "zorder": 3}
        drawn[name] = ax.text(*place, label, bbox=frame, **options).get_bbox_patch()
        above = place[0], place[1] + 0.31
        ax.text(*above, f"{value:g}", ha="center", va="center", fontsize=9, color=plots.DATA)
    return drawn


def _formula(node: Node) -> str:
    operation, left, right = node
    return f"relu({left})" if operation == "relu" else f"{left} {operation} {right}"


def _below(place: Place, node: Node | None) -> Place:
    """Return where a node's slope is written: beside the second arrow of one that sends two."""
    sends_two = node is not None and node[1] == node[2]
    return place[0] + (0.2 if sends_two else 0.0), place[1] - 0.32


def _note(ax: Axes, at: Place, text: str, color: str) -> None:
    box = {"boxstyle": "round,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
    ax.text(*at, text, ha="center", va="center", fontsize=9, color=color, bbox=box, zorder=4)


def _edge(
    ax: Axes,
    edge: tuple[str, str, float, float],
    bend: float,
    state: str,
    places: dict[str, Place],
    drawn: dict[str, Any],
) -> None:
    """Draw the arrow between a node and its consumer: forwards in grey, slopes go back."""
    name, consumer, local, slope = edge
    if not consumer:
        return
    start, end, color = name, consumer, plots.CONTEXT
    if state:
        start, end, color = consumer, name, plots.GRADIENT
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "color": color, "shrinkA": 1, "shrinkB": 1}
    arrow |= {"patchA": drawn[start], "patchB": drawn[end], "linewidth": 1.4 if state else 0.9}
    arrow |= {"connectionstyle": f"arc3,rad={bend}", "linestyle": "--" if state == "asked" else "-"}
    ax.annotate("", places[end], places[start], arrowprops=arrow)
    if state:
        (x0, y0), (x1, y1) = places[start], places[end]
        at = (x0 + x1) / 2 + bend / 2 * (y1 - y0), (y0 + y1) / 2 - bend / 2 * (x1 - x0)
        text = f"+= {local * slope + 0.0:g}" if state == "known" else "?"
        box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
        ax.text(*at, text, ha="center", va="center", fontsize=9, color=color, bbox=box)


def backward_steps() -> Explorer:
    """Return the explorer of the backward pass: graph, inputs, step, and a guess of the slope."""
    controls = {
        "graph": choice(N_("graph"), [*GRAPHS]),
        "w": slider("w", 2.0, -2.0, 2.0, 0.5),
        "x": slider("x", 1.5, -2.0, 2.0, 0.5),
        "step": slider("step", 2, 0, 5, 1),
        "guess": slider(N_("slope of the next"), 1.0, -20.0, 20.0, 0.25),
    }
    return Explorer(draw, controls, height=HEIGHT)
