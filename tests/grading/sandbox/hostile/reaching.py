"""Attacks that reach out: to the network, the host, and for rights."""

from tests.grading.sandbox.hostile.attack import TRY, Attack

REACHING = {
    "connects to the grader": Attack(
        TRY
        + """
import socket
proof = attempt(lambda: socket.create_connection(("127.0.0.1", {port}), 2) and "connected")""",
        "proof: OSError 97",
        "connected",
    ),
    "connects to the world": Attack(
        TRY + "import socket\n"
        "proof = attempt(lambda: socket.create_connection(('192.0.2.1', 9), 1))",
        "proof: OSError 97",
    ),
    "connects through an abstract socket": Attack(
        TRY
        + """
import socket
s = socket.socket(socket.AF_UNIX)
proof = attempt(lambda: s.connect("\\0dlbook-test-{port}") or "connected")""",
        "proof: ConnectionRefusedError",
        "connected",
    ),
    "opens a socket past the network namespace": Attack(
        TRY + "import socket\nproof = attempt(lambda: socket.socket(40, 1) and 'made')",
        "proof: OSError 97",
    ),
    "writes to the grader's folder": Attack(
        TRY + "proof = attempt(lambda: open('{folder}/written', 'w').write('x'))",
        "proof: FileNotFoundError",
        "1",
    ),
    "writes to the system": Attack(
        TRY
        + """
places = ["/x", "/usr/x", "/etc/x", "/course/x", "/packages/0/x", "/dev/x"]
places.append("/course/dlbook/check/wire.py")
proof = [p for p in places if attempt(lambda: open(p, "a").close()) == "None"]""",
        r"proof: \[\]",
    ),
    "asks to be spared": Attack(
        TRY
        + """
def write(name, text):
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)
import os
own = open("/proc/self/oom_score_adj").read().strip()
wishes = [("oom_score_adj", own), ("autogroup", "0")]
there = [wish for wish in wishes if os.path.exists(f"/proc/self/{wish[0]}")]
proof = (own, {attempt(lambda: write(*wish)) for wish in there})""",
        r"proof: \('1000', \{'OSError 30'\}\)",
        r"\{'None'\}",
    ),
    "makes namespaces": Attack(
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
proof = [(libc.unshare(flag), ctypes.get_errno()) for flag in (0x10000000, 0x20000)]""",
        r"proof: \[\(-1, 1\), \(-1, 1\)\]",
        r"\(0, ",
    ),
    "mounts, traces, and asks for rights": Attack(
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
calls = [
    libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    libc.umount2(b"/tmp", 2),
    libc.ptrace(0, 0, 0, 0),
    libc.setuid(0),
    libc.chroot(b"/tmp"),
    libc.syscall(425, 8, 0),
]
names = ("CapEff", "NoNew", "Seccomp:")
rights = [s.split()[1] for s in open("/proc/self/status") if s.startswith(names)]
proof = (calls, rights)""",
        r"proof: \(\[-1, -1, -1, -1, -1, -1\], \['0000000000000000', '1', '2'\]\)",
    ),
    "kills everything it can": Attack(
        "import os\ntry:\n    os.kill(-1, 9)\nexcept OSError:\n    pass\nproof = 'alive'",
        "proof: alive|ended the kernel",
    ),
}
