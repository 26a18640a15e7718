"""`redress`: what the rules say, and how stored complaints stand, from the command line."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from infra.ops import asked, due, packs, rule, simulate, verify
from infra.ops.asked import UsageError
from redress.domain.categories import Category
from redress.domain.errors import RedressError

RULE = """A deadline for --rule is one JSON object in the field names of the rule packs' schema: kind, amount,
unit (hours, calendar_days, business_days, weeks, months), anchor, count_start, end_at, close_time, rollover,
month_overflow. Beside them timezone, which is needed, and weekend (ISO weekdays) and holidays (dates). For
example: --rule '{"amount": 1, "unit": "months", "timezone": "Europe/Madrid"}'"""


NUMBER = "complaint number, such as R7K3-9QXM-3"
VERDICTS = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED", "DISABLED")
"""What SES may find of a mail that came."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when the answer is bad, 2 when the question is.

    A refused question ends with one line on standard error.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that has no é gets the rest
    try:
        options = _parser().parse_args(arguments)
        status = int(options.run(options))
        sys.stdout.flush()
    except (RedressError, UsageError) as error:
        print(f"redress: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


class _Parser(argparse.ArgumentParser):
    """Leaves it to `main` to tell what is wrong, in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} ({self.prog} --help tells more)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="redress", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, words: str, epilog: str | None = None) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words, epilog=epilog, allow_abbrev=False)

    _add_due(add("due", "when something falls due, and why", RULE))
    _add_simulate(add("simulate", "the whole ladder of one complaint, as a timeline"))
    _add_packs(add("packs", "all rule packs: what they owe, and what is missing in them"))
    _add_what_if(add("what-if", "open complaints whose dates another pack or calendar would move"))
    _add_explain(add("explain", "the dates of a stored complaint, explained"))
    _add_verify(add("verify", "check the events of a stored complaint, a copy of the journal, or a proof"))
    _add_reconcile(add("reconcile", "what fell due on a day and by what it was met, as documents to file"))
    _add_return(add("return", "what a licence owes its authority about a period, as documents"))
    _add_report(add("report", "what the complaints of a period say, as a page with charts, and as CSVs"))
    _add_themes(add("themes", "what many texts of a period have in common, with the words that say so"))
    _add_register(add("register", "the register of a licence, as CSV or JSON Lines"))
    _add_rebuild(add("rebuild", "bring a table that was restored up to date with the journal"))
    _add_check(add("check", "compare what complaints are found by with their events"))
    _add_person(add("person", "what is known of a player: hand it out, or have it erased"))
    _add_hold(add("hold", "keep what is known of a complaint, as for a court, or no longer"))
    _add_mail_in(add("mail-in", "have a mail come to the local stack, as SES would bring it"))
    _add_letters(add("letters", "the letters that players and staff get"))
    return parser


def _add_due(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--pack", help="rule pack, such as gb-ukgc")
    which.add_argument("--rule", metavar="JSON", help="a deadline of your own instead of a pack's, see below")
    _add_anchor(parser)
    parser.add_argument(
        "--clock", help="ack, notice, final, gateway, filing_window, adr_window, adr_reply ..."
    )
    parser.add_argument(
        "--pause", dest="pauses", metavar="FROM/TO", type=asked.pause, action="append", default=[]
    )
    parser.add_argument("--extended", action="store_true", help="with the extension that the pack allows")
    _add_circumstances(parser)
    parser.add_argument(
        "--holidays",
        metavar="FILE",
        type=Path,
        help="JSON list of ISO dates, in place of the pack's holidays",
    )
    parser.set_defaults(run=_due)


def _due(options: argparse.Namespace) -> int:
    pauses = tuple(options.pauses)
    if options.rule is not None:
        _refuse_beside_rule(options)
        return rule.print_due(options.rule, options.anchor, pauses, as_json=options.json)
    question = due.Question(
        pack=options.pack,
        anchor=options.anchor,
        clock=options.clock,
        pauses=pauses,
        extended=options.extended,
        category=options.category,
        settings=asked.as_table(options.settings),
        holidays=options.holidays,
    )
    return due.print_due(question, as_json=options.json)


def _refuse_beside_rule(options: argparse.Namespace) -> None:
    given = {
        "--clock": options.clock,
        "--extended": options.extended,
        "--category": options.category != Category.OTHER,
        "--set": options.settings,
        "--holidays": options.holidays,
    }
    for name, value in given.items():
        if value not in (None, False, []):
            raise UsageError(f"{name} belongs to --pack: the JSON of --rule says all there is")


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", required=True, help="rule pack, such as gb-ukgc")
    _add_anchor(parser)
    _add_circumstances(parser)
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--answer-after", metavar="'N UNIT'", type=asked.length, help="answered after a time")
    answer.add_argument("--answered-at", metavar="INSTANT", type=asked.instant, help="answered at an instant")
    parser.set_defaults(run=_simulate)


def _simulate(options: argparse.Namespace) -> int:
    question = simulate.Question(
        pack=options.pack,
        anchor=options.anchor,
        category=options.category,
        settings=asked.as_table(options.settings),
        answer_after=options.answer_after,
        answered_at=options.answered_at,
    )
    return simulate.print_simulation(question, as_json=options.json)


def _add_packs(parser: argparse.ArgumentParser) -> None:
    _add_json(parser)
    parser.set_defaults(run=lambda options: packs.print_packs(as_json=options.json))


def _add_what_if(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument("--pack", metavar="FILE", type=Path, help="TOML of a pack as it would be")
    parser.add_argument("--calendar", metavar="FILE", type=Path, help="TOML of a calendar as it would be")
    parser.add_argument("--since", metavar="YYYY-MM", type=asked.month, help="month of receipt to begin with")
    _add_json(parser)
    parser.set_defaults(run=_about_stored, command="what-if")


def _add_explain(parser: argparse.ArgumentParser) -> None:
    _add_number(parser)
    _add_deployment(parser)
    _add_json(parser)
    parser.set_defaults(run=_about_stored, command="explain")


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", nargs="?", help=f"{NUMBER}; or a file of a proof, such as DAY.sig.json")
    parser.add_argument("--journal", metavar="FOLDER", type=Path, help="copy of the bucket; asks no AWS")
    parser.add_argument("--key", metavar="PEM", type=Path, help="the public key that a proof is signed with")
    _add_deployment(parser)
    parser.set_defaults(run=_verify, command="verify")


def _verify(options: argparse.Namespace) -> int:
    """A number has no dot and no slash, and a file has a dot; a folder is there."""
    if options.number and ({".", "/", os.sep} & {*options.number} or Path(options.number).is_dir()):
        return _verify_proof(options)
    if options.key:
        raise UsageError("--key is for a proof: give one of its files, such as .sig.json")
    if options.number and options.journal:
        raise UsageError("--journal is not allowed beside a complaint number, but beside the file of a proof")
    if not (options.number or options.journal):
        raise UsageError("give a complaint number, the file of a proof, or --journal FOLDER")
    return verify.print_journal_verdict(options.journal) if options.journal else _about_stored(options)


def _verify_proof(options: argparse.Namespace) -> int:
    """What checks signatures, and renders pages, takes half a second to import."""
    from infra.ops import proof  # noqa: PLC0415

    question = proof.Question(
        file=Path(options.number),
        key=options.key,
        journal=options.journal,
        region_file=options.region_file,
    )
    return proof.print_verdict(question)


def _add_reconcile(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument("--pack", required=True, help="rule pack of a licence, such as gb-ukgc")
    parser.add_argument(
        "--day", required=True, metavar="YYYY-MM-DD", type=asked.day, help="local day of the pack"
    )
    parser.add_argument("--until", metavar="YYYY-MM-DD", type=asked.day, help="last day (default: the same)")
    parser.add_argument("--out", required=True, metavar="DIR", type=Path, help="folder for the documents")
    parser.set_defaults(run=_about_stored, command="reconcile")


def _add_return(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", required=True, help="rule pack; without --period: what it owes")
    parser.add_argument("--period", help="2026-03, 2026-Q1, 2026-H1, 2026 or 2026-03-09")
    parser.add_argument("--report", metavar="N", type=int, help="which (default: the only periodic one)")
    parser.add_argument(
        "--as-of",
        metavar="INSTANT",
        type=asked.instant,
        help="what was known before (default: a quarter of an hour ago)",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder for the documents")
    parser.add_argument(
        "--correcting", metavar="FILE", type=Path, help="JSON of the return that was made before"
    )
    parser.add_argument("--draft", action="store_true", help="of a period that is not over, and marked so")
    _add_bom(parser)
    _add_deployment(parser)
    parser.set_defaults(run=_return, command="return")


def _return(options: argparse.Namespace) -> int:
    """What renders pages takes half a second to import."""
    from infra.ops import returns  # noqa: PLC0415

    missing = [f"--{name.replace('_', '-')}" for name in ("region_file", "out") if not vars(options)[name]]
    if options.period is None:
        for name in ("report", "as_of", "out", "correcting", "draft"):
            if vars(options)[name]:
                raise UsageError(f"--{name.replace('_', '-')} is about a return: give --period, too")
        return returns.print_owed(options.pack)
    if missing:
        raise UsageError(f"a return needs {' and '.join(missing)}")
    return _about_stored(options)


def _add_report(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument("--pack", required=True, help="rule pack of a licence, such as gb-ukgc")
    parser.add_argument("--period", required=True, help="2026-03, 2026-Q1, 2026-H1, 2026 or 2026-03-09")
    parser.add_argument("--brand", help="one brand alone (default: all of them)")
    parser.add_argument("--out", required=True, metavar="DIR", type=Path, help="folder for the page and CSVs")
    parser.add_argument("--themes", action="store_true", help="with what texts have in common: reads them")
    _add_bom(parser)
    parser.set_defaults(run=_about_stored, command="report")


def _add_themes(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument("--pack", required=True, help="rule pack of a licence, such as gb-ukgc")
    parser.add_argument("--period", required=True, help="2026-03, 2026-Q1, 2026-H1, 2026 or 2026-03-09")
    parser.add_argument("--brand", help="one brand alone (default: all of them)")
    _add_json(parser)
    parser.set_defaults(run=_about_stored, command="themes")


def _add_register(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument("--pack", required=True, help="rule pack of a licence, such as gb-ukgc")
    for name, dest, words in (("from", "since", "from when on"), ("to", "until", "up to when, exclusive")):
        parser.add_argument(
            f"--{name}",
            dest=dest,
            required=True,
            metavar="WHEN",
            type=asked.moment,
            help=f"received {words}: a local day of the pack, or an instant",
        )
    parser.add_argument("--out", required=True, metavar="FILE", type=Path, help="FILE.csv or FILE.jsonl")
    _add_bom(parser)
    parser.set_defaults(run=_about_stored, command="register")


def _add_bom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bom", action="store_true", help="CSV with a byte order mark, for old spreadsheets")


def _add_rebuild(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument(
        "--journal", metavar="FOLDER", type=Path, required=True, help="copy of the bucket of the journal"
    )
    parser.add_argument(
        "--report",
        metavar="FOLDER",
        type=Path,
        default=Path("rebuild-report"),
        help="where the lists of what is lost go (default: rebuild-report)",
    )
    parser.add_argument("--dry-run", action="store_true", help="write the lists, and nothing to the table")
    parser.set_defaults(run=_about_stored, command="rebuild")


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument("--journal", metavar="FOLDER", type=Path, help="copy of the bucket, to compare with")
    parser.add_argument(
        "--lost", metavar="FILE", type=Path, help="list of content that a rebuild found to be lost"
    )
    parser.add_argument("--fix", action="store_true", help="set right what follows from the events")
    parser.set_defaults(run=_about_stored, command="check")


def _add_letters(parser: argparse.ArgumentParser) -> None:
    words = "write every letter of a pack and a language to a folder, with an index"
    preview = parser.add_subparsers(required=True, metavar="command").add_parser(
        "preview", help=words, description=words, allow_abbrev=False
    )
    preview.add_argument("folder", metavar="FOLDER", type=Path, help="empty, or that of an earlier preview")
    preview.add_argument("--pack", help="rule pack, such as gb-ukgc (default: all of the region)")
    preview.add_argument("--language", metavar="CODE", help="such as de (default: all)")
    preview.add_argument(
        "--region-file", metavar="FILE", type=Path, help="brands and bodies of a deployment, not examples"
    )
    preview.set_defaults(run=_letters)


def _letters(options: argparse.Namespace) -> int:
    """The renderer, and what checks region files, take half a second to import."""
    from infra.ops import letters_preview  # noqa: PLC0415

    question = letters_preview.Question(
        folder=options.folder,
        region_file=options.region_file,
        pack=options.pack,
        language=options.language,
    )
    return letters_preview.print_preview(question)


def _add_mail_in(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.eml", type=Path, help="the mail; - for standard input")
    parser.add_argument(
        "--to", metavar="ADDRESS", action="append", default=[], help="whom it came for (default: its To)"
    )
    parser.add_argument(
        "--from", dest="sender", metavar="ADDRESS", help="sender of the envelope (default: its From)"
    )
    for check in ("spf", "dkim", "dmarc", "spam", "virus"):
        parser.add_argument(f"--{check}", type=str.upper, choices=VERDICTS, default=VERDICTS[0])
    parser.set_defaults(run=_mail_in)


def _mail_in(options: argparse.Namespace) -> int:
    from infra.ops import mail_in  # noqa: PLC0415 - it brings AWS

    return mail_in.run(options)


def _add_person(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="command")
    words = "write everything that is held about a player to a folder, as JSON and as a page"
    export = commands.add_parser("export", help=words, description=words, allow_abbrev=False)
    _add_player(export)
    export.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="one that is not there yet")
    export.add_argument(
        "--evidence-bucket",
        metavar="NAME",
        help="the stack's bucket of evidence: copy the files, too",
    )
    export.set_defaults(run=_about_stored, command="person export")
    words = "order the erasure of a player's closed complaints; 1 if one of them has to stay for now"
    erase = commands.add_parser("erase", help=words, description=words, allow_abbrev=False)
    _add_player(erase)
    _add_who(erase)
    erase.set_defaults(run=_about_stored, command="person erase")


def _add_player(parser: argparse.ArgumentParser) -> None:
    _add_deployment(parser, needs_region=True)
    parser.add_argument("--number", help=f"one complaint alone: {NUMBER}")
    parser.add_argument("--brand", help="the player's brand, with --account or --email, or better both")
    parser.add_argument("--account", help="finds the complaints that were told with it")
    parser.add_argument("--email", help="finds the complaints that were told without an account")
    parser.add_argument(
        "--player-index-secret-arn",
        metavar="ARN",
        help="what players are found by (default: PLAYER_INDEX_SECRET_ARN of the environment)",
    )


def _add_hold(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, words in (
        ("place", "keep everything that is known about a complaint: nothing of it is erased"),
        ("lift", "end the legal hold of a complaint"),
    ):
        one = commands.add_parser(name, help=words, description=words, allow_abbrev=False)
        _add_number(one)
        _add_deployment(one, needs_region=True)
        _add_who(one)
        one.add_argument("--reason", required=True, help="why, for those who ask later")
        one.set_defaults(run=_about_stored, command=f"hold {name}")


def _add_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by",
        metavar="ID",
        type=asked.subject,
        required=True,
        help="who acts: a subject id of the identity provider",
    )


def _about_stored(options: argparse.Namespace) -> int:
    """AWS and pydantic take half a second to import: a date computed from a pack can do without."""
    from infra.ops import stored  # noqa: PLC0415

    return stored.run(options)


def _add_anchor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--anchor",
        required=True,
        metavar="INSTANT",
        type=asked.instant,
        help="such as 2026-03-02T23:30+00:00",
    )


def _add_circumstances(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--category", default=Category.OTHER, help="category of the complaint, or a pack's own word for it"
    )
    parser.add_argument(
        "--set",
        dest="settings",
        metavar="KEY=VALUE",
        type=asked.setting,
        action="append",
        default=[],
        help="the operator's setting, as in [operator.rules.<pack>]: final.amount=10",
    )
    _add_json(parser)


def _add_number(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", help=NUMBER)


def _add_table(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--table", help="name of the table (default: TABLE_NAME of the environment)")


def _add_deployment(parser: argparse.ArgumentParser, *, needs_region: bool = False) -> None:
    _add_table(parser)
    parser.add_argument(
        "--region-file",
        metavar="FILE",
        type=Path,
        required=needs_region,
        help="the deployment's region file, for the operator's own settings",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


if __name__ == "__main__":
    sys.exit(main())
