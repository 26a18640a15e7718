"""Alarms about rises in the one table: all of them in one partition, and how far each licence was looked at.

Some dozens are raised in a year, each of a kilobyte or two, and none is kept longer than KEPT: a query reads
all of them, in one page.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from redress.domain import instants
from redress.domain.clusters import Alarm, Key
from redress.domain.raised import Raised
from redress.store import keys, requests

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

KEPT = timedelta(days=731)
"""Of the end of its window; then the table forgets it."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = f"{keys.ALARM_PREFIX}~"


@dataclass(frozen=True)
class AlarmTable:
    """The store of alarms over a boto3 DynamoDB client; reads are consistent. Raises the SDK's errors."""

    client: "DynamoDBClient"
    name: str

    def looked(self, pack: str) -> datetime | None:
        """Up to which full hour (UTC) a licence was looked at; None: never."""
        found = self.client.get_item(TableName=self.name, Key=_looked(pack), ConsistentRead=True)
        return instants.from_text(found["Item"]["until"]["S"]) if "Item" in found else None

    def alarms(self, since: datetime = EARLIEST) -> Sequence[Raised]:
        """Those whose window ended at an instant or later, the oldest first."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": keys.ALARMS},
                ":first": {"S": keys.alarm(since, "")},
                ":last": {"S": _LAST},
            },
            ConsistentRead=True,
        )
        return [_raised_of(item) for page in pages for item in page["Items"]]

    def add(self, pack: str, until: datetime, raised: Sequence[Raised]) -> None:
        """Put on record that a licence was looked at up to a full hour, and what was raised then.

        It is one transaction, for at most 99 alarms. Raises VersionConflict when somebody looked so far
        already, or does at once, and has stored nothing then.
        """
        looked: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self.name,
                "Item": {**_looked(pack), "until": {"S": instants.to_text(until)}},
                "ConditionExpression": "attribute_not_exists(pk) OR #until < :until",
                "ExpressionAttributeNames": {"#until": "until"},
                "ExpressionAttributeValues": {":until": {"S": instants.to_text(until)}},
            }
        }
        puts: list[TransactWriteItemTypeDef] = [
            {"Put": {"TableName": self.name, "Item": {**_key(one), **_values(one)}}} for one in raised
        ]
        requests.transact(self.client, [looked, *puts], has_request=False)

    def claim(self, one: Raised, now: datetime, until: datetime) -> bool:
        """Whether its letter may be sent by the caller, and by nobody else until then."""
        try:
            self.client.update_item(
                TableName=self.name,
                Key=_key(one),
                UpdateExpression="SET #claimed = :until",
                ConditionExpression="attribute_not_exists(#told) AND "
                "(attribute_not_exists(#claimed) OR #claimed <= :now)",
                ExpressionAttributeNames={"#told": "told_at", "#claimed": "claimed_until"},
                ExpressionAttributeValues={
                    ":now": {"S": instants.to_text(now)},
                    ":until": {"S": instants.to_text(until)},
                },
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def release(self, one: Raised) -> None:
        """Whoever claimed the letter did not send it."""
        self.client.update_item(
            TableName=self.name,
            Key=_key(one),
            UpdateExpression="REMOVE #claimed",
            ExpressionAttributeNames={"#claimed": "claimed_until"},
        )

    def told(self, one: Raised, at: datetime, message_id: str) -> None:
        """The letter left."""
        self.client.update_item(
            TableName=self.name,
            Key=_key(one),
            UpdateExpression="SET #told = :at, #message = :message REMOVE #claimed",
            ExpressionAttributeNames={
                "#told": "told_at",
                "#message": "message_id",
                "#claimed": "claimed_until",
            },
            ExpressionAttributeValues={":at": {"S": instants.to_text(at)}, ":message": {"S": message_id}},
        )


def _key(one: Raised) -> dict[str, dict[str, str]]:
    return {"pk": {"S": keys.ALARMS}, "sk": {"S": keys.alarm(one.alarm.end, one.id)}}


def _looked(pack: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": keys.ALARMS}, "sk": {"S": keys.looked(pack)}}


def _values(one: Raised) -> dict[str, Any]:
    alarm = one.alarm
    told = {
        **vars(alarm),
        "key": alarm.key.order,
        "start": instants.to_text(alarm.start),
        "end": instants.to_text(alarm.end),
        "also": [key.order for key in alarm.also],
    }
    return {
        "pack": {"S": one.pack},
        "alarm": {"S": json.dumps(told, separators=(",", ":"), ensure_ascii=False)},
        "complaints": {"S": " ".join(one.complaints)},
        "raised_at": {"S": instants.to_text(one.raised_at)},
        "silent_until": {"S": instants.to_text(one.silent_until)},
        "expires_at": {"N": str(int((alarm.end + KEPT).timestamp()))},
    }


def _raised_of(item: Mapping[str, Any]) -> Raised:
    told = json.loads(item["alarm"]["S"])
    told |= {name: instants.from_text(told[name]) for name in ("start", "end")}
    return Raised(
        pack=item["pack"]["S"],
        alarm=Alarm(**{**told, "key": _key_of(told["key"]), "also": tuple(map(_key_of, told["also"]))}),
        complaints=tuple(item["complaints"]["S"].split()),
        raised_at=instants.from_text(item["raised_at"]["S"]),
        silent_until=instants.from_text(item["silent_until"]["S"]),
        told_at=instants.from_text(item["told_at"]["S"]) if "told_at" in item else None,
        message_id=item["message_id"]["S"] if "message_id" in item else None,
    )


def _key_of(order: Sequence[str]) -> Key:
    brand, dimension, value = order
    return Key(dimension=dimension, value=value, brand=brand)
