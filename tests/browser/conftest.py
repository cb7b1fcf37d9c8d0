"""The real JupyterLab in the real Chromium, with a copy of the course."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dlbook import i18n
from dlbook.site import lite
from dlbook.workspace import folder
from tests import ROOT
from tests.site import carrier

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 20 * 60_000  # ms: it ends a test that hangs, and none on a slow machine
DESK = {"width": 1200, "height": 900}
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
    course = folder.init(tmp_path / "course", getattr(request, "param", "en"))
    with serving(course.root, tmp_path) as address:
        yield address


@contextmanager
def serving(course: Path, place: Path, package: Path = ROOT) -> Iterator[str]:
    """Run `dlbook lab` in a course folder and yield its address, without a token.

    Args:
        course: where it is called.
        place: for what JupyterLab notes, and for what it prints: `lab.log`.
        package: the folder that dlbook is imported from.
    """
    for name, values in SETTINGS.items():
        path = place / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    port = free_port()
    options = f"--no-browser --allow-root --ServerApp.port={port} --IdentityProvider.token="
    command = [sys.executable, "-m", "dlbook", "lab", *options.split()]
    log = (place / "lab.log").open("w")
    server = subprocess.Popen(
        command, cwd=course, env=surroundings(place, package), stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", server, place / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait()
        log.close()


def surroundings(place: Path, package: Path = ROOT) -> dict[str, str]:
    """Return an environment in which JupyterLab notes what it has to note in `place`."""
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    own = {name: str(place / folder) for name, folder in places.items()}
    rest = {name: value for name, value in os.environ.items() if name != i18n.VARIABLE}
    return rest | own | {"PYTHONPATH": str(package)}  # the folder decides on the language


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
def page(tmp_path, request):
    """A page of a fresh Chromium.

    `parametrize("page", [{"viewport": ...}], indirect=True)` starts it with other options.
    """
    with browsing(tmp_path, **getattr(request, "param", {})) as context:
        yield context.new_page()


@contextmanager
def browsing(place: Path, **options: Any) -> Iterator[Any]:
    """Yield Chromium with a fresh profile in `place`; the options are those of a context."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("needs Chromium: install it to run this")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            place / "profile",
            executable_path=CHROMIUM,
            args=QUIET.split(),
            timeout=PATIENCE,
            **{"viewport": DESK} | options,
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            for number, page in enumerate(context.pages):  # what was there when a test failed
                page.screenshot(path=place / f"end-{number}.png")
            context.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A site without its book; its notebooks keep cells in the page that are out of sight."""
    folder = tmp_path_factory.mktemp("site")
    lite.build(ROOT, folder / "run", carrier.folder())
    settings = folder / "run" / "jupyter-lite.json"
    found = json.loads(settings.read_text())
    overrides = found["jupyter-config-data"]["settingsOverrides"]
    overrides["@jupyterlab/notebook-extension:tracker"] = {"windowingMode": "none"}
    settings.write_text(json.dumps(found))
    return folder
