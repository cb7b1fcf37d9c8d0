"""`import dlbook` is quick: it loads NumPy, and the rest when it is first named."""

import json
import subprocess
import sys

import pytest

from tests import ROOT


def strangers(line: str, root) -> set[str]:
    """Return the packages that a line of code loads beside NumPy and lazy_loader."""
    code = f"import sys, numpy; before = set(sys.modules)\n{line}\n"
    code += "print(*[name for name in sys.modules if name not in before])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    loaded = {name.split(".")[0] for name in done.stdout.split()} - set(sys.stdlib_module_names)
    return {name for name in loaded - {"dlbook", "numpy", "lazy_loader"} if "cython" not in name}


@pytest.mark.parametrize("line", ["import dlbook", "from dlbook import Tensor, functional, nn"])
def test_importing_dlbook_loads_numpy_and_nothing_else(line):
    found = strangers(line, ROOT)
    assert not found, f"`{line}` loads {found}: import it inside the function that uses it"


def test_the_first_cell_of_the_course_loads_what_draws_and_nothing_else():
    book = json.loads((ROOT / "chapters" / "00_start_here.ipynb").read_text("utf-8"))
    first = next(cell for cell in book["cells"] if cell["cell_type"] == "code")
    assert "from dlbook import" in "".join(first["source"])
    found = strangers("".join(first["source"]), ROOT)
    slow = found & {"IPython", "anywidget", "ipywidgets", "torch", "jupyter_client", "pytest"}
    assert "matplotlib" in found and not slow, f"the first cell is slow by {slow}: import it later"


def test_a_package_that_dlbook_loads_is_noticed(tmp_path):
    (tmp_path / "dlbook.py").write_text("import pytest\n", "utf-8")
    assert "pytest" in strangers("import dlbook", tmp_path)


def test_the_version_is_that_of_the_command(capsys):
    import dlbook
    from dlbook.cli import main

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dlbook {dlbook.__version__}\n"
