import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from dlbook.predict import Reveal

SAME = [(2.3, "2.30"), (2778, "2,778"), ("1,234,567.5", 1234567.5), ("Adam ", "adam"), (3, 3.0)]
SAME += [("-1,000", -1000), ("1e3", 1000), (np.float32(0.5), 0.5), ("nan", np.nan), ([1], "[1]")]
SAME += [("inf", np.inf), (True, "true"), (0, -0.0), (np.array(3), 3), (2.303, "2.30")]
SAME += [("93%", 0.93), ("1/3", 1 / 3), ("yes", True), (False, "no"), ("b and a", "a and b")]
SAME += [("a, b", "b and a"), (["b", "a"], ["b", "a"]), ("b, a", ["B", "A"]), ([1, 2], (1, 2.0))]
SAME += [(2.303, 2.302585), ("0.5", "0.50"), ("'adam'", "Adam"), (1_000, "1,000"), (0.1, "10%")]
OTHER = [("2,3", 23), ("1,5", 15), ("1,00", 100), (2.3, 2.4), ("Adam", "SGD")]
OTHER += [("1,2345", 12345), ("1,2,3", 123), ("nan", 0), ("", 0), (2.3, "2.31")]
OTHER += [(["a", "b"], ["b", "a"]), ([1], [1, 2]), (len, 3), (np.zeros(3), 0), (2777, 2778)]
OTHER += [("a", "a and b"), (object(), "word"), ({}, [1]), ("1/0", 1), (5, [5, 6])]


@pytest.mark.parametrize(("guess", "answer"), SAME)
def test_the_same_in_another_form_is_as_predicted(guess, answer, capsys):
    Reveal()(guess, answer)
    assert capsys.readouterr().out.startswith("As you predicted: ")


@pytest.mark.parametrize(("guess", "answer"), OTHER)
def test_what_differs_is_told_beside_the_answer(guess, answer, capsys):
    Reveal()(guess, answer)
    assert capsys.readouterr().out.startswith("You predicted ")


MEASURED = [  # a guess at 0.9341 with two digits, near within 0.05: what is said of it
    (0.93, "As you predicted: ≈ 0.93"),
    ("93%", "As you predicted: ≈ 0.93"),
    (0.9339, "As you predicted: ≈ 0.93"),
    (0.9, "Near: you predicted 0.9, the run says ≈ 0.93"),
    (0.5, "You predicted 0.5; the run says: ≈ 0.93"),
    ("much", "You predicted much; the run says: ≈ 0.93"),
]


@pytest.mark.parametrize(("guess", "said"), MEASURED)
def test_a_measured_number_is_right_as_far_as_it_is_shown(guess, said, capsys):
    Reveal()(guess, 0.9341, digits=2, within=0.05)
    assert capsys.readouterr().out == f"{said}\n"


def test_nothing_is_given_away_before_a_guess_or_giving_up(capsys):
    reveal = Reveal()
    reveal(None, 31415, digits=0, within=1)
    asked = capsys.readouterr().out
    assert asked.startswith("No guess yet.") and "reveal.give_up()" in asked and "31" not in asked
    reveal.give_up()
    reveal(None, 31415)
    reveal(None, ["b", "a"])
    reveal(3, 31415)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "The run says: 31415" and said[1] == "The run says: b, a"
    assert said[2] == "You predicted 3; the run says: 31415"


def test_a_long_guess_is_repeated_in_part(capsys):
    Reveal()("x" * 1000, 3)
    assert len(capsys.readouterr().out) < 120


@pytest.mark.parametrize("guess", [8, "maybe", [True]])
def test_a_question_of_yes_or_no_takes_no_other_word_and_gives_nothing_away(guess, capsys):
    Reveal()(guess, True)
    assert capsys.readouterr().out == (
        'Write "yes" or "no", with the quotes, in the cell above, then run both.\n'
    )


CELLS = ["guess = 8", "reveal(guess, 9)", "reveal(guess, 31)", "reveal(guess, 9)"]
CELLS += ["guess = 8", "reveal(guess, 31)"]
JUDGED = ["You predicted 8; the run says: 9", None, "You predicted 8; the run says: 9"]
JUDGED += ["You predicted 8; the run says: 31"]


def test_a_guess_is_judged_by_one_prediction_alone(capsys):
    shell = InteractiveShell()
    shell.push({"reveal": Reveal()})
    said = []
    for cell in CELLS:
        shell.run_cell(cell).raise_error()
        out = capsys.readouterr().out
        said += [None if out.startswith("No guess yet.") else out.strip()] if out else []
    assert said == JUDGED
    assert repr(shell.user_ns["guess"]) == "8"
