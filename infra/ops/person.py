"""`redress person`: what is known of a player, written to a folder; and their wish to be forgotten.

The folder holds personal data: only its owner may look into it, and nothing of it is printed.
"""

import argparse
import json
import os
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from infra.languages import PACKAGE, compile_catalogues
from infra.ops import hold, person_page
from infra.ops.asked import UsageError
from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.s3 import KEPT, key
from redress.domain import number as complaint_number
from redress.domain.errors import NotFound
from redress.domain.values import Value
from redress.letters.again import written_again
from redress.region import Region
from redress.store.table import Table
from redress.usecases import export_document, export_person, players
from redress.usecases.change import Desk
from redress.usecases.export_document import Handed, Sources
from redress.usecases.export_person import PersonExportView, UnreadableView
from redress.usecases.order_erasure import HINTS, Outcome, order, order_all
from redress.usecases.players import Lists
from redress.usecases.ports import Request

JSON, PAGE, FILES = "export.json", "export.html", "files"
DONE = frozenset({Outcome.ORDERED, Outcome.ALREADY})


class Question(Value):
    """Whose data: of one complaint, or of a player of a brand. `out` and `bucket` are those of an export."""

    number: str | None
    brand: str
    known: Lists
    out: Path
    bucket: str | None


def question(options: argparse.Namespace) -> Question:
    """What was asked. Raises UsageError where nobody is named, or a brand that the region file lacks."""
    out, bucket = getattr(options, "out", None) or Path(), getattr(options, "evidence_bucket", None)
    if options.number:
        if options.brand or options.account or options.email:
            raise UsageError("--number names one complaint: leave out --brand, --account and --email")
        number = complaint_number.parse(options.number)
        if number is None:
            raise NotFound(options.number)
        return Question(number=number, brand="", known={}, out=out, bucket=bucket)
    if not options.brand or not (options.account or options.email):
        raise UsageError("whose data? Give --brand with --account or --email (better both), or --number")
    known = players.lists(_secret(options), options.brand, options.account, options.email)
    return Question(number=None, brand=options.brand, known=known, out=out, bucket=bucket)


def _secret(options: argparse.Namespace) -> bytes:
    arn = options.player_index_secret_arn or os.environ.get("PLAYER_INDEX_SECRET_ARN")
    if not arn:
        raise UsageError(
            "by which key? Give --player-index-secret-arn or set PLAYER_INDEX_SECRET_ARN, "
            "as the function of the operator's API has it"
        )
    return wiring.secret(arn)[0]


def export(table: Table, region: Region, asked: Question, now: datetime) -> int:
    """Write what is held about a player, whole, to a new folder. Raises UsageError, NotFound."""
    _check_brand(region, asked)
    try:
        asked.out.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise UsageError(f"--out {asked.out}: cannot be made: {error.strerror}") from None
    compile_catalogues(PACKAGE)
    sources = _sources(table, region, asked, now)
    document = _document(table, sources, asked, now)
    _write(asked.out / JSON, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    _write(asked.out / PAGE, person_page.page(document).encode())
    print(f"{len(document['complaints'])} complaints: {asked.out / PAGE}, {asked.out / JSON}")
    for one in document["unreadable"]:
        print(f"{one['number']}: unreadable. {one['hint']}")
    return 1 if document["unreadable"] else 0


def _check_brand(region: Region, asked: Question) -> None:
    if asked.number is None and region.brand(asked.brand) is None:
        known = ", ".join(one.id for one in region.brands)
        raise UsageError(f"--brand {asked.brand!r} is unknown: use one of {known}")


def _document(table: Table, sources: Sources, asked: Question, now: datetime) -> PersonExportView:
    """The export of one complaint, or of all complaints of a player with its parts put together."""
    if asked.number:
        case = table.load(asked.number)
        hint = export_person.missing(case)
        unreadable: list[UnreadableView] = [{"number": asked.number, "hint": hint}] if hint else []
        complaints = [export_document.complaint(case, sources)]
        return export_person.document(sources, case.complaint.brand, complaints, unreadable, None, now)
    parts = list(_parts(table, sources, asked, now))
    complaints = [one for part in parts for one in part["complaints"]]
    unreadable = [one for part in parts for one in part["unreadable"]]
    return export_person.document(sources, asked.brand, complaints, unreadable, None, now)


def _parts(table: Table, sources: Sources, asked: Question, now: datetime) -> Iterator[PersonExportView]:
    cursor, more = None, True
    while more:
        part = export_person.Asked(known=asked.known, brand=asked.brand, cursor=cursor)
        made = export_person.export(table, sources, part, now)
        yield made
        cursor = made["cursor"]
        more = cursor is not None


def _sources(table: Table, region: Region, asked: Question, now: datetime) -> Sources:
    bucket = asked.bucket

    def copy(number: str, sent: str, _media_type: str, name: str) -> Handed:
        folder = asked.out / FILES
        folder.mkdir(mode=0o700, exist_ok=True)
        answer = client("s3").get_object(Bucket=bucket, Key=key(KEPT, number, sent))
        _write(folder / name, answer["Body"].read())
        return Handed(url=f"{FILES}/{name}", expires_at=None)

    return Sources(
        region=region,
        letter=lambda case, sent: written_again(case, sent, region),
        file=copy if bucket else None,
        consultation=lambda number: export_person.consultation_of(table, number, now),
    )


def _write(path: Path, content: bytes) -> None:
    """A file that nobody but its owner can read."""
    path.touch(mode=0o600)
    path.write_bytes(content)


def erase(desk: Desk, asked: Question, by: str) -> int:
    """Order the erasure of a player's closed complaints, and say what came of each; 1 if one has to stay.

    Raises UsageError, NotFound, Conflict.
    """
    _check_brand(desk.region, asked)
    kept = 0
    for number, outcome in _ordered(desk, asked, hold.actor(by)):
        print(f"{number}: {outcome}. {HINTS[outcome]}")
        kept += outcome not in DONE
    return 1 if kept else 0


def _ordered(desk: Desk, asked: Question, actor: str) -> Iterator[tuple[str, Outcome]]:
    if asked.number:
        own = desk.store.load(asked.number).complaint.brand  # whether or not the operator still has it
        if outcome := order(desk, asked.number, actor, _request(desk), (own,)):
            yield asked.number, outcome
        return
    cursor, more = None, True
    while more:
        made = order_all(desk, asked.known, cursor, actor, _request(desk), (asked.brand,))
        yield from made.outcomes
        cursor = made.cursor
        more = cursor is not None


def _request(desk: Desk) -> Request:
    """A request of its own each time: nobody sends this command's again."""
    return Request(
        client=hold.OPERATIONS,
        key=str(uuid.uuid4()),
        fingerprint="",
        expires_at=desk.now() + timedelta(hours=1),
    )
