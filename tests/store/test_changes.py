"""A change is stored whole or not at all, and of two writers the second decides again."""

import copy
from datetime import timedelta

import pytest

from redress.domain import audit, instants
from redress.domain import commands as c
from redress.domain.changes import Change
from redress.domain.correspondence import LetterKind
from redress.domain.decisions import decide
from redress.domain.errors import (
    Conflict,
    IdempotencyKeyReused,
    IllegalTransition,
    NotFound,
    StaleVersion,
)
from redress.domain.stages import Stage
from redress.store import keys
from redress.store.lists import Item
from redress.store.table import Table
from redress.usecases.change import ATTEMPTS, change, prepare
from redress.usecases.ports import VersionConflict
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    CLAIM_EXPIRY,
    HANDLER,
    PLAYER,
    PROPOSE,
    SYSTEM,
    TRIAGE,
    personal,
)
from tests.support.desks import Clock, Office
from tests.support.races import RacingTable, calls_of

REPLY = c.Reply(content=personal("reply"))


@pytest.fixture
def received(office: Office) -> str:
    return office.receive()


def state(table: Table, received: str) -> Item:
    key = {"pk": {"S": keys.complaint(received)}, "sk": {"S": keys.STATE}}
    return table.client.get_item(TableName=table.name, Key=key)["Item"]


class TestOneChange:
    def test_it_is_one_read_and_one_write(self, office: Office, table: Table, received: str) -> None:
        with calls_of(table.client) as sent:
            office.do(received, REPLY, PLAYER)
        assert sent == ["Query", "TransactWriteItems"]

    def test_events_content_and_state_are_stored_together(
        self, office: Office, table: Table, received: str
    ) -> None:
        done = office.do(received, c.Withdraw(content=personal("reason")), PLAYER)
        case = table.load(received)
        assert (done.number, done.version, done.replayed) == (received, 3, False)
        assert (case.complaint.stage, case.complaint.version) == (Stage.CLOSED, 3)
        assert case.contents[2] == personal("reason")
        audit.verify(case.records, case.state_head)

    def test_every_content_has_a_salt_of_its_own(self, table: Table, clock: Clock) -> None:
        office = Office(table, clock)
        salts = iter([b"a" * 32, b"b" * 32])
        office.desk = type(office.desk)(**{**vars(office.desk), "salt": lambda _: next(salts)})
        office.intake = type(office.intake)(desk=office.desk, random_bits=lambda _: 7)
        number = office.receive()
        office.do(number, c.Reply(content={"text": "same"}), PLAYER)
        found = table.client.scan(TableName=table.name)["Items"]
        assert sorted(item["salt"]["B"] for item in found if "salt" in item) == [b"a" * 32, b"b" * 32]

    def test_state_shows_what_lists_need(self, office: Office, table: Table, received: str) -> None:
        office.do(received, TRIAGE, SYSTEM)
        item = {name: next(iter(value.values())) for name, value in state(table, received).items()}
        complaint = office.complaint(received)
        assert (item["stage"], item["team"], item["queue"]) == ("investigating", "payments", "TEAM#payments")
        assert item["due_at"] == instants.to_text(complaint.received_at + timedelta(seconds=10))
        assert item["queue_order"] == f"1#{item['due_at']}"
        assert (item["version"], item["generation"], item["link_version"]) == ("2", "1", "1")
        assert item["head"] == table.load(received).head

    def test_each_change_asks_for_attention_in_two_minutes(
        self, office: Office, table: Table, clock: Clock, received: str
    ) -> None:
        clock.move(30)
        office.do(received, REPLY, PLAYER)
        assert state(table, received)["attention_at"]["S"] == instants.to_text(clock.move(120))

    def test_a_change_never_touches_the_token(self, office: Office, table: Table, received: str) -> None:
        park(table, received, "token-1")
        office.do(received, REPLY, PLAYER)
        seen = table.state(received)
        assert seen
        assert (seen.version, seen.generation, seen.token) == (2, 1, "token-1")

    def test_a_closed_complaint_leaves_its_queue(self, office: Office, table: Table, received: str) -> None:
        office.do(received, TRIAGE, SYSTEM)
        office.do(received, c.Withdraw(), PLAYER)
        item = state(table, received)
        assert item["queue"] == {"S": "CLOSED"}  # where retention finds it; no list of a team reads that
        assert item["queue_order"] == item["received_at"]
        assert "due_at" not in item
        assert item["team"] == {"S": "payments"}

    def test_what_changes_nothing_writes_nothing(self, office: Office, table: Table, received: str) -> None:
        office.send(received, LetterKind.ACKNOWLEDGEMENT)
        before = table.load(received)
        again = c.RecordLetterSent(letter="acknowledgement-1", message_id="m")
        with calls_of(table.client) as sent:
            assert office.do(received, again, SYSTEM).version == before.complaint.version
        assert sent == ["Query"]

    def test_what_is_refused_writes_nothing(self, office: Office, table: Table, received: str) -> None:
        with calls_of(table.client) as sent, pytest.raises(IllegalTransition):
            office.do(received, APPROVE, APPROVER)
        assert sent == ["Query"]

    def test_an_unknown_number_is_not_found(self, office: Office) -> None:
        with pytest.raises(NotFound) as missing:
            office.do("0000-0000-0", REPLY, PLAYER)
        assert missing.value.number == "0000-0000-0"


class TestTwoWriters:
    def test_one_wins_and_the_other_decides_again_on_the_newer_state(
        self, table: Table, clock: Clock, office: Office, received: str
    ) -> None:
        racing = RacingTable(table.client, table.name)
        second = Office(racing, clock)
        racing.meanwhile.append(lambda: office.do(received, REPLY, PLAYER))
        second.do(received, c.Reply(content=personal("second")), PLAYER)
        case = table.load(received)
        assert case.contents[2] == personal("reply")
        assert case.contents[3] == personal("second")
        assert second.pauses == [0, 1]
        audit.verify(case.records, case.state_head)

    def test_what_the_other_made_impossible_is_refused(
        self, table: Table, clock: Clock, office: Office, received: str
    ) -> None:
        racing = RacingTable(table.client, table.name)
        racing.meanwhile.append(lambda: office.do(received, c.Withdraw(), PLAYER))
        with pytest.raises(IllegalTransition, match="stage 'closed'"):
            Office(racing, clock).do(received, REPLY, PLAYER)
        assert office.complaint(received).version == 3

    def test_a_writer_who_always_loses_is_told_to_come_back(
        self, table: Table, clock: Clock, office: Office, received: str
    ) -> None:
        racing = RacingTable(table.client, table.name)
        racing.meanwhile.extend([lambda: office.do(received, REPLY, PLAYER)] * (ATTEMPTS + 1))
        loser = Office(racing, clock)
        with pytest.raises(Conflict) as lost:
            loser.do(received, REPLY, PLAYER)
        assert (lost.value.number, lost.value.retry_after) == (received, 1)
        assert loser.pauses == list(range(ATTEMPTS))
        assert office.complaint(received).version == 1 + ATTEMPTS

    def test_a_letter_is_claimed_by_one_of_two_senders(
        self, table: Table, clock: Clock, office: Office, received: str
    ) -> None:
        claim = c.ClaimLetter(letter="acknowledgement-1")
        racing = RacingTable(table.client, table.name)
        racing.meanwhile.append(lambda: office.do(received, claim, SYSTEM))
        with pytest.raises(IllegalTransition, match="is claimed"):
            Office(racing, clock).do(received, claim, SYSTEM)

    def test_a_batch_decided_on_an_older_version_is_refused_whole(
        self, office: Office, table: Table, received: str
    ) -> None:
        case = table.load(received)
        changes = decide(
            case.complaint,
            REPLY,
            office.clock(),
            PLAYER,
            CLAIM_EXPIRY,
            office.desk.region.rules_of(case.complaint),
        )
        batch = prepare(office.desk, case.complaint, case.head, changes, office.clock(), PLAYER, None)
        office.do(received, c.Withdraw(), PLAYER)
        before = table.load(received)
        with pytest.raises(VersionConflict):
            table.append(batch)
        assert table.load(received) == before

    def test_a_batch_that_would_leave_a_gap_is_refused_whole(
        self, office: Office, table: Table, received: str
    ) -> None:
        case, now = table.load(received), office.clock()
        ahead = copy.replace(case.complaint, version=5)
        changes = decide(
            case.complaint, REPLY, now, PLAYER, CLAIM_EXPIRY, office.desk.region.rules_of(case.complaint)
        )
        with pytest.raises(VersionConflict):
            table.append(prepare(office.desk, ahead, case.head, changes, now, PLAYER, None))
        assert table.load(received) == case


class TestExpectedVersion:
    def test_a_decision_on_the_version_seen_is_taken(self, office: Office, received: str) -> None:
        office.do(received, TRIAGE, SYSTEM)
        done = change(office.desk, received, PROPOSE, HANDLER, expected_version=2)
        assert done.version == 3

    def test_a_decision_on_an_older_version_is_refused_with_the_current_one(
        self, office: Office, received: str
    ) -> None:
        office.do(received, TRIAGE, SYSTEM)
        office.do(received, REPLY, PLAYER)
        with pytest.raises(StaleVersion) as stale:
            change(office.desk, received, PROPOSE, HANDLER, expected_version=2)
        assert (stale.value.number, stale.value.version) == (received, 3)

    def test_a_decision_overtaken_while_it_was_made_is_refused_too(
        self, table: Table, clock: Clock, office: Office, received: str
    ) -> None:
        office.do(received, TRIAGE, SYSTEM)
        racing = RacingTable(table.client, table.name)
        racing.meanwhile.append(lambda: office.do(received, REPLY, PLAYER))
        with pytest.raises(StaleVersion):
            change(Office(racing, clock).desk, received, PROPOSE, HANDLER, expected_version=2)


class TestTheSameRequestTwice:
    def test_a_change_is_made_once_and_answered_twice(self, office: Office, received: str) -> None:
        office.do(received, TRIAGE, SYSTEM)
        request = office.request("decision-1")
        first = change(office.desk, received, PROPOSE, HANDLER, request=request)
        again = change(office.desk, received, PROPOSE, HANDLER, request=request)
        assert (again.version, again.replayed) == (first.version, True)
        assert office.complaint(received).version == first.version

    def test_the_answer_stays_the_same_when_the_complaint_has_moved_on(
        self, office: Office, received: str
    ) -> None:
        request = office.request("reply-1")
        first = change(office.desk, received, REPLY, PLAYER, request=request)
        office.do(received, c.Withdraw(), PLAYER)
        assert change(office.desk, received, REPLY, PLAYER, request=request).version == first.version

    def test_another_body_is_refused(self, office: Office, received: str) -> None:
        change(office.desk, received, REPLY, PLAYER, request=office.request("reply-1"))
        with pytest.raises(IdempotencyKeyReused):
            change(office.desk, received, REPLY, PLAYER, request=office.request("reply-1", "hash-2"))

    def test_two_at_the_same_moment_are_one_change(
        self, table: Table, clock: Clock, office: Office, received: str
    ) -> None:
        request = office.request("reply-1")
        racing = RacingTable(table.client, table.name)
        racing.meanwhile.append(lambda: change(office.desk, received, REPLY, PLAYER, request=request))
        assert change(Office(racing, clock).desk, received, REPLY, PLAYER, request=request).replayed
        assert office.complaint(received).version == 2

    def test_a_refused_request_may_be_sent_again(self, office: Office, received: str) -> None:
        request = office.request("approve-1")
        with pytest.raises(IllegalTransition):
            change(office.desk, received, APPROVE, APPROVER, request=request)
        office.do(received, TRIAGE, SYSTEM)
        office.do(received, PROPOSE)
        assert not change(office.desk, received, APPROVE, APPROVER, request=request).replayed


class TestReading:
    def test_a_complaint_of_a_hundred_events_reads_back_whole(
        self, office: Office, table: Table, received: str
    ) -> None:
        for count in (40, 40, 19):
            append(office, table, received, count)
        case = table.load(received)
        assert (len(case.records), len(case.contents)) == (100, 100)
        audit.verify(case.records, case.state_head)

    def test_a_complaint_larger_than_a_page_reads_back_whole(
        self, office: Office, table: Table, received: str
    ) -> None:
        for _ in range(4):
            office.do(received, c.Reply(content={"text": "x" * 300_000}), PLAYER)
        with calls_of(table.client) as sent:
            case = table.load(received)
        assert sent == ["Query", "Query"]
        assert sorted(case.contents) == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("missed", [[2], [3], [4], [3, 4]])
    def test_a_read_that_missed_an_event_is_made_again(
        self, office: Office, table: Table, received: str, missed: list[int]
    ) -> None:
        office.do(received, TRIAGE, SYSTEM)
        office.do(received, c.Withdraw(), PLAYER)
        torn = TornTable(table.client, table.name, missed=[keys.event(seq) for seq in missed])
        assert torn.load(received) == table.load(received)

    def test_a_complaint_from_which_an_event_was_taken_can_be_read_and_shows_it(
        self, office: Office, table: Table, received: str
    ) -> None:
        office.do(received, TRIAGE, SYSTEM)
        office.do(received, REPLY, PLAYER)
        key = {"pk": {"S": keys.complaint(received)}, "sk": {"S": keys.event(3)}}
        table.client.delete_item(TableName=table.name, Key=key)
        case = table.load(received)
        with pytest.raises(audit.ChainBroken):
            audit.verify(case.records, case.state_head)

    def test_nothing_is_decided_on_a_torn_read(
        self, office: Office, table: Table, clock: Clock, received: str
    ) -> None:
        office.do(received, TRIAGE, SYSTEM)
        torn = TornTable(table.client, table.name, missed=[keys.event(2)])
        assert Office(torn, clock).do(received, PROPOSE).version == 3


class TornTable(Table):
    """A table whose first read misses some items, as a read beside a running transaction may."""

    def __init__(self, client: object, name: str, missed: list[str]) -> None:
        super().__init__(client, name)  # type: ignore[arg-type]
        object.__setattr__(self, "missed", missed)

    def _partition(self, pk: str) -> list[Item]:
        missed: list[str] = self.missed  # type: ignore[attr-defined]
        found = [item for item in super()._partition(pk) if item["sk"]["S"] not in missed]
        missed.clear()
        return found


def append(office: Office, table: Table, received: str, count: int) -> None:
    """Append replies, many at once."""
    case = table.load(received)
    replies: list[Change] = (
        decide(
            case.complaint,
            REPLY,
            office.clock(),
            PLAYER,
            CLAIM_EXPIRY,
            office.desk.region.rules_of(case.complaint),
        )
        * count
    )
    table.append(prepare(office.desk, case.complaint, case.head, replies, office.clock(), PLAYER, None))


def park(table: Table, received: str, token: str) -> None:
    """What the state machine does when it waits."""
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": keys.complaint(received)}, "sk": {"S": keys.STATE}},
        UpdateExpression="SET #token = :token",
        ExpressionAttributeNames={"#token": "token"},
        ExpressionAttributeValues={":token": {"S": token}},
    )
