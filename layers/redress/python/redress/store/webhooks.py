"""Webhooks in the one table: all endpoints in one partition, what was given up in one for each of them.

Nothing secret is stored. Nothing is deleted but by DynamoDB, when its time has come: what is deleted here is
marked, so that webhooks need no permission to delete, which would be one to delete complaints.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from redress.domain import instants
from redress.domain.errors import FieldProblem, InvalidInput
from redress.domain.webhooks import Endpoint
from redress.store import keys, requests
from redress.usecases.ports import Request
from redress.usecases.webhook_ports import DeadLetter, StoredEvent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

KEPT = timedelta(days=90)  # a dead letter
FORGOTTEN = timedelta(days=1)  # a deleted endpoint, and a dead letter that was queued again

type Item = Mapping[str, Any]


@dataclass(frozen=True)
class WebhookTable:
    """The store of endpoints over a boto3 DynamoDB client; reads are consistent."""

    client: "DynamoDBClient"
    name: str

    def endpoints(self) -> Sequence[Endpoint]:
        """All endpoints of all clients, the oldest first."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": keys.WEBHOOKS}, ":prefix": {"S": keys.ENDPOINT_PREFIX}},
            ConsistentRead=True,
        )
        items = [item for page in pages for item in page["Items"] if "deleted_at" not in item]
        return sorted(map(_endpoint_of, items), key=lambda one: (one.created_at, one.id))

    def endpoint(self, webhook: str) -> Endpoint | None:
        """An endpoint, unless it is deleted."""
        item = self._item(keys.WEBHOOKS, keys.endpoint(webhook))
        return _endpoint_of(item) if item and "deleted_at" not in item else None

    def event(self, number: str, seq: int) -> StoredEvent | None:
        """An event of a complaint."""
        item = self._item(keys.complaint(number), keys.event(seq))
        return _event_of(number, item) if item else None

    def events(self, number: str) -> Sequence[StoredEvent]:
        """All events of a complaint, the first one first."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": keys.complaint(number)},
                ":prefix": {"S": keys.EVENT_PREFIX},
            },
            ConsistentRead=True,
        )
        return [_event_of(number, item) for page in pages for item in page["Items"]]

    def add(self, endpoint: Endpoint, request: Request, now: datetime) -> None:
        """Store a new endpoint and its request. Raises RequestSeen, and has stored nothing then."""
        item = {name: value for name, value in _values(endpoint).items() if value is not None}
        put: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self.name,
                "Item": {**_key(endpoint.id), **item},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        self._store(put, requests.claim(self.name, request, endpoint.id, endpoint.version, now))

    def rotate(self, endpoint: Endpoint, request: Request, now: datetime) -> None:
        """Store the next version of an endpoint's secret.

        Raises RequestSeen, and VersionConflict when another rotation was first; has stored nothing then.
        """
        names = ("version", "oldest", "overlap_until")
        values = _values(endpoint)
        update: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.name,
                "Key": _key(endpoint.id),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in names),
                "ConditionExpression": "#version = :before AND attribute_not_exists(deleted_at)",
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ExpressionAttributeValues": {
                    **{f":{name}": values[name] for name in names},
                    ":before": {"N": str(endpoint.version - 1)},
                },
            }
        }
        self._store(update, requests.claim(self.name, request, endpoint.id, endpoint.version, now))

    def remember(self, request: Request, webhook: str, count: int, now: datetime) -> None:
        """Store what a request led to that queued something. Raises RequestSeen."""
        self._store(requests.claim(self.name, request, webhook, count, now))

    def replace(self, endpoint: Endpoint) -> bool:
        """Store everything about an endpoint but its secret's versions; False when it is deleted."""
        kept = {"version", "oldest", "overlap_until"}
        values = {name: value for name, value in _values(endpoint).items() if name not in kept}
        present = {name: value for name, value in values.items() if value is not None}
        absent = sorted(values.keys() - present.keys())
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in present)
        update += " REMOVE " + ", ".join(f"#{name}" for name in absent) if absent else ""
        return self._change(
            endpoint.id, update, {f":{name}": value for name, value in present.items()}, values
        )

    def delete(self, webhook: str, now: datetime) -> bool:
        """Delete an endpoint; False when it is deleted already."""
        return self._change(
            webhook,
            "SET #deleted_at = :now, #expires_at = :then",
            {":now": {"S": instants.to_text(now)}, ":then": _expiry(now + FORGOTTEN)},
            ("deleted_at", "expires_at"),
        )

    def failed(self, webhook: str, why: str, at: datetime) -> None:
        """Count one more failure in a row."""
        self._change(
            webhook,
            "ADD #failures :one SET #last_failure = :why, #last_failure_at = :at",
            {":one": {"N": "1"}, ":why": {"S": why}, ":at": {"S": instants.to_text(at)}},
            ("failures", "last_failure", "last_failure_at"),
        )

    def recovered(self, webhook: str) -> None:
        """Count from zero again."""
        self._change(
            webhook, "SET #failures = :none REMOVE #retry_at", {":none": {"N": "0"}}, ("failures", "retry_at")
        )

    def claim_probe(self, webhook: str, now: datetime, retry_at: datetime) -> bool:
        """Be the one who calls a failing endpoint; False when it is not to be called yet."""
        return self._change(
            webhook,
            "SET #retry_at = :then",
            {":now": {"S": instants.to_text(now)}, ":then": {"S": instants.to_text(retry_at)}},
            ("retry_at",),
            " AND (attribute_not_exists(#retry_at) OR #retry_at <= :now)",
        )

    def disable(self, webhook: str, why: str, at: datetime) -> None:
        """Send it nothing more."""
        self._change(
            webhook,
            "SET #enabled = :no, #last_failure = :why, #last_failure_at = :at",
            {":no": {"BOOL": False}, ":why": {"S": why}, ":at": {"S": instants.to_text(at)}},
            ("enabled", "last_failure", "last_failure_at"),
        )

    def bury(self, letter: DeadLetter) -> None:
        """Keep a delivery that was given up, for KEPT."""
        self.client.put_item(
            TableName=self.name,
            Item={
                "pk": {"S": keys.webhook(letter.endpoint)},
                "sk": {"S": keys.dead_letter(letter.died_at, letter.number, letter.seq)},
                "number": {"S": letter.number},
                "seq": {"N": str(letter.seq)},
                "since": {"S": instants.to_text(letter.since)},
                "died_at": {"S": instants.to_text(letter.died_at)},
                "attempts": {"N": str(letter.attempts)},
                "why": {"S": letter.why},
                "expires_at": _expiry(letter.died_at + KEPT),
            },
        )

    def dead_letters(
        self, webhook: str, limit: int, cursor: str | None, now: datetime
    ) -> tuple[Sequence[DeadLetter], str | None]:
        """Part of what was given up and not queued again, the oldest first, and the cursor of the next part.

        A part may hold fewer than `limit` before the end. Raises InvalidInput for a cursor of another list.
        """
        pk = keys.webhook(webhook)
        start = {"ExclusiveStartKey": {"pk": {"S": pk}, "sk": {"S": _from_cursor(cursor)}}} if cursor else {}
        found = self.client.query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            FilterExpression="attribute_not_exists(replayed_at) AND expires_at > :now",
            ExpressionAttributeValues={
                ":pk": {"S": pk},
                ":prefix": {"S": keys.DEAD_PREFIX},
                ":now": _expiry(now),
            },
            Limit=limit,
            ConsistentRead=True,
            **start,  # type: ignore[arg-type]  # the stubs know no optional keyword as a mapping
        )
        last = found.get("LastEvaluatedKey")
        letters = [_letter_of(webhook, item) for item in found["Items"]]
        return letters, _to_cursor(last["sk"]["S"]) if last else None

    def replayed(self, letter: DeadLetter, now: datetime) -> None:
        """Take a delivery that was queued again off the list."""
        self.client.update_item(
            TableName=self.name,
            Key={
                "pk": {"S": keys.webhook(letter.endpoint)},
                "sk": {"S": keys.dead_letter(letter.died_at, letter.number, letter.seq)},
            },
            UpdateExpression="SET replayed_at = :now, expires_at = :then",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={
                ":now": {"S": instants.to_text(now)},
                ":then": _expiry(now + FORGOTTEN),
            },
        )

    def _item(self, pk: str, sk: str) -> Item | None:
        found = self.client.get_item(
            TableName=self.name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        return found.get("Item")

    def _store(self, *writes: "TransactWriteItemTypeDef") -> None:
        """All of them, or none. The last one is a request. Raises RequestSeen and VersionConflict."""
        requests.transact(self.client, writes, has_request=True)

    def _change(
        self,
        webhook: str,
        update: str,
        values: Mapping[str, Any],
        names: Iterable[str],
        condition: str = "",
    ) -> bool:
        """Change an endpoint that is there; False when it is not, or the further condition does not hold."""
        try:
            self.client.update_item(
                TableName=self.name,
                Key=_key(webhook),
                UpdateExpression=update,
                ConditionExpression=f"attribute_exists(pk) AND attribute_not_exists(deleted_at){condition}",
                ExpressionAttributeNames={f"#{name}": name for name in names},
                ExpressionAttributeValues=values,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _key(webhook: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": keys.WEBHOOKS}, "sk": {"S": keys.endpoint(webhook)}}


def _values(one: Endpoint) -> dict[str, Any]:
    """The attributes of an endpoint; None for one that it lacks."""
    texts = {"id": one.id, "client": one.client, "url": one.url, "description": one.description}
    texts["last_failure"] = one.last_failure
    instants_of = {
        "created_at": one.created_at,
        "overlap_until": one.overlap_until,
        "retry_at": one.retry_at,
        "last_failure_at": one.last_failure_at,
    }
    texts |= {name: instants.to_text(at) if at else None for name, at in instants_of.items()}
    counts = {"version": one.version, "oldest": one.oldest, "failures": one.failures}
    return {
        **{name: {"S": text} if text is not None else None for name, text in texts.items()},
        **{name: {"N": str(count)} for name, count in counts.items()},
        "training": {"BOOL": one.training},
        "enabled": {"BOOL": one.enabled},
        "events": {"L": [{"S": kind} for kind in one.events]} if one.events is not None else None,
    }


def _endpoint_of(item: Item) -> Endpoint:
    def text(name: str) -> str | None:
        value: str | None = item.get(name, {}).get("S")
        return value

    def instant(name: str) -> datetime | None:
        value = text(name)
        return instants.from_text(value) if value else None

    return Endpoint(
        id=item["id"]["S"],
        client=item["client"]["S"],
        url=item["url"]["S"],
        events=tuple(kind["S"] for kind in item["events"]["L"]) if "events" in item else None,
        description=text("description"),
        training=item["training"]["BOOL"],
        enabled=item["enabled"]["BOOL"],
        created_at=instants.from_text(item["created_at"]["S"]),
        version=int(item["version"]["N"]),
        oldest=int(item["oldest"]["N"]),
        overlap_until=instant("overlap_until"),
        failures=int(item["failures"]["N"]),
        retry_at=instant("retry_at"),
        last_failure=text("last_failure"),
        last_failure_at=instant("last_failure_at"),
    )


def _event_of(number: str, item: Item) -> StoredEvent:
    return StoredEvent(
        number=number,
        seq=int(item["sk"]["S"].removeprefix(keys.EVENT_PREFIX)),
        text=item["text"]["S"],
        brand=item["brand"]["S"],
        jurisdiction=item["jurisdiction"]["S"],
        training="training" in item,
    )


def _letter_of(webhook: str, item: Item) -> DeadLetter:
    return DeadLetter(
        endpoint=webhook,
        number=item["number"]["S"],
        seq=int(item["seq"]["N"]),
        since=instants.from_text(item["since"]["S"]),
        died_at=instants.from_text(item["died_at"]["S"]),
        attempts=int(item["attempts"]["N"]),
        why=item["why"]["S"],
    )


def _expiry(at: datetime) -> dict[str, str]:
    return {"N": str(int(at.timestamp()))}


def _to_cursor(sk: str) -> str:
    """Where in the list, opaque to the caller."""
    return base64.urlsafe_b64encode(sk.encode()).decode()


def _from_cursor(cursor: str) -> str:
    try:
        sk = base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
    except ValueError:
        sk = ""
    if not sk.startswith(keys.DEAD_PREFIX):
        remedy = "send the cursor that the previous page of this list gave, or none"
        raise InvalidInput([FieldProblem("cursor", "cursor", remedy)])
    return sk
