"""Attacks that end the kernel, or put strange things into what people read."""

from tests.grading.sandbox.hostile.attack import Attack

_DIED = "kernel died: .*ended the kernel"

LEAVING = {
    "leaves": Attack("exit()\nproof = 'still here'", "proof: still here|kernel died"),
    "leaves at once": Attack("import os\nos._exit(0)", _DIED, answer=""),
    "crashes": Attack("import ctypes\nctypes.string_at(0)", _DIED, answer=""),
    "closes all files": Attack(
        "import os\nos.closerange(0, 500)\nimport time\ntime.sleep(1)",
        "kernel died|put out more|time out",
        answer="",
    ),
    "asks the grader a question": Attack("proof = input('?')", "NameError"),
    "forgets everything": Attack("%reset -f", "NameError.*relu_back|name 'proof'"),
    "says it in HTML and with escapes": Attack(
        "proof = '<script>alert(1)</script> \\x1b[2J\\x1b]0;title\\x07 \\u202e'", "proof: <script>"
    ),
}
