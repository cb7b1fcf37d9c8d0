"""The roof: the verbs of the command `dlbook`. Each imports what it needs when it is called."""

import argparse
import sys
from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.cli import learner, lecturer
from dlbook.cli.course import RIGHT, UNUSABLE


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit code: 0 all right, 1 something is not, 2 unusable input."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.verb is not learner.lab:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        code: int = options.verb(options)
    except UserError as refusal:
        print(f"dlbook: {refusal}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dlbook", description="A deep-learning course in notebooks, with checked exercises."
    )
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="the folder with chapters/ and exercises/ (default: found from here upwards)",
    )
    parser.set_defaults(verb=lambda _options: _help(parser))
    verbs = parser.add_subparsers(title="verbs")
    learner.add_verbs(verbs)
    lecturer.add_verbs(verbs)
    return parser


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return RIGHT
