"""Erasure in table and buckets: what is known of a person goes, whole and once, and the register stays."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from redress.domain import audit
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.complaint import Complaint
from redress.domain.errors import IllegalTransition
from redress.store import keys
from redress.store.table import Table
from redress.usecases.change import apply, listing
from redress.usecases.ports import VersionConflict
from tests.support.complaints import PERSONAL, PLAYER, REGION, SYSTEM, personal
from tests.support.desks import Clock
from tests.support.erasing import EVIDENCE, MAILS, ORDER, World, forget_world, world


@pytest.fixture
def stack(table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """Its buckets have versions, as an operator may make them."""
    yield world(table, clock, monkeypatch, tmp_path)
    forget_world()


@pytest.fixture
def number(stack: World) -> str:
    """A complaint whose erasure was ordered."""
    known = stack.known()
    stack.order(known)
    return known


def unreadable(stack: World, number: str) -> None:
    """An administrator's hand spoils an event."""
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(2)}}
    item = stack.table.client.get_item(TableName=stack.table.name, Key=key)["Item"]
    stack.table.client.put_item(TableName=stack.table.name, Item={**item, "text": {"S": "{"}})


def without_its_rules(stack: World, number: str) -> None:
    """A rule pack that this deployment no longer brings."""
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(1)}}
    item = stack.table.client.get_item(TableName=stack.table.name, Key=key)["Item"]
    text = item["text"]["S"].replace('"pack_version":"', '"pack_version":"0.')
    stack.table.client.put_item(TableName=stack.table.name, Item={**item, "text": {"S": text}})


def with_a_gap(stack: World, number: str) -> None:
    """An event was taken out: it may be the one that names a mail."""
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(2)}}
    stack.table.client.delete_item(TableName=stack.table.name, Key=key)


# --- What goes, and what stays ------------------------------------------------------------------------


def test_everything_known_of_the_person_goes_and_is_on_record_as_gone(stack: World, number: str) -> None:
    assert stack.left(number)
    assert stack.told(number) == []
    assert stack.left(number) == []
    assert stack.erasures(number) == [e.PersonalDataErased(contents=7, files=1, mails=2)]


def test_it_goes_from_buckets_as_they_are_deployed_too(
    table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack = world(table, clock, monkeypatch, tmp_path, versions=False)
    number = stack.known()
    stack.order(number)
    assert stack.told(number) == []
    assert stack.left(number) == []
    forget_world()


def test_no_mark_of_the_person_is_left_anywhere_in_the_table(stack: World, number: str) -> None:
    stack.told(number)
    assert PERSONAL not in json.dumps(
        stack.table.client.scan(TableName=stack.table.name)["Items"], default=str
    )


def test_events_and_their_chain_stay_whole(stack: World, number: str) -> None:
    before = stack.table.load(number).records
    stack.told(number)
    case = stack.table.load(number)
    assert case.records[: len(before)] == before
    audit.verify(case.records, case.state_head)


def test_nobody_elses_mails_files_and_contents_go(stack: World, number: str) -> None:
    other = stack.known()
    before = stack.left(other)
    stack.told(number)
    assert [one for one in stack.left(other) if "CONSULTATION" not in one] == [
        one for one in before if "CONSULTATION" not in one
    ]
    assert "received/mail-10" in stack.keys(MAILS)


def test_nothing_goes_that_nobody_ordered(stack: World) -> None:
    known = stack.known()
    before = stack.left(known)
    assert stack.told(known) == []
    assert stack.left(known) == before
    assert stack.erasures(known) == []


def test_an_order_that_comes_twice_is_done_once(stack: World, number: str) -> None:
    for _ in range(3):
        assert stack.told(number) == []
    assert len(stack.erasures(number)) == 1


def test_what_a_restored_table_holds_again_goes_again(stack: World, number: str) -> None:
    """The rebuild of a table replays that it was erased; its contents came back with the backup."""
    stack.told(number)
    item = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.content(1)}, "content": {"S": "{}"}}
    stack.table.client.put_item(TableName=stack.table.name, Item=item)
    stack.told(number)
    assert stack.left(number) == []
    assert len(stack.erasures(number)) == 1


def test_a_thousand_files_and_contents_go_as_well(stack: World, number: str) -> None:
    for place in range(1_001):
        stack.s3.put_object(Bucket=EVIDENCE, Key=f"incoming/{number}/many-{place}", Body=b"")
    long = {"S": json.dumps("x" * 390_000)}  # a page of a query holds a megabyte
    for seq in range(100, 106):
        item = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.content(seq)}, "content": long}
        stack.table.client.put_item(TableName=stack.table.name, Item=item)
    stack.told(number)
    assert stack.left(number) == []


def test_mails_are_not_on_record_as_gone_where_nobody_knows_their_bucket(
    stack: World, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_BUCKET")
    assert stack.told(number) == [number]
    assert stack.erasures(number) == []


def test_the_log_names_nobody(stack: World, number: str) -> None:
    stack.told(number)
    stack.ticks()
    assert number in stack.log.getvalue()
    assert not [one for one in (PERSONAL, "example.com", "mail-1") if one in stack.log.getvalue()]


# --- The clock -----------------------------------------------------------------------------------------


def test_the_clock_finishes_what_the_queue_did_not(stack: World, number: str) -> None:
    stack.ticks()
    assert stack.left(number) == []
    assert len(stack.erasures(number)) == 1
    assert stack.lag() == 0


def test_it_says_how_long_the_oldest_waits_that_it_cannot_finish(
    stack: World, number: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_BUCKET")
    clock.move(3_600)
    stack.order(stack.known())
    clock.move(60)
    stack.ticks()
    assert stack.lag() == 3_660
    assert stack.erasures(number) == []


@pytest.mark.parametrize(
    "spoil", [unreadable, without_its_rules, with_a_gap], ids=["unreadable", "no rules", "a gap"]
)
def test_one_that_nobody_can_read_or_decide_holds_up_no_other(
    stack: World, clock: Clock, spoil: Callable[[World, str], None]
) -> None:
    first = stack.known()
    stack.order(first)
    clock.move(60)
    second = stack.known()
    stack.order(second)
    spoil(stack, first)
    stack.ticks()
    assert len(stack.erasures(second)) == 1
    assert stack.lag() == 60
    assert '"retention"' in stack.log.getvalue(), "what is over is looked for as well"
    assert stack.told(first) == [first], "it comes again, and then lies among the dead letters"
    items = stack.table.client.scan(TableName=stack.table.name)["Items"]
    assert "PersonalDataErased" not in str([one for one in items if one["pk"]["S"].endswith(first)])


def test_a_complaint_stands_where_the_clock_finds_it_until_it_is_erased(stack: World) -> None:
    known = stack.known()
    assert stack.in_queue(known) == keys.CLOSED
    stack.order(known)
    assert stack.in_queue(known) == keys.ERASURES
    stack.office.do(known, c.RefuseEvidence(evidence="late", reason="closed"), SYSTEM)
    assert stack.in_queue(known) == keys.ERASURES
    stack.told(known)
    assert stack.in_queue(known) is None


def test_under_a_legal_hold_it_stands_nowhere(stack: World) -> None:
    known = stack.known()
    stack.office.do(known, c.PlaceLegalHold(content=personal("court")))
    assert stack.in_queue(known) is None
    stack.office.do(known, c.LiftLegalHold(content=personal("over")))
    assert stack.in_queue(known) == keys.CLOSED


def test_where_it_stands_follows_from_its_events(stack: World, number: str) -> None:
    """A rebuilt table has it, too."""

    def shown() -> Complaint:
        return stack.table.load(number).complaint

    assert listing(REGION, shown()).erasing_since == shown().erasure_ordered_at
    stack.told(number)
    assert listing(REGION, shown()).erasing_since is None
    assert not listing(REGION, shown()).kept


# --- Races ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [c.AddNote(visibility="internal", content=personal("note")), c.PlaceLegalHold(content=personal("x"))],
)
def test_what_was_written_before_the_order_goes_and_what_comes_after_is_refused(
    stack: World, command: c.Command
) -> None:
    """The same transaction decides: on one version of the complaint, one of the two is first."""
    known = stack.known()
    case = stack.table.load(known)
    stack.office.do(known, c.AddNote(visibility="internal", content=personal("first")), PLAYER)
    with pytest.raises(VersionConflict):
        apply(stack.office.desk, case, ORDER, SYSTEM)
    before = stack.table.load(known)
    stack.order(known)
    with pytest.raises(VersionConflict):
        apply(stack.office.desk, before, command, PLAYER)
    with pytest.raises(IllegalTransition):
        stack.office.do(known, command)
    stack.told(known)
    assert stack.left(known) == []
