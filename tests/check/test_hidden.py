import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from dlbook.check import answer_key
from dlbook.check.hidden import used_by
from tests.check.test_notebook_door import run_visible_check

HIDES = ("torch", "dlbook")
USES = {  # an answer called `answer`: the package that it uses, '' for none
    "def answer(g, x):\n    return g * np.exp(x)": "",
    "answer = lambda g, x: np.vectorize(max)(g, x)": "",
    "from dlbook.check import check\ndef answer(x):\n    return check": "",
    "def answer(x):\n    return torch_is_a_name": "",
    "torch = 3\ndef answer(x):\n    return x * torch": "",
    "import torch\ndef answer(x):\n    return x": "",
    "def answer(x):\n    import torch\n    return torch.exp(x)": "torch",
    "def answer(x):\n    from torch.nn import functional as F\n    return F.relu(x)": "torch",
    "import torch.nn.functional as F\ndef answer(x):\n    return F.relu(x)": "torch",
    "from torch.nn.functional import conv2d\nanswer = lambda x: conv2d(x)": "torch",
    "from torch import exp as answer": "torch",
    "import torch\nanswer = torch.nn.ReLU()": "torch",
    "import torch\none = torch.ones(1)\ndef answer(x):\n    return x * one": "torch",
    "import torch\ndef helper(x):\n    return torch.exp(x)\ndef answer(x):\n    return helper(x)": (
        "torch"
    ),
    "import torch\ndef answer(x):\n    return [torch.exp(part) for part in x]": "torch",
    "import torch\ndef answer(x):\n    def inner():\n        return torch\n    return 1": "torch",
    "def outer():\n    import torch\n    return lambda x: torch.exp(x)\nanswer = outer()": "torch",
    "import torch\nfrom functools import partial\nanswer = partial(torch.sum, dim=0)": "torch",
    "import torch\nanswer = np.vectorize(lambda x: torch.exp(x))": "torch",
    "import torch\nclass Answer:\n    def __call__(self, x):\n        return torch.exp(x)\n"
    "answer = Answer()": "torch",
    "import torch\nclass Answer:\n    def run(self, x):\n        return torch.exp(x)\n"
    "answer = Answer().run": "torch",
    "import torch\ndef twice(f):\n    return lambda x: f(f(x))\n@twice\ndef answer(x):\n"
    "    return torch.exp(x)": "torch",
    "from dlbook import Tensor\ndef answer(x):\n    return Tensor(x).exp().data": "dlbook",
    "import dlbook\ndef answer(x):\n    return dlbook.Tensor(x)": "dlbook",
    "import dlbook.functional as F\ndef answer(x):\n    return F.relu(x)": "dlbook",
    "def answer(n):\n    return answer(n - 1) if n else 0": "",
}


@pytest.mark.parametrize("source", USES)
def test_what_an_answer_is_made_of_is_searched(source):
    namespace = {"__name__": "__main__", "np": np}
    exec(source, namespace)
    assert used_by(namespace["answer"], HIDES) == USES[source]
    assert used_by(namespace["answer"], ()) == ""


def test_a_card_refuses_a_hidden_package_and_says_why(capsys, monkeypatch):
    key, exercise = answer_key.find("relu_back")
    assert "torch" in key.hides
    namespace = {"__name__": "__main__", "np": np}
    exec(
        "import torch\ndef relu_back(g, x):\n    return g * (torch.tensor(x) > 0).numpy()",
        namespace,
    )
    run_visible_check(namespace["relu_back"])
    assert "✗ relu_back: error" in (card := capsys.readouterr().out)
    assert "this set is solved without torch: write that part yourself" in card
    monkeypatch.setattr(answer_key, "find", lambda name: (replace(key, hides=()), exercise))
    run_visible_check(namespace["relu_back"])
    assert "✓ relu_back: right" in capsys.readouterr().out


BLOCKED = """
from dlbook.check.hidden import block
block(("wave", "dlbook"))
from dlbook.check import check
import dlbook
for line in ("import wave", "from wave import open", "dlbook.Tensor", "import dlbook.nn"):
    try:
        exec(line)
    except ModuleNotFoundError as error:
        print(error)
"""


def test_a_blocked_package_cannot_be_imported_and_the_error_says_why():
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True)
    told = "this set is solved without {}: write that part yourself"
    assert done.stdout.splitlines() == [
        told.format(n) for n in ("wave", "wave", "dlbook", "dlbook")
    ]
    assert not done.stderr
