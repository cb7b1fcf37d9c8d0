import sys

from dlbook.guest import guest


def test_a_package_that_is_there_is_returned(capsys):
    assert guest("json.decoder") is sys.modules["json.decoder"] and not capsys.readouterr().out


def test_a_package_that_is_missing_is_told_and_nothing_is_raised(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert guest("torch") is None
    assert capsys.readouterr().out.startswith("torch is not installed: this cell shows nothing")
