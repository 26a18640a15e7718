"""Complaints in one DynamoDB table: a change is one transaction, intake is one call."""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from redress.domain import audit, complaint, instants
from redress.domain import number as complaint_number
from redress.domain.errors import FieldProblem, InvalidInput, NotFound
from redress.store import keys
from redress.store.stream import seen
from redress.usecases.ports import (
    Answer,
    Batch,
    CaseFile,
    Listed,
    Listing,
    Overlooked,
    Page,
    Request,
    RequestSeen,
    SaltedContent,
    VersionConflict,
)
from redress.usecases.wake import Seen

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

type Item = Mapping[str, Any]

REREADS = 3
_OTHERS_WON = {"ConditionalCheckFailed", "TransactionConflict"}


@dataclass(frozen=True)
class Table:
    """The store of complaints over a boto3 DynamoDB client; every read of a complaint is consistent."""

    client: "DynamoDBClient"
    name: str

    def load(self, number: str) -> CaseFile:
        """The whole complaint. Raises NotFound.

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
        )

    def append(self, batch: Batch) -> None:
        """Store one change whole, or raise VersionConflict or RequestSeen and store nothing."""
        writes = [self._write_state(batch)]
        writes += [self._put_new(_event_item(record)) for record in batch.records]
        writes += [self._put_new(_content_item(batch.number, one)) for one in batch.contents]
        if batch.request:
            writes.append(self._claim_request(batch.request, batch))
        try:
            self.client.transact_write_items(TransactItems=writes)
        except self.client.exceptions.TransactionCanceledException as cancelled:
            reasons = cancelled.response["CancellationReasons"]
            why = _why_cancelled(reasons, has_request=batch.request is not None)
            if why is None:
                raise
            raise why from cancelled
        except self.client.exceptions.TransactionInProgressException as busy:
            raise VersionConflict from busy

    def answer(self, client: str, key: str) -> Answer | None:
        """What a request under that key led to, unless it has expired."""
        found = self.client.get_item(
            TableName=self.name,
            Key={"pk": {"S": keys.request(client, key)}, "sk": {"S": keys.REQUEST}},
            ConsistentRead=True,
        )
        item = found.get("Item")
        if not item or int(item["expires_at"]["N"]) <= datetime.now(UTC).timestamp():
            return None
        return _answer_of(item)

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

    def list_queue(self, team: str, limit: int, cursor: str | None) -> Page:
        """Open complaints of a team, the earliest due first."""
        return self._page(keys.BY_QUEUE, team, limit, cursor, forward=True)

    def list_register(self, register: str, limit: int, cursor: str | None) -> Page:
        """Complaints of a register month (`pack#yyyy-mm`), the latest first."""
        return self._page(keys.BY_REGISTER, register, limit, cursor, forward=False)

    def list_player(self, player: str, limit: int, cursor: str | None) -> Page:
        """Complaints of a player (keyed hash), the latest first."""
        return self._page(keys.BY_PLAYER, player, limit, cursor, forward=False)

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
                yield from self._still_overlooked(item["number"]["S"], now)

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

    def _state_item(self, number: str) -> Item | None:
        found = self.client.get_item(TableName=self.name, Key=_state_key(number), ConsistentRead=True)
        return found.get("Item")

    def _partition(self, pk: str) -> list[Item]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def _page(self, index: str, value: str, limit: int, cursor: str | None, *, forward: bool) -> Page:
        partition, _ = keys.LISTS[index]
        start = {"ExclusiveStartKey": _from_cursor(cursor, index, value)} if cursor else {}
        found = self.client.query(
            TableName=self.name,
            IndexName=index,
            KeyConditionExpression="#by = :value",
            ExpressionAttributeNames={"#by": partition},
            ExpressionAttributeValues={":value": {"S": value}},
            ScanIndexForward=forward,
            Limit=limit,
            **start,  # type: ignore[arg-type]
        )
        items = found["Items"]
        more = "LastEvaluatedKey" in found
        return Page(
            items=tuple(_listed(item) for item in items),
            cursor=_to_cursor(index, value, items[-1]) if more else None,
        )

    def _write_state(self, batch: Batch) -> "TransactWriteItemTypeDef":
        return self._new_state(batch) if batch.expected_version == 0 else self._next_state(batch)

    def _new_state(self, batch: Batch) -> "TransactWriteItemTypeDef":
        item = {
            **_state_key(batch.number),
            **{name: value for name, value in _state_values(batch).items() if value is not None},
            "number": {"S": batch.number},
            "generation": {"N": "1"},
            "link_version": {"N": "1"},
        }
        if batch.player:
            item["player"] = {"S": batch.player}
        return self._put_new(item)

    def _next_state(self, batch: Batch) -> "TransactWriteItemTypeDef":
        values = _state_values(batch)
        present = {name: value for name, value in values.items() if value is not None}
        absent = [name for name, value in values.items() if value is None]
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in present)
        if absent:
            update += " REMOVE " + ", ".join(f"#{name}" for name in absent)
        return {
            "Update": {
                "TableName": self.name,
                "Key": _state_key(batch.number),
                "UpdateExpression": update,
                "ConditionExpression": "#version = :expected",
                "ExpressionAttributeNames": {f"#{name}": name for name in values},
                "ExpressionAttributeValues": {
                    **{f":{name}": value for name, value in present.items()},
                    ":expected": {"N": str(batch.expected_version)},
                },
            }
        }

    def _claim_request(self, request: Request, batch: Batch) -> "TransactWriteItemTypeDef":
        """The condition tests expiry, too: DynamoDB deletes expired items late."""
        item = {
            "pk": {"S": keys.request(request.client, request.key)},
            "sk": {"S": keys.REQUEST},
            "fingerprint": {"S": request.fingerprint},
            "number": {"S": batch.number},
            "seq": {"N": str(batch.records[-1].seq)},
            "expires_at": {"N": str(int(request.expires_at.timestamp()))},
        }
        return {
            "Put": {
                "TableName": self.name,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": {"N": str(int(batch.records[-1].at.timestamp()))}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _put_new(self, item: Item) -> "TransactWriteItemTypeDef":
        return {
            "Put": {"TableName": self.name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        }

    def _change_state(self, number: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        names = re.findall(r"#(\w+)", update + condition)
        try:
            self.client.update_item(
                TableName=self.name,
                Key=_state_key(number),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in names},
                ExpressionAttributeValues=values,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _state_key(number: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.STATE}}


def _state_values(batch: Batch) -> dict[str, dict[str, str] | None]:
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
        "register": keys.register(listing.jurisdiction, listing.received_at),
        "team": listing.team,
        "assignee": listing.assignee,
        "queue": listing.queue,
        "due_at": instants.to_text(listing.due_at) if listing.due_at else None,
        "attention": keys.attention(batch.number),
        "attention_at": instants.to_text(batch.attention_at),
    }
    version = {"version": {"N": str(batch.records[-1].seq)}}
    return version | {name: {"S": text} if text is not None else None for name, text in texts.items()}


def _event_item(record: audit.Record) -> Item:
    return {
        "pk": {"S": keys.complaint(record.number)},
        "sk": {"S": keys.event(record.seq)},
        "text": {"S": record.text},
    }


def _content_item(number: str, one: SaltedContent) -> Item:
    return {
        "pk": {"S": keys.complaint(number)},
        "sk": {"S": keys.content(one.seq)},
        "salt": {"B": one.salt},
        "content": {"S": json.dumps(one.content, ensure_ascii=False)},
    }


def _content_of(item: Item) -> tuple[int, audit.Content]:
    return int(item["sk"]["S"].removeprefix(keys.CONTENT_PREFIX)), json.loads(item["content"]["S"])


def _under(items: Iterable[Item], prefix: str) -> list[Item]:
    return [item for item in items if item["sk"]["S"].startswith(prefix)]


def _why_cancelled(reasons: Sequence[Mapping[str, Any]], *, has_request: bool) -> Exception | None:
    """What a cancelled transaction means here; None when it means nothing special (throttling, say).

    The request is the last write of a transaction that has one, and the first thing to look at.
    """
    if has_request and reasons[-1].get("Code") == "ConditionalCheckFailed" and reasons[-1].get("Item"):
        return RequestSeen(_answer_of(reasons[-1]["Item"]))
    codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    return VersionConflict(", ".join(sorted(codes))) if codes <= _OTHERS_WON else None


def _answer_of(item: Item) -> Answer:
    return Answer(fingerprint=item["fingerprint"]["S"], number=item["number"]["S"], seq=int(item["seq"]["N"]))


def _listed(item: Item) -> Listed:
    due = item.get("due_at", {}).get("S")
    return Listed(
        number=item["number"]["S"],
        version=int(item["version"]["N"]),
        generation=int(item["generation"]["N"]),
        stage=item["stage"]["S"],
        brand=item["brand"]["S"],
        jurisdiction=item["jurisdiction"]["S"],
        category=item["category"]["S"],
        team=item.get("team", {}).get("S"),
        assignee=item.get("assignee", {}).get("S"),
        received_at=instants.from_text(item["received_at"]["S"]),
        due_at=instants.from_text(due) if due else None,
    )


def _to_cursor(index: str, value: str, last: Item) -> str:
    """Which list, and where in it: opaque to the caller."""
    _, sort = keys.LISTS[index]
    parts = (index, value, last[sort]["S"], last["number"]["S"])
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode()


def _from_cursor(cursor: str, index: str, value: str) -> dict[str, dict[str, str]]:
    """The key a cursor stands for; it must belong to the list that is being read."""
    partition, sort = keys.LISTS[index]
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
        list_index, list_value, at, number = text.split("\n")
        instants.from_text(at)
    except ValueError:
        raise _bad_cursor() from None
    if (list_index, list_value) != (index, value) or complaint_number.parse(number) != number:
        raise _bad_cursor()
    return {**_state_key(number), partition: {"S": value}, sort: {"S": at}}


def _bad_cursor() -> InvalidInput:
    remedy = "send the cursor that the previous page of this list gave, or none"
    return InvalidInput([FieldProblem("cursor", "cursor", remedy)])
