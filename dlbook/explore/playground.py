"""The playground: a network of the reader learns two classes of points, live, frame by frame."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from dlbook import nn, plots
from dlbook.explore.base.live import ACTIVATIONS, DATA_SETS, REACH, Live, network
from dlbook.explore.base.page import Choice, Page, joined

SIZE = 48  # the plane is computed at SIZE x SIZE places
STEPS = 2  # between two frames
PAUSE = 1 / 40  # seconds between two frames, in which the kernel hears the page
CALM = 40  # times as long between two frames, for readers who want less motion
CURVE = 150  # points of a loss curve that are kept, at most
HIDDEN = ["none", "2", "3", "4", "8", "16", "4, 4", "8, 8", "8, 8, 8"]  # widths of the layers
LABELS = {
    "data_set": "data",
    "noise": "noise",
    "hidden": "hidden layers",
    "activation": "activation",
    "lr": "learning rate",
    "weight_decay": "weight decay",
}
OF_THE_NETWORK = ("hidden", "activation")  # not to choose where the reader brought a model


class Playground(Page):
    """Points in the plane, and a network that learns to tell them apart while you watch.

    Every control is an attribute as well: ``playground.lr = 0.1``. Changing one starts anew,
    but for the learning rate, which the training takes over as it runs.

    Args:
        model: your own network, from shape (batch, 2) to (batch, 2); by default the controls
            build one. `reset` gives it back the parameters that it came with.
        settings: first values of the controls, such as ``data_set="spiral"``.

    Raises:
        ValueError: if a setting is none of the choices, or the scores have another shape.
    """

    _esm = joined(Path(__file__).with_suffix(".js"))
    data_set = Choice(list(DATA_SETS), "ring").tag(sync=True)
    noise = Choice([0.0, 0.05, 0.1, 0.2, 0.4], 0.05).tag(sync=True)
    hidden = Choice(HIDDEN, "8").tag(sync=True)
    activation = Choice(list(ACTIVATIONS), "Tanh").tag(sync=True)
    lr = Choice([0.001, 0.003, 0.01, 0.03, 0.1, 0.3], 0.03).tag(sync=True)
    weight_decay = Choice([0.0, 0.001, 0.01, 0.1, 1.0], 0.0).tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    calm = traitlets.Bool(False).tag(sync=True)  # the page says whether to show fewer frames
    labels: Any = traitlets.List([]).tag(sync=True)
    points: Any = traitlets.List([]).tag(sync=True)
    field = traitlets.Bytes(b"").tag(sync=True)
    frame = traitlets.Dict({}).tag(sync=True)

    def __init__(self, model: nn.Module | None = None, **settings: Any):
        self._given = model
        self._first = {} if model is None else model.state_dict()
        self._task: asyncio.Task[None] | None = None
        names = [name for name in LABELS if model is None or name not in OF_THE_NETWORK]
        labels = [(name, LABELS[name]) for name in names]
        super().__init__(labels=labels, **settings)
        self.on_msg(self._hear)
        self.observe(self._start_anew, [name for name in names if name != "lr"])
        self.reset()

    def reset(self) -> None:
        """Start anew: first weights, fresh points, step 0."""
        if self._given is None:
            hidden = [int(n) for n in self.hidden.split(",") if n != "none"]
            model: nn.Module = network(hidden, self.activation, np.random.default_rng(0))
        else:
            model = self._given
            model.load_state_dict(self._first)
        self.live = Live(model, self.data_set, self.noise, self.lr, self.weight_decay)
        self.curves: list[tuple[float, float]] = []
        self.points = [(*p, int(k)) for p, k in zip(self.live.x.tolist(), self.live.y, strict=True)]
        self._show()

    def step(self, times: int = 1) -> None:
        """Train `times` steps and show what became of it."""
        self.live.step(times)
        self._show()

    async def run(self) -> None:
        """Train and show, until `running` is False."""
        while self.running:
            slower = CALM if self.calm else 1
            self.step(STEPS * slower)
            await asyncio.sleep(PAUSE * slower)

    def _show(self) -> None:
        seen, held = self.live.losses()
        self.curves.append((round(seen, 4), round(held, 4)))
        if len(self.curves) > CURVE:
            self.curves = self.curves[::2]
        chance = self.live.field(SIZE)
        says = f"step {self.live.steps}, loss {seen:.3f}, held out {held:.3f}"
        frame = {"size": SIZE, "reach": REACH, "curves": self.curves, "says": says}
        with self.hold_sync():  # one message, so that page and kernel never disagree
            self.field = np.rint(255 * chance).astype(np.uint8).tobytes()
            self.frame = frame

    def _hear(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        if content.get("command") == "step":
            self.step()
        elif content.get("command") == "reset":
            self.running = False
            self.reset()

    def _start_anew(self, change: Any) -> None:
        self.reset()

    @traitlets.observe("lr")
    def _take_over(self, change: Any) -> None:
        if hasattr(self, "live"):
            self.live.optimizer.lr = self.lr

    @traitlets.observe("running")
    def _keep_running(self, change: Any) -> None:
        if self.running and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self.run())

    def _still(self) -> tuple[Any, str]:
        """Return a picture for readers without a kernel, and the words for it."""
        fig, (left, right) = plots.figure(2)
        scores = self.live.field(SIZE)[::-1].ravel() - 0.5  # regions begins at the bottom
        plots.regions(left, scores, self.live.x, self.live.y, reach=REACH, limit=0.5)
        seen, held = zip(*self.curves, strict=True)
        plots.learning_curves(right, seen, held)
        right.set_xlabel("frame")
        how = f"coloured by a network in {self.live.steps} steps"
        return fig, f"Two classes of points on a plane, {how}; two loss curves."


def playground(model: nn.Module | None = None, **settings: Any) -> Playground:
    """Return the playground; see `Playground`."""
    return Playground(model, **settings)
