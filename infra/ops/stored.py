"""The commands about stored complaints: they need the deployment's table, and its region file."""

import argparse
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra import settings
from infra.ops import check, explain, hold, rebuild, reconcile, shown, verify, what_if
from infra.ops.asked import UsageError
from redress.adapters import wiring
from redress.adapters.clients import client
from redress.domain import number as complaint_number
from redress.domain.errors import NotFound
from redress.region import Region
from redress.store.actions import ActionTable
from redress.store.counters import Counters
from redress.store.rebuild import Workbench
from redress.store.table import Table
from redress.usecases.change import Desk
from redress.usecases.insight import InsightDesk
from redress.usecases.ports import CaseFile


def run(options: argparse.Namespace) -> int:
    """Run the command of the options. Raises UsageError, also when AWS or the region file cannot be used."""
    try:
        return COMMANDS[options.command](options)
    except settings.SettingsError as error:
        raise UsageError("; ".join(str(error).splitlines())) from error
    except (BotoCoreError, ClientError) as error:
        raise UsageError(f"AWS refuses, or cannot be reached: {error}") from error


def _explain(options: argparse.Namespace) -> int:
    complaint = _case(options).complaint
    return explain.print_dates(complaint, _region(options), shown.now(), as_json=options.json)


def _verify(options: argparse.Namespace) -> int:
    return verify.print_verdict(_number(options), _case(options))


def _what_if(options: argparse.Namespace) -> int:
    if options.pack is None and options.calendar is None:
        raise UsageError("what would be another? Give --pack FILE or --calendar FILE, or both")
    question = what_if.Question(pack=options.pack, calendar=options.calendar, since=options.since)
    table, region = _table(options), _region(options)
    return what_if.print_moves(table, region, question, shown.now(), as_json=options.json)


def _rebuild(options: argparse.Namespace) -> int:
    table, region = _workbench(options), _region(options)
    report, dry_run = options.report, options.dry_run
    return rebuild.print_rebuild(table, region, options.journal, report, shown.now, dry_run=dry_run)


def _check(options: argparse.Namespace) -> int:
    question = check.Question(journal=options.journal, lost=options.lost, fix=options.fix)
    return check.print_check(_workbench(options), _region(options), question, shown.now)


def _reconcile(options: argparse.Namespace) -> int:
    question = reconcile.Question(
        pack=options.pack, day=options.day, until=options.until or options.day, out=options.out
    )
    return reconcile.print_days(_table(options), _region(options), question, shown.now())


def _return(options: argparse.Namespace) -> int:
    from infra.ops import returns  # noqa: PLC0415 - it brings the renderer of pages

    question = returns.Question(
        pack=options.pack,
        report=options.report,
        period=options.period,
        as_of=options.as_of,
        out=options.out,
        correcting=options.correcting,
        draft=options.draft,
        bom=options.bom,
    )
    return returns.print_return(_table(options), _region(options), question, shown.now())


def _report(options: argparse.Namespace) -> int:
    from infra.ops import report, themes  # noqa: PLC0415 - it brings the library that draws

    table = _table(options)
    counters, actions = Counters(table.client, table.name), ActionTable(table.client, table.name)
    question = report.Question(
        pack=options.pack, period=options.period, brand=options.brand, out=options.out, bom=options.bom
    )
    desk = InsightDesk(months=counters, actions=actions)
    cases = themes.Cases(table) if options.themes else None
    return report.write(desk, _region(options), question, shown.now(), cases)


def _themes(options: argparse.Namespace) -> int:
    from infra.ops import themes  # noqa: PLC0415 - as above

    question = themes.Question(pack=options.pack, period=options.period, brand=options.brand)
    return themes.print_themes(_table(options), _region(options), question, shown.now(), as_json=options.json)


def _register(options: argparse.Namespace) -> int:
    from infra.ops import register  # noqa: PLC0415 - as above

    question = register.Question(
        pack=options.pack, since=options.since, until=options.until, out=options.out, bom=options.bom
    )
    return register.write(_table(options), _region(options), question, shown.now())


def _person_export(options: argparse.Namespace) -> int:
    from infra.ops import person  # noqa: PLC0415 - it brings the renderer of letters

    return person.export(_table(options), _region(options), person.question(options), shown.now())


def _person_erase(options: argparse.Namespace) -> int:
    from infra.ops import person  # noqa: PLC0415 - as above

    return person.erase(_desk(options), person.question(options), options.by)


def _hold_place(options: argparse.Namespace) -> int:
    return hold.place(_desk(options), _number(options), options.reason, options.by)


def _hold_lift(options: argparse.Namespace) -> int:
    return hold.lift(_desk(options), _number(options), options.reason, options.by)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "explain": _explain,
    "reconcile": _reconcile,
    "verify": _verify,
    "what-if": _what_if,
    "rebuild": _rebuild,
    "check": _check,
    "return": _return,
    "report": _report,
    "themes": _themes,
    "register": _register,
    "person export": _person_export,
    "person erase": _person_erase,
    "hold place": _hold_place,
    "hold lift": _hold_lift,
}


def _table(options: argparse.Namespace) -> Table:
    found = options.table or os.environ.get("TABLE_NAME")
    if not found:
        raise UsageError("which table? Give --table or set TABLE_NAME; the stack's output TableName has it")
    return Table(client("dynamodb"), found)


def _workbench(options: argparse.Namespace) -> Workbench:
    table = _table(options)
    return Workbench(table.client, table.name)


def _case(options: argparse.Namespace) -> CaseFile:
    """The complaint, its number spelled in any way. Raises NotFound."""
    return _table(options).load(_number(options))


def _number(options: argparse.Namespace) -> str:
    """The number of the complaint, spelled in any way. Raises NotFound."""
    spelled = complaint_number.parse(options.number)
    if spelled is None:
        raise NotFound(options.number)
    return spelled


def _desk(options: argparse.Namespace) -> Desk:
    """What every change needs, here as in the functions."""
    return Desk(
        store=_table(options),
        region=_region(options),
        now=wiring.now,
        salt=secrets.token_bytes,
        pause=wiring.pause,
    )


def _region(options: argparse.Namespace) -> Region:
    """The operator as the region file has it; without a file, an operator that has set nothing."""
    path: Path | None = options.region_file
    if path is None:
        return Region(brands=(), teams=(), escalation=(), clients=())
    return settings.load(path).operator
