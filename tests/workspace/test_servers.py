"""A lab that runs is found by its folder, and a note that a crash has left is not taken for one."""

import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dlbook.workspace.servers import running


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def answering():
    """Yield the address of a server that answers as Jupyter does."""
    with HTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def note(tmp_path, monkeypatch):
    """Return a function that writes what a server of Jupyter notes of itself."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir()

    def write(**others):
        noted = {"pid": os.getpid(), "root_dir": str(tmp_path / "课程"), "token": "secret"} | others
        path = tmp_path / "runtime" / f"jpserver-{len(others)}.json"
        path.write_text(json.dumps(noted), "utf-8")

    return write


def test_a_lab_in_the_folder_is_found_with_its_token(note, tmp_path):
    with answering() as url:
        note(url=url)
        assert running(tmp_path / "课程") == f"{url}lab?token=secret"
        assert running(tmp_path) == running(tmp_path / "课程" / "chapters") == ""


def test_without_a_token_the_address_has_none(note, tmp_path):
    with answering() as url:
        note(url=url, token="")
        assert running(tmp_path / "课程") == f"{url}lab"


def test_what_a_crash_has_left_is_no_lab(note, tmp_path):
    with answering() as url:
        note(url=url, pid=2**22 + 1)  # no process has such a number
        assert running(tmp_path / "课程") == ""
    note(url=url)  # the number is that of another program now
    assert running(tmp_path / "课程") == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"pid": 1}'])
def test_a_note_that_is_none_is_passed_by(note, tmp_path, monkeypatch, text):
    note()
    (tmp_path / "runtime" / "jpserver-7.json").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert running(tmp_path) == ""


def test_without_any_server_ever_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "none"))
    assert running(tmp_path) == ""
