import subprocess
import sys
import tempfile

import pytest

from dlbook.grading.kernel import scratch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_folders_of_processes_that_are_gone_are_removed_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen(["true"])
    gone.wait()
    mine = tempfile.mkdtemp(prefix=scratch.prefix())
    (tmp_path / f"dlbook-{gone.pid}-x").mkdir()
    (tmp_path / f"dlbook-{gone.pid}-x" / "submission.ipynb").touch()
    (tmp_path / "precious").mkdir()
    (tmp_path / f"dlbook-{gone.pid}-link").symlink_to(tmp_path / "precious")
    (tmp_path / "dlbook-notes-1").mkdir()
    scratch.sweep()
    kept = {path.name for path in tmp_path.iterdir()}
    assert {mine.rpartition("/")[2], "precious", "dlbook-notes-1"} <= kept
    assert f"dlbook-{gone.pid}-x" not in kept
