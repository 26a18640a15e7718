"""The complaints that measured functions find in the table: lived through by the real use cases and store."""

import secrets
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
from moto import mock_aws

from redress.domain import commands, number, packs
from redress.domain.commands import Command
from redress.region import Region
from redress.store import keys
from redress.store.table import Table
from redress.usecases.change import Desk, change
from redress.usecases.ports import Request
from redress.usecases.submit_complaint import Intake, submit_complaint
from tests.performance.canned_aws import Items, Partitions
from tests.support import tables

FRESH, WORKED = number.from_random(1), number.from_random(2)
JURISDICTION = "gb-ukgc"
LETTER = "acknowledgement-1"
DESCRIPTION = (
    "I asked for a withdrawal of what I had won with my bonus. It was refused without a reason. " * 10
)
PERSON = {"name": "A Player", "email": "player@example.com", "account": "player-1"}
SYSTEM, STAFF = "system", "app:back-office/handler"

CLAIM = commands.ClaimLetter(letter=LETTER)
SENT = commands.RecordLetterSent(letter=LETTER, message_id="message-1")
WORK: tuple[tuple[Command, str], ...] = (
    (CLAIM, SYSTEM),
    (SENT, SYSTEM),
    (commands.Triage(team="payments", severity="normal", reasons=("no_rule_fired",)), SYSTEM),
    (commands.Assign(assignee="handler", team="payments"), STAFF),
)


def partitions(region: Region) -> Partitions:
    """What reading each complaint returns, turn by turn.

    FRESH has just come in; every second time it is read, its letter has been claimed. WORKED has its team.
    """
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-west-2")
        tables.make(client)
        desk = _desk(Table(client, tables.NAME), region)
        _submit(desk, 1)
        fresh = _items(client, FRESH)
        change(desk, FRESH, CLAIM, SYSTEM)
        claimed = _items(client, FRESH)
        _submit(desk, 2)
        for command, actor in WORK:
            change(desk, WORKED, command, actor)
        return {
            keys.complaint(FRESH): [fresh, claimed],
            keys.complaint(WORKED): [_items(client, WORKED)],
        }


def _desk(store: Table, region: Region) -> Desk:
    began, minutes = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1), count()
    return Desk(
        store=store,
        region=region,
        now=lambda: began + timedelta(minutes=next(minutes)),
        salt=secrets.token_bytes,
        pause=lambda _: None,
    )


def _submit(desk: Desk, bits: int) -> None:
    submit = commands.Submit(
        brand=desk.region.brands[0].id,
        jurisdiction=JURISDICTION,
        pack_version=packs.load_pack(JURISDICTION).version,
        channel="form",
        language="en",
        category="bonuses",
        occurred_on=None,
        amount_minor=2550,
        currency="GBP",
        content={**PERSON, "description": DESCRIPTION, "transaction_references": [], "remedy": None},
    )
    request = Request(client="measured", key=str(bits), fingerprint="", expires_at=datetime.now(UTC))
    submit_complaint(Intake(desk=desk, random_bits=lambda _: bits), submit, "player", request, "0" * 64)


def _items(client: Any, which: str) -> Items:
    found = client.query(
        TableName=tables.NAME,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.complaint(which)}},
    )
    return list(found["Items"])
