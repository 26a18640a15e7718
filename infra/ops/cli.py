"""`redress`: explain dates and check complaints from the command line."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from infra.ops import explain, verify
from redress.domain.errors import RedressError
from redress.domain.packs import known


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when the answer is bad, 2 when the question is."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (RedressError, UsageError) as error:
        print(f"redress: {error}", file=sys.stderr)
        return 2


class UsageError(Exception):
    """The command lacks something it needs."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="redress", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    due = commands.add_parser("due", help="the dates of a complaint received at an instant, explained")
    due.add_argument("pack", choices=known(), help="rule pack")
    due.add_argument("received", type=_instant, help="instant of receipt, such as 2026-03-02T23:30+00:00")
    due.add_argument("--category", default="other", help="category of the complaint (default: other)")
    due.set_defaults(run=lambda o: explain.print_dates_from_receipt(o.pack, o.received, o.category))

    stored = commands.add_parser("explain", help="the dates of a stored complaint, explained")
    _add_complaint(stored)
    stored.set_defaults(run=lambda o: explain.print_dates_of(_table(o.table), o.number, datetime.now(UTC)))

    check = commands.add_parser("verify", help="check the chain of a stored complaint's events")
    _add_complaint(check)
    check.set_defaults(run=lambda o: verify.print_verdict(_table(o.table), o.number))
    return parser


def _add_complaint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", help="complaint number, such as R7K3-9QXM-3")
    parser.add_argument("--table", help="name of the table (default: TABLE_NAME of the environment)")


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} names no zone: end it with Z or an offset such as +01:00")
    return instant


def _table(name: str | None) -> str:
    found = name or os.environ.get("TABLE_NAME")
    if not found:
        raise UsageError("which table? Give --table or set TABLE_NAME; the stack's output TableName has it")
    return found


if __name__ == "__main__":
    sys.exit(main())
