"""What a learner needs, tried in whatever environment runs this file; it needs dlbook alone.

`python in_an_environment.py` imports each module outside of grading, site and the command, judges
answers, draws each explorer and makes a folder of copies. With `--as-on-windows`, Python has none
of the modules that Windows lacks. It prints what went wrong and ends with 1, or what was tried.
"""

import os
import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO

UNIX_ONLY = ("fcntl", "grp", "pwd", "resource", "syslog")
LECTURERS = ("dlbook.grading", "dlbook.site", "dlbook.cli", "dlbook.__main__")
SETUP = "import numpy as np\nfrom dlbook.check import check"
ANSWERS = {  # the body of relu_back(g, x): what its card says
    "return g * (x > 0)": "✓ relu_back: right",
    "return g * (g > 0)": "✗ relu_back: known mistake",
}


class WithoutUnix:
    """A finder for whom no module is there that Windows lacks."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name.split(".")[0] in UNIX_ONLY:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def hide_unix() -> None:
    """Let no import find what Windows lacks, also if it was imported before."""
    for name in UNIX_ONLY:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, WithoutUnix())


def modules() -> list[str]:
    """Return the names of all modules that a learner may meet."""
    import dlbook

    found = [module.name for module in pkgutil.walk_packages(dlbook.__path__, "dlbook.")]
    return [name for name in found if not name.startswith(LECTURERS)]


def imports() -> Iterator[str]:
    for name in modules():
        try:
            import_module(name)
        except ImportError as error:
            yield f"{name} does not import: {error}"


def cards() -> Iterator[str]:
    from IPython.core.interactiveshell import InteractiveShell

    from dlbook.check.answer_key import find

    _key, exercise = find("relu_back")
    (check,) = [entry.source for entry in exercise.checks if not entry.hidden]
    for body, wanted in ANSWERS.items():
        with redirect_stdout(StringIO()) as said:
            shell = InteractiveShell.instance()
            for cell in (SETUP, f"def relu_back(g, x):\n    {body}", check):
                shell.run_cell(cell)
        if wanted not in said.getvalue():
            yield f"{wanted!r} is no part of the card of {body!r}: {said.getvalue()}"


def explorers() -> Iterator[str]:
    from dlbook import explore

    for name in explore.__all__:
        explorer = getattr(explore, name)()
        if not explorer.alt or not explorer._still()[0].get_axes():
            yield f"explore.{name} draws nothing"


def copies() -> Iterator[str]:
    from dlbook.cli import main

    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        place = os.path.join(folder, "我的 course")
        codes = [main(["init", place]), main(["--course", place, "progress"])]
        found = sum(len(names) for _folder, _folders, names in os.walk(place))
    if codes != [0, 0] or found < 20:
        yield f"`dlbook init` and `dlbook progress` end with {codes}, and {found} files"


def main() -> int:
    if "--as-on-windows" in sys.argv:
        hide_unix()
    wrong = [line for look in (imports, cards, explorers, copies) for line in look()]
    from dlbook import explore

    print("\n".join(wrong) or f"{len(modules())} modules, {len(explore.__all__)} explorers: well")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
