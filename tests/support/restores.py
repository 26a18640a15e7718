"""Tables as they were at a point in time, and the journal of everything that came to be."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redress.domain import audit
from redress.domain.audit import Record
from redress.store import keys
from redress.store.rebuild import REBUILT, Workbench
from tests.support import tables
from tests.support.journals import MemoryObjects

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Dump = Mapping[tuple[str, str], Mapping[str, Any]]

NOT_FROM_EVENTS = ("token", "generation", "attention", "attention_at", "lease_holder", "lease_until", REBUILT)
"""Attributes of STATE that no event tells."""


def dump(client: "DynamoDBClient", name: str = tables.NAME) -> Dump:
    """Every item of a table."""
    pages = client.get_paginator("scan").paginate(TableName=name)
    return {(item["pk"]["S"], item["sk"]["S"]): dict(item) for page in pages for item in page["Items"]}


def restore(client: "DynamoDBClient", items: Dump, name: str = "restored") -> Workbench:
    """A table of that name, made anew, with these items."""
    if name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    tables.make(client, name)
    for item in items.values():
        client.put_item(TableName=name, Item=item)
    return Workbench(client, name)


def events_of(items: Dump) -> list[Record]:
    """The events of a table, complaint by complaint."""
    return [audit.read(items[key]["text"]["S"]) for key in sorted(items) if _is(key, keys.EVENT_PREFIX)]


def sync(records: Iterable[Record], folder: Path) -> Path:
    """A copy of the journal that has these events, with digests of every day."""
    objects, known = MemoryObjects(), list(records)
    objects.write(known)
    objects.digest(max(record.at for record in known) + timedelta(days=2))
    return objects.sync(folder)


def registered(items: Dump, *but: str) -> Dump:
    """What follows from the events: STATE without the rest, events, tasks that stand in queues."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for key, item in items.items():
        if _is(key, keys.STATE):
            dropped = {*NOT_FROM_EVENTS, *but}
            found[key] = {name: value for name, value in item.items() if name not in dropped}
        elif _is(key, keys.EVENT_PREFIX) or (_is(key, keys.TASK_PREFIX) and "queue" in item):
            found[key] = item
    return found


def contents(items: Dump) -> Dump:
    """What was written beside events."""
    return {key: item for key, item in items.items() if _is(key, keys.CONTENT_PREFIX)}


def states(items: Dump) -> Dump:
    """The STATE items."""
    return {key: item for key, item in items.items() if _is(key, keys.STATE)}


def alter(workbench: Workbench, number: str, sk: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Do something to an item, as nobody should."""
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": sk}}
    item = workbench.client.get_item(TableName=workbench.name, Key=key)["Item"]
    change(item)
    workbench.client.put_item(TableName=workbench.name, Item=item)


def setting(**values: Mapping[str, str]) -> Callable[[dict[str, Any]], object]:
    """What sets attributes of an item."""
    return lambda item: item.update(values)


def without(name: str) -> Callable[[dict[str, Any]], object]:
    """What removes an attribute of an item."""
    return lambda item: item.pop(name)


def drop(workbench: Workbench, number: str, sk: str) -> None:
    """Remove an item, as nobody should."""
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": sk}}
    workbench.client.delete_item(TableName=workbench.name, Key=key)


def _is(key: tuple[str, str], prefix: str) -> bool:
    return key[0].startswith(keys.complaint("")) and key[1].startswith(prefix)


def rewritten(workbench: Workbench, number: str) -> str:
    """Give a complaint another history, whole and without a flaw in itself; its head."""
    previous = audit.GENESIS
    for record in events_of(dump(workbench.client, workbench.name)):
        one = audit.write(
            *(number, record.seq, record.at, "system", record.event, previous, record.content_hash)
        )
        alter(workbench, number, keys.event(one.seq), setting(text={"S": one.text}))
        previous = one.hash
    alter(workbench, number, keys.STATE, setting(head={"S": previous}))
    return previous
