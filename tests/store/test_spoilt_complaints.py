"""One complaint of a player was spoilt by hand: the others are handed out and erased, and it is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain.actors import PLAYER
from redress.domain.audit import Unreadable
from redress.store import keys
from redress.store.table import Table
from redress.usecases import export_person, order_erasure, players
from redress.usecases.export_document import Sources
from redress.usecases.link_duplicate import link_duplicate
from redress.usecases.order_erasure import HINTS, Outcome
from tests.support.complaints import HANDLER, REGION
from tests.support.desks import Office

LIST = "list-of-account"
KNOWN = {players.ACCOUNT: LIST}


def _change(table: Table, number: str, sk: str, **texts: str) -> None:
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": sk}}
    item = table.client.get_item(TableName=table.name, Key=key)["Item"]
    table.client.put_item(
        TableName=table.name, Item=item | {name: {"S": text} for name, text in texts.items()}
    )


def _drop(table: Table, number: str, sk: str) -> None:
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": sk}}
    table.client.delete_item(TableName=table.name, Key=key)


def other_rules(table: Table, number: str) -> None:
    """The complaint runs by a version of its rule pack that nobody has."""
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(1)}}
    text = table.client.get_item(TableName=table.name, Key=key)["Item"]["text"]["S"]
    _change(table, number, keys.event(1), text=text.replace('"pack_version":"', '"pack_version":"0.'))


NOT_AT_ALL: dict[str, Callable[[Table, str], None]] = {
    "an event is no event": lambda table, number: _change(table, number, keys.event(2), text="{"),
    "the first event is gone": lambda table, number: _drop(table, number, keys.event(1)),
    "a content is no content": lambda table, number: _change(table, number, keys.content(1), content="{"),
    "its rules are unknown": other_rules,
}
IN_PART: dict[str, Callable[[Table, str], None]] = {
    "an event between is gone": lambda table, number: _drop(table, number, keys.event(2)),
    "the last event is gone": lambda table, number: _drop(table, number, keys.event(3)),
    "its head is another": lambda table, number: _change(table, number, keys.STATE, head="0" * 64),
}
SPOILT = NOT_AT_ALL | IN_PART


def closed(office: Office, key: str) -> str:
    """A closed complaint of three events and more."""
    number = office.receive(key=key, player=LIST)
    office.do(number, c.AddNote(visibility="internal", content={"text": "They called."}))
    office.do(number, c.Withdraw(), PLAYER)
    return number


def export(office: Office) -> dict[str, Any]:
    """The player's export, as JSON has it."""
    sources = Sources(region=REGION, letter=lambda *_: None, file=None, consultation=lambda _: None)
    asked = export_person.Asked(known=KNOWN, brand="northlight")
    made = export_person.export(office.store, sources, asked, office.clock())
    return dict(json.loads(json.dumps(made)))


def erase(office: Office, key: str) -> dict[str, Outcome]:
    """What became of each complaint of the player."""
    made = order_erasure.order_all(office.desk, KNOWN, None, HANDLER, office.request(key), ("northlight",))
    return dict(made.outcomes)


def items(table: Table, number: str) -> list[dict[str, Any]]:
    """Everything that the table holds of a complaint."""
    found = table.client.scan(TableName=table.name)["Items"]
    return sorted((one for one in found if one["pk"]["S"] == keys.complaint(number)), key=str)


@pytest.mark.parametrize("spoil", NOT_AT_ALL.values(), ids=NOT_AT_ALL)
def test_an_export_has_the_others_and_names_the_one_that_cannot_be_read(
    office: Office, table: Table, spoil: Callable[[Table, str], None]
) -> None:
    first, spoilt, last = (closed(office, key) for key in ("one", "two", "three"))
    spoil(table, spoilt)
    made = export(office)
    assert {one["number"] for one in made["complaints"]} == {first, last}
    [named] = made["unreadable"]
    assert named["number"] == spoilt
    assert "nothing of it is in here" in named["hint"]
    assert "redress check" in named["hint"]


@pytest.mark.parametrize("spoil", IN_PART.values(), ids=IN_PART)
def test_an_export_says_which_complaint_may_not_be_all_that_is_held(
    office: Office, table: Table, spoil: Callable[[Table, str], None]
) -> None:
    whole, spoilt = closed(office, "one"), closed(office, "two")
    spoil(table, spoilt)
    made = export(office)
    assert {one["number"] for one in made["complaints"]} == {whole, spoilt}
    [named] = made["unreadable"]
    assert named["number"] == spoilt
    assert "may not be all" in named["hint"]
    assert "redress check" in named["hint"]


def test_an_export_of_what_can_be_read_names_nothing(office: Office) -> None:
    closed(office, "one")
    assert export(office)["unreadable"] == []


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_the_others_are_erased_and_the_spoilt_one_stays_and_is_found_again(
    office: Office, table: Table, spoil: Callable[[Table, str], None]
) -> None:
    first, spoilt, last = (closed(office, key) for key in ("one", "two", "three"))
    spoil(table, spoilt)
    before = items(table, spoilt)
    assert erase(office, "forget-1") == {
        first: Outcome.ORDERED,
        spoilt: Outcome.UNREADABLE,
        last: Outcome.ORDERED,
    }
    assert items(table, spoilt) == before
    assert erase(office, "forget-2") == {spoilt: Outcome.UNREADABLE}
    assert "redress check" in HINTS[Outcome.UNREADABLE]


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_duplicate_of_a_spoilt_complaint_stays_with_it(
    office: Office, table: Table, spoil: Callable[[Table, str], None]
) -> None:
    duplicate, primary = (office.receive(key=key, player=LIST) for key in ("one", "two"))
    link_duplicate(
        office.desk, duplicate, primary, "The same.", HANDLER, office.request("link"), lambda _: None
    )
    office.do(primary, c.Withdraw(), PLAYER)
    spoil(table, primary)
    assert erase(office, "forget-1") == dict.fromkeys((duplicate, primary), Outcome.UNREADABLE)


def test_once_it_is_mended_the_same_wish_erases_it(office: Office, table: Table) -> None:
    number = closed(office, "one")
    kept = items(table, number)
    NOT_AT_ALL["an event is no event"](table, number)
    assert erase(office, "forget-1") == {number: Outcome.UNREADABLE}
    for item in kept:
        table.client.put_item(TableName=table.name, Item=item)
    assert erase(office, "forget-1") == {number: Outcome.ORDERED}


def test_what_cannot_be_read_is_an_error_that_says_who_names_the_flaw(office: Office, table: Table) -> None:
    number = closed(office, "one")
    NOT_AT_ALL["an event is no event"](table, number)
    with pytest.raises(Unreadable, match=f"{number} .*redress check"):
        office.store.load(number)
