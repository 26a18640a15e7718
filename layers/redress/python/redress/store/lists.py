"""The lists that people page through. Each reads one index; whatever else is asked narrows what it shows."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from redress.domain import instants
from redress.domain import number as complaint_number
from redress.domain.categories import ever, present
from redress.domain.errors import FieldProblem, InvalidInput
from redress.domain.values import Value
from redress.store import keys
from redress.usecases.ports import (
    EVERYTHING,
    Lease,
    Listed,
    ListedTask,
    Narrow,
    Page,
    TaskPage,
    Total,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = Mapping[str, Any]

READS = 5  # calls for a page at most
LOOK = 100  # items that a call looks at, where a list is narrowed
MOST = READS * LOOK  # items looked at after which a page ends, however few it holds
COUNTED = 1_000  # a total goes no further, and looks at no more items than this in a call

_ITEM = rf"{keys.STATE}|{keys.CONSULTATION}|{keys.TASK_PREFIX}[0-9]{{6,9}}"


class Which(Value):
    """A list: its index, the value of its partition, its direction, and the conditions that narrow it.

    `until` is the last place in the order that is looked at.
    """

    index: str
    value: str
    forward: bool
    conditions: tuple[str, ...]
    values: Mapping[str, str]
    until: str | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the brands that a caller may see decides what is shown."""
        return any(not one.startswith("#brand ") for one in self.conditions)

    @property
    def mark(self) -> str:
        """Tells lists apart, so that no cursor fits another. The instant of `overdue` is no part of it."""
        values = sorted((name, value) for name, value in self.values.items() if name != ":now")
        text = repr((self.index, self.value, self.conditions, values))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def query(self, table: str, look: int, start: Item | None) -> dict[str, Any]:
        """A call that looks at `look` items from a key on, or from the beginning."""
        partition, sort = keys.LISTS[self.index]
        within, values = f"#{partition} = :value", {":value": self.value, **self.values}
        if self.until is not None:
            within += f" AND #{sort} <= :until"
            values[":until"] = self.until
        narrowed = {"FilterExpression": " AND ".join(self.conditions)} if self.conditions else {}
        begun = {"ExclusiveStartKey": start} if start else {}
        names = re.findall(r"#(\w+)", " ".join((within, *self.conditions)))
        return {
            "TableName": table,
            "IndexName": self.index,
            "KeyConditionExpression": within,
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
            "ScanIndexForward": self.forward,
            "Limit": look,
            **narrowed,
            **begun,
        }


class Lists:
    """The lists of the table, over a boto3 DynamoDB client."""

    client: "DynamoDBClient"
    name: str

    def list_queue(
        self,
        team: str,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        training: bool = False,
        total: bool = False,
    ) -> Page:
        """Open complaints of a team: what a human has to see at once, then the earliest due first."""
        which = which_list(keys.BY_QUEUE, keys.queue(team, training=training), narrow, forward=True)
        return self._page(which, limit, cursor, total=total)

    def list_register(
        self,
        register: str,
        limit: int,
        cursor: str | None,
        narrow: Narrow = EVERYTHING,
        *,
        total: bool = False,
    ) -> Page:
        """Complaints of a register month (`pack#yyyy-mm`), the latest first."""
        which = which_list(keys.BY_REGISTER, register, narrow, forward=False)
        return self._page(which, limit, cursor, total=total)

    def list_player(
        self, player: str, limit: int, cursor: str | None, narrow: Narrow = EVERYTHING, *, total: bool = False
    ) -> Page:
        """Complaints of a player (keyed hash), the latest first."""
        which = which_list(keys.BY_PLAYER, player, narrow, forward=False)
        return self._page(which, limit, cursor, total=total)

    def list_tasks(
        self, team: str, limit: int, cursor: str | None, narrow: Narrow = EVERYTHING, *, total: bool = False
    ) -> TaskPage:
        """Open tasks of a team, the earliest due first."""
        which = which_list(keys.BY_QUEUE, keys.task_queue(team), narrow, forward=True)
        items, following = self._part(which, limit, cursor)
        return TaskPage(
            items=tuple(_listed_task(item) for item in items),
            cursor=following,
            total=self._count(which) if total else None,
        )

    def _page(self, which: Which, limit: int, cursor: str | None, *, total: bool) -> Page:
        items, following = self._part(which, limit, cursor)
        return Page(
            items=tuple(listed(item) for item in items),
            cursor=following,
            total=self._count(which) if total else None,
        )

    def _part(self, which: Which, limit: int, cursor: str | None) -> tuple[list[Item], str | None]:
        """Read on until the page is full, the list ends, or enough was looked at for one request.

        The cursor is the last key looked at, or that of the last item shown: what follows is looked at next.
        """
        start = _from_cursor(cursor, which) if cursor else None
        found: list[Item] = []
        for answer in self._answers(which, limit, start):
            found += answer["Items"]
            last = answer.get("LastEvaluatedKey")
            if len(found) > limit:
                return found[:limit], _to_cursor(which, found[limit - 1])
            if len(found) == limit:
                break
        return found, _to_cursor(which, last) if last else None

    def _answers(self, which: Which, limit: int, start: Item | None) -> Iterator[Item]:
        looked = 0
        for call in range(READS):
            look = limit if limit > LOOK or not (call or which.is_narrowed) else LOOK
            answer = self.client.query(**which.query(self.name, look, start))
            yield answer
            looked, start = looked + answer["ScannedCount"], answer.get("LastEvaluatedKey")
            if start is None or looked >= MOST:
                return

    def _count(self, which: Which) -> Total:
        """How many there are, up to COUNTED; at most READS calls."""
        count, start = 0, None
        for _ in range(READS):
            answer = self.client.query(**which.query(self.name, COUNTED, start), Select="COUNT")
            count, start = count + answer["Count"], answer.get("LastEvaluatedKey")
            if start is None or count >= COUNTED:
                break
        return Total(count=min(count, COUNTED), at_least=start is not None or count > COUNTED)


def which_list(index: str, value: str, narrow: Narrow, *, forward: bool) -> Which:
    """The list of an index with that value of its partition, narrowed."""
    conditions, values = _conditions(narrow)
    queue_until = index == keys.BY_QUEUE and narrow.overdue_at is not None
    return Which(
        index=index,
        value=value,
        forward=forward,
        conditions=conditions,
        values=values,
        until=keys.queue_order(narrow.overdue_at) if queue_until and narrow.overdue_at else None,
    )


def _conditions(narrow: Narrow) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The conditions of a filter, and their values by name."""
    conditions: list[str] = []
    values: dict[str, str] = {}
    categories = ever(narrow.category) if narrow.category else None
    for name, among in (("brand", narrow.brands), ("stage", narrow.stages), ("category", categories)):
        if among is not None:
            own = {f":{name}{place}": one for place, one in enumerate(among)}
            conditions.append(f"#{name} IN ({', '.join(own)})")
            values |= own
    for name, value in _equal(narrow):
        conditions.append(f"#{name} = :{name}")
        values[f":{name}"] = value
    if narrow.needs_human is False:
        conditions.append("attribute_not_exists(#needs_human)")
    if narrow.unassigned:
        conditions.append("attribute_not_exists(#assignee)")
    for condition, name, value in _compared(narrow):
        conditions.append(condition)
        values[name] = value
    return tuple(conditions), values


def _compared(narrow: Narrow) -> Iterator[tuple[str, str, str]]:
    """Conditions with the name of their value, and the value."""
    if narrow.overdue_at:
        yield "#due_at <= :now", ":now", instants.to_text(narrow.overdue_at)
    if narrow.free_at:
        free = "(attribute_not_exists(#lease_until) OR #lease_until <= :now)"
        yield free, ":now", instants.to_text(narrow.free_at)
    if narrow.open_to:
        open_to = "(attribute_not_exists(#not_for) OR NOT contains(#not_for, :person))"
        yield open_to, ":person", keys.persons([narrow.open_to])


def _equal(narrow: Narrow) -> Iterable[tuple[str, str]]:
    texts = {
        "severity": narrow.severity,
        "priority": str(narrow.priority) if narrow.priority is not None else None,
        "assignee": narrow.assignee,
        "needs_human": "yes" if narrow.needs_human else None,
    }
    return [(name, text) for name, text in texts.items() if text is not None]


def listed(item: Item) -> Listed:
    """A STATE item as lists show it."""
    texts = {name: value["S"] for name, value in item.items() if "S" in value}
    due_at, priority = texts.get("due_at"), texts.get("priority")
    return Listed(
        number=texts["number"],
        version=int(item["version"]["N"]),
        generation=int(item["generation"]["N"]),
        stage=texts["stage"],
        brand=texts["brand"],
        jurisdiction=texts["jurisdiction"],
        category=present(texts["category"]),
        team=texts.get("team"),
        assignee=texts.get("assignee"),
        received_at=instants.from_text(texts["received_at"]),
        due_at=instants.from_text(due_at) if due_at else None,
        priority=int(priority) if priority else None,
        severity=texts.get("severity"),
        needs_human="needs_human" in texts,
        training="training" in texts,
        lease=lease_of(item),
        not_for=tuple(texts.get("not_for", "").split()),
        acknowledgement=texts.get("acknowledgement"),
    )


def lease_of(item: Item) -> Lease | None:
    """The last lease of a STATE item, if it was not given back."""
    if "lease_holder" not in item:
        return None
    return Lease(holder=item["lease_holder"]["S"], until=instants.from_text(item["lease_until"]["S"]))


def _listed_task(item: Item) -> ListedTask:
    return ListedTask(
        number=item["number"]["S"],
        opened=int(item["sk"]["S"].removeprefix(keys.TASK_PREFIX)),
        task=item["task"]["S"],
        team=item["team"]["S"],
        brand=item["brand"]["S"],
        due_at=instants.from_text(item["due_at"]["S"]),
    )


def _to_cursor(which: Which, last: Item) -> str:
    """Which list, and where in it: opaque to the caller. `last` is an item, or the key of one."""
    _, sort = keys.LISTS[which.index]
    parts = (which.mark, last[sort]["S"], last["pk"]["S"], last["sk"]["S"])
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode()


def _from_cursor(cursor: str, which: Which) -> dict[str, dict[str, str]]:
    """The key a cursor stands for; it must belong to the list that is being read."""
    partition, sort = keys.LISTS[which.index]
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
        mark, at, pk, sk = text.split("\n")
        _check_place(which.index, at)
    except ValueError:
        raise _bad_cursor() from None
    if mark != which.mark or not _is_listed(pk) or not re.fullmatch(_ITEM, sk):
        raise _bad_cursor()
    return {partition: {"S": which.value}, sort: {"S": at}, "pk": {"S": pk}, "sk": {"S": sk}}


def _is_listed(pk: str) -> bool:
    """Whether it is the partition of a complaint, or of a consultation, whose number has a `Q-` before it."""
    number = complaint_number.parse(pk.rpartition("#")[2].removeprefix("Q-"))
    return number is not None and pk in {keys.complaint(number), keys.consultation(f"Q-{number}")}


def _check_place(index: str, at: str) -> datetime:
    """Raises ValueError for what is no place in the order of a list."""
    if index != keys.BY_QUEUE:
        return instants.from_text(at)
    lane, _, due_at = at.partition("#")
    if lane not in {"0", "1"}:
        raise ValueError(at)
    return instants.from_text(due_at)


def _bad_cursor() -> InvalidInput:
    remedy = "send the cursor that the previous page of this list gave, or none, with the same filters"
    return InvalidInput([FieldProblem("cursor", "cursor", remedy)])
