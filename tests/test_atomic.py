"""Files are written whole or not at all: by dlbook.atomic, and by all who must use it."""

import ast
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlbook import atomic, checkpoint
from tests import ROOT

OLD, NEW = "what was there", "what is new"


def only_file(folder: Path, text: str) -> bool:
    return [path.read_text("utf-8") for path in folder.iterdir()] == [text]


@pytest.mark.parametrize("data", ["ä\r\n", "", b"\x00\xff", "a" * 1_000_000])
def test_what_is_written_is_read_again_byte_for_byte(tmp_path, data):
    atomic.write(tmp_path / "file", data)
    assert (tmp_path / "file").read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert len(list(tmp_path.iterdir())) == 1


def test_who_writes_hundreds_of_files_need_not_wait_for_the_disk(tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(os, "fsync", waited.append)
    atomic.write(tmp_path / "file", NEW, sync=False)
    assert only_file(tmp_path, NEW) and waited == []
    atomic.write(tmp_path / "file", NEW)
    assert waited


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path):
    atomic.write(tmp_path / ("n" * 255), NEW)
    assert only_file(tmp_path, NEW)


def test_the_old_file_is_whole_until_the_new_one_is(tmp_path):
    path = tmp_path / "file"
    path.write_text(OLD)
    with atomic.writing(path) as file:
        file.write(NEW.encode())
        file.flush()
        assert path.read_text() == OLD
    assert only_file(tmp_path, NEW)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_in_the_block_leaves_the_old_file_alone(tmp_path, error):
    path = tmp_path / "file"
    path.write_text(OLD)
    with pytest.raises(error), atomic.writing(path) as file:
        file.write(b"half")
        raise error
    assert only_file(tmp_path, OLD)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_an_error_of_the_system_leaves_the_old_file_alone(tmp_path, monkeypatch, step):
    def full(*_):
        raise OSError("no space left")

    path = tmp_path / "file"
    path.write_text(OLD)
    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="no space"):
        atomic.write(path, NEW)
    assert only_file(tmp_path, OLD)


def test_file_and_folder_are_on_the_disk_before_it_returns(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_mode))
    atomic.write(tmp_path / "file", NEW)
    kinds = ["folder" if stat.S_ISDIR(mode) else "file" for mode in synced]
    assert kinds == ["file", "folder"] if os.name == "posix" else ["file"]


posix = pytest.mark.skipif(os.name != "posix", reason="permissions and links as on Linux")


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_the_permissions_of_a_file_stay(tmp_path, mode):
    path = tmp_path / "file"
    path.write_text(OLD)
    path.chmod(mode)
    with atomic.writing(path):
        (part,) = [other for other in tmp_path.iterdir() if other != path]
        assert stat.S_IMODE(part.stat().st_mode) == mode  # nobody else reads along
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_private_file_is_private_from_its_first_moment(tmp_path, monkeypatch):
    path, modes = tmp_path / "file", []
    path.write_text(OLD)
    path.chmod(0o600)
    monkeypatch.setattr(Path, "chmod", lambda made, _: modes.append(made.stat().st_mode))
    atomic.write(path, NEW)
    assert [stat.S_IMODE(mode) for mode in modes] == [0o600]


@posix
def test_a_new_file_has_the_usual_permissions(tmp_path):
    atomic.write(tmp_path / "ours", NEW)
    (tmp_path / "usual").touch()
    ours, usual = ((tmp_path / name).stat().st_mode for name in ("ours", "usual"))
    assert ours == usual


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link_to_the_file_that_is_written(tmp_path, there):
    far, link = tmp_path / "far", tmp_path / "link"
    far.mkdir()
    if there:
        (far / "file").write_text(OLD)
    link.symlink_to(far / "file")
    atomic.write(link, NEW)
    assert link.is_symlink() and only_file(far, NEW)


# ---- those who write again what was there ----


def _checkpoint(folder: Path, text: str) -> None:
    checkpoint.save({text: np.zeros(3)}, folder / "model.npz")


def _build(folder: Path, text: str) -> None:
    from dlbook.grading.course import build

    build._write(folder / "05_set.json", text, lambda line: None)


def _results(folder: Path, text: str) -> None:
    from dlbook.grading.batch.journal import Journal
    from dlbook.grading.results.folder import Results

    journal = Journal(folder.with_name("journal.sqlite"))
    try:
        Results(folder, journal, lambda line: None).write("grades.csv", text)
    finally:
        journal.close()


def _gradescope(folder: Path, text: str) -> None:
    from dlbook.grading.handout import gradescope
    from tests.grading.batch import fakes

    for name in ("source", "submission"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "source" / "key.json").write_text(fakes.KEY.to_json(), "utf-8")
    gradescope.main([str(folder), "--sandbox", "off"])


def _fill(folder: Path, text: str) -> None:
    from dlbook.grading.results.lms import Choice, fill
    from tests.grading.results import test_lms

    (folder / "lms.csv").write_text(test_lms.PLAIN, "utf-8")
    fill(folder / "lms.csv", [test_lms.BOB], Choice(column="result", id_column="login"))


WRITERS = {
    "a checkpoint": _checkpoint,
    "a key or notebook": _build,
    "a report": _results,
    "results for Gradescope": _gradescope,
    "a file for an LMS": _fill,
}
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.test_atomic import NEW, WRITERS

os.replace = lambda old, new: os.kill(os.getpid(), signal.SIGKILL)
WRITERS[sys.argv[1]](Path(sys.argv[2]), NEW)
"""


@pytest.fixture(params=WRITERS)
def written(request, tmp_path) -> tuple[str, Path, dict[str, bytes]]:
    """A writer, a folder in which it has written once, and what is in there."""
    folder = tmp_path / "folder"
    folder.mkdir()
    WRITERS[request.param](folder, OLD)
    return request.param, folder, visible(folder)


def visible(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]
    return {str(path): path.read_bytes() for path in paths}


def test_a_file_that_takes_no_place_leaves_all_as_it_was(written, monkeypatch):
    writer, folder, before = written

    def refuse(old, new):
        assert Path(old).stat().st_size  # it is written, and has the wrong name
        raise OSError("no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no"):
        WRITERS[writer](folder, NEW)
    assert visible(folder) == before and not list(folder.rglob(".*"))


@posix
@pytest.mark.notebook  # starts a process for each
def test_a_kill_before_a_file_takes_its_place_leaves_all_as_it_was(written):
    writer, folder, before = written
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", KILLED, writer, str(folder)], env=environment)
    assert done.returncode == -signal.SIGKILL
    assert visible(folder) == before and len(list(folder.rglob(".*"))) == 1


# ---- nobody writes a file in another way ----

FILES = [p for p in sorted((ROOT / "dlbook").rglob("*.py")) if p.name != "atomic.py"]


def writes(source: str) -> list[str]:
    """Return the calls in a program that write to a file under the name that it keeps."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    found = [ast.unparse(call) for call in calls if _writes(call)]
    return [call for call in found if "'/proc/" not in call and "os.devnull" not in call]


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if name in ("open", "fdopen"):
        texts = [str(node.value) for node in given if isinstance(node, ast.Constant)]
        return any(re.fullmatch(r"[bt]*[wax][bt+]*|r[bt]*\+[bt]*", text) for text in texts)
    if name in ("save", "savetxt", "savez", "savez_compressed"):  # NumPy's, to a path
        return ast.unparse(call.func).startswith("np.") and ast.unparse(given[0]) != "file"
    return name in ("write_text", "write_bytes")


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("path.write_text(text)", True),
        ("(folder / name).write_bytes(data)", True),
        ("open(path, 'w')", True),
        ("path.open(mode='xb')", True),
        ("path.open('r+b')", True),
        ("np.savez(path, a=a)", True),
        ("np.savez(file, a=a)", False),
        ("open(path)", False),
        ("path.open('rb')", False),
        ("Image.open('wax.jpg')", False),
        ("open(os.devnull, 'w')", False),
        ("Path('/proc/self/setgroups').write_text('deny')", False),
    ],
)
def test_no_way_to_write_is_overlooked(call, found):
    assert bool(writes(call)) == found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_are_written_by_the_one_helper(path):
    found = writes(path.read_text("utf-8"))
    assert not found, f"{path} writes half files when it is killed: use dlbook.atomic for {found}"
