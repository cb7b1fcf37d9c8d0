"""Attacks that take more than their share: processes, memory, disk, time."""

from tests.grading.sandbox.hostile.attack import TRY, Attack

TAKING = {
    "fork bomb": Attack(
        """
import os, time
children = []
try:
    while len(children) < 500:
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        children.append(pid)
    proof = "no limit"
except OSError as error:
    proof = f"stopped between 20 and 32: {20 < len(children) < 32}, errno {error.errno}" """,
        "proof: stopped between 20 and 32: True, errno 11",
    ),
    "memory in arrays": Attack(
        "kept = []\nwhile True:\n    kept.append(np.ones(1_000_000))",
        "out of memory.* took more than 0.3 GB",
        answer="",
    ),
    "memory at once": Attack(
        "pass", "out of memory: .*MemoryError", answer="def relu_back(g, x):\n    np.ones(10**11)"
    ),
    "memory in shared mappings": Attack(
        TRY + "import mmap\nproof = attempt(lambda: len(mmap.mmap(-1, 4096)))",
        "proof: OSError 12",
        "4096",
    ),
    "memory in a mapped device": Attack(
        TRY
        + """
import mmap
def take():
    with open("/dev/zero", "r+b") as zero:
        return len(mmap.mmap(zero.fileno(), 4096))
proof = attempt(take)""",
        "proof: (OSError|PermissionError|ValueError)",
        "4096",
    ),
    "memory in nameless files": Attack(
        TRY + "import os\nproof = attempt(lambda: os.memfd_create('x') > 0)",
        "proof: PermissionError 1",
        "True",
    ),
    "memory in many processes": Attack(
        """
import os, time
for _ in range(12):
    if os.fork() == 0:
        kept = np.ones(6_000_000)
        time.sleep(60)
time.sleep(60)""",
        "out of memory.* took more than 0.3 GB",
        answer="",
    ),
    "disk": Attack(
        """
import os
written = 0
for place in globals().get("PLACES", ["/tmp", "/dev/shm", os.path.expanduser("~")]):
    try:
        for number in range(10):
            with open(f"{place}/{number}", "wb") as file:
                for _ in range(30):
                    written += file.write(bytes(1_000_000))
    except OSError:
        pass
proof = written // 1_000_000""",
        r"proof: 1[0-5]\d\b",
        r"300",
    ),
    "many small files": Attack(
        """
made = 0
try:
    for made in range(30_000):
        open(f"/tmp/{made}", "x").close()
except OSError:
    pass
proof = made < 5_001""",
        "proof: True",
    ),
    "loop that catches interrupts": Attack(
        """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass""",
        "time out: .*ran too long",
        answer="",
    ),
    "sleep that ignores interrupts": Attack(
        "import signal, time\nsignal.signal(2, signal.SIG_IGN)\ntime.sleep(100)",
        "time out: .*ran too long",
        answer="",
    ),
    "loop in a check": Attack(
        "pass",
        "time out: stopped after 2 seconds of processor time",
        answer="def relu_back(g, x):\n    while True:\n        pass",
    ),
    "stops itself": Attack(
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nproof = 'goes on'",
        "proof: goes on|time out",
    ),
    "daemons": Attack(
        """
import os, signal, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execvp("sleep", ["sleep", "{seconds}"])
time.sleep(0.3)
pids = [p for p in os.listdir("/proc") if p.isdigit()]
proof = sum(b"{seconds}" in open(f"/proc/{p}/cmdline", "rb").read() for p in pids)""",
        "proof: 3",
    ),
}
