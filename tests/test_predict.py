import numpy as np
import pytest

from dlbook.predict import reveal

SAME = [(2.3, "2.30"), (2778, "2,778"), ("1,234,567.5", 1234567.5), ("Adam ", "adam"), (3, 3.0)]
SAME += [("-1,000", -1000), ("1e3", 1000), (np.float32(0.5), 0.5), ("nan", np.nan), ([1], "[1]")]
SAME += [("inf", np.inf), (True, "true"), (0, -0.0), (np.array(3), 3)]
OTHER = [
    ("2,3", 23),
    ("1,5", 15),
    (",", ""),
    ("1,00", 100),
    (2.3, 2.31),
    ("Adam", "SGD"),
    (1, True),
]
OTHER += [("1,2345", 12345), ("1,2,3", 123), ("nan", 0), ([1], (1,)), ("", 0)]


@pytest.mark.parametrize(("guess", "answer"), SAME)
def test_the_same_in_another_form_is_as_predicted(guess, answer, capsys):
    reveal(guess, answer)
    assert capsys.readouterr().out == f"As you predicted: {answer}\n"


@pytest.mark.parametrize(("guess", "answer"), OTHER)
def test_what_differs_is_told_beside_the_answer(guess, answer, capsys):
    reveal(guess, answer)
    assert capsys.readouterr().out == f"You predicted {guess}; the run says: {answer}\n"


def test_no_prediction_is_asked_for(capsys):
    reveal(None, 3)
    assert "You predicted nothing yet" in capsys.readouterr().out
