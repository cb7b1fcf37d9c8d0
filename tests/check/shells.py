"""Fresh IPython shells, one after the other in one process, which loads IPython once."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dlbook.check.watching import RUNNERS

CELLS = ["from dlbook.check import check", "import numpy as np"]
SHELLS = """
import json
import os
import sys
from contextlib import redirect_stdout
from io import StringIO
from IPython.core.interactiveshell import InteractiveShell
before = dict(os.environ)
for line in sys.stdin:
    for name in [name for name in sys.modules if name.split(".")[0] == "dlbook"]:
        del sys.modules[name]
    InteractiveShell.clear_instance()
    os.environ.clear()
    os.environ.update(before)
    with redirect_stdout(StringIO()) as printed:
        shell = InteractiveShell.instance()
        for cell in json.loads(line):
            shell.run_cell(cell)
    print(json.dumps(printed.getvalue()), flush=True)
"""


def people() -> dict[str, str]:
    """Return the environment of a person, who is no runner: without pytest's own variables."""
    return {name: value for name, value in os.environ.items() if name not in RUNNERS}


@contextmanager
def shells() -> Iterator[Callable[..., str]]:
    """Return what a fresh shell prints for cells, which run below the setup of a set.

    Each shell has a namespace, a dlbook and an environment of its own.
    """
    command = [sys.executable, "-c", SHELLS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, env=people(), text=True, encoding="utf-8") as process:

        def run(*cells: str) -> str:
            process.stdin.write(json.dumps([*CELLS, *cells]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()
