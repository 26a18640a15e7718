"""`redress return`: what a licence owes its authority about a period, as documents from a table."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.ops import shown
from infra.ops.asked import UsageError
from redress.domain import packs
from redress.domain.return_lives import ReturnRefused
from redress.domain.rulepack import RulePack
from redress.domain.values import Value
from redress.region import Region
from redress.returns import document
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases import returns
from redress.usecases.reconcile import licences


class Question(Value):
    """Which report (from 1; None: the periodic one) of a pack, about which period, as known before `as_of`.

    `correcting` is the JSON of the return that was made before, `bom` asks for the CSV as old spreadsheets
    need it.
    """

    pack: str
    report: int | None
    period: str
    as_of: datetime | None
    out: Path
    correcting: Path | None
    draft: bool
    bom: bool


def print_owed(pack_id: str) -> int:
    """Print what a pack owes to authorities: its current version, before any setting of the operator."""
    versions = packs.history(pack_id)
    pack = packs.read_unchecked(versions[-1])
    print(f"{pack.id} {pack.version}: {pack.name}")
    print("\n".join(_owed(pack)))
    return 0


def print_return(table: Table, region: Region, question: Question, now: datetime) -> int:
    """Write the documents of a return and print its figures. Raises UsageError, RedressError."""
    check_licence(region, question.pack)
    latest = returns.settled(now)
    as_of = question.as_of or latest
    if as_of > latest:
        words = (
            "what happened later may be on its way still: give an instant at least a quarter of an hour ago"
        )
        raise UsageError(f"--as-of {shown.instant(as_of)}: {words}")
    asked = returns.ask(region, question.pack, question.report, question.period, as_of, draft=question.draft)
    earlier = _read(question.correcting) if question.correcting else None
    made = returns.make(Registers(table.client, table.name), region, asked, earlier)
    written = _write(question.out, _name(made), returns.render(made, bom=question.bom))
    print("\n".join([*map(str, written), *_lines(made)]))
    return 0


def check_licence(region: Region, pack_id: str) -> None:
    """Raises UsageError for a pack that is no licence of the operator's."""
    if pack_id not in licences(region):
        known = ", ".join(licences(region))
        raise UsageError(f"--pack {pack_id}: the region file has no such licence, but {known}")


def check_brand(region: Region, brand: str | None) -> None:
    """Raises UsageError for a brand (id) that the region file does not have; None is all of them."""
    known = sorted(one.id for one in region.brands)
    if brand is not None and brand not in known:
        raise UsageError(f"--brand {brand}: the region file has no such brand, but {', '.join(known)}")


def _owed(pack: RulePack) -> Iterator[str]:
    found = returns.owed(pack)
    if not found:
        yield "No report to any authority is named: nothing is owed. redress register exports the complaints."
    for one in found:
        source = f", {one['source']['citation']}" if one["source"] else ""
        yield f"{one['report']}. {one['to']}: {', '.join(one['content'])}"
        yield f"   {document.CADENCES[one['cadence']]}; due: {one['due_rule']} ({one['due_confidence']})"
        yield f"   {one['strength']}, {one['confidence']}{source}"
        yield from (f"   note: {words}" for words in one["conflicts"])


def _read(path: Path) -> document.Document:
    try:
        return document.read(path.read_bytes())
    except OSError as error:
        raise UsageError(f"--correcting {path}: cannot be read: {error.strerror}") from None
    except ReturnRefused as error:
        raise UsageError(f"--correcting {path}: {error}") from None


def _name(made: document.Document) -> str:
    return f"{made['pack']}-{made['report']}-{made['period']}{'-draft' if made['draft'] else ''}"


def _write(folder: Path, name: str, bodies: Mapping[str, bytes]) -> list[Path]:
    paths = {folder / f"{name}.{kind}": body for kind, body in bodies.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, body in paths.items():
            path.write_bytes(body)
    except OSError as error:
        raise UsageError(f"--out {folder}: cannot be written: {error.strerror}") from None
    return list(paths)


def _lines(made: Mapping[str, Any]) -> Iterator[str]:
    state = "DRAFT of what was known" if made["draft"] else "as known"
    yield f"{made['to']}, {made['pack']} {made['pack_version']}"
    yield f"  {made['period']}: {state} before {made['as_of']}"
    if made["draft"] and made["as_of"] < made["end"]:
        yield f"  the period is not over: what happens until {made['end']} is missing"
    yield f"  complaints looked at {len(made['inputs'])}, digest {made['digest']}"
    if made["due"]:
        yield f"  due by the end of {made['due']['last_day']}"
    for part in made["sections"]:
        for one in part["figures"]:
            yield f"  {one['id']}: {'to be filled in' if one['value'] is None else one['value']}"
    for one in made["corrects"]["figures"] if made["corrects"] else ():
        numbers = ", ".join(each["number"] for each in one["complaints"])
        yield f"  CORRECTED {one['id']}: {one['before']} before, {one['now']} now, by {numbers}"
