"""A cluster gives what this machine gives, keeps to itself what travels, and survives a worker."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import zlib
from contextlib import contextmanager

import pytest

from dlbook.grading.batch.entry import Record
from dlbook.grading.batch.executors import dask
from dlbook.grading.batch.worker import Task
from dlbook.grading.errors import ExecutorError
from tests.grading.batch import fakes
from tests.grading.batch.test_batch import outcome, threads

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="makes certificates")
COMMAND = (  # as .github/INSTRUCTORS.md has it
    "openssl req -x509 -newkey rsa:2048 -nodes -days 180 -subj /CN=dlbook "
    "-keyout tls/key.pem -out tls/cert.pem"
)


def dies_once(task: Task) -> Record:
    """Kill the worker at the first file that is tried, and grade it at the second try."""
    mark = os.environ["DLBOOK_FAKE_MARK"]
    if not os.path.exists(mark):
        with open(mark, "w"):
            os.kill(os.getpid(), signal.SIGKILL)
    return fakes.work(task)


@pytest.fixture
def class_of_twelve(tmp_path):
    place = tmp_path / "submissions"
    place.mkdir()
    for number in range(12):
        text = "unreadable" if number == 5 else f"# {number}"
        (place / f"s{number:03}.ipynb").write_bytes(fakes.notebook(text))
    return place


@pytest.fixture
def tls(tmp_path, monkeypatch):
    (tmp_path / "tls").mkdir()
    subprocess.run(COMMAND.split(), cwd=tmp_path, check=True, capture_output=True)
    shutil.copy(tmp_path / "tls" / "cert.pem", tmp_path / "tls" / "ca.pem")
    return tmp_path / "tls"


def security(folder):
    from distributed.security import Security

    names = {"tls_ca_file": "ca"}
    for role in ("client", "scheduler", "worker"):
        names |= {f"tls_{role}_cert": "cert", f"tls_{role}_key": "key"}
    paths = {name: str(folder / f"{file}.pem") for name, file in names.items()}
    return Security(require_encryption=True, **paths)


@contextmanager
def overheard(port: int):
    """Stand between a client and a port; yield the port to use, and what went by."""
    heard = bytearray()

    def carry(source, target):
        try:
            while data := source.recv(65536):
                heard.extend(data)
                target.sendall(data)
        except OSError:
            pass

    def serve():
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", port))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=carry, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], heard


@pytest.mark.notebook  # starts workers
@pytest.mark.filterwarnings("ignore")
@needs_openssl
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_killed_worker_costs_nothing_and_over_tls_nothing_is_overheard(
    class_of_twelve, tls, tmp_path, monkeypatch, encrypted
):
    import distributed

    monkeypatch.setenv("DLBOOK_FAKE_MARK", str(tmp_path / "died"))
    cluster = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=None,
        host="127.0.0.1",
        security=security(tls) if encrypted else None,
        protocol="tls://" if encrypted else "tcp://",
    )
    port = int(cluster.scheduler_address.rpartition(":")[2])
    with cluster, overheard(port) as (open_port, heard):
        url = f"dask://127.0.0.1:{open_port}"
        with dask(url, tls if encrypted else None) as pool:
            settings = fakes.settings(dies_once)
            entries = fakes.run(class_of_twelve, tmp_path / "dask.sqlite", settings, pool)
    assert (tmp_path / "died").exists()
    here = fakes.run(class_of_twelve, tmp_path / "here.sqlite", fakes.settings(), threads())
    assert outcome(entries) == outcome(here) and len(entries) == 12
    key = zlib.compress(fakes.KEY.to_json().encode())
    clear = [words in heard for words in (key, b"# answer: relu_back")]
    assert len(heard) > 1_000 and clear == [not encrypted, not encrypted]


@pytest.mark.parametrize("host", ["10.0.0.7", "login1", "[2001:db8::1]"])
def test_nothing_travels_to_another_machine_in_the_clear(host):
    pytest.importorskip("distributed")
    with (
        pytest.raises(ExecutorError, match=r"would travel in the clear.*--tls"),
        dask(f"dask://{host}:8786"),
    ):
        raise AssertionError("it was tried")


def test_a_folder_without_certificates_is_told(tmp_path):
    pytest.importorskip("distributed")
    (tmp_path / "ca.pem").touch()
    with (
        pytest.raises(ExecutorError, match=r"there is no .*cert\.pem, .*key\.pem"),
        dask("dask://login1:8786", tmp_path),
    ):
        raise AssertionError("it was tried")
