"""Pyodide's folder: every file is the one that is known, or the builder is told what to do."""

import hashlib
import io
import json
import shutil
import tarfile
import zipfile

import pytest

from dlbook.check.errors import UserError
from dlbook.site import pyodide
from dlbook.site.copies import copies
from dlbook.site.torch_free import torch_free
from dlbook.site.wheels import Wheel, of_dlbook, packed
from tests import ROOT, SAMPLES

START = b"start\n//# sourceMappingURL=pyodide.js.map"
FILES = {"pyodide.js": START, "pyodide.asm.wasm": b"code" * 9}
SLIM = packed([("small/__init__.py", b"kept"), ("small/tests/test_it.py", b"left out")])


@pytest.fixture
def known(monkeypatch):
    """Two files and a package are all that the course needs of Pyodide."""
    sha256 = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    small = {"file": "small-1.0-py3-none-any.whl", "without": ["*/tests/*"]}
    small["sha256"] = hashlib.sha256(SLIM).hexdigest()
    pinned = pyodide.PINNED | {"core": sha256, "packages": {"small": small}}
    monkeypatch.setattr(pyodide, "PINNED", pinned)
    return FILES | {small["file"]: SLIM}


@pytest.fixture
def source(known, tmp_path):
    folder = tmp_path / "source" / "pyodide"
    folder.mkdir(parents=True)
    for name, data in known.items():
        (folder / name).write_bytes(data)
    return folder.parent


def test_a_folder_has_checked_files_smaller_packages_and_a_lock_that_knows_them(source, tmp_path):
    wheel = Wheel("own_one", "2", "own", ("small",), "own_one-2-py3-none-any.whl", b"wheel")
    pyodide.write(tmp_path / "to", source, [wheel])
    lock = json.loads((tmp_path / "to" / "pyodide-lock.json").read_text())
    for name, entry in lock["packages"].items():
        data = (tmp_path / "to" / entry["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], name
        assert f"-0{entry['sha256'][:8]}-" in entry["file_name"], "a browser keeps the one before"
    assert lock["packages"]["own-one"]["depends"] == ["small"]
    with zipfile.ZipFile(tmp_path / "to" / lock["packages"]["small"]["file_name"]) as archive:
        assert archive.namelist() == ["small/__init__.py"]
    kernel = (tmp_path / "to" / "kernel.js").read_text()
    assert kernel.startswith("start\n") and "sourceMappingURL" not in kernel


def test_an_archive_is_as_good_as_a_folder(source, tmp_path):
    archive = tmp_path / "pyodide.tar.bz2"
    with tarfile.open(archive, "w:bz2") as packing:
        packing.add(source / "pyodide", "pyodide")
    assert pyodide.known_files(archive) == pyodide.known_files(source)


def test_another_file_a_missing_one_and_no_source_are_told_with_the_address(source, tmp_path):
    for spoil in (lambda path: path.write_bytes(b"other"), lambda path: path.unlink()):
        spoil(source / "pyodide" / "pyodide.js")
        with pytest.raises(UserError, match=r"pyodide\.js .*download https://"):
            pyodide.known_files(source)
    for absent in (None, tmp_path / "nowhere"):
        with pytest.raises(UserError, match=r"Pyodide .* is needed.*download https://"):
            pyodide.known_files(absent)
    (tmp_path / "no.tar.bz2").write_bytes(b"no archive")
    with pytest.raises(UserError, match="cannot be read") as told:
        pyodide.known_files(tmp_path / "no.tar.bz2")
    assert "\n" not in str(told.value)


def test_torch_is_taken_out_of_a_first_cell_and_nothing_else():
    torch = "import torch\nimport torch.nn as nn\n\ntorch.set_num_threads(1)  # one\n"
    source = f"import numpy as np\n{torch}x = 1\n"
    assert torch_free(source) == "import numpy as np\n\nx = 1\n"
    assert torch_free("%magic\nimport torch\n") == "%magic\nimport torch\n"


def test_the_wheel_holds_the_learners_half_and_answers_without_wrong_ones():
    with zipfile.ZipFile(io.BytesIO(of_dlbook(ROOT).data)) as archive:
        names = archive.namelist()
        answers = archive.read("dlbook/course/solutions/05_backpropagation.ipynb").decode()
        key = json.loads(archive.read("dlbook/keys/08_cnn_architectures.json"))
    rooms = {name.split("/")[1] for name in names if name.count("/") > 1}
    assert {"check", "explore", "keys", "course"} <= rooms
    assert not rooms & {"grading", "cli", "workspace", "site"}
    assert "# answer: relu_back" in answers and "wrong answer" not in answers
    assert "torch" not in key["setup"]


def test_a_course_without_chapters_runs_with_its_own_keys(tmp_path):
    (tmp_path / "exercises").mkdir()
    shutil.copy(SAMPLES / "tiny-pass.ipynb", tmp_path / "exercises" / "90_tiny.ipynb")
    assert [path for path, _ in copies(tmp_path)] == [
        "exercises/90_tiny.ipynb",
        "zh/exercises/90_tiny.ipynb",
    ]
    (tmp_path / "dlbook" / "keys").mkdir(parents=True)
    (tmp_path / "dlbook" / "keys" / "90_tiny.json").write_text('{"setup": "import torch"}')
    with zipfile.ZipFile(io.BytesIO(of_dlbook(tmp_path).data)) as archive:
        keys = [name for name in archive.namelist() if name.startswith("dlbook/keys/")]
        assert keys == ["dlbook/keys/90_tiny.json"] and b"torch" not in archive.read(keys[0])


def test_a_folder_without_notebooks_is_no_course(tmp_path):
    with pytest.raises(UserError, match="chapters or exercises are needed"):
        list(copies(tmp_path))
