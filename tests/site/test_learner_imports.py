"""What learners use of dlbook works where there is nothing but five packages, as on any system."""

import subprocess
import sys

from tests import ROOT
from tests.imports import files
from tests.site.test_in_browser import CLOSED

BLOCKED = ("fcntl", "resource", "pwd", "grp", "termios")  # Linux and macOS have them
BLOCKED += ("torch", "zmq", "nbval", "nbclient", "ipykernel", "jupyter_client", "pytest")
BLOCKED += ("filelock", "threadpoolctl", "jupyterlab", "nbformat", "click", "jinja2", "sklearn")
PROGRAM = """
import importlib
import sys


class Blocked:
    def find_spec(name, *_rest):
        if name in {blocked!r}:
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Blocked)
sys.modules.pop("pwd", None)
for name in {names!r}:
    importlib.import_module(f"dlbook.{{name}}")
import numpy as np
from dlbook import Tensor, explore
from dlbook.check import check
def relu_back(g, x):
    return g * (x > 0)
@check("relu_back")
def case(rng):
    return {{"dx": rng.normal(size=3)}}
explore.one_neuron()
print(sorted(set({blocked!r}) & set(sys.modules)))
"""


def test_every_module_of_learners_is_imported_without_what_only_linux_or_graders_have():
    names = [name for name in files(ROOT / "dlbook") if name.split(".")[0] not in CLOSED]
    names = [name for name in names if name not in ("dlbook", "check.hidden")]
    program = PROGRAM.format(blocked=BLOCKED, names=names)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "relu_back" in done.stdout and done.stdout.splitlines()[-1] == "[]"
