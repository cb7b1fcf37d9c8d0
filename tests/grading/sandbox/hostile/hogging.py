"""Attacks on the neighbours: processor time, and memory that no process has as its pages."""

from tests.grading.sandbox.hostile.attack import TRY, Attack

_USED_UP = "time out: .*2 seconds of processor time"
_TOO_MUCH = "out of memory.* took more than 0.3 GB"
_FILL = """
import os, socket, time
def fill(write, size=1 << 16):
    try:
        while True:
            write(bytes(size))
    except (BlockingIOError, InterruptedError):
        pass
def pair(kind=socket.SOCK_STREAM):
    both = socket.socketpair(socket.AF_UNIX, kind)
    both[0].setblocking(False)
    return both
"""

HOGGING = {
    "processes that spin, each in a session of its own": Attack(
        """
import os
try:
    while True:
        if os.fork() == 0:
            os.setsid()
            while True:
                pass
except OSError:
    while True:
        pass""",
        _USED_UP,
        answer="",
    ),
    "threads that spin": Attack(
        """
import threading
def spin():
    while True:
        sum(range(1000))
for _ in range(8):
    threading.Thread(target=spin, daemon=True).start()
spin()""",
        _USED_UP,
        answer="",
    ),
    "short children that nobody waits for": Attack(
        """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
def spin(seconds):
    while time.process_time() < seconds:
        pass
while True:
    try:
        if os.fork() == 0:
            spin(0.03)
            os._exit(0)
    except OSError:
        time.sleep(0.001)""",
        "time out: .*2 seconds of",
        answer="",
    ),
    "asks for the lowest priority": Attack(
        "import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
        "proof = os.sched_getscheduler(0) == os.SCHED_IDLE",
        "proof: False",
        "True",
    ),
    "waits for a child without end": Attack(
        "import os, signal\nif os.fork() == 0:\n    signal.pause()\nos.wait()",
        "time out: .*2 seconds of waiting",
        answer="",
    ),
    "full sockets in many processes": Attack(
        _FILL
        + """
for _ in range(12):
    if os.fork() == 0:
        kept = [pair() for _ in range(90)]
        for both in kept:
            fill(both[0].send)
        time.sleep(1000)
time.sleep(1000)""",
        _TOO_MUCH,
        answer="",
    ),
    "full pipes in many processes": Attack(
        _FILL
        + """
for _ in range(24):
    if os.fork() == 0:
        kept = [os.pipe2(os.O_NONBLOCK) for _ in range(100)]
        for _reading, writing in kept:
            fill(lambda data: os.write(writing, data), 4096)
        time.sleep(1000)
time.sleep(1000)""",
        _TOO_MUCH,
        answer="",
    ),
    "page tables in many processes": Attack(
        """
import mmap, os, time
size = 2 << 30
for _ in range(24):
    if os.fork() == 0:
        kept = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        kept.madvise(mmap.MADV_NOHUGEPAGE)
        for place in range(0, size, 2 << 20):
            kept[place] = 1
        time.sleep(1000)
time.sleep(1000)""",
        f"{_TOO_MUCH}|time out",
        answer="",
    ),
    "larger buffers": Attack(
        TRY
        + """
import fcntl, os, socket
one = socket.socketpair()[0]
reading, writing = os.pipe()
proof = (
    attempt(lambda: one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 400_000)),
    attempt(lambda: fcntl.fcntl(writing, 1031, 1 << 20)),
)""",
        r"proof: \('PermissionError 1', 'PermissionError 1'\)",
        r"\('None', '1048576'\)",
    ),
    "locks of files": Attack(
        TRY
        + """
import fcntl, tempfile
file = tempfile.TemporaryFile()
def lock():
    for place in range(9):
        fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * place)
    return "kept"
proof = attempt(lock)""",
        "proof: OSError 37",
        "kept",
    ),
    "watches of files, rules, filters": Attack(
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
rules = ctypes.create_string_buffer(64)
proof = [libc.inotify_init(), libc.syscall(444, rules, 8, 0), libc.prctl(22, 2, 0, 0, 0)]""",
        r"proof: \[-1, -1, -1\]",
    ),
    "sockets of other kinds": Attack(
        TRY
        + """
import socket
kinds = (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
proof = {attempt(lambda: socket.socket(kind, socket.SOCK_DGRAM) and "made") for kind in kinds}
""",
        r"proof: \{'OSError 97'\}",
        "made",
    ),
}
