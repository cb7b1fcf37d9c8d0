"""The verbs of the command `dlbook`. Each imports what it needs when it is called."""

import errno
import os
import sys
from io import StringIO, TextIOWrapper
from pathlib import Path

import click

from dlbook.check.errors import UserError
from dlbook.check.letters import PLAIN
from dlbook.cli import (
    author,
    desk,
    doctor,
    grade,
    handout,
    learner,
    results,
    site,
    teach,
    words,
    workspace,
)
from dlbook.cli.course import NOT_RIGHT, RIGHT, STOPPED, UNUSABLE, find_work
from dlbook.cli.options import PATH
from dlbook.cli.verb import Verb, Verbs
from dlbook.i18n import LANGUAGES, N_, VARIABLE, _, speaking, use
from dlbook.version import version

_VERBS = (
    workspace.init,
    learner.lab,
    learner.check,
    desk.hint,
    desk.solution,
    desk.progress,
    desk.watch,
    workspace.reset,
    workspace.update,
    doctor.doctor,
    author.new,
    author.build,
    handout.release,
    grade.grade,
    results.report,
    results.grades,
    handout.gradescope,
    handout.classroom,
    teach.notes,
    teach.terms,
    site.site,
)


_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_THERE = {errno.ENOENT, errno.EEXIST, errno.ELOOP, errno.EINVAL}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG}
_RECORDS = {"grade", "report", "grades"}  # English, but for what students read


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit code: 0 all right, 1 something is not, 2 unusable input."""
    if arguments is None:
        _speak_utf8()
    words.lend()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a pipe on Windows may have no letter for a mark
            stream.reconfigure(errors=PLAIN)
    try:
        code: int = _dlbook.main(arguments, "dlbook", standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()  # while what goes wrong can still be told
    except UserError as error:
        print(f"dlbook: {error}", file=sys.stderr)
        return error.exit_code
    except click.ClickException as error:
        print(f"dlbook: {words.in_one_line(error)}", file=sys.stderr)
        return error.exit_code
    except click.Abort:  # Ctrl-C
        return STOPPED
    except OSError as error:
        told = _what_the_disk_refuses(error, sys.argv[1:] if arguments is None else arguments)
        if not told and error.errno != errno.EPIPE:
            raise
        sys.stdout = StringIO()  # what is left to write has no place
        if not told:  # whoever read it has seen enough, as `head` has
            return NOT_RIGHT
        print(f"dlbook: {told}", file=sys.stderr)
        return UNUSABLE
    except ModuleNotFoundError as error:
        told = _which_extra(error)
        if not told:
            raise
        print(f"dlbook: {told}", file=sys.stderr)
        return UNUSABLE
    return code


def _speak_utf8() -> None:
    """Start again in Python's UTF-8 mode where names of files would be taken for something else."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "dlbook", *sys.argv[1:]])


def _what_the_disk_refuses(error: OSError, written: list[str]) -> str:
    """Return what keeps any verb from reading and writing, and is no fault of ours; or nothing."""
    reason = ": ".join(filter(None, (error.filename, error.strerror)))
    if error.errno in _FULL:
        text = _("room to write is needed, the disk is full ({why}): make room, then try again")
        return text.format(why=reason)
    own = error.errno in _NOT_THERE and _written_path(error.filename, written)
    if own:
        reason = f"{own}: {os.strerror(errno.ENOENT) if ' -> ' in own else error.strerror}"
    if own or error.errno in _REFUSED:
        text = _("{reason}: cannot be read or written; see to its name and its rights")
        return text.format(reason=reason)
    return ""


def _written_path(path: object, written: list[str]) -> str:
    """Return the word of the command line that an error about a path is of, with where it leads.

    That is a place where nothing is and nothing can be made, or that lies below one. What is
    missing in a folder that is there is no fault of the words, so the answer is ''.
    """
    if not isinstance(path, str):
        return ""
    real = Path(os.path.realpath(path))
    for word in reversed(written):  # a place stands behind the verb
        own = Path(os.path.realpath(word))
        is_part = real.parent == own.parent and real.name.startswith(".dlbook-")  # while it is made
        is_near = own in real.parents or real in own.parents or is_part
        if real == own or (is_near and not own.exists() and not real.exists()):
            return f"{word} -> {own}" if os.path.islink(word) else word
    return ""


def _which_extra(error: ModuleNotFoundError) -> str:
    from dlbook.check.requirements import advice

    return advice(error.name or "")


def _show_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        print(f"dlbook {version()}")
        context.exit()


@click.group(
    cls=Verbs,
    commands={verb.name: verb for verb in _VERBS if verb.name},
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    subcommand_metavar="VERB ...",
)
@click.option(
    "--course",
    type=PATH,
    metavar="DIR",
    help=N_("The folder with chapters/ and exercises/ (default: found from here upwards)."),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help=N_("Print the version."),
)
@click.pass_context
def _dlbook(context: click.Context, course: Path | None) -> int:
    """A deep-learning course in notebooks, with checked exercises."""
    context.obj = course
    _settle_language(context)
    if context.invoked_subcommand is None:
        _show_where(context, course)
    return RIGHT


def _settle_language(context: click.Context) -> None:
    """Let authors' and teachers' verbs speak English; refuse a language that we do not have."""
    verb, asked = context.invoked_subcommand, os.environ.get(VARIABLE)
    if asked and asked not in LANGUAGES:
        raise UserError(
            f"{VARIABLE} needs one of {', '.join(LANGUAGES)}, got {asked!r}: set it to one of "
            "them, or unset it"
        )
    if verb in _RECORDS:
        context.with_resource(speaking("en"))
    elif verb and not isinstance(_dlbook.commands.get(verb), Verb):
        use("en")


def _show_where(context: click.Context, root: Path | None) -> None:
    """Print where a learner is and what is next; elsewhere the verbs."""
    from dlbook.check import progress

    if progress.find((root or Path.cwd()).resolve()) is None:
        print(context.get_help())
        _say_where_work_is_missing(root)
        return
    context.invoke(desk.progress)
    print(_("`dlbook lab` opens the course, `dlbook --help` names the verbs."))


def _say_where_work_is_missing(root: Path | None) -> None:
    try:
        find_work(root)
    except UserError as error:
        print(f"\n{error}")
