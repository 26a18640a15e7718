"""Whole registers of complaints, read for a proof: their events and what is open, and no content."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from redress.domain import audit
from redress.domain.audit import Record
from redress.domain.history import History
from redress.store import keys
from redress.usecases.what_if import months

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READERS = 8
"""Complaints read at once: fewer than a client has connections, which are ten."""

AHEAD = 500
"""Complaints held in memory at once, at some 50 KB each."""

REREADS = 3


@dataclass(frozen=True)
class Registers:
    """Over a boto3 DynamoDB client. Raises the SDK's errors."""

    client: "DynamoDBClient"
    name: str

    def numbers(self, pack: str, since: datetime, until: datetime) -> Iterator[str]:
        """Complaints of a licence's pack: the open ones, and those received in the months (UTC) between.

        An index may lag by a moment; a complaint may be in both.
        """
        for shard in keys.ATTENTION_SHARDS:
            for item in self._index(keys.BY_ATTENTION, "attention", shard, "#jurisdiction, #training"):
                if item.get("jurisdiction", {}).get("S") == pack and "training" not in item:
                    yield item["number"]["S"]
        for month in months(since, until):
            for item in self._index(keys.BY_REGISTER, "register", keys.register(pack, month), ""):
                yield item["number"]["S"]

    def histories(self, numbers: Iterable[str]) -> Iterator[History]:
        """Their records. What is not there, or cannot be read, is said to be so."""
        with ThreadPoolExecutor(READERS) as readers:
            for some in batched(numbers, AHEAD, strict=False):
                yield from readers.map(self.history, some)

    def history(self, number: str) -> History:
        """One complaint. A query may see part of a transaction beside it: then it is read again."""
        found = self._read(number)
        for _ in range(REREADS):
            if found.unread or (found.records and found.records[-1].hash == found.head):
                break
            found = self._read(number)
        return found

    def _read(self, number: str) -> History:
        items = [
            item
            for page in self.client.get_paginator("query").paginate(
                TableName=self.name,
                # From the events to the state: what persons wrote sorts before them.
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeNames={"#text": "text", "#head": "head"},
                ExpressionAttributeValues={
                    ":pk": {"S": keys.complaint(number)},
                    ":first": {"S": keys.EVENT_PREFIX},
                    ":last": {"S": keys.STATE},
                },
                ProjectionExpression="sk, #text, #head",
                ConsistentRead=True,
            )
            for item in page["Items"]
        ]
        state = next((item for item in items if item["sk"]["S"] == keys.STATE), None)
        texts = [item for item in items if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
        return _history(number, texts, state)

    def _index(self, index: str, attribute: str, value: str, more: str) -> Iterator[dict[str, Any]]:
        names = [name for name in more.replace("#", "").split(", ") if name]
        for page in self.client.get_paginator("query").paginate(
            TableName=self.name,
            IndexName=index,
            KeyConditionExpression="#partition = :value",
            ExpressionAttributeNames={
                "#partition": attribute,
                "#number": "number",
                **{f"#{name}": name for name in names},
            },
            ExpressionAttributeValues={":value": {"S": value}},
            ProjectionExpression=", ".join(["#number", *(f"#{name}" for name in names)]),
        ):
            yield from page["Items"]


def _history(number: str, texts: list[Any], state: Any) -> History:  # noqa: ANN401 - items as boto3 has them
    records: list[Record] = []
    head = state.get("head", {}).get("S", "") if state else ""
    for item in texts:
        try:
            records.append(audit.read(item["text"]["S"]))
        except audit.UNREADABLE:
            sort_key = item["sk"]["S"]
            unread, at = f"{sort_key} is no event", sort_key.removeprefix(keys.EVENT_PREFIX)
            unread_at = int(at) if at.isdecimal() else None
            return History(number=number, records=(), unread=unread, unread_at=unread_at)
    if records and not head:
        what = "its head" if state else "the state"
        return History(number=number, records=(), unread=f"{what} is missing")
    return History(number=number, records=tuple(records), head=head)
