"""A learner in the real JupyterLab: opens the exercise set, answers wrongly, then rightly."""

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

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
QUIET += " --disable-background-networking --disable-component-update"
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
WRONG = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (g > 0)"
RIGHT = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (x > 0)"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """A copy of the course, opened by `dlbook lab`; yields its address."""
    course = tmp_path / "course"
    for folder in ("chapters", "exercises"):
        shutil.copytree(ROOT / folder, course / folder)
    for name, values in SETTINGS.items():
        path = tmp_path / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    port = free_port()
    options = f"--no-browser --allow-root --ServerApp.port={port} --IdentityProvider.token="
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    environment = os.environ | {name: str(tmp_path / folder) for name, folder in folders.items()}
    command = [sys.executable, "-m", "dlbook", "--course", str(course), "lab", *options.split()]
    log = (tmp_path / "lab.log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api", tmp_path / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def wait_for(address: str, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not answer in {seconds} s:\n{log.read_text()}")


@pytest.fixture
def page(tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=QUIET.split(),
            viewport={"width": 1200, "height": 900},
        )
        yield context.new_page()
        context.close()


def answer(page, cell, source: str) -> None:
    """Replace the text of a cell and run it with the key that everybody uses."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")


@pytest.mark.notebook
@pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="needs Chromium: install it to run this"
)
def test_a_learner_sees_the_hint_and_then_the_tick(lab, page, tmp_path):
    page.goto(f"{lab}/lab/tree/exercises/05_backpropagation.ipynb")
    page.locator("#jp-main-statusbar >> text=Idle").wait_for(timeout=90_000)
    cells = page.locator(".jp-CodeCell")
    cells.first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")

    cell = cells.filter(has_text="# answer: relu_back").first
    answer(page, cell, WRONG)
    card = cell.locator(".jp-OutputArea [role=status]")
    card.filter(has_text="✗ relu_back: known mistake").wait_for(timeout=30_000)
    assert "Hint: " in card.inner_text()
    page.screenshot(path=tmp_path / "wrong.png")

    answer(page, cell, RIGHT)
    card.filter(has_text="✓ relu_back: right").wait_for(timeout=30_000)
    page.screenshot(path=tmp_path / "right.png")

    check = cells.filter(has_text="# check: relu_back").first
    check.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    told = check.locator(".jp-OutputArea [role=status]")
    told.filter(has_text="✓ relu_back: right").wait_for(timeout=30_000)
