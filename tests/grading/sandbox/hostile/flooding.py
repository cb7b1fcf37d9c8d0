"""Attacks that flood the grader with output; its own memory is measured on them."""

from tests.grading.sandbox.hostile.attack import EMIT, Attack

_FLOODED = "(too much output|error|out of memory|time out): its cell "

FLOODS = {
    "prints 5 GB": Attack(
        "for i in range(5_000):\n    print(str(i % 10) * 1_000_000)",
        _FLOODED,
        answer="",
    ),
    "one message of 30 MB": Attack(
        "from IPython.display import display\ndisplay({'text/plain': 'x' * 30_000_000}, raw=True)",
        _FLOODED,
        answer="",
    ),
    "values of nearly 6 MB": Attack(
        EMIT + "for _ in range(100):\n    emit({'kind': 'str', 'value': 'x' * 5_900_000})",
        _FLOODED,
        answer="",
    ),
    "40,000 messages": Attack(
        EMIT + "for _ in range(40_000):\n    emit({'kind': 'none'})",
        _FLOODED,
        answer="",
    ),
    "flood that ignores interrupts": Attack(
        "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True:\n    print('x' * 100_000)",
        _FLOODED,
        answer="",
    ),
    "flood from a thread": Attack(
        """
import threading
def flood():
    while True:
        print("x" * 100_000)
for _ in range(4):
    threading.Thread(target=flood, daemon=True).start()
import time
time.sleep(60)""",
        _FLOODED,
        answer="",
    ),
}
