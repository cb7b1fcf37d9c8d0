"""The pages of the explorers, run by node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from dlbook import explore
from dlbook.explore.base.page import joined

EXPLORE = Path(explore.__file__).parent


def ran(name: str, expression: str) -> Any:
    """Return what an expression gives in the script of a page, as the notebook gets it.

    Args:
        name: of a file in dlbook/explore, such as ``base/pad.js``.
        expression: in JavaScript; its value must be plain, numbers in typed arrays included.
    """
    plain = "(key, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)"
    code = f"{joined(EXPLORE / name)}\nconsole.log(JSON.stringify({expression}, {plain}));"
    node = shutil.which("node")
    assert node, "this test needs node: install the package nodejs"
    command = [node, "--input-type=module", "-"]
    done = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
