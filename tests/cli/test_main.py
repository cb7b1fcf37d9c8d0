import ast
import errno
import os
import subprocess
import sys
from importlib import import_module

import pytest

from dlbook import cli
from dlbook.check.errors import UserError
from dlbook.cli import main
from dlbook.grading.handout import own_course
from tests import ROOT

VERBS = list(cli._dlbook.commands)


def error_classes() -> list[type[UserError]]:
    """Return UserError and all classes below it, in whatever file of the package they are."""
    for path in sorted((ROOT / "dlbook").rglob("*.py")):
        defined = [
            n for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, ast.ClassDef)
        ]
        bases = [ast.unparse(base) for found in defined for base in found.bases]
        if any(base.endswith("Error") for base in bases):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = [UserError]
    for kind in found:
        found += kind.__subclasses__()
    return found


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dlbook", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


# ---- errors ----


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a file that is always full")
@pytest.mark.parametrize("words", ["", "--help", "--version", "progress --json"])
def test_a_disk_with_no_room_for_the_output_is_told_in_one_line(words):
    command = [sys.executable, "-m", "dlbook", "--course", str(ROOT), *words.split()]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "the disk is full (No space left on device): make room" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a shell of POSIX")
@pytest.mark.parametrize("closed", ["| true", ">&-"])
def test_an_output_that_nobody_reads_is_no_error(closed):
    command = f"{sys.executable} -m dlbook --help {closed}"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize("kind", error_classes())
def test_an_error_of_a_user_is_told_in_one_line(monkeypatch, capsys, kind):
    def refuse(*_):
        raise kind("a file is needed, got none: name one")

    monkeypatch.setattr("dlbook.cli.author.find_own_course", refuse)
    assert main(["build"]) == kind.exit_code == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "dlbook: a file is needed, got none: name one\n")


def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "course", tmp_path / ("x" * 300)):
        assert main(["new", str(place)]) == 2
        said = capsys.readouterr().err
        assert said.startswith("dlbook: ") and str(place.name) in said and said.count("\n") == 1
        assert "see to its name and its rights" in said


MISSING = {  # where nothing is: what the user wrote, and whether it is told in a line
    "x": ("x", True),
    "x/dlbook": ("x", True),
    "proc": ("proc/x", True),
    ".dlbook-1.part": ("x.zip", True),
    "here/ours.json": ("here", False),
    "ours.json": ("x", False),
}


@pytest.mark.parametrize("missing", MISSING)
def test_a_place_that_cannot_be_is_told_and_a_lost_file_of_ours_is_a_fault(
    missing, tmp_path, monkeypatch, capsys
):
    def fail(*_arguments):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), missing)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(own_course, "make", fail)
    (tmp_path / "here").mkdir()
    word, is_told = MISSING[missing]
    if not is_told:
        with pytest.raises(FileNotFoundError):
            main(["new", word])
        return
    assert main(["new", word]) == 2
    assert capsys.readouterr().err.startswith(f"dlbook: {word}: No such file or directory: ")


def test_a_link_that_leads_nowhere_is_told_with_where_it_leads(tmp_path, capsys):
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert main(["new", str(tmp_path / "link")]) == 2
    assert f"link -> {(tmp_path / 'gone').resolve()}: No such file" in capsys.readouterr().err


def test_a_full_disk_is_told_and_a_fault_of_ours_is_not_hidden(monkeypatch, capsys):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("dlbook.cli.author.find_own_course", fail)
    number = errno.ENOSPC
    assert main(["build"]) == 2
    assert "the disk is full (No space left on device): make room" in capsys.readouterr().err
    number = errno.EBADF
    with pytest.raises(OSError, match="Bad file"):
        main(["build"])


def test_an_error_has_the_exit_code_of_its_class(monkeypatch):
    class RareError(UserError):
        exit_code = 7

    def refuse(*_):
        raise RareError

    monkeypatch.setattr("dlbook.cli.author.find_own_course", refuse)
    assert main(["build"]) == 7


def test_a_fault_of_dlbook_itself_is_not_hidden(monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("dlbook.cli.author.find_own_course", fail)
    with pytest.raises(ZeroDivisionError):
        main(["build"])


def test_nobody_in_between_makes_another_error_of_one():
    for path in (ROOT / "dlbook" / "cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                raised = [n for n in ast.walk(node) if isinstance(n, ast.Raise) and n.exc]
                assert not raised, f"{path}:{node.lineno}: let the error through, main prints it"


def test_ctrl_c_ends_with_130(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("dlbook.cli.author.find_own_course", stop)
    assert main(["build"]) == 130


UNUSABLE = {  # what is typed: what is said
    ("check", "--sede", "3"): ("--sede", "`dlbook check --help`"),
    ("chekc",): ("chekc", "`dlbook --help`"),
    ("check", "--seed", "x"): ("--seed", "'x'"),
    ("check", "--seed", "-1"): ("--seed", "-1"),
    ("check", "05", "06"): ("06",),
    ("grade",): ("SUBMISSIONS",),
    ("grade", "x"): ("-o",),
    ("grade", "x", "-o", "y", "--jobs", "0"): ("--jobs", "0"),
    ("grade", "x", "-o", "y", "--sandbox", "of"): ("--sandbox", "'required'", "'off'"),
    ("grade", "x", "-o", "y", "--cell-seconds", "nan"): ("--cell-seconds needs more than 0",),
    ("grade", "x", "-o", "y", "--cell-seconds", "0"): ("--cell-seconds needs more than 0, got 0",),
    ("grades", "x"): ("--fill",),
}


@pytest.mark.parametrize("arguments", UNUSABLE)
def test_what_cannot_be_understood_is_named_in_one_line(capsys, arguments):
    assert main(list(arguments)) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("dlbook: ") and said.err.count("\n") == 1
    assert all(part in said.err for part in UNUSABLE[arguments])


# ---- help and version ----


def test_the_bare_command_prints_its_help(capsys):
    assert main([]) == 0
    bare = capsys.readouterr().out
    assert main(["--help"]) == 0 and capsys.readouterr().out == bare
    lines = [line.split()[0] for line in bare.splitlines() if line.startswith("  ")]
    assert [word for word in lines if word in VERBS] == VERBS


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_each_verb_has_help(capsys, verb, option):
    assert main([verb, option]) == 0
    assert f"Usage: dlbook {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["--cell-seconds", "--submission-seconds", "--memory-gb"])
def test_help_tells_the_limits_as_they_are(capsys, name):
    from dlbook.grading.kernel.limits import Limits

    values = {"--memory-gb": Limits().memory / 1e9}
    value = values.get(name, getattr(Limits(), name[2:].replace("-", "_"), None))
    main(["grade", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert f"[default: {value}" in text[text.index(name) :].split("--", 2)[1]


HELP_OF_ALL = """
from dlbook.cli import _dlbook, main

for verb in _dlbook.commands:
    assert main([verb, "--help"]) == 0
assert main(["--help"]) == 0
"""
SLOW = {"asyncio", "email", "importlib.metadata", "socket", "sqlite3", "subprocess"}


def loaded(code: str) -> set[str]:
    """Return the modules that a program loads."""
    code += "\nimport sys; print(*sys.modules, file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.decode().split())


def test_help_loads_click_and_nothing_else_that_is_installed():
    found = loaded(HELP_OF_ALL) - loaded("import click")
    others = {name.split(".")[0] for name in found} - sys.stdlib_module_names
    wrong = (others - {"click", "dlbook", "lazy_loader"}) | (found & SLOW)
    assert not wrong, f"import {wrong} inside the verb that needs it"


def test_the_version_is_that_of_the_installed_package(monkeypatch, capsys):
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"1.2.3 of {name}")
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "dlbook 1.2.3 of dlbook\n"


def test_a_folder_that_was_not_installed_has_a_version_line_too(monkeypatch, capsys):
    from importlib import metadata

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert main(["--version"]) == 0
    assert f"run from {ROOT}" in capsys.readouterr().out


def test_the_module_is_the_same_command():
    assert "check your exercises" in run().stdout
    done = run("chekc")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
