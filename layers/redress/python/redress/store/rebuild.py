"""All items of a complaint as they are, as its events say that they have to be, and the writes between.

Nothing in a request path comes here: the commands of operations do, which may scan the table. Whatever a
list, a queue or the sweep finds a complaint by follows from its events, through the same functions that the
changes themselves use. What does not is kept as it is: `player`, the lease, the token, the generation.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from redress.domain import audit, instants
from redress.domain.audit import ChainBroken, Record
from redress.domain.errors import RedressError
from redress.domain.values import Value
from redress.store import keys
from redress.store.lists import Item
from redress.store.table import Table, event_item, state_values, task_item
from redress.usecases.rebuild import Derived

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

STRIDE = 1000
"""By so much a rebuild raises a generation. Step Functions remembers the name of an execution for 90 days,
and starts none under it again; a restored generation lies behind by as many as came after the point of the
restore. Each takes 500 turns of the workflow, or a deployment, and a point lies at most 35 days back."""

REBUILT = "rebuilt"
"""Attribute of STATE: of which table (the instant that it was made) a rebuild has raised the generation."""

MOST_WRITES = 100
"""What DynamoDB takes in a transaction."""

QUEUED = ("queue", "queue_order")
SWEPT = ("attention", "attention_at")


class TableChanged(RedressError):
    """Somebody else wrote to a complaint that was about to be written."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            f"Complaint {number} was changed by somebody else: switch off what writes to the table, and run "
            "the command again"
        )


class Items(Value):
    """The items of a complaint: by seq, but for `state`, which may be missing. Others are not looked at."""

    number: str
    state: Item | None
    events: Mapping[int, Item]
    contents: Mapping[int, Item]
    tasks: Mapping[int, Item]


class Difference(Value):
    """What an item is, and what it should be; `where` names item and attribute."""

    where: str
    found: str
    expected: str


@dataclass(frozen=True)
class Workbench(Table):
    """The table, item by item."""

    def numbers(self) -> Iterator[str]:
        """The complaints of which there is any item, each once. It reads the whole table."""
        known = set()
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.name, ProjectionExpression="pk", ConsistentRead=True
        )
        prefix = keys.complaint("")
        for page in pages:
            for item in page["Items"]:
                number = item["pk"]["S"].removeprefix(prefix)
                if item["pk"]["S"].startswith(prefix) and number not in known:
                    known.add(number)
                    yield number

    def mark(self) -> str:
        """What tells this table from any other that it may be restored to: the instant it was made."""
        made_at = self.client.describe_table(TableName=self.name)["Table"]["CreationDateTime"]
        return instants.to_text(made_at)

    def items(self, number: str) -> Items:
        """The items of a complaint, as they are now."""
        found = self._partition(keys.complaint(number))
        return Items(
            number=number,
            state=next((item for item in found if item["sk"]["S"] == keys.STATE), None),
            events=_by_seq(found, keys.EVENT_PREFIX),
            contents=_by_seq(found, keys.CONTENT_PREFIX),
            tasks=_by_seq(found, keys.TASK_PREFIX),
        )

    def rebuild(self, items: Items, derived: Derived, mark: str) -> "list[TransactWriteItemTypeDef]":
        """The writes that make the items what the events say; STATE is the last. None: nothing is to do.

        They may end after any of them: what was written is found to be right the next time.
        """
        return [
            *self._events(items, derived),
            *self._tasks(items, derived),
            *self._erasures(items, derived),
            *self._state(items, derived, mark),
        ]

    def mend(self, items: Items, derived: Derived) -> "list[TransactWriteItemTypeDef]":
        """The writes that set right what follows from the events; none is done if somebody changed it."""
        if items.state is None:
            return []
        state = self._mend_state(items.state, derived)
        unchanged = [] if state else [self._unchanged(items.state)]
        tasks = self._tasks(items, derived)
        return [*tasks, *(state or unchanged)] if tasks or state else []

    def carry_out(self, number: str, writes: "Sequence[TransactWriteItemTypeDef]") -> None:
        """Do the writes in their order, as many at once as DynamoDB takes. Raises TableChanged."""
        for part in batched(writes, MOST_WRITES, strict=False):
            try:
                self.client.transact_write_items(TransactItems=part)
            except self.client.exceptions.TransactionCanceledException as cancelled:
                codes = {reason.get("Code", "None") for reason in cancelled.response["CancellationReasons"]}
                if codes <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
                    raise TableChanged(number) from cancelled
                raise

    def _events(self, items: Items, derived: Derived) -> "Iterator[TransactWriteItemTypeDef]":
        for record in derived.whole.records:
            if record.seq not in items.events:
                yield self._put_new(event_item(record, derived.whole.listing))

    def _tasks(self, items: Items, derived: Derived) -> "list[TransactWriteItemTypeDef]":
        expected = expected_tasks(derived)
        number = items.number
        stale = [seq for seq in _queued(items) if seq not in expected]
        wrong = [item for seq, item in expected.items() if not _same_task(items.tasks.get(seq), item)]
        return [*(self._queue(item) for item in wrong), *(self._dequeue(number, seq) for seq in stale)]

    def _erasures(self, items: Items, derived: Derived) -> "Iterator[TransactWriteItemTypeDef]":
        """What a restore brought back of a person who is to be forgotten goes again."""
        if not derived.complaint.erasure_ordered_at:
            return
        for item in items.contents.values():
            yield {"Delete": {"TableName": self.name, "Key": {"pk": item["pk"], "sk": item["sk"]}}}
        asked = derived.complaint.consultation
        for item in self._texts(asked) if asked else ():
            yield {
                "Update": {
                    "TableName": self.name,
                    "Key": {"pk": item["pk"], "sk": item["sk"]},
                    "UpdateExpression": "REMOVE #text",
                    "ExpressionAttributeNames": {"#text": "text"},
                }
            }

    def _texts(self, consultation: str) -> list[Item]:
        """The items of a consultation that still hold what was written."""
        return [item for item in self._partition(keys.consultation(consultation)) if "text" in item]

    def _state(self, items: Items, derived: Derived, mark: str) -> "Iterator[TransactWriteItemTypeDef]":
        if items.state is None:
            yield self._put_new(_new_state(derived, mark))
            return
        set_to: dict[str, dict[str, str] | None] = dict(wrong_attributes(items.state, derived))
        if derived.at_rest:
            set_to |= {name: None for name in (*SWEPT, "token") if name in items.state}
        elif items.state.get(REBUILT, {}).get("S") != mark:
            raised = int(items.state.get("generation", {"N": "1"})["N"]) + STRIDE
            set_to |= {"generation": {"N": str(raised)}, REBUILT: {"S": mark}, **_attention(derived)}
            set_to |= {"token": None} if "token" in items.state else {}
        if set_to:
            yield self._set(items.state, set_to)

    def _mend_state(self, state: Item, derived: Derived) -> "list[TransactWriteItemTypeDef]":
        set_to: dict[str, dict[str, str] | None] = dict(wrong_attributes(state, derived))
        if attention_difference(state, derived):
            set_to |= _attention(derived)
        return [self._set(state, set_to)] if set_to else []

    def _set(self, state: Item, values: "Mapping[str, dict[str, str] | None]") -> "TransactWriteItemTypeDef":
        """Set or remove (None) attributes of a STATE whose version and generation are still the same."""
        present = {name: value for name, value in values.items() if value is not None}
        absent = [f"#{name}" for name, value in values.items() if value is None]
        parts = ["SET " + ", ".join(f"#{name} = :{name}" for name in present)] if present else []
        parts += ["REMOVE " + ", ".join(absent)] if absent else []
        condition, held = _same(state)
        return {
            "Update": {
                "TableName": self.name,
                "Key": {"pk": state["pk"], "sk": state["sk"]},
                "UpdateExpression": " ".join(parts),
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {f"#{name}": name for name in {*values, *UNCHANGED}},
                "ExpressionAttributeValues": {f":{name}": value for name, value in present.items()} | held,
            }
        }

    def _unchanged(self, state: Item) -> "TransactWriteItemTypeDef":
        condition, held = _same(state)
        return {
            "ConditionCheck": {
                "TableName": self.name,
                "Key": {"pk": state["pk"], "sk": state["sk"]},
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {f"#{name}": name for name in UNCHANGED},
                "ExpressionAttributeValues": held,
            }
        }


UNCHANGED = ("version", "generation")


def _same(state: Item) -> tuple[str, dict[str, dict[str, str]]]:
    """The condition that nobody wrote since: an attribute that somebody removed is still not there."""
    terms, held = [], {}
    for name in UNCHANGED:
        if name in state:
            terms.append(f"#{name} = :before_{name}")
            held[f":before_{name}"] = state[name]
        else:
            terms.append(f"attribute_not_exists(#{name})")
    return " AND ".join(terms), held


def expected_state(derived: Derived) -> "dict[str, dict[str, str] | None]":
    """The attributes of STATE that follow from the events; None: there is none of that name."""
    values = state_values(derived.whole)
    for name in SWEPT:
        del values[name]
    erased = derived.complaint.erasure_ordered_at is not None
    values |= {"number": {"S": derived.whole.number}, "link_version": {"N": "2" if erased else "1"}}
    return values | ({"player": None} if erased or derived.complaint.training else {})


def wrong_attributes(state: Item, derived: Derived) -> "dict[str, dict[str, str] | None]":
    """What STATE has otherwise than it follows from the events: what it should have."""
    return {
        name: value for name, value in expected_state(derived).items() if state.get(name) != (value or None)
    }


def attention_difference(state: Item, derived: Derived) -> Difference | None:
    """Whether the sweep will find the complaint in time, if its execution does not go on.

    It may be found earlier than needed, never later than at its next milestone and the grace behind it.
    """
    shard, at = (state.get(name, {}).get("S") for name in SWEPT)
    if derived.at_rest and (shard is None) == (at is None):
        return None
    expected = keys.attention(derived.whole.number)
    if shard != expected:
        return Difference(where="STATE attention", found=shown(shard), expected=expected)
    latest = instants.to_text(derived.attention_by)
    if at is None or at > latest:
        return Difference(where="STATE attention_at", found=shown(at), expected=f"{latest} or earlier")
    return None


def expected_tasks(derived: Derived) -> Mapping[int, Item]:
    """The items of tasks, by the event that opened them; those that are done stand in no queue."""
    found = {seq: task_item(derived.whole.number, one) for seq, one in derived.tasks.items()}
    return {
        seq: item
        if seq in derived.open_tasks
        else {name: value for name, value in item.items() if name not in QUEUED}
        for seq, item in found.items()
    }


def records_of(items: Items, written: Sequence[Record] = ()) -> list[Record]:
    """The events of the table and those that the journal has as written, together and in their order.

    Raises ChainBroken at the first that is not the same in both, or does not follow from the one before.
    """
    found = {record.seq: record for record in written}
    for seq, item in sorted(items.events.items()):
        record = _record(items.number, seq, item)
        if found.setdefault(seq, record).text != record.text:
            raise ChainBroken(items.number, seq, "is not in the table what it is in the journal")
    records = [found[seq] for seq in sorted(found)]
    if not records:
        raise ChainBroken(items.number, 1, "is missing: nothing but other items is there")
    audit.verify(records, records[-1].hash)
    return records


def check_whole(items: Items, records: Sequence[Record]) -> None:
    """Raises ChainBroken where the table lacks an event, or STATE tells of other events than there are."""
    for record in records:
        if record.seq not in items.events:
            raise ChainBroken(items.number, record.seq, "is missing: the journal has it")
    if items.state is None:
        return
    version, head = (shown_value(items.state.get(name)) for name in ("version", "head"))
    audit.verify(records, head)
    if version != str(len(records)):
        raise ChainBroken(items.number, len(records), f"is the last, and STATE has version {version}")


def state_differences(items: Items, derived: Derived) -> Iterator[Difference]:
    """What STATE should have, attribute by attribute."""
    if items.state is None:
        yield Difference(where="STATE", found="missing", expected="there: redress rebuild makes it")
        return
    for name, value in wrong_attributes(items.state, derived).items():
        found = shown_value(items.state.get(name))
        yield Difference(where=f"STATE {name}", found=found, expected=shown_value(value))
    if "generation" not in items.state:
        yield Difference(where="STATE generation", found="missing", expected="that of the live execution")
    wrong = attention_difference(items.state, derived)
    if wrong:
        yield wrong


def task_differences(items: Items, derived: Derived) -> Iterator[Difference]:
    """Tasks that stand in a queue and should not, or should and do not, or not as they should."""
    expected = expected_tasks(derived)
    for seq in _queued(items):
        if seq not in expected:
            yield Difference(where=keys.task(seq), found="in a queue", expected="in none")
    for seq, item in expected.items():
        found = items.tasks.get(seq)
        if _same_task(found, item):
            continue
        if found is None:
            yield Difference(where=keys.task(seq), found="missing", expected=f"in {item['queue']['S']}")
            continue
        for name in sorted(found.keys() | item.keys()):
            if found.get(name) != item.get(name):
                is_, should = shown_value(found.get(name)), shown_value(item.get(name))
                yield Difference(where=f"{keys.task(seq)} {name}", found=is_, expected=should)


def event_differences(items: Items, derived: Derived) -> Iterator[Difference]:
    """What stands beside the text of an event and is published with it."""
    for record in derived.whole.records:
        expected, found = event_item(record, derived.whole.listing), items.events[record.seq]
        for name in sorted(expected.keys() | found.keys()):
            if found.get(name) != expected.get(name):
                is_, should = shown_value(found.get(name)), shown_value(expected.get(name))
                yield Difference(where=f"{keys.event(record.seq)} {name}", found=is_, expected=should)


def strays(items: Items, records: Sequence[Record]) -> list[str]:
    """Sort keys of the content that no event has; of a number without any event, of the tasks, too."""
    with_content = {record.seq for record in records if record.content_hash}
    found = [keys.content(seq) for seq in sorted(items.contents) if seq not in with_content]
    return found if records else [*found, *(keys.task(seq) for seq in sorted(items.tasks))]


def is_unknown(items: Items, written: Sequence[Record]) -> bool:
    """Whether there is no sign of a complaint in table and journal, but for what lies there astray."""
    return not (items.state or items.events or written) and bool(strays(items, ()))


def content_differences(items: Items, derived: Derived) -> Iterator[Difference]:
    """Content that is not what was hashed, or should not be there; `lost_content` tells what is missing."""
    hashes = {record.seq: record.content_hash for record in derived.whole.records}
    for seq, item in items.contents.items():
        where, expected = keys.content(seq), hashes.get(seq)
        if expected is None:
            yield Difference(where=where, found="there", expected="nothing: its event has no content")
        elif derived.complaint.erased_at:
            yield Difference(where=where, found="there", expected="nothing: it was erased")
        elif _hash_of(item) != expected:
            yield Difference(where=where, found="other content", expected=f"content of hash {expected}")


def lost_content(items: Items, derived: Derived) -> Iterator[Record]:
    """The events whose content is not there, and was not erased."""
    if derived.complaint.erasure_ordered_at:
        return
    for record in derived.whole.records:
        if record.content_hash and record.seq not in items.contents:
            yield record


def shown(text: str | None) -> str:
    """A text, or that there is none."""
    return "missing" if text is None else text


def shown_value(value: Mapping[str, str] | None) -> str:
    """The value of an attribute as it is told."""
    return shown(None if value is None else next(iter(value.values())))


def _new_state(derived: Derived, mark: str) -> Item:
    """STATE of a complaint that the restored table did not know: its player is not known any more."""
    values = {name: value for name, value in expected_state(derived).items() if value is not None}
    known = {**keys.state(derived.whole.number), **values, "generation": {"N": str(1 + STRIDE)}}
    return {**known, REBUILT: {"S": mark}, **({} if derived.at_rest else _attention(derived))}


def _attention(derived: Derived) -> dict[str, dict[str, str]]:
    values = state_values(derived.whole)
    return {name: value for name in SWEPT if (value := values[name])}


def _record(number: str, seq: int, item: Item) -> Record:
    try:
        record = audit.read(item["text"]["S"])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise ChainBroken(number, seq, "holds nothing that Redress wrote") from None
    if (record.number, record.seq) != (number, seq):
        raise ChainBroken(number, seq, f"holds event {record.seq} of {record.number}")
    return record


def _queued(items: Items) -> list[int]:
    return [seq for seq, item in items.tasks.items() if item.keys() & set(QUEUED)]


def _same_task(found: Item | None, expected: Item) -> bool:
    """A task that is done need not be there: no list shows it."""
    if found is None:
        return not expected.keys() & set(QUEUED)
    return dict(found) == dict(expected)


def _hash_of(item: Item) -> str | None:
    """The hash of a content as it is; None for one that cannot be read."""
    try:
        return audit.content_hash(json.loads(item["content"]["S"]), item["salt"]["B"])
    except (KeyError, TypeError, ValueError):
        return None


def _by_seq(items: Sequence[Item], prefix: str) -> Mapping[int, Item]:
    found = {item["sk"]["S"]: item for item in items if item["sk"]["S"].startswith(prefix)}
    return {int(sk.removeprefix(prefix)): item for sk, item in found.items()}
