"""The channels of a kernel: requests go to it, its messages come back, all within budgets.

Whatever comes from a kernel is believed only as far as it was checked here. Output is received
while a cell runs, so that a flood fills neither the kernel's memory nor the grader's.
"""

import json
import math
from collections import deque
from hmac import compare_digest
from queue import Empty
from select import select
from time import monotonic, sleep
from typing import Any

import zmq
from jupyter_client.session import Session
from zmq.utils.monitor import recv_monitor_message

from dlbook.check.shared import N_, _
from dlbook.check.wire import MIME
from dlbook.grading.errors import (
    DeadKernelError,
    GraderError,
    MemoryLimitError,
    OutputLimitError,
    TimeLimitError,
)
from dlbook.grading.kernel.launcher import StartedKernel
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.sandbox.usage import Allowance, Watch, comes_true, own_memory

Message = dict[str, Any]

_GRACE = 0.5  # seconds of work or of waiting that a cell has to end after it was interrupted
_SUBSCRIBED = 0.1  # seconds after which a first message may have gone by before it was awaited
_MAX_MESSAGE = 6_000_000  # bytes; the connection is dropped at a longer one
_RETRY = 1_000  # milliseconds in which a connection that was closed is tried again: it is at once
_QUEUE = 1  # messages that wait unread
_MAX_PLAIN = 100_000  # bytes; a longer message is read only if it carries the values of a check
_MAX_UNREAD = 200_000_000  # bytes that this process may grow by: of messages that never end
_MAX_VALUES = 50  # messages with values that are kept of one cell: more than two are wrong anyway
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
        notebook: what is left of the seconds of its notebook.
    """

    def __init__(self, kernel: StartedKernel, limits: Limits, notebook: Allowance) -> None:
        self._kernel, self._limits, self._notebook = kernel, limits, notebook
        self._most = {
            N_("characters"): limits.output_characters,
            N_("messages"): limits.output_messages,
        }
        self._budget = dict(self._most)
        self._session = Session(key=kernel.key)
        self._context = zmq.Context()
        self._context.setsockopt(zmq.RCVHWM, _QUEUE)
        self._context.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE)
        self._context.setsockopt(zmq.LINGER, 0)
        self._sockets = {name: self._connect(name) for name in ("shell", "control", "iopub")}
        self._received: dict[str, deque[Message]] = {"shell": deque(), "iopub": deque()}
        self._watch = Watch(kernel.meter)
        self._cell = Allowance(limits.start_seconds)  # what the running cell may use
        self._own_memory = own_memory()
        self._request_id = ""  # of the request whose output counts
        self._poller = zmq.Poller()
        for name in self._received:
            self._poller.register(self._sockets[name], zmq.POLLIN)
        if kernel.exit_file is not None:
            self._poller.register(kernel.exit_file, zmq.POLLIN)
        self._connection = self._sockets["iopub"].get_monitor_socket(
            zmq.EVENT_DISCONNECTED | zmq.EVENT_CONNECT_RETRIED
        )
        self._poller.register(self._connection, zmq.POLLIN)

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
            GraderError: if it uses more than it may for that, or ends.
        """
        patience = _SUBSCRIBED
        try:
            while not self._cell.spent:
                self._send("shell", "kernel_info_request", {})
                try:
                    self.receive("shell")
                    while not self._is_idle(self.receive("iopub", patience)):
                        pass
                    return
                except Empty:  # the first messages go by before the channel is connected
                    patience *= 2
        except DeadKernelError:
            raise GraderError("a kernel ended before it ran anything") from None
        raise GraderError(f"a kernel was not ready after {self._cell.spent}")

    def _is_idle(self, message: Message) -> bool:
        return bool(message["content"].get("execution_state") == "idle")

    def execute(self, source: str) -> str:
        """Ask the kernel to run a cell and return the number of that request."""
        self._notebook.spend(self._watch.work(), 0.0)
        self._cell = Allowance(self._limits.cell_seconds)
        content = {
            "code": source,
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        return self._send("shell", "execute_request", content)

    @property
    def spent(self) -> str:
        """What the running cell has used up, in words; '' while it has something left."""
        return self._cell.spent

    def interrupt(self) -> None:
        """Interrupt the running cell; it has a moment to end."""
        self._kernel.end_children()
        self._cell = Allowance(_GRACE)
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

    def receive(self, channel: str, patience: float = math.inf) -> Message:
        """Return the next message on a channel that answers the latest request.

        A kernel that fails to compile a cell sends no reply: that it is idle again counts as one.

        Raises:
            Empty: if the cell has used its seconds up, or none comes within `patience`.
            DeadKernelError: if the kernel's process has ended.
            OutputLimitError: if more was put out than the budget allows.
            MemoryLimitError: if its processes hold more than they may.
            TimeLimitError: if the notebook as a whole has used its seconds up.
        """
        end = monotonic() + patience
        while not self._received[channel]:
            output = self._received["iopub"]
            if channel == "shell" and output and self._is_idle(output[-1]):
                return output[-1] | {"content": {"status": "error"}}
            if not self._poll(min(self._watch.until_due, patience)):
                self._require_alive()
                if monotonic() >= end:
                    raise Empty
            if not self._watch.until_due:
                self._spend()
        return self._received[channel].popleft()

    def _spend(self) -> None:
        """Take off its seconds what the kernel has used since the last look, and see its memory."""
        self._kernel.share_fairly()
        used = self._watch.lap()
        self._notebook.spend(*used)
        self._cell.spend(*used)
        if self._notebook.spent:
            raise TimeLimitError(self._notebook.spent)
        if self._cell.spent:
            raise Empty
        if self._kernel.exceeds(self._limits.memory):
            self._kernel.kill()
            raise MemoryLimitError
        if own_memory() > self._own_memory + _MAX_UNREAD:
            self._kernel.kill()
            raise OutputLimitError(_too_long())

    def _require_alive(self) -> None:
        if not self._kernel.is_alive():
            raise MemoryLimitError if self._kernel.exceeds(self._limits.memory) else DeadKernelError

    def _poll(self, seconds: float) -> bool:
        """Receive what has come on all channels; return whether anything came within `seconds`."""
        ready = dict(self._poller.poll(math.ceil(seconds * 1000)))
        for name, received in self._received.items():
            if self._sockets[name] in ready:
                message = self._read_message(name)
                if message is not None:
                    received.append(message)
        if self._connection in ready:
            self._see_connection()
        return any(self._sockets[name] in ready for name in self._received)

    def _see_connection(self) -> None:
        """Raise what ended the output channel, if anything did: too long a message, or the kernel.

        Whoever drops a connection because of a message does not try it again.
        """
        if recv_monitor_message(self._connection)["event"] != zmq.EVENT_DISCONNECTED:
            return  # the kernel does not listen yet
        if not self._connection.poll(_RETRY):
            raise OutputLimitError(_too_long())
        if comes_true(self._has_ended, self._kernel.meter, _GRACE):
            self._require_alive()
        raise DeadKernelError(_("closed the kernel's connection"))

    def _has_ended(self, seconds: float) -> bool:
        """Return whether the kernel has ended, or does so within some seconds."""
        if self._kernel.exit_file is None:
            sleep(seconds)
        else:
            select([self._kernel.exit_file], [], [], seconds)
        return not self._kernel.is_alive()

    def _read_message(self, channel: str) -> Message | None:
        """Return the message that waits on a channel, None if it is not one that counts."""
        frames = self._sockets[channel].recv_multipart()
        self._budget["messages"] -= 1
        self._budget["characters"] -= sum(map(len, frames))
        for kind, left in self._budget.items():
            if left < 0:
                words, most = _("put out more than {n} {kind}"), f"{self._most[kind]:,}"
                raise OutputLimitError(words.format(n=most, kind=_(kind)))
        if channel == "iopub" and not _may_count(frames):
            return None
        try:
            _identities, parts = self._session.feed_identities(frames)
            return self._relevant_part(channel, *self._unpack(parts))
        except Exception:  # a forged message fails in any of a dozen ways, and is none
            return None

    def _unpack(self, parts: list[Any]) -> tuple[str, str, Any]:
        """Return the kind of a message, the number of the request it answers, and its content."""
        signature, *signed = parts[:5]
        if not compare_digest(signature, self._session.sign(signed)):
            raise ValueError("a message that the kernel has not signed")
        header, parent, _metadata, content = (part.decode() for part in signed)
        return json.loads(header)["msg_type"], json.loads(parent)["msg_id"], json.loads(content)

    def _relevant_part(
        self, channel: str, kind: str, request_id: str, content: Any
    ) -> Message | None:
        """Return what counts of a message: a reply, a status, an error or a value; or None."""
        if request_id != self._request_id:
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

    def close(self) -> None:
        """Close all channels, once; the kernel itself goes on."""
        if self._context.closed:
            return
        self._sockets["iopub"].disable_monitor()
        for open_socket in (self._connection, *self._sockets.values()):
            open_socket.close()
        self._context.term()


def _may_count(frames: list[bytes]) -> bool:
    """Return whether a message of the output channel is worth parsing: told by kind and size."""
    kind = frames[0].rpartition(b".")[2].decode("ascii", "replace")
    if kind not in _REQUIRED_FIELDS:
        return False
    return len(frames[-1]) <= _MAX_PLAIN or MIME.encode() in frames[-1]


def _too_long() -> str:
    return _("put out a message of more than {n} characters").format(n=f"{_MAX_MESSAGE:,}")
