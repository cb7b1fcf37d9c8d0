"""The channels of a kernel: requests go to it, its messages come back, all within budgets.

Whatever comes from a kernel is believed only as far as it was checked here. Output is received
while a cell runs, so that a flood fills neither the kernel's memory nor the grader's.
"""

import math
from collections import deque
from queue import Empty
from time import monotonic, sleep
from typing import Any

import zmq
from jupyter_client.session import Session

from dlbook.check.wire import MIME
from dlbook.grading.errors import (
    DeadKernelError,
    GraderError,
    MemoryLimitError,
    OutputLimitError,
    TimeLimitError,
)
from dlbook.grading.kernel import memory
from dlbook.grading.kernel.launcher import StartedKernel
from dlbook.grading.kernel.limits import Limits

Message = dict[str, Any]

_TICK = 0.1  # seconds between checks of the memory
_GRACE = 0.5  # seconds that a cell has to end after it was interrupted
_MAX_MESSAGE = 6_000_000  # bytes; the connection is dropped at a longer one
_QUEUE = 1  # messages that wait unread
_MAX_PLAIN = 100_000  # bytes; a longer message is read only if it carries the values of a check
_MAX_VALUES = 50  # messages with values that are kept of one cell: more than one is wrong anyway
# kind of output: the fields that it must have, and their types
_REQUIRED_FIELDS: dict[str, dict[str, type]] = {
    "status": {"execution_state": str},
    "display_data": {"data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


class Channels:
    """The shell, output and control channels of one kernel.

    Args:
        kernel: the kernel.
        limits: its budgets.
        deadline: when its notebook has used up its seconds, on the clock of `monotonic`.
    """

    def __init__(self, kernel: StartedKernel, limits: Limits, deadline: float) -> None:
        self._kernel, self._limits, self._deadline = kernel, limits, deadline
        self._budget = {"characters": limits.output_characters, "messages": limits.output_messages}
        self._session = Session(key=kernel.key)
        self._context = zmq.Context()
        self._context.setsockopt(zmq.RCVHWM, _QUEUE)
        self._context.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE)
        self._context.setsockopt(zmq.LINGER, 0)
        self._sockets = {name: self._connect(name) for name in ("shell", "control", "iopub")}
        self._received: dict[str, deque[Message]] = {"shell": deque(), "iopub": deque()}
        self._memory_checked = math.inf  # when; not before the first message is awaited
        self._cell_end = math.inf  # when the running cell is given up
        self._request_id = ""  # of the request whose output counts
        self._poller = zmq.Poller()
        for name in self._received:
            self._poller.register(self._sockets[name], zmq.POLLIN)
        if kernel.exit_file is not None:
            self._poller.register(kernel.exit_file, zmq.POLLIN)
        self._disconnected = self._sockets["iopub"].get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._poller.register(self._disconnected, zmq.POLLIN)

    def _connect(self, name: str) -> Any:
        kinds = {"shell": zmq.DEALER, "control": zmq.DEALER, "iopub": zmq.SUB}
        connected = self._context.socket(kinds[name])
        if name == "iopub":
            connected.subscribe(b"")
        connected.connect(self._kernel.endpoints[name])
        return connected

    def wait_until_ready(self) -> None:
        """Wait until the kernel answers and its output arrives.

        Raises:
            GraderError: if that takes longer than it may, or the kernel ends.
        """
        end = monotonic() + self._limits.start_seconds
        try:
            while monotonic() < end:
                self._send("shell", "kernel_info_request", {})
                try:
                    self.receive("shell", end - monotonic())
                    while not self._is_idle(self.receive("iopub", 0.1)):
                        pass
                    return
                except Empty:  # the first messages go by before the channel is connected
                    continue
        except DeadKernelError:
            raise GraderError("a kernel ended before it ran anything") from None
        raise GraderError(f"a kernel was not ready in {self._limits.start_seconds:g} seconds")

    def _is_idle(self, message: Message) -> bool:
        return bool(message["content"].get("execution_state") == "idle")

    def execute(self, source: str) -> str:
        """Ask the kernel to run a cell and return the number of that request."""
        self._cell_end = monotonic() + self._limits.cell_seconds + _GRACE
        content = {
            "code": source,
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        return self._send("shell", "execute_request", content)

    def interrupt(self) -> None:
        """Interrupt the running cell; it has a moment to end."""
        self._cell_end = monotonic() + _GRACE
        if self._kernel.takes_interrupt_requests:
            self._session.send(self._sockets["control"], "interrupt_request", {})
        else:
            self._kernel.interrupt()

    def _send(self, channel: str, kind: str, content: dict[str, Any]) -> str:
        message = self._session.msg(kind, content)
        self._session.send(self._sockets[channel], message)
        self._request_id = str(message["msg_id"])
        self._received["iopub"].clear()
        return self._request_id

    def receive(self, channel: str, timeout: float | None) -> Message:
        """Return the next message on a channel that answers the latest request.

        A kernel that fails to compile a cell sends no reply: that it is idle again counts as one.

        Raises:
            Empty: if none comes in time.
            DeadKernelError: if the kernel's process has ended.
            OutputLimitError: if more was put out than the budget allows.
            MemoryLimitError: if its processes hold more than they may.
            TimeLimitError: if the notebook as a whole has used its seconds up.
        """
        end = min(monotonic() + (math.inf if timeout is None else timeout), self._cell_end)
        while not self._received[channel]:
            output = self._received["iopub"]
            if channel == "shell" and output and self._is_idle(output[-1]):
                return output[-1] | {"content": {"status": "error"}}
            now = monotonic()
            if now > self._deadline:
                raise TimeLimitError
            wait = max(0.0, min(end - now, _TICK, self._deadline - now))
            if not self._poll(wait):
                if not self._kernel.is_alive():
                    raise DeadKernelError
                if monotonic() >= end:
                    raise Empty
            self._check_memory()
        return self._received[channel].popleft()

    def _poll(self, seconds: float) -> bool:
        """Receive what has come on all channels; return whether anything came within `seconds`."""
        ready = dict(self._poller.poll(int(seconds * 1000)))
        for name, received in self._received.items():
            if self._sockets[name] in ready:
                message = self._read_message(name)
                if message is not None:
                    received.append(message)
        if self._disconnected in ready:
            self._raise_why_disconnected()
        return any(self._sockets[name] in ready for name in self._received)

    def _raise_why_disconnected(self) -> None:
        """Raise what ended the output channel: the kernel's end, or a message that is too long."""
        end = monotonic() + 0.5
        while monotonic() < end:
            if not self._kernel.is_alive():
                raise DeadKernelError
            sleep(0.01)
        raise OutputLimitError

    def _read_message(self, channel: str) -> Message | None:
        """Return the message that waits on a channel, None if it is not one that counts."""
        frames = self._sockets[channel].recv_multipart()
        self._budget["messages"] -= 1
        self._budget["characters"] -= sum(map(len, frames))
        if min(self._budget.values()) < 0:
            raise OutputLimitError
        if channel == "iopub" and not _may_count(frames):
            return None
        try:
            _identities, parts = self._session.feed_identities(frames)
            return self._relevant_part(channel, self._session.deserialize(parts))
        except Exception:  # a forged message fails in any of a dozen ways, and is none
            return None

    def _relevant_part(self, channel: str, message: Message) -> Message | None:
        """Return what counts of a message: a reply, a status, an error or a value; or None."""
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"]["msg_id"] != self._request_id:
            return None
        if channel == "shell" and content["status"] not in ("ok", "error"):
            return None
        if channel == "iopub":
            fields = _REQUIRED_FIELDS[kind]
            if not all(isinstance(content[name], type_) for name, type_ in fields.items()):
                return None
            content = {name: content[name] for name in fields}
        if kind == "display_data":
            content = {"data": {MIME: content["data"][MIME]}, "metadata": {}}
            if len(self._received["iopub"]) > _MAX_VALUES:
                return None
        parent = {"msg_id": self._request_id}
        return {"msg_type": kind, "content": content, "parent_header": parent}

    def _check_memory(self) -> None:
        root_pid, now = self._kernel.root_pid, monotonic()
        if self._memory_checked == math.inf:
            self._memory_checked = now
        if root_pid is not None and now - self._memory_checked > _TICK:
            self._memory_checked = now
            if memory.exceeds(root_pid, self._limits.memory):
                self._kernel.kill()
                raise MemoryLimitError

    def close(self) -> None:
        """Close all channels; the kernel itself goes on."""
        self._sockets["iopub"].disable_monitor()
        for open_socket in (self._disconnected, *self._sockets.values()):
            open_socket.close()
        self._context.term()


def _may_count(frames: list[bytes]) -> bool:
    """Return whether a message of the output channel is worth parsing: told by kind and size."""
    kind = frames[0].rpartition(b".")[2].decode("ascii", "replace")
    if kind not in _REQUIRED_FIELDS:
        return False
    return len(frames[-1]) <= _MAX_PLAIN or MIME.encode() in frames[-1]
