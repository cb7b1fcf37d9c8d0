"""Whatever a kernel takes of the machine's memory counts, also what is no page of a process."""

import pytest

from dlbook.check.wire import MIME
from dlbook.grading.kernel import memory
from dlbook.grading.kernel.channels import Channels
from dlbook.grading.kernel.memory import Memory
from dlbook.grading.sandbox.usage import working_threads
from tests.grading.sandbox.inside_it import needs_bubblewrap

pytestmark = [pytest.mark.notebook, needs_bubblewrap]

FILL = """
import os, socket
def fill(write, size=1 << 16):
    written = 0
    try:
        while True:
            written += write(bytes(size))
    except (BlockingIOError, InterruptedError):
        return written
def pair(kind=socket.SOCK_STREAM):
    both = socket.socketpair(socket.AF_UNIX, kind)
    both[0].setblocking(False)
    return both
"""
TAKES = {  # a payload that leaves in `taken` how many bytes it holds
    "pages of a child": """
import os
taken = 60_000_000
done = os.pipe()
if os.fork() == 0:
    held = bytearray(b"x") * taken
    os.write(done[1], b"x")
    import time; time.sleep(1000)
os.read(done[0], 1)""",
    "stream sockets": FILL
    + """
kept = [pair() for _ in range(90)]
taken = sum(fill(a.send) for a, b in kept)""",
    "datagrams": FILL
    + """
kept = [pair(socket.SOCK_DGRAM) for _ in range(90)]
taken = sum(fill(a.send, 200_000) for a, b in kept)""",
    "sockets on their way": FILL
    + """
taken, carriers = 0, [pair() for _ in range(10)]
for a, b in carriers:
    for _ in range(10):
        c, d = pair()
        taken += fill(c.send)
        socket.send_fds(a, [b"x"], [c.fileno(), d.fileno()])
        c.close(); d.close()""",
    "pipes": FILL
    + """
kept = [os.pipe2(os.O_NONBLOCK) for _ in range(100)]
taken = sum(fill(lambda data: os.write(w, data), 4096) for r, w in kept)""",
    "files": """
taken = 0
for place in ("/tmp", "/dev/shm"):
    with open(f"{place}/big", "wb") as file:
        taken += file.write(bytes(50_000_000))""",
    "names": """
for number in range(4_000):
    open(f"/tmp/{number}{'x' * 200}", "x").close()
taken = 4_000 * 1_500""",
    "threads": """
import threading, time
for _ in range(20):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
taken = 20 * 32_768""",
    "page tables": """
import mmap
size = 2 << 30
kept = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
kept.madvise(mmap.MADV_NOHUGEPAGE)
for place in range(0, size, 2 << 20):
    kept[place]
taken = size // (2 << 20) * 4096""",
    "mappings": """
import ctypes, mmap
size = 40_000
kept = mmap.mmap(-1, size * 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
base = ctypes.addressof(ctypes.c_char.from_buffer(kept))
protect = ctypes.CDLL(None).mprotect
for number in range(0, size, 2):
    protect(ctypes.c_void_p(base + 4096 * number), 4096, 1)
taken = size * 200""",
}


def run(channels: Channels, source: str) -> int:
    """Return what a cell has taken."""
    show = f"display({{{MIME!r}: {{'taken': taken}}}}, raw=True)"
    channels.execute(f"{source}\nfrom IPython.display import display\n{show}")
    while True:
        content = channels.receive("iopub")["content"]
        assert "ename" not in content, content
        if "data" in content:
            taken: int = content["data"][MIME]["taken"]
            return taken


SPIN = """
import os
for _ in range(10):
    if os.fork() == 0:
        while True:
            pass
taken = 1"""


@pytest.mark.parametrize("kind", TAKES)
def test_what_is_taken_counts(kind, running):
    kernel, channels = running
    held = Memory(kernel.root_pid)
    before = held.exact()
    taken = run(channels, TAKES[kind])
    assert taken > 500_000, "the payload takes nothing"
    assert held.exact() - before > 0.9 * taken
    assert held.exceeds(before + taken // 2)
    assert not held.exceeds(1_500_000_000), "more counts than can be held"


def test_many_processes_stand_still_while_they_are_looked_at_and_go_on(running, monkeypatch):
    kernel, channels = running
    still = []

    def exact(pid):  # a process that is told to stand still does so once it gets a processor
        looks = range(1000)
        still.append(any(not list(working_threads(kernel.root_pid)) for _ in looks))
        return 0

    run(channels, SPIN)
    assert len(list(working_threads(kernel.root_pid))) >= 10
    with monkeypatch.context() as patch:
        patch.setattr(memory, "_exact", exact)
        Memory(kernel.root_pid).exceeds(1)
    assert len(still) > 10 and all(still)
    assert len(list(working_threads(kernel.root_pid))) >= 10
