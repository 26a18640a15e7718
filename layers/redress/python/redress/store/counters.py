"""The counters of a month in one partition, and beside them what each complaint was counted for.

A change is one transaction: the counters move by the difference between what the complaint was counted for
and what it counts for now, and that is put on record, on condition that nobody else did so in between. So a
message that comes twice, late or out of order changes nothing, and no count is lost.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import TYPE_CHECKING, Any

from redress.domain.counting import Cell, Counted, Counts, difference
from redress.store import keys, requests

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

MOST_COUNTERS = 99
"""Items of counters in a transaction, of which DynamoDB takes a hundred writes."""

MARK = "="
"""Before a value in the name of its attribute: no value can be taken for a key."""


@dataclass(frozen=True)
class Counters:
    """Over a boto3 DynamoDB client. Raises the SDK's errors."""

    client: "DynamoDBClient"
    name: str

    def counted(self, number: str) -> Counted:
        """What the complaint was counted for."""
        found = self.client.get_item(TableName=self.name, Key=_place(number), ConsistentRead=True)
        item = found.get("Item")
        return _counted(item) if item else Counted()

    def count(self, number: str, before: Counted, seq: int, now: Counts) -> None:
        """Have the complaint counted for what it counts for `now`, which its events up to `seq` say.

        Raises VersionConflict where somebody else counts it, or its counters, at once. What takes several
        transactions may end after any of them: the next message finds the rest.
        """
        moved = _by_item(difference(before.counts, now))
        parts = list(batched(sorted(moved), MOST_COUNTERS, strict=False)) or [()]
        reached = before
        for at, part in enumerate(parts, start=1):
            after = dict(reached.counts)
            for place in part:
                for cell, by in moved[place].items():
                    after[cell] = after.get(cell, 0) + by
            written = Counted(
                seq=seq if at == len(parts) else reached.seq,
                turn=reached.turn + 1,
                counts={cell: n for cell, n in after.items() if n},
            )
            adds = [self._add(place, moved[place]) for place in part]
            requests.transact(self.client, [self._record(number, reached, written), *adds], has_request=False)
            reached = written

    def month(self, pack: str, month: str, kind: tuple[str, str] | None = None) -> Iterator[tuple[Cell, int]]:
        """The counters of a licence in a local month (`2026-03`) that are not zero: some pages of 1 MB.

        `kind` is a measure and a dimension: then those alone are read, mostly one page.
        """
        values = {":pk": {"S": keys.counts(pack, month)}}
        narrowed = ""
        if kind:
            narrowed, values[":kind"] = " AND begins_with(sk, :kind)", {"S": keys.count_kind(*kind)}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression=f"pk = :pk{narrowed}",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield from _cells(pack, item)

    def recorded(self) -> Iterator[tuple[str, Counted]]:
        """What each complaint was counted for. It reads the whole table."""
        for item in self._scan(keys.counted("")):
            yield item["pk"]["S"].removeprefix(keys.counted("")), _counted(item)

    def all(self) -> Iterator[tuple[Cell, int]]:
        """Every counter that is not zero. It reads the whole table."""
        for item in self._scan(keys.COUNTS_PREFIX):
            pack, _, _ = item["pk"]["S"].removeprefix(keys.COUNTS_PREFIX).rpartition("#")
            yield from _cells(pack, item)

    def correct(self, by: Counts) -> None:
        """Move counters, for no complaint's sake: what they should say, less what they say."""
        for place, moved in _by_item(by).items():
            self.client.update_item(**self._add(place, moved)["Update"])

    def _scan(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.name,
            FilterExpression="begins_with(pk, :prefix)",
            ExpressionAttributeValues={":prefix": {"S": prefix}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def _record(self, number: str, before: Counted, after: Counted) -> "TransactWriteItemTypeDef":
        item = {
            **_place(number),
            "seq": {"N": str(after.seq)},
            "turn": {"N": str(after.turn)},
            "counts": {"S": _to_text(after.counts)},
        }
        put: PutTypeDef = {
            "TableName": self.name,
            "Item": item,
            "ConditionExpression": "#turn = :before" if before.turn else "attribute_not_exists(#turn)",
            "ExpressionAttributeNames": {"#turn": "turn"},
        }
        if before.turn:
            put["ExpressionAttributeValues"] = {":before": {"N": str(before.turn)}}
        return {"Put": put}

    def _add(self, place: tuple[str, str], moved: Counts) -> "TransactWriteItemTypeDef":
        named = {f"#n{at}": MARK + cell.value for at, cell in enumerate(moved)}
        values = {f":n{at}": {"N": str(by)} for at, by in enumerate(moved.values())}
        adds = ", ".join(f"{name} {value}" for name, value in zip(named, values, strict=True))
        return {
            "Update": {
                "TableName": self.name,
                "Key": {"pk": {"S": place[0]}, "sk": {"S": place[1]}},
                "UpdateExpression": f"ADD {adds}",
                "ExpressionAttributeNames": named,
                "ExpressionAttributeValues": values,
            }
        }


def _by_item(moved: Counts) -> Mapping[tuple[str, str], dict[Cell, int]]:
    found: dict[tuple[str, str], dict[Cell, int]] = defaultdict(dict)
    for cell, by in moved.items():
        pk = keys.counts(cell.pack, f"{cell.day:%Y-%m}")
        sk = keys.count(cell.measure, cell.dimension, cell.day, cell.brand, cell.hour)
        found[pk, sk][cell] = by
    return found


def _cells(pack: str, item: Mapping[str, Any]) -> Iterator[tuple[Cell, int]]:
    measure, dimension, day, brand, hour = item["sk"]["S"].split("#")
    for name, value in item.items():
        if name.startswith(MARK) and value["N"] != "0":
            cell = Cell(pack, date.fromisoformat(day), brand, measure, dimension, name[len(MARK) :], hour)
            yield cell, int(value["N"])


def _place(number: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": keys.counted(number)}, "sk": {"S": keys.COUNTED}}


def _to_text(counts: Counts) -> str:
    rows: Sequence[Sequence[Any]] = [[*cell, n] for cell, n in sorted(counts.items())]
    return json.dumps(rows, default=date.isoformat, separators=(",", ":"), ensure_ascii=False)


def _counted(item: Mapping[str, Any]) -> Counted:
    rows = json.loads(item["counts"]["S"])
    found = {Cell(pack, date.fromisoformat(day), *rest): n for pack, day, *rest, n in rows}
    return Counted(seq=int(item["seq"]["N"]), turn=int(item["turn"]["N"]), counts=found)
