"""Which calls of the Linux kernel a learner's code may not make, as a seccomp filter.

Denied is what opens another way out (namespaces, mounts, tracing, sockets but those between the
kernel's own processes), what takes memory that no limit counts (memfd, System V segments, shared
anonymous mappings, locks of files, larger buffers), and what would hide processor time (another
priority; children whose end nobody waits for).
"""

import ctypes
import errno
import os
import platform
import struct

_NUMBERS = {  # call: its number on x86_64, on aarch64
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "inotify_init": (253, 26),  # only x86_64 has it
    "inotify_init1": (294, 26),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "landlock_create_ruleset": (444, 444),
    "mbind": (237, 235),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "seccomp": (317, 277),
    "semget": (64, 190),
    "set_mempolicy": (238, 237),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "shmget": (29, 194),
    "splice": (275, 76),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "tee": (276, 77),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vmsplice": (278, 75),
}
_FORGOTTEN = {  # calls that seem to succeed and do nothing: libzmq ends where one fails
    "ioprio_set": (251, 30),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "setpriority": (141, 140),
}
_BY_ARGUMENT = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "fcntl": (72, 25),
    "mmap": (9, 222),
    "prctl": (157, 167),
    "rt_sigaction": (13, 134),
    "setsockopt": (54, 208),
    "socket": (41, 198),
    "socketpair": (53, 199),
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, audit number

_NEW_NAMESPACES = 0x7E020000
_SHARED_ANONYMOUS = 0x21
_AF_UNIX = 1
_SIGCHLD = 17
_FILE_LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
_F_SETPIPE_SZ = 1031
_SOCKET_BUFFERS = (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF, and what root has for them
_X32 = 0x40000000
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2

# classic BPF: load a word, jump if equal, if any bit is set, if at least; and, return
_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def program(machine: str) -> list[Instruction]:
    """Return the filter for a machine as classic BPF.

    Raises:
        NotImplementedError: if `machine` is neither x86_64 nor aarch64.
    """
    if machine not in _MACHINES:
        raise NotImplementedError(
            f"a sandbox needs an x86_64 or aarch64 machine, this one is {machine}: "
            "grade on another, or pass --sandbox off for notebooks that you trust"
        )
    column, audit = _MACHINES[machine]
    code = [_load(_ARCHITECTURE), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), _load(_NUMBER)]
    code += [(_AT_LEAST, 0, 1, _X32), _fail(errno.EPERM)]
    for numbers in _NUMBERS.values():
        code += [(_EQUAL, 0, 1, numbers[column]), _fail(errno.EPERM)]
    for numbers in _FORGOTTEN.values():
        code += [(_EQUAL, 0, 1, numbers[column]), _fail(0)]
    number = {name: numbers[column] for name, numbers in _BY_ARGUMENT.items()}
    code += [(_EQUAL, 0, 1, number["clone3"]), _fail(errno.ENOSYS)]  # its flags are out of sight
    code += _on(
        number["clone"],
        [_argument(0), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), _fail(errno.EPERM)],
    )
    code += _on(
        number["mmap"],
        [
            _argument(3),
            (_AND, 0, 0, _SHARED_ANONYMOUS),
            (_EQUAL, 0, 1, _SHARED_ANONYMOUS),
            _fail(errno.ENOMEM),
        ],
    )
    for name in ("socket", "socketpair"):
        family = [_argument(0), (_EQUAL, 1, 0, _AF_UNIX), _fail(errno.EAFNOSUPPORT)]
        code += _on(number[name], family)
    locks = _refuse(_FILE_LOCKS, errno.ENOLCK)
    pipes = _refuse((_F_SETPIPE_SZ,), errno.EPERM)
    code += _on(number["fcntl"], [_argument(1), *locks, *pipes])
    code += _on(number["setsockopt"], [_argument(2), *_refuse(_SOCKET_BUFFERS, errno.EPERM)])
    code += _on(number["prctl"], [_argument(0), *_refuse((_PR_SET_SECCOMP,), errno.EPERM)])
    # a handler for the end of children is taken and forgotten: with one, or with "ignore", nobody
    # would have to wait for children, and their seconds would be added to nobody's
    asks = [_argument(0), (_EQUAL, 0, 3, _SIGCHLD), _argument(1), (_EQUAL, 1, 0, 0), _fail(0)]
    code += _on(number["rt_sigaction"], asks)
    return [*code, (_RETURN, 0, 0, _ALLOW)]


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _argument(index: int) -> Instruction:
    """Return the load of the lower half of an argument of the call."""
    return _load(_ARGUMENTS + 8 * index)


def _refuse(values: tuple[int, ...], number: int) -> list[Instruction]:
    """Return code that fails where what was loaded is one of `values`."""
    *others, last = values
    tests = [(_EQUAL, len(others) - i, 0, value) for i, value in enumerate(others)]
    return [*tests, (_EQUAL, 0, 1, last), _fail(number)]


def _fail(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERROR | number)


def _on(number: int, body: list[Instruction]) -> list[Instruction]:
    """Return code that runs `body` for one call, and loads the call's number again after it."""
    return [(_EQUAL, 0, len(body) + 1, number), *body, _load(_NUMBER)]


def install() -> None:
    """Put the filter on this process and all that it will start; there is no way back."""
    raw = b"".join(struct.pack("HBBI", *instruction) for instruction in program(platform.machine()))
    buffer = ctypes.create_string_buffer(raw, len(raw))

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    libc = ctypes.CDLL(None, use_errno=True)
    handed = Filter(len(raw) // 8, ctypes.addressof(buffer))
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(handed), 0, 0):
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
