"""What tests of the sandbox share: is there one here, and are processes left?"""

import os
from pathlib import Path

import pytest

from dlbook.grading.errors import SandboxError
from dlbook.grading.sandbox import bubblewrap as sandbox


def _reason() -> str:
    try:
        sandbox.probe()
    except SandboxError as refusal:
        return str(refusal)
    return ""


MISSING = "" if os.environ.get("CI") == "true" else _reason()
needs_bubblewrap = pytest.mark.skipif(bool(MISSING), reason=MISSING)


# seconds that processes of these tests sleep; those of tests that run beside them have others
SLEEP = f"31416{os.getpid()}"


def processes_with(text: str) -> int:
    """Return how many processes of this machine have `text` in their command line."""
    count = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            count += text.encode() in path.read_bytes()
        except OSError:
            continue
    return count
