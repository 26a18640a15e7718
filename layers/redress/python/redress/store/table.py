"""Complaints in one DynamoDB table: a change is one transaction, intake is one call."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from redress.domain import audit, complaint, instants
from redress.domain.errors import NotFound
from redress.store import keys, lists, requests
from redress.store.leases import Leases
from redress.store.lists import Item, Lists
from redress.store.stream import seen, told
from redress.usecases.ports import (
    Answer,
    Batch,
    Cap,
    CaseFile,
    Listing,
    Overlooked,
    QueuedTask,
    Request,
    SaltedContent,
)
from redress.usecases.wake import Seen

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from redress.published import Envelope
    from redress.store.consultations import ConsultationTable

REREADS = 3


@dataclass(frozen=True)
class Table(Lists, Leases):
    """The store of complaints over a boto3 DynamoDB client; every read of a complaint is consistent."""

    client: "DynamoDBClient"
    name: str

    @property
    def consultations(self) -> "ConsultationTable":
        """The consultations of the same table."""
        from redress.store.consultations import ConsultationTable  # noqa: PLC0415 - few requests are about one

        return ConsultationTable(self.client, self.name)

    def load(self, number: str) -> CaseFile:
        """The whole complaint. Raises NotFound, and Unreadable where it holds what Redress did not write.

        A query may see part of a transaction that runs beside it: then the complaint is read again.
        """
        case = self._read(number)
        for _ in range(REREADS):
            if case.whole:
                break
            case = self._read(number)
        return case

    def _read(self, number: str) -> CaseFile:
        items = self._partition(keys.complaint(number))
        try:
            return _case_file(number, items)
        except audit.UNREADABLE as error:
            raise audit.Unreadable(number) from error

    def append(self, batch: Batch) -> None:
        """Store one change whole, or raise VersionConflict, RequestSeen, CapReached or SentBefore."""
        writes = [self._write_state(batch)]
        writes += [self._put_new(event_item(record, batch.listing)) for record in batch.records]
        writes += [self._put_new(_content_item(batch.number, one)) for one in batch.contents]
        writes += [self._queue(task_item(batch.number, one)) for one in batch.tasks]
        writes += [self._dequeue(batch.number, opened) for opened in batch.closed_tasks]
        if batch.conversion:
            writes += self.consultations.writes(batch.conversion)
        writes += [requests.count(self.name, cap) for cap in batch.caps]
        if batch.request:
            last = batch.records[-1]
            writes.append(requests.claim(self.name, batch.request, batch.number, last.seq, last.at))
        has_request = batch.request is not None
        requests.transact(self.client, writes, has_request=has_request, caps=len(batch.caps))

    def remember(self, request: Request, number: str, now: datetime, caps: Sequence[Cap] = ()) -> None:
        """Keep that a request was answered which changed no complaint; each of `caps` counts it.

        Raises RequestSeen, CapReached or VersionConflict, and then stored nothing.
        """
        writes = [requests.count(self.name, cap) for cap in caps]
        writes.append(requests.claim(self.name, request, number, 0, now))
        requests.transact(self.client, writes, has_request=True, caps=len(caps))

    def answer(self, client: str, key: str, now: datetime) -> Answer | None:
        """What a request under that key led to, unless it has expired at `now` (UTC)."""
        found = self.client.get_item(
            TableName=self.name,
            Key={"pk": {"S": keys.request(client, key)}, "sk": {"S": keys.REQUEST}},
            ConsistentRead=True,
        )
        item = found.get("Item")
        if not item or int(item["expires_at"]["N"]) <= now.timestamp():
            return None
        return requests.answer_of(item)

    def raise_generation(self, number: str, generation: int, attention_at: datetime) -> bool:
        """End the execution `generation` and ask for the next; False when it is not the live one."""
        return self._change_state(
            number,
            "SET #generation = :next, #attention = :shard, #attention_at = :at REMOVE #token",
            "#generation = :mine",
            {
                ":next": {"N": str(generation + 1)},
                ":mine": {"N": str(generation)},
                ":shard": {"S": keys.attention(number)},
                ":at": {"S": instants.to_text(attention_at)},
            },
        )

    def rest(self, number: str, version: int, generation: int) -> bool:
        """Take a complaint that needs nothing more off the sweep's list; False when it changed meanwhile."""
        return self._change_state(
            number,
            "REMOVE #attention, #attention_at, #token",
            "#version = :version AND #generation = :mine",
            {":version": {"N": str(version)}, ":mine": {"N": str(generation)}},
        )

    def overlooked(self, now: datetime, limit: int) -> Iterable[Overlooked]:
        """Complaints whose attention is overdue: at most `limit` of each shard, the oldest first."""
        for shard in keys.ATTENTION_SHARDS:
            found = self.client.query(
                TableName=self.name,
                IndexName=keys.BY_ATTENTION,
                KeyConditionExpression="#shard = :shard AND #at < :now",
                ExpressionAttributeNames={"#shard": "attention", "#at": "attention_at"},
                ExpressionAttributeValues={":shard": {"S": shard}, ":now": {"S": instants.to_text(now)}},
                Limit=limit,
            )
            for item in found["Items"]:
                try:
                    yield from self._still_overlooked(item["number"]["S"], now)
                except (KeyError, ValueError):
                    continue  # no STATE that Redress wrote: the relay has set it aside, and an alarm rang

    def _still_overlooked(self, number: str, now: datetime) -> Iterable[Overlooked]:
        """The index may lag and holds no token: the table itself decides."""
        item = self._state_item(number)
        if not item or item.get("attention_at", {}).get("S", "~") >= instants.to_text(now):
            return
        yield Overlooked(
            number=number,
            version=int(item["version"]["N"]),
            generation=int(item["generation"]["N"]),
            attention_at=instants.from_text(item["attention_at"]["S"]),
            token=item.get("token", {}).get("S"),
        )

    def state(self, number: str) -> Seen | None:
        """Version, generation and token as they are now, or None."""
        return seen(self._state_item(number))

    def published(self, number: str, seq: int) -> "Envelope | None":
        """An event as it is published, or None if there is none."""
        key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(seq)}}
        found = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        return told(found["Item"]) if "Item" in found else None

    def _state_item(self, number: str) -> Item | None:
        found = self.client.get_item(TableName=self.name, Key=keys.state(number), ConsistentRead=True)
        return found.get("Item")

    def _partition(self, pk: str) -> list[Item]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def _write_state(self, batch: Batch) -> "TransactWriteItemTypeDef":
        return self._new_state(batch) if batch.expected_version == 0 else self._next_state(batch)

    def _new_state(self, batch: Batch) -> "TransactWriteItemTypeDef":
        item = {
            **keys.state(batch.number),
            **{name: value for name, value in state_values(batch).items() if value is not None},
            "number": {"S": batch.number},
            "generation": {"N": "1"},
            "link_version": {"N": "1"},
        }
        if batch.player:
            item["player"] = {"S": batch.player}
        return self._put_new(item)

    def _next_state(self, batch: Batch) -> "TransactWriteItemTypeDef":
        values = state_values(batch)
        forgotten = ("player", "link_version") if batch.forget_player else ()
        present = {name: value for name, value in values.items() if value is not None}
        absent = [name for name, value in values.items() if value is None]
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in present)
        if absent:
            update += " REMOVE " + ", ".join(f"#{name}" for name in absent)
        if batch.forget_player:
            update += f"{',' if absent else ' REMOVE'} #player ADD #link_version :one"
        return {
            "Update": {
                "TableName": self.name,
                "Key": keys.state(batch.number),
                "UpdateExpression": update,
                "ConditionExpression": "#version = :expected",
                "ExpressionAttributeNames": {f"#{name}": name for name in (*values, *forgotten)},
                "ExpressionAttributeValues": {
                    **{f":{name}": value for name, value in present.items()},
                    ":expected": {"N": str(batch.expected_version)},
                    **({":one": {"N": "1"}} if forgotten else {}),
                },
            }
        }

    def _put_new(self, item: Item) -> "TransactWriteItemTypeDef":
        return {
            "Put": {"TableName": self.name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        }

    def _queue(self, item: Item) -> "TransactWriteItemTypeDef":
        """A task joins a queue, or goes from one team's to another's."""
        return {"Put": {"TableName": self.name, "Item": item}}

    def _dequeue(self, number: str, opened: int) -> "TransactWriteItemTypeDef":
        """A task that is closed leaves its queue; nothing is ever deleted here."""
        return {
            "Update": {
                "TableName": self.name,
                "Key": {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.task(opened)}},
                "UpdateExpression": "REMOVE #queue, #queue_order",
                "ExpressionAttributeNames": {"#queue": "queue", "#queue_order": "queue_order"},
            }
        }

    def _change_state(self, number: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        names = re.findall(r"#(\w+)", update + condition)
        try:
            self.client.update_item(
                TableName=self.name,
                Key=keys.state(number),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in names},
                ExpressionAttributeValues=values,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _case_file(number: str, items: Sequence[Item]) -> CaseFile:
    """What these items are together. Raises NotFound, and `audit.UNREADABLE` for what is not ours."""
    state = next((item for item in items if item["sk"]["S"] == keys.STATE), None)
    records = tuple(audit.read(item["text"]["S"]) for item in _under(items, keys.EVENT_PREFIX))
    if state is None or not records:
        raise NotFound(number)
    return CaseFile(
        complaint=complaint.fold(records),
        records=records,
        contents=dict(_content_of(item) for item in _under(items, keys.CONTENT_PREFIX)),
        generation=int(state["generation"]["N"]),
        link_version=int(state["link_version"]["N"]),
        state_head=state["head"]["S"],
        lease=lists.lease_of(state),
        player=state.get("player", {}).get("S"),
    )


def state_values(batch: Batch) -> dict[str, dict[str, str] | None]:
    """The attributes of STATE that a change sets; None removes one. Token and generation stay."""
    listing: Listing = batch.listing
    texts = {
        "head": batch.records[-1].hash,
        "stage": listing.stage,
        "brand": listing.brand,
        "jurisdiction": listing.jurisdiction,
        "category": listing.category,
        "language": listing.language,
        "received_at": instants.to_text(listing.received_at),
        "register": keys.register(listing.jurisdiction, listing.received_at, training=listing.training),
        "priority": str(listing.priority) if listing.priority else None,
        "severity": listing.severity,
        "needs_human": _yes(listing.needs_human),
        "not_for": keys.persons(listing.not_for) if listing.not_for else None,
        "training": _yes(listing.training),
        "team": listing.team,
        "assignee": listing.assignee,
        **_place(listing),
        "due_at": instants.to_text(listing.due_at) if listing.due_at else None,
        "acknowledgement": listing.acknowledgement,
        "attention": keys.attention(batch.number),
        "attention_at": instants.to_text(batch.attention_at),
    }
    version = {"version": {"N": str(batch.records[-1].seq)}}
    return version | {name: {"S": text} if text is not None else None for name, text in texts.items()}


def _yes(value: bool) -> str | None:  # noqa: FBT001 - the value of an attribute
    return "yes" if value else None


def _place(listing: Listing) -> dict[str, str | None]:
    """Partition and order in the index of queues: of its team, of what is to be erased, of what is closed.

    Where nothing is known to fall due, a complaint stands in its queue by its receipt.
    """
    if listing.queue:
        order = keys.queue_order(listing.due_at or listing.received_at, at_once=listing.needs_human)
        return {"queue": keys.queue(listing.queue, training=listing.training), "queue_order": order}
    if listing.erasing_since:
        return {"queue": keys.ERASURES, "queue_order": instants.to_text(listing.erasing_since)}
    if listing.kept:
        return {"queue": keys.CLOSED, "queue_order": instants.to_text(listing.received_at)}
    return {"queue": None, "queue_order": None}


def event_item(record: audit.Record, listing: Listing) -> Item:
    """Beside its text what whoever publishes it has to know, so that they read nothing else."""
    item = {
        "pk": {"S": keys.complaint(record.number)},
        "sk": {"S": keys.event(record.seq)},
        "text": {"S": record.text},
        "brand": {"S": listing.brand},
        "jurisdiction": {"S": listing.jurisdiction},
    }
    return item | ({"training": {"S": "yes"}} if listing.training else {})


def _content_item(number: str, one: SaltedContent) -> Item:
    return {
        "pk": {"S": keys.complaint(number)},
        "sk": {"S": keys.content(one.seq)},
        "salt": {"B": one.salt},
        "content": {"S": json.dumps(one.content, ensure_ascii=False)},
    }


def task_item(number: str, one: QueuedTask) -> Item:
    """A task in the queue of its team."""
    return {
        "pk": {"S": keys.complaint(number)},
        "sk": {"S": keys.task(one.opened)},
        "number": {"S": number},
        "task": {"S": one.task},
        "team": {"S": one.team},
        "brand": {"S": one.brand},
        "due_at": {"S": instants.to_text(one.due_at)},
        "queue": {"S": keys.task_queue(one.team)},
        "queue_order": {"S": keys.queue_order(one.due_at)},
    }


def _content_of(item: Item) -> tuple[int, audit.Content]:
    return int(item["sk"]["S"].removeprefix(keys.CONTENT_PREFIX)), json.loads(item["content"]["S"])


def _under(items: Iterable[Item], prefix: str) -> list[Item]:
    return [item for item in items if item["sk"]["S"].startswith(prefix)]
