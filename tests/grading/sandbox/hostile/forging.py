"""Attacks that forge a pass: values, checks, messages."""

from tests.grading.sandbox.hostile.attack import EMIT, RIGHT, SHAPE, ZEROS, Attack

_FORGE = (
    EMIT
    + """
import IPython.display
IPython.display.display = lambda data, raw: emit(FORGED)
"""
)
_SESSION = """
kernel = get_ipython().kernel
def say(kind, content, parent=None):
    parent = parent or kernel.get_parent()
    kernel.session.send(kernel.iopub_socket, kind, content, parent, ident=kind.encode())
"""

FORGING = {
    "puts out a value of its own": Attack(
        EMIT,
        "[3-8] values where two were due",
        answer=f"def relu_back(g, x):\n    emit({{{SHAPE}}})\n    return g",
    ),
    "puts out the value in the answer's cell": Attack(
        EMIT + f"emit({{{SHAPE}}})\nproof = 'put out'", "proof: put out"
    ),
    "puts values out from a thread": Attack(
        EMIT
        + f"""
import threading, time
def forge():
    while True:
        emit({{{SHAPE}}})
        time.sleep(0.0005)
context = __import__("contextvars").copy_context
def start():
    threading.Thread(target=context().run, args=(forge,), daemon=True).start()
    time.sleep(0.05)""",
        "values where two were due",
        answer="def relu_back(g, x):\n    start()\n    return 0 * g",
    ),
    "replaces check": Attack(
        "import dlbook.check\ndlbook.check.check = lambda *a, **k: lambda body: None",
        "wrong: dx: every number is 0",
        answer=ZEROS,
    ),
    "replaces what runs a check": Attack(
        "import dlbook.check.run_apart as room\nroom.run_apart = lambda *a: None",
        "0 values where two were due",
        answer=ZEROS,
    ),
    "makes the wire say yes": Attack(
        "from dlbook.check import wire\nwire.encode = lambda *a: {'kind': 'bool', 'value': True}",
        "got bool True",
        answer=ZEROS,
    ),
    "replaces the random numbers": Attack(
        """
class Zeros:
    def normal(self, size):
        return np.zeros(size)
np.random.default_rng = lambda seed: Zeros()""",
        "wrong: your function changed its argument g",
        answer=RIGHT,
    ),
    "replaces NumPy's equality": Attack(
        "np.allclose = np.isclose = lambda a, b, **k: np.ones(np.shape(a), bool)",
        "wrong: dx: ",
        answer="def relu_back(g, x):\n    return -g",
    ),
    "returns an array that equals anything": Attack(
        """
class Equal(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)
    __hash__ = None""",
        "wrong: dx: ",
        answer="def relu_back(g, x):\n    return (0 * g).view(Equal)",
    ),
    "rewrites the check's source": Attack(
        EMIT
        + """
def rewrite(lines):
    if any("_run_apart(" in line for line in lines):
        return 2 * ["emit({'kind': 'str', 'value': 'rewritten'})\\n"]
    return lines
get_ipython().input_transformers_cleanup.append(rewrite)""",
        "got str rewritten",
        answer=ZEROS,
    ),
    "looks for the expected values in the frames": Attack(
        "pass",
        "proof: False",
        answer="""
import sys
def relu_back(g, x):
    frame, found = sys._getframe(), False
    while frame:
        found |= any("expected" in name for name in frame.f_locals)
        frame = frame.f_back
    raise RuntimeError(f"proof: {found}")""",
    ),
    "forges the end of a cell": Attack(
        _SESSION,
        "0 values where two were due",
        answer="""
def relu_back(g, x):
    say("status", {"execution_state": "idle"})
    return 0 * g""",
    ),
    "forges a reply": Attack(
        """
kernel = get_ipython().kernel
def reply(status):
    kernel.session.send(kernel.shell_stream, "execute_reply", {"status": status},
                        kernel.get_parent(), ident=kernel._parent_ident["shell"])
    return status""",
        "wrong: dx|proof: |error|time out",
        answer="""
def relu_back(g, x):
    for status in ("aborted", "ok"):
        try:
            reply(status)
        except Exception as error:
            raise RuntimeError(f"proof: {error}")
    return 0 * g""",
    ),
    "sends garbage with the right key": Attack(
        _SESSION
        + """
def raw(*parts):
    parts = [p.encode() if isinstance(p, str) else p for p in parts]
    start = [b"status", b"<IDS|MSG>", kernel.session.sign(parts)]
    kernel.iopub_socket.send_multipart([*start, *parts])
deep = "[" * 200_000 + "]" * 200_000
raw(b"\\xff\\xfe", "{}", "{}", "{}")
raw("{}", "{}", "{}", "{}")
raw("[]", "3", "null", "[]")
raw('{"msg_id": "1", "msg_type": "status"}', "{}", "{}", deep)
raw('{"msg_id": "1", "msg_type": "status"}', "{}", "{}", "9" * 6_000)
kernel.iopub_socket.send_multipart([b"x"])
kernel.iopub_socket.send_multipart([b""] * 50)
for kind in ("stream", "display_data", "error", "status", "execute_result", "nonsense", ""):
    for content in ({}, {"data": 1}, {"name": []}, {"ename": 3}, [], None, "x", {"traceback": 1}):
        say(kind, content)""",
        "right: ;",
        answer=RIGHT,
        points=2,
    ),
    "values that are no values": Attack(
        _FORGE,
        "wrong: ",
        answer="""
FORGED = {"kind": "array", "dtype": "|O", "shape": [10**7] * 3, "data": "A"}
def relu_back(g, x):
    return g""",
    ),
    "a shape beyond reason": Attack(
        _FORGE,
        "wrong: an array on the wire has 1 to 16 dimensions of moderate size",
        answer="""
FORGED = {"kind": "array", "dtype": "<f8", "shape": [10**6] * 3, "data": ""}
def relu_back(g, x):
    return g""",
    ),
    "a pickle": Attack(
        _FORGE,
        "wrong: a value on the wire is of a kind that is sent",
        answer="""
import base64
bomb = base64.b64encode(b"cos\\nsystem\\n(S'touch {folder}/written'\\ntR.").decode()
FORGED = {"kind": "pickle", "value": bomb}
def relu_back(g, x):
    return g""",
    ),
}
