"""Folders that last as long as a process: named after it, so that those of a killed one can go."""

import os
import shutil
import tempfile
from pathlib import Path


def prefix() -> str:
    """Return how the names of this process's temporary folders begin."""
    return f"dlbook-{os.getpid()}-"


def sweep() -> None:
    """Remove temporary folders of this user whose processes were killed (on Linux)."""
    if not Path("/proc/self").exists():
        return
    for folder in Path(tempfile.gettempdir()).glob("dlbook-*-*"):
        process = folder.name.split("-")[1]
        is_left = process.isdigit() and not Path("/proc", process).exists()
        if is_left and folder.lstat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)  # which follows no link
