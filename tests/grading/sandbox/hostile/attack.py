"""Hostile notebooks, as a table: what each tries, what must come of it, and that it really fires.

A payload runs in a cell of its own. Where it leaves something in `proof`, the answer to the
exercise raises it, so that the report carries the evidence out. `inside` is what the report must
say; `outside` is what the same payload leaves in `proof` without a sandbox: the positive
control. Payloads without `outside` prove by their effect inside that they fire.

{folder} is a folder of the grader with secret.txt in it, {port} a port where it listens, {seconds}
what daemons sleep, by which they are found.
"""

from dataclasses import dataclass

from dlbook.grading.notebook import Cell, Notebook

RAISES_PROOF = 'def relu_back(g, x):\n    raise RuntimeError(f"proof: {proof}")'
RIGHT = "def relu_back(g, x):\n    return np.where(x > 0, g, 0.0)"
ZEROS = "def relu_back(g, x):\n    return 0.0 * g"


@dataclass(frozen=True)
class Attack:
    """A hostile notebook; `points` is above 0 only where the answer itself is right.

    Without an `answer`, the payload is in the answer's own cell.
    """

    payload: str
    inside: str
    outside: str = ""
    answer: str = RAISES_PROOF
    points: int = 0

    def notebook(self, **places: object) -> Notebook:
        setup = "import numpy as np\n\nfrom dlbook.check import check"
        payload, answer = self.payload, self.answer
        if not answer:
            payload, answer = "", payload
        answer = f"# answer: relu_back\n{fill(answer, places)}"
        sources = (setup, fill(payload, places), answer)
        return Notebook(tuple(Cell("code", source) for source in sources))


def fill(source: str, places: dict[str, object]) -> str:
    """Return `source` with the grader's places filled in."""
    for name, value in places.items():
        source = source.replace("{" + name + "}", str(value))
    return source


def honest() -> Notebook:
    """Return a right submission: graded after each attack, it must get full marks."""
    return Attack("pass", "right", answer=RIGHT).notebook()


# ---- what payloads share ----

EMIT = """
from IPython.display import display
def emit(value):
    display({"application/vnd.dlbook.values+json": value}, raw=True)
"""
SHAPE = '"kind": "array", "dtype": "<f8", "shape": [3, 4], "data": "AAAA"'
TRY = """
def attempt(what):
    try:
        return str(what())
    except BaseException as error:
        return f"{type(error).__name__} {getattr(error, 'errno', '')}"
"""
