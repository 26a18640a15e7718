"""Consultations in the table: an item for where each stands, and one for each record with what was written.

None of them is a STATE or an EVENT, so the stream starts, wakes and publishes nothing for them. One that
waits for an answer stands in a partition of the attention index, apart from the complaints that the sweep
looks for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from redress.domain import consultation, instants
from redress.domain.categories import present
from redress.domain.consultation import EVENT_TYPES, Consultation, Record, State
from redress.domain.errors import NoSuchConsultation
from redress.store import keys, requests
from redress.store.lists import Item, Lists, which_list
from redress.usecases.consultation_ports import ConsultationChange, ConsultationPage, ListedConsultation
from redress.usecases.ports import EVERYTHING, Narrow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

REREADS = 3


@dataclass(frozen=True)
class ConsultationTable(Lists):
    """The store of consultations over a boto3 DynamoDB client; every read of one is consistent."""

    client: "DynamoDBClient"
    name: str

    def load(self, number: str, now: datetime) -> Consultation:
        """The consultation. Raises NoSuchConsultation.

        DynamoDB deletes late, and one item after another: whoever is to be forgotten is not there. A query
        may see part of a transaction that runs beside it: then it is asked again.
        """
        for _ in range(1 + REREADS):
            head, records = self._read(number)
            if head is None or not records or _is_forgotten(head, now):
                break
            if int(head["version"]["N"]) == len(records):
                return consultation.fold(number, records)
        raise NoSuchConsultation(number)

    def append(self, change: ConsultationChange) -> None:
        """Store the last record whole, or raise VersionConflict or RequestSeen and store nothing."""
        writes = [*self.writes(change)]
        if change.request:
            after = change.after
            claim = requests.claim(self.name, change.request, after.number, after.version, after.changed_at)
            writes.append(claim)
        requests.transact(self.client, writes, has_request=change.request is not None)

    def writes(self, change: ConsultationChange) -> Iterator["TransactWriteItemTypeDef"]:
        """The writes of a change, which may be part of a greater one."""
        after, kept_until = change.after, change.kept_until
        yield self._head(after, kept_until)
        message = _message_item(after.number, after.records[-1]) | _expiry(kept_until)
        yield {
            "Put": {
                "TableName": self.name,
                "Item": message,
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        for record in after.records[:-1]:
            yield self._keep(after.number, record.seq, kept_until)

    def listed(
        self,
        team: str,
        state: State,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        total: bool = False,
    ) -> ConsultationPage:
        """Those of a team that stand alike. Open ones: harm first, then the earliest due; others by age."""
        which = which_list(keys.BY_QUEUE, keys.consultation_queue(team, state), narrow, forward=True)
        items, following = self._part(which, limit, cursor)
        return ConsultationPage(
            items=tuple(_listed(item) for item in items),
            cursor=following,
            total=self._count(which) if total else None,
        )

    def owed_since(self, now: datetime) -> datetime | None:
        """When the oldest answer was owed that is still owed at `now` (UTC); None if none is late."""
        found = self.client.query(
            TableName=self.name,
            IndexName=keys.BY_ATTENTION,
            KeyConditionExpression="#waiting = :waiting AND #at <= :now",
            ExpressionAttributeNames={"#waiting": "attention", "#at": "attention_at"},
            ExpressionAttributeValues={
                ":waiting": {"S": keys.UNANSWERED},
                ":now": {"S": instants.to_text(now)},
            },
            Limit=1,
        )
        return next((instants.from_text(item["attention_at"]["S"]) for item in found["Items"]), None)

    def _read(self, number: str) -> tuple[Item | None, list[Record]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.consultation(number)}},
            ConsistentRead=True,
        )
        items = [item for page in pages for item in page["Items"]]
        head = next((item for item in items if item["sk"]["S"] == keys.CONSULTATION), None)
        return head, [_record_of(item) for item in items if item["sk"]["S"].startswith(keys.MESSAGE_PREFIX)]

    def _head(self, after: Consultation, kept_until: datetime | None) -> "TransactWriteItemTypeDef":
        """Where it stands, whole: nothing but this module writes to it. `version` tells who was first."""
        item = {**_key(after.number, keys.CONSULTATION), **_head_values(after), **_expiry(kept_until)}
        first = after.version == 1
        condition = "attribute_not_exists(pk)" if first else "#version = :before"
        put: dict[str, Any] = {"TableName": self.name, "Item": item, "ConditionExpression": condition}
        if not first:
            put["ExpressionAttributeNames"] = {"#version": "version"}
            put["ExpressionAttributeValues"] = {":before": {"N": str(after.version - 1)}}
        return {"Put": put}  # type: ignore[typeddict-item]  # the stubs know no optional key

    def _keep(self, number: str, seq: int, until: datetime | None) -> "TransactWriteItemTypeDef":
        """An earlier record is kept for as long as the consultation."""
        update: dict[str, Any] = {
            "TableName": self.name,
            "Key": _key(number, keys.message(seq)),
            "UpdateExpression": "SET #expires = :until" if until else "REMOVE #expires",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeNames": {"#expires": "expires_at"},
        }
        if until:
            update["ExpressionAttributeValues"] = {":until": _expiry(until)["expires_at"]}
        return {"Update": update}  # type: ignore[typeddict-item]  # the stubs know no optional key


def _head_values(after: Consultation) -> dict[str, dict[str, str]]:
    waiting, due_at = after.state is State.OPEN, after.due_at
    texts = {
        "number": after.number,
        "stage": after.state.value,
        "brand": after.brand,
        "category": after.category,
        "team": after.team,
        "received_at": instants.to_text(after.asked_at),
        "needs_human": "yes" if after.signals else None,
        "due_at": instants.to_text(due_at) if due_at else None,
        "queue": keys.consultation_queue(after.team, after.state),
        "queue_order": keys.queue_order(due_at or after.changed_at, at_once=waiting and bool(after.signals)),
        "attention": keys.UNANSWERED if due_at else None,
        "attention_at": instants.to_text(due_at) if due_at else None,
    }
    values = {name: {"S": text} for name, text in texts.items() if text is not None}
    return values | {"version": {"N": str(after.version)}}


def _message_item(number: str, record: Record) -> dict[str, Any]:
    """Facts and text apart, so that the text can be erased without the facts."""
    item = {
        **_key(number, keys.message(record.seq)),
        "kind": {"S": type(record.event).__name__},
        "facts": {"S": json.dumps(vars(record.event), ensure_ascii=False)},
        "at": {"S": instants.to_text(record.at)},
        "actor": {"S": record.actor},
    }
    return item | ({"text": {"S": record.text}} if record.text is not None else {})


def _record_of(item: Item) -> Record:
    facts: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(item["facts"]["S"]).items()
    }
    return Record(
        seq=int(item["sk"]["S"].removeprefix(keys.MESSAGE_PREFIX)),
        at=instants.from_text(item["at"]["S"]),
        actor=item["actor"]["S"],
        event=EVENT_TYPES[item["kind"]["S"]](**facts),
        text=item["text"]["S"] if "text" in item else None,
    )


def _listed(item: Item) -> ListedConsultation:
    texts = {name: value["S"] for name, value in item.items() if "S" in value}
    due_at = texts.get("due_at")
    return ListedConsultation(
        number=texts["number"],
        version=int(item["version"]["N"]),
        state=texts["stage"],
        brand=texts["brand"],
        category=present(texts["category"]) if "category" in texts else None,
        team=texts["team"],
        urgent="needs_human" in texts,
        asked_at=instants.from_text(texts["received_at"]),
        due_at=instants.from_text(due_at) if due_at else None,
    )


def _is_forgotten(head: Item, now: datetime) -> bool:
    return "expires_at" in head and int(head["expires_at"]["N"]) <= now.timestamp()


def _key(number: str, sk: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": keys.consultation(number)}, "sk": {"S": sk}}


def _expiry(at: datetime | None) -> dict[str, dict[str, str]]:
    return {"expires_at": {"N": str(int(at.timestamp()))}} if at else {}
