"""Kernels forked from one parent share what it has imported, and nothing else."""

import os
from contextlib import nullcontext

import pytest

from dlbook.check.verdict import Verdict
from dlbook.grading.kernel.launcher import KernelSettings
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import Warm
from dlbook.grading.notebook import Cell, Notebook
from dlbook.grading.run.nbval_run import grade
from dlbook.grading.sandbox.usage import descendants
from tests.grading.sandbox import hostile
from tests.grading.sandbox.hostile import Attack
from tests.grading.sandbox.hostile.attack import RAISES_PROOF
from tests.grading.sandbox.inside_it import needs_bubblewrap

pytestmark = [pytest.mark.notebook, needs_bubblewrap]

LEAVES = """
import builtins, os, random, socket, sys
for place in ("/tmp", "/dev/shm", os.path.expanduser("~")):
    open(f"{place}/left", "w").write("here")
s = socket.socket(socket.AF_UNIX)
s.bind("\\0left")
s.listen()
os.environ["LEFT"] = "here"
builtins.left = sys.left = np.left = "here"
np.where = lambda *a: 0
np.random.seed(1)
sys.path.insert(0, "/tmp")
proof = "left" """
FINDS = """
import builtins, os, socket, sys
places = ("/tmp", "/dev/shm", os.path.expanduser("~"))
proof = [place for place in places if os.path.exists(f"{place}/left")]
try:
    socket.socket(socket.AF_UNIX).connect("\\0left")
    proof.append("socket")
except ConnectionRefusedError:
    pass
if "LEFT" in os.environ:
    proof.append("LEFT")
proof += [str(o) for o in (builtins, sys, np) if hasattr(o, "left")]
if np.where(True, 1, 2) != 1:
    proof.append("where")"""


def detail(notebook, key, launcher, **limits):
    """Return what the first check says, without the lines that say where it was raised."""
    report = grade(notebook, key, Limits(**limits), launcher)
    return report.exercises[0].outcomes[0].detail.partition("\n")[0]


def test_nothing_is_left_for_the_next_kernel(warm, tiny_key):
    both = Attack(f"{LEAVES}\n{FINDS}", "")  # in one kernel everything is found
    assert detail(both.notebook(), tiny_key, warm).count(",") == 8
    assert detail(Attack(LEAVES, "").notebook(), tiny_key, warm) == "RuntimeError: proof: left"
    assert detail(Attack(FINDS, "").notebook(), tiny_key, warm) == "RuntimeError: proof: []"


def test_two_kernels_at_once_see_nothing_of_each_other(warm):
    first, second = (warm.start(Limits(), KernelSettings(0, "")) for _ in range(2))
    try:
        for kind in ("mnt", "pid", "ipc", "uts", "net"):
            names = {os.readlink(f"/proc/{k.root_pid}/ns/{kind}") for k in (first, second)}
            assert len(names) == 2 and os.readlink(f"/proc/self/ns/{kind}") not in names
        if os.getuid() == 0:
            owners = {os.stat(f"/proc/{kernel.root_pid}").st_uid for kernel in (first, second)}
            assert len(owners) == 2 and 0 not in owners
    finally:
        first.kill()
        second.kill()
    assert not first.is_alive() and not second.is_alive()


def test_what_is_random_is_the_same_in_every_kernel_of_a_seed(warm, tiny_key):
    draw = Attack("import random\nproof = (np.random.random(), random.random(), hash('a'))", "")
    once, again = (detail(draw.notebook(), tiny_key, warm) for _ in range(2))
    assert once == again
    with Warm(fork=False) as cold:
        assert detail(draw.notebook(), tiny_key, cold) == once


USUAL = {  # what people do in notebooks, as a payload that leaves a proof: the proof
    "import asyncio\nproof = await asyncio.sleep(0, 'woke')": "woke",
    "%time proof = 'measured'": "measured",
    "proof = !echo shell": "['shell']",
    "import threading\nthread = threading.Thread(target=print, args=('beside',))\n"
    "thread.start(); thread.join(); print('here'); proof = 'printed'": "printed",
    "from IPython.display import display\ndisplay(np.zeros(3)); proof = 'shown'": "shown",
    "def ends():\n    raise KeyError\ntry: ends()\nfinally: proof = 'went on'": "went on",
}


@pytest.mark.parametrize("payload", USUAL)
def test_a_sandboxed_kernel_does_what_notebooks_ask(payload, warm, tiny_key):
    report = grade(Attack(payload, "").notebook(), tiny_key, Limits(cell_seconds=10), warm)
    text = report.exercises[0].outcomes[0].detail
    assert text.startswith(f"RuntimeError: proof: {USUAL[payload]}\n") and not report.notes


@pytest.mark.parametrize("fork", [True, False])
@pytest.mark.parametrize("ending", ["1 / 0", "pass"])
def test_what_a_cell_has_started_ends_with_it_where_it_fails(ending, fork, warm, tiny_key):
    start = f"import subprocess\nchild = subprocess.Popen(['sleep', '60'])\n{ending}"
    proof = f"import time; time.sleep(0.2)\nproof = child.poll()\n{RAISES_PROOF}"
    cells = (Cell("code", start), Cell("code", f"# answer: relu_back\n{proof}"))
    with nullcontext(warm) if fork else Warm(fork=False) as launcher:
        text = detail(Notebook(cells), tiny_key, launcher)
    assert text == f"RuntimeError: proof: {'None' if ending == 'pass' else '-9'}"


def test_a_parent_that_was_killed_is_replaced(tiny_key):
    with Warm() as launcher:
        assert grade(hostile.honest(), tiny_key, launcher=launcher).all_right
        [parent] = launcher._parents.values()
        os.kill(parent.first_pid, 9)
        parent.process.wait()
        assert grade(hostile.honest(), tiny_key, launcher=launcher).all_right
        assert not launcher.cold_reason


def test_where_nothing_can_be_forked_kernels_are_cold_and_sandboxed(tiny_key, monkeypatch):
    def refuse(*_arguments):
        raise OSError("fork refused")

    monkeypatch.setattr("dlbook.grading.kernel.warm._preload", refuse)
    with Warm() as launcher:
        for because in ("", "fork refused"):  # at the third kernel, and each grade takes two
            report = grade(hostile.honest(), tiny_key, launcher=launcher)
            assert launcher.cold_reason == because and not launcher._parents
            assert report.all_right and report.isolation == "bwrap+seccomp"


def test_closing_a_launcher_leaves_no_process(tiny_key):
    before = descendants(os.getpid())
    with Warm() as launcher:
        grade(hostile.honest(), tiny_key, launcher=launcher)
        assert len(descendants(os.getpid())) > len(before)
    assert descendants(os.getpid()) == before


def test_torch_works_in_a_forked_kernel(warm, tiny_key):
    train = """
import torch
torch.set_num_threads(2)
model = torch.nn.Sequential(torch.nn.Conv1d(1, 4, 3), torch.nn.Flatten(), torch.nn.Linear(24, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
x = torch.randn(32, 1, 8)
losses = []
for _ in range(30):
    loss = ((model(x)[:, 0] - x.sum((1, 2))) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x), 8, num_workers=2)
proof = (losses[-1] < losses[0] / 2, sum(len(b[0]) for b in data))"""
    assert detail(Attack(train, "").notebook(), tiny_key, warm) == "RuntimeError: proof: (True, 32)"
    assert not warm.cold_reason


def test_other_questions_are_graded_after_one_has_ended_the_kernel(warm, tiny_key):
    answer = "def relu_back(g, x):\n    import os\n    if x[0, 0] == 0:\n        os._exit(1)\n"
    report = grade(
        Attack("pass", "", answer=f"{answer}    return g * (x > 0)").notebook(),
        tiny_key,
        launcher=warm,
    )
    verdicts = [outcome.verdict for outcome in report.exercises[0].outcomes]
    assert verdicts == [Verdict.RIGHT, Verdict.RIGHT, Verdict.KERNEL_DIED]
