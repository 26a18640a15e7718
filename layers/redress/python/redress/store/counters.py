"""The counters of a month in one partition, and beside them what each complaint was counted for.

What figures look back at is counted by the day in one more partition, of all months: its items are a month,
brand, measure, dimension and value each, the days are attributes.

A change is one transaction: the counters move by the difference between what the complaint was counted for
and what it counts for now, and that is put on record, on condition that nobody else did so in between. So a
message that comes twice, late or out of order changes nothing, and no count is lost.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, NamedTuple

from redress.domain.counting import DEFINITION, WHOLE_DAY, Cell, Counted, Counts, difference
from redress.domain.figures.lag import Newest
from redress.domain.instants import from_text
from redress.store import keys, requests

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef, PutTypeDef, TransactWriteItemTypeDef

MOST_COUNTERS = 99
"""Items of counters in a transaction, of which DynamoDB takes a hundred writes."""

MARK = "="
"""Before a value, or a day, in the name of its attribute: none can be taken for a key."""


READS = 5
"""Of what a batch left out."""


class Place(NamedTuple):
    """The key of an item of counters."""

    pk: str
    sk: str


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
        transactions may end after any of them: who counts it next finds the rest.
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
            adds = [self._add(place, _named(moved[place])) for place in part]
            requests.transact(self.client, [self._record(number, reached, written), *adds], has_request=False)
            reached = written

    def month(self, pack: str, month: str, measure: str = "") -> Iterator[tuple[Cell, int]]:
        """The counters of a licence in a local month (`2026-03`) that are not zero: some pages of 1 MB.

        With a measure those of it alone are read.
        """
        values = {":pk": {"S": keys.counts(pack, month)}}
        narrowed = ""
        if measure:
            narrowed, values[":of"] = " AND begins_with(sk, :of)", {"S": keys.counts_of(measure)}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression=f"pk = :pk{narrowed}",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield from _cells(pack, item)

    def before(self, pack: str, month: str) -> Iterator[tuple[Cell, int]]:
        """The sums of days that are looked back at (LOOKED_BACK), of all before a local month, if not zero.

        A query for each megabyte: a brand with twenty causes fills some 80 KB in a year.
        """
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk < :month",
            ExpressionAttributeValues={
                ":pk": {"S": keys.counts(pack, keys.ALL_MONTHS)},
                ":month": {"S": month},
            },
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield from ((cell._replace(hour=""), n) for cell, n in _days(pack, item))

    def newest(self, pack: str, month: datetime, most: int) -> list[Newest]:
        """The complaints received last in the UTC month of an instant: a query of an index, which may lag."""
        found = self.client.query(
            TableName=self.name,
            IndexName=keys.BY_REGISTER,
            KeyConditionExpression="#register = :register",
            ExpressionAttributeNames={
                f"#{name}": name for name in ("register", "number", "brand", "version", "received_at")
            },
            ExpressionAttributeValues={":register": {"S": keys.register(pack, month)}},
            ProjectionExpression="#number, #brand, #version, #received_at",
            ScanIndexForward=False,
            Limit=most,
        )
        return [
            Newest(
                number=item["number"]["S"],
                brand=item["brand"]["S"],
                version=int(item["version"]["N"]),
                received_at=from_text(item["received_at"]["S"]),
            )
            for item in found["Items"]
        ]

    def counted_up_to(self, numbers: Iterable[str]) -> dict[str, int]:
        """Up to which event each of at most a hundred complaints is counted as it is defined now.

        One that is not is left out, and so is what the table would not tell within a few calls.
        """
        found: dict[str, int] = {}
        wanted: Sequence[Any] = [_place(number) for number in numbers]
        for _ in range(READS):
            if not wanted:
                break
            asked: KeysAndAttributesTypeDef = {
                "Keys": wanted,
                "ProjectionExpression": "pk, #seq, #definition",
                "ExpressionAttributeNames": {"#seq": "seq", "#definition": "definition"},
                "ConsistentRead": True,
            }
            answer = self.client.batch_get_item(RequestItems={self.name: asked})
            for item in answer["Responses"].get(self.name, []):
                if _definition(item) == DEFINITION:
                    found[item["pk"]["S"].removeprefix(keys.counted(""))] = int(item["seq"]["N"])
            left = answer["UnprocessedKeys"].get(self.name)
            wanted = left["Keys"] if left else ()
        return found

    def recorded(self) -> Iterator[tuple[str, Counted]]:
        """What each complaint was counted for. It reads the whole table."""
        for item in self._scan(keys.counted("")):
            yield item["pk"]["S"].removeprefix(keys.counted("")), _counted(item)

    def all(self) -> Iterator[tuple[Cell, int]]:
        """Every counter that is not zero. It reads the whole table."""
        for item in self._scan(keys.COUNTS_PREFIX):
            pack, _, month = item["pk"]["S"].removeprefix(keys.COUNTS_PREFIX).rpartition("#")
            yield from _days(pack, item) if month == keys.ALL_MONTHS else _cells(pack, item)

    def correct(self, by: Counts) -> None:
        """Move counters, for no complaint's sake: what they should say, less what they say."""
        for place, moved in _by_item(by).items():
            self.client.update_item(**self._add(place, _named(moved))["Update"])

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
            "definition": {"N": str(after.definition)},
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

    def _add(self, place: Place, moved: Mapping[str, int]) -> "TransactWriteItemTypeDef":
        named = {f"#n{at}": name for at, name in enumerate(moved)}
        values = {f":n{at}": {"N": str(by)} for at, by in enumerate(moved.values())}
        adds = ", ".join(f"{name} {value}" for name, value in zip(named, values, strict=True))
        return {
            "Update": {
                "TableName": self.name,
                "Key": {"pk": {"S": place.pk}, "sk": {"S": place.sk}},
                "UpdateExpression": f"ADD {adds}",
                "ExpressionAttributeNames": named,
                "ExpressionAttributeValues": values,
            }
        }


def _by_item(moved: Counts) -> Mapping[Place, dict[Cell, int]]:
    found: dict[Place, dict[Cell, int]] = defaultdict(dict)
    for cell, by in moved.items():
        found[_place_of(cell)][cell] = by
    return found


def _place_of(cell: Cell) -> Place:
    month = f"{cell.day:%Y-%m}"
    if cell.hour == WHOLE_DAY:
        sk = keys.looked_back(month, cell.brand, cell.measure, cell.dimension, cell.value)
        return Place(keys.counts(cell.pack, keys.ALL_MONTHS), sk)
    sk = keys.count(cell.measure, cell.dimension, cell.day, cell.brand, cell.hour)
    return Place(keys.counts(cell.pack, month), sk)


def _named(moved: Counts) -> dict[str, int]:
    """By the names of their attributes."""
    return {MARK + (f"{one.day:%d}" if one.hour == WHOLE_DAY else one.value): by for one, by in moved.items()}


def _days(pack: str, item: Mapping[str, Any]) -> Iterator[tuple[Cell, int]]:
    month, brand, measure, dimension, value = item["sk"]["S"].split("#", 4)
    for name, n in item.items():
        if name.startswith(MARK) and n["N"] != "0":
            day = date.fromisoformat(f"{month}-{name[len(MARK) :]}")
            yield Cell(pack, day, brand, measure, dimension, value, WHOLE_DAY), int(n["N"])


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
    return Counted(
        seq=int(item["seq"]["N"]),
        turn=int(item["turn"]["N"]),
        counts=found,
        definition=_definition(item),
    )


def _definition(item: Mapping[str, Any]) -> int:
    """The first one was not written down."""
    return int(item["definition"]["N"]) if "definition" in item else 1
