"""Whether JupyterLab serves a learner's folder already: two at once know nothing of each other."""

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

_PATIENCE = 2.0  # seconds; one that runs answers at once


def running(root: Path) -> str:
    """Return the address of a server of the same user that serves the folder, '' without one."""
    from jupyter_core.paths import jupyter_runtime_dir

    for path in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        server = _noted(path)
        place = server.get("root_dir", "")
        if place and Path(place).resolve() == root.resolve() and _is_there(server):
            token = f"?token={server['token']}" if server.get("token") else ""
            return f"{server['url']}lab{token}"
    return ""


def _noted(path: Path) -> dict[str, Any]:
    """Return what a server has noted of itself, nothing if that cannot be read."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _is_there(server: dict[str, Any]) -> bool:
    """Return whether a server still runs: where a machine crashes, its note stays behind."""
    from jupyter_server.utils import check_pid

    if not check_pid(server["pid"]):
        return False
    try:
        with urlopen(f"{server['url']}api", timeout=_PATIENCE):
            return True
    except (OSError, ValueError):
        return False
