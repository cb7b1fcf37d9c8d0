"""Folders that last as long as a process: named after it, so that those of a killed one can go."""

import os
import shutil
import tempfile
from pathlib import Path


def prefix() -> str:
    """Return how the names of this process's temporary folders begin."""
    return f"dlbook-{os.getpid()}-"


def short_folder() -> str:
    """Return a new folder for sockets, whose paths Linux wants to be shorter than 108 bytes."""
    place = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix=prefix(), dir=place if len(os.fsencode(place)) < 60 else "/tmp")


def sweep() -> None:
    """Remove temporary folders of this user whose processes were killed (on Linux)."""
    if not Path("/proc/self").exists():
        return
    places = {tempfile.gettempdir(), "/tmp"}
    for folder in (found for place in places for found in Path(place).glob("dlbook-*-*")):
        process = folder.name.split("-")[1]
        is_left = process.isdigit() and not Path("/proc", process).exists()
        if is_left and folder.lstat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)  # which follows no link
