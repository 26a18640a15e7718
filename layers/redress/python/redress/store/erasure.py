"""What goes from the table when a person is forgotten, and where it is found.

An erasure that was ordered and is not done stands in a partition of the index of queues, and what may be
erased some day in another; each change of a complaint keeps that true, in its own transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from redress.domain import instants
from redress.store import keys
from redress.usecases.erasure_ports import Place

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef


@dataclass(frozen=True)
class Ordered:
    """A complaint whose erasure was ordered at an instant (UTC); the index knows of none that is done."""

    number: str
    at: datetime


@dataclass(frozen=True)
class ErasureTable:
    """Over a boto3 DynamoDB client. Raises the SDK's errors."""

    client: "DynamoDBClient"
    name: str

    def forget(self, number: str) -> None:
        """Delete all contents of a complaint, and their salts with them."""
        self._delete(keys.complaint(number), keys.CONTENT_PREFIX)

    def forget_consultation(self, number: str) -> None:
        """Delete a consultation: where it stands, and each message."""
        self._delete(keys.consultation(number), "")

    def ordered(self, limit: int) -> list[Ordered]:
        """At most `limit` of the erasures to be done, the longest waiting first. The index may lag."""
        found = self.client.query(**self._queue(keys.ERASURES, "#queue = :queue", limit))
        return [
            Ordered(one["number"]["S"], instants.from_text(one["queue_order"]["S"])) for one in found["Items"]
        ]

    def closed(self, until: datetime, after: str, limit: int) -> tuple[Sequence[str], str | None]:
        """At most `limit` of the closed complaints received until then (UTC), the earliest first.

        `after` is where the part before ended ("" at the beginning); beside them stands where this one did,
        None at the end.
        """
        bound = {":until": {"S": instants.to_text(until)}}
        query = self._queue(keys.CLOSED, "#queue = :queue AND #order <= :until", limit, bound)
        if after:
            query["ExclusiveStartKey"] = _start(after)
        found = self.client.query(**query)
        last = found.get("LastEvaluatedKey")
        return [one["number"]["S"] for one in found["Items"]], _place(last) if last else None

    def place(self) -> Place | None:
        """How far the last round over the closed complaints came."""
        item = self.client.get_item(TableName=self.name, Key=_PLACE, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return Place(day=date.fromisoformat(item["day"]["S"]), after=item.get("after", {}).get("S"))

    def keep_place(self, place: Place) -> None:
        """Remember how far a round came. Of two at once the later writes; what is looked at twice stays."""
        item = {**_PLACE, "day": {"S": place.day.isoformat()}}
        after = {"after": {"S": place.after}} if place.after else {}
        self.client.put_item(TableName=self.name, Item=item | after)

    def _queue(
        self, partition: str, condition: str, limit: int, values: Mapping[str, Any] = MappingProxyType({})
    ) -> "QueryInputTypeDef":
        names = {"#queue": "queue", "#number": "number", "#order": "queue_order"}
        return {
            "TableName": self.name,
            "IndexName": keys.BY_QUEUE,
            "KeyConditionExpression": condition,
            "ProjectionExpression": "#number, #order",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":queue": {"S": partition}, **values},
            "Limit": limit,
        }

    def _delete(self, pk: str, prefix: str) -> None:
        """One by one: with a batch goes the permission to write anything, and parts of it may be left."""
        for key in self._keys(pk, prefix):
            self.client.delete_item(TableName=self.name, Key=key)

    def _keys(self, pk: str, prefix: str) -> Iterator[dict[str, Any]]:
        """The keys alone: what is to be forgotten is not read."""
        within, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            within, values = f"{within} AND begins_with(sk, :prefix)", {**values, ":prefix": {"S": prefix}}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression=within,
            ExpressionAttributeValues=values,
            ProjectionExpression="pk, sk",
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


_PLACE: dict[str, Any] = {"pk": {"S": keys.RETENTION}, "sk": {"S": keys.RETENTION}}
_BETWEEN = " "


def _place(last: dict[str, Any]) -> str:
    """A key of the index as text: its order, and the partition of the complaint."""
    return f"{last['queue_order']['S']}{_BETWEEN}{last['pk']['S']}"


def _start(after: str) -> dict[str, Any]:
    order, _, pk = after.partition(_BETWEEN)
    texts = {"queue": keys.CLOSED, "queue_order": order, "pk": pk, "sk": keys.STATE}
    return {name: {"S": text} for name, text in texts.items()}
