import pytest

from dlbook.check.run_apart import run_among
from dlbook.grading.course.given import given

COIN = "sides = 2\ndef flip(rng):\n    return int(rng.integers(sides))"
GAME = "class Game:\n    def play(self, answer):\n        return answer(flip(self))"
CHECK = "def case(rng):\n    return Game().play(guess)"


@pytest.mark.parametrize(
    ("story", "check", "kept"),
    [
        ([COIN, GAME], CHECK, [COIN, GAME]),
        ([COIN, GAME], "flip(3)", [COIN]),
        ([COIN, GAME], "def case(sides):\n    return sides", []),
        (["guess = None", "print(guess)", COIN], CHECK, []),
        (["import math", "x = 3"], "y = math.pi", ["import math"]),
        ([COIN, "sides = 6"], "flip(3)", [COIN, "sides = 6"]),
        (["sides = 6 +", COIN], "flip(3)", [COIN]),
        ([COIN], "flip(", []),
    ],
)
def test_what_a_check_reads_is_given_and_nothing_else(story, check, kept):
    assert given(story, [check], ["guess"]) == "\n\n\n".join(kept)


def test_a_check_sees_the_game_of_the_course_and_not_one_that_an_answer_put_in_its_place():
    own = {"twice": lambda x: 3 * x, "verdict_of": lambda _value: "right", "limit": 1}
    source = '@check("twice")\ndef case(rng):\n    return verdict_of(twice(2))'
    game = 'limit = 4\ndef verdict_of(value):\n    return "right" if value == limit else "wrong"'
    found = []
    run_among(own, "", game, source, "twice", check=lambda name: lambda body: found.append(body(0)))
    assert found == ["wrong"] and own["limit"] == 1
