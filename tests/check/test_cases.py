import numpy as np
import pytest

from dlbook.check.answer_key import CheckKey, ExerciseKey
from dlbook.check.cases import label_at
from dlbook.check.compare import judge
from dlbook.check.evaluate import once, placed
from dlbook.check.run_apart import run_among
from dlbook.check.verdict import Verdict
from dlbook.check.wire import decode, encode

SOURCE = """@check("total", hidden=True)
def case(rng):
    x = rng.normal(size=(3, 4))
    values = {
        "one axis": total(x[0]),
        "three axes": total(
            x[:, :, None],
        ),
        "a": total(x), "b": total(-x),
    }
    values["far"] = total(1000 * x)
    for n in (2, 3):
        values[f"n = {n}"] = total(x[:n])
    return values
"""
LINES = {5: "one axis", 6: "three axes", 7: "three axes", 11: "far", 3: "", 9: "", 13: "", 99: ""}


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_check_has_the_label_that_stands_there(line):
    assert label_at(SOURCE, line) == LINES[line]


def put_out(total, hidden: bool = True) -> dict:
    """Return what the check puts out for an answer, on the wire."""
    found = {}

    def check(name, *, hidden=False):
        return lambda body: found.update(placed(once(body, name, 7), body, hidden).values)

    source = SOURCE if hidden else SOURCE.replace(", hidden=True", "")
    run_among({"total": total}, "import numpy as np", "", source, "total", check=check)
    return found


def judged(answer) -> object:
    check = CheckKey(SOURCE, True, 1e-6, 1e-9, put_out(np.sum), {})
    return judge(ExerciseKey("total", 1, {}, (check,)), check, answer)


def test_an_error_in_a_hidden_check_names_its_case():
    outcome = judged(put_out(lambda x: x.sum(axis=1).sum()))
    assert outcome.verdict is Verdict.ERROR and outcome.case == "one axis"
    assert outcome.text().endswith("The first that is not right: one axis.")
    assert "total(x[0])" not in str(decode(put_out(lambda x: x.sum(axis=1)))) + outcome.text()


FORGED = [-1, 10**30, "5", 5.0, None, [5], True, 3, 99]


@pytest.mark.parametrize("line", FORGED)
def test_a_forged_line_names_nothing(line):
    outcome = judged(encode(ValueError("no")) | {"line": line})
    assert outcome.verdict is Verdict.ERROR and outcome.case == ""


def test_a_label_that_the_reference_does_not_put_out_is_never_named():
    check = CheckKey(SOURCE, True, 1e-6, 1e-9, encode({"other": 1}), {})
    answer = encode(ValueError("no")) | {"line": 5}
    assert judge(ExerciseKey("total", 1, {}, (check,)), check, answer).case == ""
