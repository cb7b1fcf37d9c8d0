"""Whatever an installed package or a clone holds of answers is covered, wherever it is shown."""

from pathlib import Path

import pytest

from dlbook.grading.sandbox import view

SECRETS = ("dlbook/course/solutions/90_tiny.ipynb", "dlbook/keys/90_tiny.json")
PLACES = {  # where the package is, below the Python installation `base`: where packages are
    "in the installation itself": ("base/lib/site-packages", "base/lib/site-packages"),
    "in a virtual environment": ("venv/lib/site-packages", "venv/lib/site-packages"),
    "in an environment inside the installation": ("base/envs/a/lib", "base/envs/a/lib"),
    "in a clone": ("clone", "venv/lib/site-packages"),
    "in a clone inside the installation": ("base/src/clone", "venv/lib/site-packages"),
    "in a clone, and a copy is installed": ("clone", "base/lib/site-packages"),
}


def visible(command: list[str], path: Path) -> list[str]:
    """Return where a sandbox shows a file of this machine."""
    shown = []
    for number, word in enumerate(command):
        if word == "--ro-bind" and path.is_relative_to(command[number + 1]):
            below = path.relative_to(command[number + 1])
            shown.append((number, Path(command[number + 2], below)))
    covers = [
        (number + 1, command[number + 1]) for number, w in enumerate(command) if w == "--tmpfs"
    ]
    return [
        str(target)
        for bound, target in shown
        if not any(bound < later and target.is_relative_to(cover) for later, cover in covers)
    ]


@pytest.mark.parametrize("place", PLACES)
def test_no_answer_of_the_package_is_shown(place, monkeypatch, tmp_path):
    package, packages = (tmp_path / folder for folder in PLACES[place])
    files = [root / name for root in {package, packages} for name in SECRETS]
    files += [package / "solutions" / "90_tiny.ipynb"] if "clone" in place else []
    for path in (*files, package / "dlbook" / "graph.py"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(view, "PACKAGE", package / "dlbook")
    monkeypatch.setattr(view, "_base", lambda: str(tmp_path / "base"))
    monkeypatch.setattr(view, "_packages", lambda: {str(packages): "/packages/0"})
    command = view.sandbox_command("once", ())
    assert {str(path): visible(command, path) for path in files} == {str(p): [] for p in files}
    assert "/course/dlbook/graph.py" in visible(command, package / "dlbook" / "graph.py")


def test_a_package_below_usr_is_covered_there_too(monkeypatch):
    site = Path("/usr/local/lib/python3/site-packages")
    places = {site / "dlbook", site / "dlbook" / "course"}
    is_dir = Path.is_dir
    monkeypatch.setattr(Path, "is_dir", lambda path: path in places or is_dir(path))
    monkeypatch.setattr(view, "PACKAGE", site / "dlbook")
    monkeypatch.setattr(view, "_packages", lambda: {str(site): "/packages/0"})
    command = view.sandbox_command("once", ())
    assert visible(command, site / "dlbook" / "course" / "solutions" / "90_tiny.ipynb") == []
    assert visible(command, site / "dlbook" / "graph.py") == ["/course/dlbook/graph.py"]
