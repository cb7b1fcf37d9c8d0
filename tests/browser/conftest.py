"""The real JupyterLab in the real Chromium, with a copy of the course."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from dlbook.workspace import folder

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 20 * 60_000  # ms: it ends a test that hangs, and none on a slow machine
QUIET = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
QUIET += " --disable-background-networking --disable-component-update"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def lab(tmp_path, request):
    """A learner's folder, opened by `dlbook lab`; yields its address.

    `parametrize("lab", ["zh"], indirect=True)` makes it one in another language.
    """
    course = folder.init(tmp_path / "course", getattr(request, "param", "en")).root
    for name, values in SETTINGS.items():
        path = tmp_path / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    port = free_port()
    options = f"--no-browser --allow-root --ServerApp.port={port} --IdentityProvider.token="
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    environment = os.environ | {name: str(tmp_path / place) for name, place in places.items()}
    environment.pop("DLBOOK_LANG")  # the folder decides
    command = [sys.executable, "-m", "dlbook", "--course", str(course), "lab", *options.split()]
    log = (tmp_path / "lab.log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", server, tmp_path / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait()
        log.close()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers or has ended, however long it takes."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab ended before it answered:\n{log.read_text()}")


@pytest.fixture
def page(tmp_path):
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("needs Chromium: install it to run this")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=QUIET.split(),
            viewport={"width": 1200, "height": 900},
            timeout=PATIENCE,
        )
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        context.close()
