import time

from dlbook.cli import main
from dlbook.grading.course import attack, mutants
from dlbook.grading.course.attack import tally
from tests.grading.course.test_lint import sample


def test_every_mutant_of_the_sample_is_rejected():
    found = tally(sample())
    assert (found.count, found.survivors) == (9, ())
    assert str(found) == "9 of 9 mutants rejected"


def test_a_mutant_that_no_input_reaches_is_named_with_its_line():
    found = tally(sample(kink=("x[0] = 0\n", "x[0] = 1\n")))
    assert "relu_back, line 5: x > 0  ->  x >= 0" in found.survivors


def test_a_build_says_how_to_see_the_mutants_that_survive(course, capsys):
    path = course.root / "solutions" / "90_tiny.ipynb"
    command = ["--course", str(course.root), "build", "90"]
    assert main(command) == 0
    assert "attack 90_tiny: 9 of 9 mutants rejected\n" in capsys.readouterr().out
    path.write_text(path.read_text("utf-8").replace("x[0] = 0\\n", "x[0] = 1\\n"), "utf-8")
    main(command)
    said = capsys.readouterr().out
    assert "; `python -m dlbook.grading.course.mutants 90_tiny` names the others" in said


def test_luck_is_named_with_its_seeds():
    half = ("return g * (x > 0)", "return g * (x > 0) * (1 if g[0, 0] < 0.7 else 2)")
    found = tally(sample(half=half))
    assert any(" seeds: " in survivor for survivor in found.survivors), found


def test_data_that_are_symmetric_let_a_median_pass():
    mean = ("return g * (x > 0)", "return g * (x > 0) + np.mean([1, 2, 3])")
    skewed = ("return g * (x > 0)", "return g * (x > 0) + np.mean([1, 2, 9])")
    assert any("np.median([1, 2, 3])" in survivor for survivor in tally(sample(m=mean)).survivors)
    assert not any("median" in survivor for survivor in tally(sample(m=skewed)).survivors)


def test_a_mutant_without_an_end_is_rejected_in_time(monkeypatch):
    monkeypatch.setattr(attack, "_SECONDS", 0.05)
    loop = ("return g * (x > 0)", "k = 3\n    while k > 0:\n        k -= 1\n    return g * (x > 0)")
    started = time.process_time()
    found = tally(sample(loop=loop))
    assert not any("k -= 1" in survivor for survivor in found.survivors)
    assert time.process_time() - started < 10


def test_survivors_are_printed(course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    mutants.main(["90"])
    assert capsys.readouterr().out == "90_tiny: 9 of 9 mutants rejected\n"
