"""Time and memory of training steps, dlbook against torch's eager mode on the CPU.

Run by hand: `python tests/benchmark_library.py [1] [2] [busy] [memory] [--turns 10]`: with one
thread, with two, with two beside two endless loops of others, and memory; all of it without a
word. Each library has a process of its own, so that waiting threads of one do not slow the other,
and they take turns, so that a busy machine disturbs both; tables give medians. Memory is that of a
fresh process each: the peak during three steps, less what it held before the first.
"""

import argparse
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from tests import ROOT

LIBRARIES = ("dlbook", "torch")


# ---- the networks, written once for both: nn is the module of layers of either ----


def mlp(nn, **seed):
    pairs = pairwise((784, 256, 128, 10))
    layers = [layer for n, m in pairs for layer in (nn.Linear(n, m, **seed), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def lenet(nn, **seed):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2, **seed),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, **seed),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120, **seed),
        nn.ReLU(),
        nn.Linear(120, 84, **seed),
        nn.ReLU(),
        nn.Linear(84, 10, **seed),
    )


def vgg_like(nn, **seed):
    layers, channels = [], 3
    for width in (32, 64, 128):
        for n in (channels, width):
            layers += [nn.Conv2d(n, width, 3, padding=1, **seed), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
        channels = width
    layers += [nn.Flatten(), nn.Linear(2048, 128, **seed), nn.ReLU(), nn.Linear(128, 10, **seed)]
    return nn.Sequential(*layers)


def small_resnet(nn, **seed):
    def convolution(n, m, size, stride):
        pads = {"stride": stride, "padding": size // 2, "bias": False}
        return nn.Sequential(nn.Conv2d(n, m, size, **pads, **seed), nn.BatchNorm2d(m))

    class Block(nn.Module):
        def __init__(self, n, m, stride):
            super().__init__()
            self.first, self.second = convolution(n, m, 3, stride), convolution(m, m, 3, 1)
            self.relu, self.again = nn.ReLU(), nn.ReLU()
            self.shortcut = convolution(n, m, 1, stride) if n != m else nn.Sequential()

        def forward(self, input):
            out = self.second(self.relu(self.first(input)))
            return self.again(out + self.shortcut(input))

    blocks = [Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2)]
    stem = convolution(3, 16, 3, 1), nn.ReLU()
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10, **seed)
    return nn.Sequential(*stem, *blocks, *head)


NETWORKS = {  # name: (network, shape of a batch, target for 1 and for 2 threads)
    "MLP": (mlp, (128, 784), (0.85, 1.0)),
    "LeNet": (lenet, (64, 1, 28, 28), (0.65, 1.0)),
    "VGG-like": (vgg_like, (32, 3, 32, 32), (0.92, 1.0)),
    "small ResNet": (small_resnet, (32, 3, 32, 32), (0.95, 1.0)),
}
BUSY_TARGET, MEMORY_TARGET, CONVOLUTION_TARGET = 0.5, 0.5, 1.1
CHANGES = {  # one convolution, 3 x 3 with padding 1: (batch, channels, height, width)
    "batch size": [(n, 32, 16, 16) for n in (8, 32, 128)],
    "image size": [(32, 32, n, n) for n in (8, 16, 32)],
    "channels": [(32, n, 16, 16) for n in (8, 32, 128)],
    "depthwise": [(32, 64, 16, 16)],
}


# ---- one step of either library ----


def training_step(library, network, shape):
    """Return a function that trains one step on fixed data."""
    import numpy as np

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=shape).astype(np.float32), rng.integers(0, 10, shape[0])
    if library == "torch":
        import torch
        from torch import nn, optim
        from torch.nn.functional import cross_entropy

        model, x, y = network(nn), torch.tensor(x), torch.tensor(y)
    else:
        from dlbook import nn, optim
        from dlbook.functional import cross_entropy
        from dlbook.tensor import Tensor

        model, x = network(nn, rng=rng), Tensor(x)
    optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad()
        cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def convolution_step(library, shape, groups):
    """Return a function that runs one convolution forward and backward."""
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype(np.float32)
    w = rng.normal(size=(shape[1], shape[1] // groups, 3, 3)).astype(np.float32)
    if library == "torch":
        import torch
        from torch.nn.functional import conv2d

        x, w = (torch.tensor(a, requires_grad=True) for a in (x, w))
        g = torch.ones(shape)
    else:
        from dlbook.functional import conv2d
        from dlbook.tensor import Tensor

        x = np.ascontiguousarray(x.transpose(2, 1, 3, 0)).transpose(3, 1, 0, 2)  # as in a network
        x, w, g = Tensor(x, True), Tensor(w, True), np.ones_like(x)
    return lambda: conv2d(x, w, None, 1, 1, 1, groups).backward(g)


def picture_step(library):
    """Return a function that runs ResNet-18 on one picture, without gradients."""
    import numpy as np

    from dlbook.models import resnet18
    from dlbook.tensor import Tensor, no_grad

    model, x = resnet18(rng=np.random.default_rng(0)), Tensor(np.ones((1, 3, 224, 224)), dtype="f4")
    if library == "torch":
        from torch import no_grad, tensor

        from tests.twins import twin

        model, x = twin(model), tensor(x.data)
    model.eval()
    return no_grad()(lambda: model(x))


# ---- what a subprocess is asked to do ----


def take_turns(library, what, *numbers):
    """Answer each line of input, a number of steps, with their times in ms."""
    if what == "convolution":
        *shape, groups = map(int, numbers)
        step = convolution_step(library, tuple(shape), groups)
    elif what == "picture":
        step = picture_step(library)
    else:
        step = training_step(library, *NETWORKS[what][:2])
    for line in sys.stdin:
        step()  # the first after a pause finds cold caches
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            times.append(1e3 * (time.perf_counter() - start))
        print(*times, flush=True)


def held(field):
    """Return VmRSS, held now, or VmHWM, the most that was ever held, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def measure_memory(library, name):
    network, shape, _ = NETWORKS[name]
    step = training_step(library, network, shape)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = held("VmRSS")
    for _ in range(3):
        step()
    print(held("VmHWM") - before)


# ---- asking ----


def start(threads, *arguments):
    own = {"OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(ROOT)}
    environment = os.environ | own
    command, pipe = [sys.executable, __file__, "--inside", *map(str, arguments)], subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)


def medians(threads, turns, *what):
    """Return the median time of a step in ms, of each library; the first two turns warm up."""
    workers = [start(threads, "turns", library, *what) for library in LIBRARIES]
    times = [[] for _ in workers]
    steps = 1
    for turn in range(turns + 2):
        for worker, mine in zip(workers, times, strict=True):
            print(steps, file=worker.stdin, flush=True)
            got = [float(word) for word in worker.stdout.readline().split()]
            mine += got if turn > 1 else []
        steps = max(3, int(200 / got[0])) if turn == 1 else steps
    for worker in workers:
        worker.communicate()
    return [median(mine) for mine in times]


def print_row(title, ours, theirs, target):
    row = f"{title:24}{ours:10.2f}{theirs:10.2f}{ours / theirs:8.2f}   <= {target:.2f}"
    print(row, "" if ours <= target * theirs else "  missed", flush=True)


def print_head(title):
    print(f"\n{title:24}{'dlbook':>10}{'torch':>10}{'ratio':>8}   target")


def print_networks(threads, turns, targets):
    for (name, _), target in zip(NETWORKS.items(), targets, strict=True):
        print_row(name, *medians(threads, turns, name), target)


def print_times(threads, turns):
    print_head(f"ms a step, threads: {threads}")
    print_networks(threads, turns, [targets[threads - 1] for *_, targets in NETWORKS.values()])
    print_row("ResNet-18, one picture", *medians(threads, turns, "picture"), 1)
    print_head("3x3 convolution")
    for change, shapes in CHANGES.items():
        for shape in shapes:
            groups = shape[1] if change == "depthwise" else 1
            times = medians(threads, turns, "convolution", *shape, groups)
            print_row(f"{change:12}{'x'.join(map(str, shape)):>12}", *times, CONVOLUTION_TARGET)


def print_busy(turns):
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        print_head("2 threads, 2 busy loops")
        print_networks(2, turns, [BUSY_TARGET] * len(NETWORKS))
    finally:
        for loop in loops:
            loop.kill()


def print_memory():
    print_head("MiB in a step")
    for name in NETWORKS:
        runs = [start(1, "memory", library, name).communicate()[0] for library in LIBRARIES]
        print_row(name, *map(float, runs), MEMORY_TARGET)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["1", "2", "busy", "memory"])
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--inside", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        what, *words = options.inside
        return {"turns": take_turns, "memory": measure_memory}[what](*words)
    for part in options.parts:
        if part == "memory":
            print_memory()
        elif part == "busy":
            print_busy(options.turns)
        else:
            print_times(int(part), options.turns)


if __name__ == "__main__":
    main()
