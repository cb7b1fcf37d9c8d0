"""How a process gives up its rights for good: namespaces, fresh scratch space, limits, no way back.

Everything here runs inside the sandbox before a line of a learner's code does.
"""

import ctypes
import fcntl
import os
import resource
import socket
import struct
from pathlib import Path

from dlbook.grading.sandbox.inside import seccomp

CHANNELS = ("shell", "iopub", "control")  # in the order in which their sockets are handed over
HOME = "/home/learner"
SCRATCH = {"/tmp": 64, "/dev/shm": 64, HOME: 16}  # folder: megabytes that fit into it

_NEW = 0x00020000 | 0x08000000 | 0x04000000 | 0x20000000 | 0x40000000  # mounts ipc uts pid net
_NEW_USER = 0x10000000
_NOSUID_NODEV, _READ_ONLY, _NOEXEC, _RECURSIVE_PRIVATE = 6, 1, 8, 0x4000 | 0x40000
_libc = ctypes.CDLL(None, use_errno=True)


def leave_namespaces() -> None:
    """Move into fresh namespaces; the next child is the first process in them.

    Root stays root until `drop_rights`; an ordinary user gets a user namespace for it.
    """
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(_NEW | (_NEW_USER if uid else 0)), "unshare")
    if uid:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def fresh_folders(uid: int) -> None:
    """Mount empty scratch folders, the processes of this namespace, and a loopback device."""
    _mount("none", "/", "", _RECURSIVE_PRIVATE, "")
    for folder, size in SCRATCH.items():
        options = f"size={size}m,nr_inodes=20000,mode=0755,uid={uid},gid={uid}"
        _mount("tmpfs", folder, "tmpfs", _NOSUID_NODEV, options)
    _mount("proc", "/proc", "proc", _NOSUID_NODEV | _NOEXEC, "")
    _mount("devpts", "/dev/pts", "devpts", 2 | _NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    with socket.socket() as any_socket:  # SIOCSIFFLAGS: bring `lo` up, the only device there is
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 1))
    os.chdir(HOME)


def limit(memory: int) -> None:
    """Set the limits that hold for each process, `memory` in bytes."""
    megabyte = 1 << 20
    wanted = {
        resource.RLIMIT_AS: memory + 2048 * megabyte,
        resource.RLIMIT_NPROC: 64,
        resource.RLIMIT_FSIZE: 64 * megabyte,
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, value in wanted.items():
        _soft, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    # the first that the machine ends when its memory is short
    Path("/proc/self/oom_score_adj").write_text("1000")


def drop_rights(uid: int) -> None:
    """Become `uid` if this is root, without capabilities, and let nothing bring them back."""
    for capability in range(64):
        if _libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP, until there is none
            break
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
    nothing = ctypes.create_string_buffer(24)
    _check(_libc.capset(header, nothing), "capset")
    _check(_libc.prctl(47, 4, 0, 0, 0), "ambient")  # PR_CAP_AMBIENT, CLEAR_ALL
    _check(_libc.prctl(38, 1, 0, 0, 0), "no_new_privs")
    _check(_libc.prctl(4, 1, 0, 0, 0), "dumpable")  # its own /proc/self belongs to it
    seccomp.install()


def keep_only(*kept: int) -> None:
    """Close every file but standard input, output, error and `kept`."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:  # the folder's own, closed by now
                continue


def _mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    words = [word.encode() for word in (source, target, kind)]
    result = _libc.mount(*words, ctypes.c_ulong(flags), options.encode())
    _check(result, f"mount {kind or 'private'} on {target}")


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
