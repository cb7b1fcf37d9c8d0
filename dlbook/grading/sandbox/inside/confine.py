"""Confine a process for good: new namespaces, fresh scratch space, limits, no privileges.

Everything here runs inside the sandbox before a line of a learner's code does.
"""

import ctypes
import os
import resource
import signal
import struct
from pathlib import Path

from dlbook.grading.sandbox.inside import seccomp

CHANNELS = ("shell", "iopub", "control")  # in the order in which their sockets are handed over
HOME = "/home/learner"
PROCESSES = 32  # that a kernel may have; threads count, and five are its own
SCRATCH = {"/tmp": 64, "/dev/shm": 64, HOME: 16}  # folder: megabytes that fit into it

# from <linux/sched.h>
_CLONE_NEWNS, _CLONE_NEWUTS, _CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
# from <sys/mount.h>
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
# from <linux/prctl.h> and <linux/capability.h>
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_LINUX_CAPABILITY_VERSION_3 = 0x20080522
_CAPABILITY_SETS_BYTES = 24  # effective, permitted and inheritable, 64 bits each
_MAX_CAPABILITIES = 64
_libc = ctypes.CDLL(None, use_errno=True)


def leave_namespaces() -> None:
    """Move into fresh namespaces; the next child is the first process in them.

    Root stays root until `drop_rights`; an ordinary user gets a user namespace for it.
    """
    uid, gid = os.getuid(), os.getgid()
    kinds = _CLONE_NEWNS | _CLONE_NEWUTS | _CLONE_NEWIPC | _CLONE_NEWPID | _CLONE_NEWNET
    if uid:
        kinds |= _CLONE_NEWUSER
    _check(_libc.unshare(kinds), "unshare")
    if uid:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def fresh_folders(uid: int) -> None:
    """Mount empty scratch folders and the processes of this namespace."""
    _mount("none", "/", "", _MS_REC | _MS_PRIVATE, "")
    for folder, size in SCRATCH.items():
        options = f"size={size}m,nr_inodes=5000,mode=0755,uid={uid},gid={uid}"
        _mount("tmpfs", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, options)
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, "")
    options = "newinstance,ptmxmode=0666,mode=620"
    _mount("devpts", "/dev/pts", "devpts", _MS_NOSUID | _MS_NOEXEC, options)
    os.chdir(HOME)


def limit(memory: int) -> None:
    """Set the limits that hold for each process, `memory` in bytes."""
    megabyte = 1 << 20
    wanted = {
        resource.RLIMIT_AS: memory + 2048 * megabyte,
        resource.RLIMIT_NPROC: PROCESSES,
        resource.RLIMIT_FSIZE: 64 * megabyte,
        resource.RLIMIT_NOFILE: 256,  # also of those on their way between processes
        resource.RLIMIT_SIGPENDING: 256,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, value in wanted.items():
        _soft, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # and seccomp keeps it so
    # when the machine is short of memory, this process is the first to be killed
    Path("/proc/self/oom_score_adj").write_text("1000")


def drop_rights(uid: int) -> None:
    """Become `uid` if this is root, without capabilities, and let nothing bring them back."""
    for capability in range(_MAX_CAPABILITIES):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):  # this kernel knows no more of them
            break
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = ctypes.create_string_buffer(struct.pack("Ii", _LINUX_CAPABILITY_VERSION_3, 0))
    no_capabilities = ctypes.create_string_buffer(_CAPABILITY_SETS_BYTES)
    _check(_libc.capset(header, no_capabilities), "capset")
    _check(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _check(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")  # so that it owns its /proc/self
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
