"""The line to a kernel: what is said to it, and what it says back, heard within budgets.

Whatever comes from a kernel is believed only as far as it was checked here. Output is taken in
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
from dlbook.grading.kernel.launcher import Running
from dlbook.grading.kernel.limits import Limits

Message = dict[str, Any]

_TICK = 0.1  # seconds between looks at the memory
_GRACE = 0.5  # seconds that a cell has to end after it was interrupted
_MAX_MESSAGE = 6_000_000  # bytes; the connection is dropped at a longer one
_QUEUE = 1  # messages that wait unread
_LONG, _VALUE = 100_000, MIME.encode()
_MOST_VALUES = 50  # that are kept of one cell: more than one is wrong anyway
_NEEDED: dict[
    str, dict[str, type]
] = {  # kind of output: the fields that it must have, and their types
    "status": {"execution_state": str},
    "display_data": {"data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
}


class Line:
    """Shell, output and control channel of one kernel.

    Args:
        running: the kernel.
        limits: its budgets.
        deadline: when its notebook has used up its seconds, on the clock of `monotonic`.
    """

    def __init__(self, running: Running, limits: Limits, deadline: float) -> None:
        self._running, self._limits, self._deadline = running, limits, deadline
        self._left = {"characters": limits.output_characters, "messages": limits.output_messages}
        self._session = Session(key=running.key)
        self._context = zmq.Context()
        self._context.setsockopt(zmq.RCVHWM, _QUEUE)
        self._context.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE)
        self._context.setsockopt(zmq.LINGER, 0)
        self._sockets = {name: self._connect(name) for name in ("shell", "control", "iopub")}
        self._heard: dict[str, deque[Message]] = {"shell": deque(), "iopub": deque()}
        self._looked = self._end = math.inf  # of the memory; of the running cell
        self._awaited = ""  # the number of the request whose output counts
        self._poller = zmq.Poller()
        for name in self._heard:
            self._poller.register(self._sockets[name], zmq.POLLIN)
        if running.death is not None:
            self._poller.register(running.death, zmq.POLLIN)
        self._cut = self._sockets["iopub"].get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._poller.register(self._cut, zmq.POLLIN)

    def _connect(self, name: str) -> Any:
        kinds = {"shell": zmq.DEALER, "control": zmq.DEALER, "iopub": zmq.SUB}
        connected = self._context.socket(kinds[name])
        if name == "iopub":
            connected.subscribe(b"")
        connected.connect(self._running.endpoints[name])
        return connected

    def wait_until_ready(self) -> None:
        """Wait until the kernel answers and its output is heard.

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
        self._end = monotonic() + self._limits.cell_seconds + _GRACE
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
        self._end = monotonic() + _GRACE
        if self._running.interrupts_itself:
            self._session.send(self._sockets["control"], "interrupt_request", {})
        else:
            self._running.interrupt()

    def _send(self, channel: str, kind: str, content: dict[str, Any]) -> str:
        message = self._session.msg(kind, content)
        self._session.send(self._sockets[channel], message)
        self._awaited = str(message["msg_id"])
        self._heard["iopub"].clear()
        return self._awaited

    def receive(self, channel: str, timeout: float | None) -> Message:
        """Return the next message on a channel that answers the latest request.

        Raises:
            Empty: if none comes in time.
            DeadKernelError: if the kernel's process has ended.
            OutputLimitError: if more was put out than the budget allows.
            MemoryLimitError: if its processes hold more than they may.
            TimeLimitError: if the notebook as a whole has used its seconds up.
        """
        end = min(monotonic() + (math.inf if timeout is None else timeout), self._end)
        while not self._heard[channel]:
            now = monotonic()
            if now > self._deadline:
                raise TimeLimitError
            wait = max(0.0, min(end - now, _TICK, self._deadline - now))
            if not self._listen(wait):
                if not self._running.is_alive():
                    raise DeadKernelError
                if monotonic() >= end:
                    raise Empty
            self._look_at_memory()
        return self._heard[channel].popleft()

    def _listen(self, seconds: float) -> bool:
        """Take in what has come on all channels, waiting at most `seconds`; was there anything?"""
        ready = dict(self._poller.poll(int(seconds * 1000)))
        for name, heard in self._heard.items():
            if self._sockets[name] in ready:
                message = self._take(name)
                if message is not None:
                    heard.append(message)
        if self._cut in ready:
            self._find_out_why_cut()
        return any(self._sockets[name] in ready for name in self._heard)

    def _find_out_why_cut(self) -> None:
        """Raise what ended the output channel: the kernel's end, or a message that is too long."""
        end = monotonic() + 0.5
        while monotonic() < end:
            if not self._running.is_alive():
                raise DeadKernelError
            sleep(0.01)
        raise OutputLimitError

    def _take(self, channel: str) -> Message | None:
        """Return the message that waits on a channel, None if it is not one that counts."""
        frames = self._sockets[channel].recv_multipart()
        self._left["messages"] -= 1
        self._left["characters"] -= sum(map(len, frames))
        if min(self._left.values()) < 0:
            raise OutputLimitError
        if channel == "iopub" and (
            frames[0].rpartition(b".")[2].decode("ascii", "replace") not in _NEEDED
            or (len(frames[-1]) > _LONG and _VALUE not in frames[-1])
        ):
            return None  # not worth the time and the memory to read it
        try:
            _identities, parts = self._session.feed_identities(frames)
            return self._counting(channel, self._session.deserialize(parts))
        except Exception:  # a forged message fails in any of a dozen ways, and is none
            return None

    def _counting(self, channel: str, message: Message) -> Message | None:
        """Return of a message what counts: a reply, a status, an error, a value; or None."""
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"]["msg_id"] != self._awaited:
            return None
        if channel == "shell" and content["status"] not in ("ok", "error"):
            return None
        if channel == "iopub":
            fields = _NEEDED[kind]
            if not all(isinstance(content[name], type_) for name, type_ in fields.items()):
                return None
            content = {name: content[name] for name in fields}
        if kind == "display_data":
            content = {"data": {MIME: content["data"][MIME]}, "metadata": {}}
            if len(self._heard["iopub"]) > _MOST_VALUES:
                return None
        parent = {"msg_id": self._awaited}
        return {"msg_type": kind, "content": content, "parent_header": parent}

    def _look_at_memory(self) -> None:
        root, now = self._running.root, monotonic()
        if self._looked == math.inf:
            self._looked = now
        if root is not None and now - self._looked > _TICK:
            self._looked = now
            if memory.exceeds(root, self._limits.memory):
                self._running.kill()
                raise MemoryLimitError

    def close(self) -> None:
        """Hang up."""
        self._sockets["iopub"].disable_monitor()
        for open_socket in (self._cut, *self._sockets.values()):
            open_socket.close()
        self._context.term()
